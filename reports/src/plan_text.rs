//! A plan, as `run` prints it: what will be attempted, and what will go wrong.

mod attempts;
mod banking;
mod deciding;
pub(crate) mod fault;
mod settling;
mod stroke;

use model::{BankId, ProviderId};
use scenarios::Plan;
use scenarios::party::{self, bank_role, provider_role};
use scenarios::plan::{
    IssuerPlan, Operation, ProviderFaults, ProviderTrouble, Purpose, RatePath, RiskPlan, Trouble,
    WebhookFaults,
};
use sim::{Order, Rate, Trigger, VirtualTime, Weather};

use crate::brief::Brief;
use crate::layout;

/// The plan: settings that are on, troubles and faults by id, and a line for
/// each payment that a customer attempts.
pub fn render(plan: &Plan) -> String {
    let Plan { scenario, seed, format, samplers, .. } = plan;
    let heading =
        format!("plan of {scenario}, seed {seed}; format {format}, samplers {samplers}\n");
    let settings = layout::columns(2, settings(plan));
    let misfortunes = layout::columns(2, misfortunes(plan));
    let planned = match misfortunes.is_empty() {
        true => "\nno single fault is planned\n".to_owned(),
        false => format!("\nplanned faults\n{misfortunes}"),
    };
    let attempts = attempts::render(&plan.operations);
    format!("{heading}{settings}{planned}\n{attempts}")
}

/// A small plan in a line for each payment and each fault, and for every setting
/// that is not calm: what the line is about, and the line.
pub(crate) fn short(plan: &Plan) -> Vec<(String, String)> {
    let mut lines: Vec<_> = plan.operations.iter().map(wish).collect();
    lines.extend(misfortunes(plan).into_iter().filter_map(pair));
    let calm = |(_, what): &(String, String)| what.ends_with("calm");
    let settings = settings(plan).into_iter().skip(1).filter_map(pair);
    lines.extend(settings.filter(|line| !calm(line)));
    lines
}

fn pair(row: Vec<String>) -> Option<(String, String)> {
    let [name, what] = <[String; 2]>::try_from(row).ok()?;
    Some((name, what))
}

/// What a customer attempts, in a sentence.
fn wish(operation: &Operation) -> (String, String) {
    let then = attempts::then(operation);
    let then = if then.is_empty() { then } else { format!(", {then}") };
    let (name, what) = wanted(operation);
    (name, format!("{what}, at {}{then}", operation.at))
}

/// What an operation is called, and what is wanted, by whom.
pub(crate) fn wanted(operation: &Operation) -> (String, String) {
    let Operation { token, client, money, merchant, key, .. } = operation;
    let what = match operation.purpose {
        Purpose::PayIn(_) => format!("pays {money} to {merchant}"),
        Purpose::Payout(order) => {
            format!("takes {money} of {} out {}", order.customer, attempts::by_rail(&order))
        }
        Purpose::Refund { of } => format!("wants {money} of payment {} back", of.0),
    };
    let name = if operation.purpose.refunds().is_some() { "refund" } else { "payment" };
    (format!("{name} {}", token.0), format!("client {client} {what} under {key}"))
}

fn settings(plan: &Plan) -> Vec<Vec<String>> {
    let chaos = Brief::nanos(u128::from(plan.heal_at.as_nanos()));
    let row = |name: &str, what: String| vec![name.to_owned(), what];
    let mut rows = vec![
        row("chaos", format!("faults strike for {chaos}, then everything heals")),
        row("network", weather(&plan.weather)),
    ];
    if let Some(core) = plan.core {
        let gone: Vec<_> = party::all(plan).filter(|role| !core.contains(*role)).collect();
        let names: Vec<_> = gone.into_iter().map(party::name).collect();
        rows[0][1] = format!(
            "faults strike for {chaos}, then everything heals but what plagues {}, for good",
            names.join(", ")
        );
    }
    if plan.plain {
        rows.push(row("", "every message takes the usual time of its kind".to_owned()));
    }
    if let Some(lifetime) = plan.key_lifetime {
        rows.push(row("keys", format!("live for {}", Brief::from(lifetime))));
    }
    if let Some(timeout) = plan.provider_timeout.0 {
        rows.push(row("timeout", format!("workers wait {} for providers", Brief::from(timeout))));
    }
    if plan.order_ref_unique {
        rows.push(row("orders", "are paid once".to_owned()));
    }
    rows.extend(plan.rates.iter().map(|path| row("rate", exchange_rate(path))));
    if plan.workers > 1 {
        rows.push(row("", format!("the orchestrator has {} workers", plan.workers)));
    }
    if plan.merchant_events {
        rows.push(row("", "a notifier tells shops of every event".to_owned()));
    }
    if plan.lake {
        rows.push(row("", "a data lake counts every event".to_owned()));
    }
    if let Some(decisions) = plan.decisions {
        rows.push(row("decisions", deciding::policy(&decisions)));
        let decider = decisions.decider;
        rows.extend(decider.map(|decider| row("decider", deciding::decider(&decider))));
    }
    if !plan.ordered.is_empty() {
        rows.push(row("", "links within the house keep order".to_owned()));
    }
    if !plan.connections.is_empty() {
        rows.push(row("", "links are connections: they refuse when nobody listens".to_owned()));
    }
    if !plan.points.is_empty() {
        let points = plan.points.iter().map(|(point, rate)| (point.name(), *rate));
        rows.push(row("forced", rates(&points.collect::<Vec<_>>())));
    }
    for (n, provider) in plan.providers.iter().enumerate() {
        let name = party::name(provider_role(ProviderId(n as u8)));
        rows.push(row(&name, format!("speaks {}", provider.dialect.name)));
        rows.push(row("", format!("issuers: {}", issuers(&provider.issuer))));
        rows.push(row("", format!("faults: {}", faults(&provider.faults))));
        if plan.webhooks {
            rows.push(row("", format!("webhooks: {}", webhooks(&provider.faults.webhooks))));
        }
    }
    for (n, bank) in plan.banks.iter().enumerate() {
        let name = party::name(bank_role(BankId(n as u8)));
        rows.push(row(&name, banking::says(bank)));
    }
    if let Some(settlement) = plan.settlement.as_ref() {
        rows.push(row("settlement", settling::says(settlement)));
    }
    rows.push(row("risk", risk(&plan.risk)));
    if !plan.banks.is_empty() {
        rows.push(row("begins", format!("{} UTC", plan.begins)));
    }
    rows
}

fn weather(weather: &Weather) -> String {
    let mut said = rates(&[
        ("loses", weather.loss),
        ("duplicates", weather.duplication),
        ("delivers late", weather.lateness),
    ]);
    if weather.lateness != Rate::NEVER {
        said.push_str(&format!(", up to {}", Brief::from(weather.late_max)));
    }
    if weather.load_percent != 100 {
        said.push_str(&format!("; links take {} % of their time", weather.load_percent));
    }
    said.push_str(&order(weather.order));
    said
}

fn order(order: Order) -> String {
    match order {
        Order::Usual => String::new(),
        Order::Walk(within) => format!("; arrives in any order within {}", Brief::from(within)),
        Order::Priorities { levels, step, demoted } => {
            let step = Brief::from(step);
            format!("; arrives by {levels} priorities {step} apart, demoted {demoted}")
        }
    }
}

fn issuers(issuer: &IssuerPlan) -> String {
    let mut said = rates(&[
        ("soft decline", issuer.decline_soft),
        ("hard decline", issuer.decline_hard),
        ("partial approval", issuer.partial),
        ("decides later", issuer.deferred),
        ("capture declined", issuer.capture_declined),
        ("refund failed", issuer.refund_failed),
        ("refund returned", issuer.refund_returned),
    ]);
    if issuer.deferred != Rate::NEVER {
        said.push_str(&format!("; later is up to {}", Brief::from(issuer.deferred_max)));
    }
    said
}

fn faults(faults: &ProviderFaults) -> String {
    let mut said = rates(&[
        ("timeout-after-effect", faults.reply_dropped),
        ("timeout-before-effect", faults.request_dropped),
        ("late-effect", faults.late_effect),
        ("5xx-after-effect", faults.error_after),
        ("5xx-before-effect", faults.error_before),
        ("throttled", faults.throttled),
    ]);
    if faults.late_effect != Rate::NEVER {
        said.push_str(&format!("; late is up to {}", Brief::from(faults.late_effect_max)));
    }
    if !faults.index_lag_max.is_zero() {
        said.push_str(&format!("; index lags up to {}", Brief::from(faults.index_lag_max)));
    }
    said
}

fn webhooks(faults: &WebhookFaults) -> String {
    let mut said = rates(&[
        ("dropped", faults.dropped),
        ("repeated", faults.repeated),
        ("reordered", faults.reordered),
        ("early", faults.early),
    ]);
    if faults.reordered != Rate::NEVER {
        said.push_str(&format!("; held back up to {}", Brief::from(faults.reorder_max)));
    }
    if !faults.delay_max.is_zero() {
        said.push_str(&format!("; late up to {}", Brief::from(faults.delay_max)));
    }
    said
}

fn risk(risk: &RiskPlan) -> String {
    let mut said = rates(&[("rejects", risk.reject), ("reviews", risk.review)]);
    if risk.review != Rate::NEVER {
        said.push_str(&format!(", for up to {}", Brief::from(risk.review_max)));
    }
    if risk.told {
        said.push_str(", tells what persons decide");
    }
    if risk.undecided != Rate::NEVER {
        said.push_str(&format!(", of which nobody decides {}", risk.undecided));
    }
    said
}

/// The rates that are not zero, or `calm`.
pub(super) fn rates(rates: &[(&str, Rate)]) -> String {
    let on = rates.iter().filter(|(_, rate)| *rate != Rate::NEVER);
    let told: Vec<_> = on.map(|(name, rate)| format!("{name} {rate}")).collect();
    if told.is_empty() { "calm".to_owned() } else { told.join(", ") }
}

/// In the order in which they strike; those that wait for an occasion last.
fn misfortunes(plan: &Plan) -> Vec<Vec<String>> {
    let moment = |trigger: &Trigger| match trigger {
        Trigger::At(at) => *at,
        _ => END,
    };
    let faults = plan.faults.iter().map(|fault| {
        let sentence = fault::sentence(fault, plan);
        (moment(&fault.trigger), fault.id, sentence)
    });
    let troubles =
        plan.troubles.iter().map(|trouble| (trouble.from, trouble.id, troubled(trouble)));
    let strokes = plan.strokes.iter().map(|s| (END, s.id, stroke::sentence(s)));
    let forced = plan.forced.iter().map(|f| (END, f.id, stroke::forced(f)));
    let files = plan.settlement.as_ref().into_iter().flat_map(|plan| &plan.mishaps);
    let files = files.map(|mishap| (END, mishap.id, settling::sentence(mishap)));
    let all = faults.chain(troubles).chain(strokes).chain(forced).chain(files);
    let mut told: Vec<_> = all.collect();
    told.sort();
    told.into_iter().map(|(_, id, sentence)| vec![format!("fault {id}"), sentence]).collect()
}

const END: VirtualTime = VirtualTime::from_nanos(u64::MAX);

/// The fault of any kind that has this id, in a sentence.
pub(crate) fn fault_with(plan: &Plan, id: u32) -> Option<String> {
    let name = format!("fault {id}");
    misfortunes(plan).into_iter().filter_map(pair).find(|(n, _)| *n == name).map(|(_, what)| what)
}

fn troubled(trouble: &ProviderTrouble) -> String {
    let who = party::name(provider_role(trouble.provider));
    let lasts = Brief::from(trouble.until.since(trouble.from));
    let what = match trouble.trouble {
        Trouble::Outage => "swallows every request".to_owned(),
        Trouble::BrownOut { errors, slow_max } => {
            let slow = Brief::from(slow_max);
            format!("answers {errors} with a server error and is up to {slow} slow")
        }
        Trouble::Replay { newest_first } => {
            let order = if newest_first { ", the latest first" } else { "" };
            let (since, at) = (trouble.from, trouble.until);
            return format!("{who} tells once more of all since {since}{order}, at {at}");
        }
    };
    format!("{who} {what}, at {} for {lasts}", trouble.from)
}

/// What one currency is worth in another.
fn exchange_rate(path: &RatePath) -> String {
    let RatePath { source, target, spread_basis_points, holds_for, millionths, moves } = path;
    let (source, target) = (source.code(), target.code());
    let moved = match moves.len() {
        0 => String::new(),
        1 => ", moves once".to_owned(),
        times => format!(", moves {times} times"),
    };
    format!(
        "1 unit of {source} is {}.{:06} of {target}, less {}.{:02} %, for {holds_for} s{moved}",
        millionths.get() / 1_000_000,
        millionths.get() % 1_000_000,
        spread_basis_points / 100,
        spread_basis_points % 100
    )
}

#[cfg(test)]
mod tests {
    use scenarios::catalog;
    use sim::Seed;

    use super::*;

    fn text(scenario: &str) -> String {
        render(&Plan::draw(catalog::named(scenario).unwrap(), Seed(1)))
    }

    #[test]
    fn a_calm_plan_says_that_nothing_goes_wrong() {
        let text = text("calm-day");
        assert!(text.contains("\n  network     calm\n"), "{text}");
        assert!(text.contains("no single fault is planned"), "{text}");
    }

    #[test]
    fn every_payment_and_every_fault_has_its_line() {
        for scenario in catalog::all() {
            let plan = Plan::draw(scenario, Seed(3));
            let text = render(&plan);
            let ids = plan.faults.iter().map(|f| f.id).chain(plan.troubles.iter().map(|t| t.id));
            for id in ids {
                assert!(text.contains(&format!("\n  fault {id} ")), "fault {id}: {text}");
            }
            for operation in &plan.operations {
                let line = format!("\n  {:<7}  {}", operation.token.0, operation.at);
                assert!(text.contains(&line), "{line}: {text}");
            }
        }
    }

    #[test]
    fn a_plan_fits_a_hundred_columns() {
        for scenario in catalog::all() {
            let text = text(&scenario.name);
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        }
    }
}
