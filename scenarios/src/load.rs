//! Reading scenario and dialect files, with errors that say where and what.

mod counts;
pub(crate) mod dialects;
mod preset;
mod unasked;

use std::path::Path;

use miette::Diagnostic;
use serde::de::DeserializeOwned;
use sim::{Rate, Strike};

pub use dialects::dialect;
pub(crate) use preset::PRESETS;

use crate::bounds;
use crate::exclusion;
use crate::invalid::{InvalidFile, Wrong, nearest};
use crate::invariant::Invariant;
use crate::party::{BANKS_MAX, CLIENTS_MAX, WORKERS_MAX};
use crate::settings::{Scenario, Who};

/// Why a scenario can't be had.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum LoadError {
    /// No scenario has this name.
    #[error("there is no scenario called `{name}`")]
    #[diagnostic(help("{help}"))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        help: String,
    },
    /// The file can't be read.
    #[error("failed to read the scenario file `{path}`: {reason}")]
    #[diagnostic(help(
        "a scenario is the name of a built-in one or the path of a TOML file; `pennywise list scenarios` names the built-in ones"
    ))]
    Unreadable {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file says something that a scenario can't say.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Invalid(Box<InvalidFile>),
}

impl LoadError {
    /// No scenario has this name; these there are.
    pub(crate) fn unknown_scenario<'n>(
        name: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) -> Self {
        let help = match nearest(name, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the scenarios are {}", known.collect::<Vec<_>>().join(", ")),
        };
        Self::Unknown { name: name.to_owned(), help }
    }
}

/// The scenario in the file at `path`.
///
/// # Errors
/// If the file can't be read, or is no valid scenario.
pub fn file(path: &Path) -> Result<Scenario, LoadError> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| LoadError::Unreadable {
        path: shown.clone(),
        reason: error.to_string(),
    })?;
    parse_in(path.parent().unwrap_or(Path::new("")), &shown, &text)
}

/// The scenario in `text`, which `origin` names in errors. Dialect files are
/// looked for in the current folder.
///
/// # Errors
/// If it is no valid scenario.
pub fn parse(origin: &str, text: &str) -> Result<Scenario, LoadError> {
    parse_in(Path::new(""), origin, text)
}

fn parse_in(folder: &Path, origin: &str, text: &str) -> Result<Scenario, LoadError> {
    let of_preset = preset::read(text)
        .map_err(|wrong| LoadError::Invalid(Box::new(InvalidFile::new(origin, text, wrong))))?;
    let mut scenario = of_preset.map_or_else(|| read(origin, text), Ok)?;
    check(&scenario)
        .map_err(|(field, problem)| invalid(origin, text, find(text, field, 0), problem, None))?;
    counts::check(&scenario).and_then(|()| disturbances(&scenario)).map_err(
        |(table, nth, field, problem)| {
            let from = beginning(text, table, nth);
            invalid(origin, text, find(text, field, from), problem, None)
        },
    )?;
    dialects::resolve(origin, text, folder, &mut scenario)?;
    unasked::check(&scenario)
        .map_err(|(field, problem)| invalid(origin, text, find(text, field, 0), problem, None))?;
    Ok(scenario)
}

/// What `text` says, as far as types can tell.
fn read<T: DeserializeOwned>(origin: &str, text: &str) -> Result<T, LoadError> {
    toml::from_str(text).map_err(|error| {
        LoadError::Invalid(Box::new(InvalidFile::new(origin, text, Wrong::from(error))))
    })
}

fn invalid(
    origin: &str,
    text: &str,
    span: std::ops::Range<usize>,
    problem: String,
    help: Option<String>,
) -> LoadError {
    LoadError::Invalid(Box::new(InvalidFile::new(origin, text, Wrong { span, problem, help })))
}

/// Where a field is set behind `from`, for errors that the parser does not find.
fn find(text: &str, field: &str, from: usize) -> std::ops::Range<usize> {
    let at = text[from..].find(&format!("{field} =")).map_or(from, |at| from + at);
    at..(at + field.len()).min(text.len())
}

/// Where the `nth` table of this name begins.
fn beginning(text: &str, table: &str, nth: usize) -> usize {
    let listed = text.match_indices(&format!("[[{table}]]")).nth(nth).map(|(at, _)| at);
    listed.or_else(|| text.find(&format!("[{table}]"))).unwrap_or(0)
}

/// What the types can't say: the field, and what is wrong with it.
fn check(scenario: &Scenario) -> Result<(), (&'static str, String)> {
    let workload = &scenario.workload;
    let faults = &scenario.providers.faults;
    let at_most = |field, value, most: std::time::Duration| {
        let shown = crate::span::Span(most);
        if value > most {
            return Err((
                field,
                format!(
                    "`{field}` is at most {shown}: later than that, nothing takes effect in any world"
                ),
            ));
        }
        Ok(())
    };
    if scenario.name.is_empty() || !scenario.name.bytes().all(is_name_byte) {
        return Err(("name", "`name` is lower-case words joined by hyphens".to_owned()));
    }
    for (field, value) in [
        ("workers", u64::from(scenario.workers)),
        ("operations", u64::from(workload.operations)),
        ("clients", u64::from(workload.clients)),
        ("tenants", u64::from(workload.tenants)),
        ("merchants", u64::from(workload.merchants)),
        ("amount_min", u64::from(workload.amount_min)),
        ("limit", workload.limit),
    ] {
        if value == 0 {
            return Err((field, format!("`{field}` is at least 1")));
        }
    }
    if let Some(why) = scenario.protocol.and(scenario.not_comparable()) {
        let problem = format!("`protocol` is for what either protocol can do, and {why}");
        return Err(("protocol", problem));
    }
    if workload.operations > OPERATIONS_MAX {
        return Err(("operations", format!("`operations` is at most {OPERATIONS_MAX}")));
    }
    if scenario.workers > WORKERS_MAX {
        return Err(("workers", format!("`workers` is at most {WORKERS_MAX}")));
    }
    if workload.clients > CLIENTS_MAX {
        return Err(("clients", format!("`clients` is at most {CLIENTS_MAX}")));
    }
    if workload.payouts > sim::Rate::NEVER {
        if scenario.rails.is_empty() {
            let problem = "`payouts` leave by rails: there has to be one of `[[rails]]` at least";
            return Err(("payouts", problem.to_owned()));
        }
        for (field, value) in
            [("customers", u64::from(workload.customers)), ("balance", workload.balance)]
        {
            if value == 0 {
                let problem = format!("`{field}` is at least 1, where there are `payouts`");
                return Err(("payouts", problem));
            }
        }
    }
    if workload.exchange > Rate::NEVER && workload.currencies.len() < 2 {
        let problem =
            "`exchange` is from one currency into another: `currencies` names two at least";
        return Err(("exchange", problem.to_owned()));
    }
    if scenario.rates.moves > RATE_MOVES_MAX {
        return Err(("moves", format!("`moves` is at most {RATE_MOVES_MAX}")));
    }
    if workload.currencies.is_empty() {
        return Err(("currencies", "`currencies` names at least one".to_owned()));
    }
    if workload.amount_min > workload.amount_max {
        return Err(("amount_max", "`amount_max` is at least `amount_min`".to_owned()));
    }
    at_most("late_max", scenario.network.late_max.0, bounds::COPY_AGE_MAX)?;
    at_most("late_effect_max", faults.late_effect_max.0, bounds::LATE_EFFECT_MAX)?;
    at_most("index_lag_max", faults.index_lag_max.0, bounds::INDEX_LAG_MAX)?;
    if scenario.rails.len() > usize::from(BANKS_MAX) {
        return Err(("rails", format!("there are at most {BANKS_MAX} `rails`")));
    }
    if let Some(dates) = scenario.dates.filter(|dates| dates.last < dates.first) {
        let problem = format!("`last` is at least `first`, {}", dates.first);
        return Err(("last", problem));
    }
    at_most("reorder_max", faults.webhooks.reorder_max.0, bounds::HELD_BACK_MAX)?;
    at_most("delay_max", faults.webhooks.delay_max.0, bounds::HELD_BACK_MAX)?;
    at_most(
        "disputed_after_max",
        scenario.providers.issuer.disputed_after_max.0,
        bounds::DISPUTED_AFTER_MAX,
    )?;
    at_most(
        "decided_after_max",
        scenario.providers.issuer.decided_after_max.0,
        bounds::DECIDED_AFTER_MAX,
    )?;
    at_most(
        "refund_by_hand_after_max",
        scenario.operators.refund_by_hand_after_max.0,
        bounds::BY_HAND_AFTER_MAX,
    )?;
    at_most(
        "breached_after_max",
        scenario.providers.breached_after_max.0,
        bounds::BREACHED_AFTER_MAX,
    )?;
    at_most("ship_after_max", workload.ship_after_max.0, bounds::SHIPPED_MAX)?;
    at_most("replay_window_max", scenario.operators.replay_window_max.0, bounds::REPLAYED_MAX)?;
    if scenario.risk.told && !scenario.providers.webhooks {
        let problem = "`told` needs `webhooks = true`: nobody would take in what a person decides";
        return Err(("told", problem.to_owned()));
    }
    if scenario.risk.undecided > Rate::NEVER && !scenario.risk.told {
        let problem = "`undecided` needs `told = true`: who asks for a verdict asks until there is \
                       one";
        return Err(("undecided", problem.to_owned()));
    }
    if scenario.operators.webhook_replays > 0 && !scenario.providers.webhooks {
        let problem = "`webhook_replays` needs `webhooks = true`: there is nothing to replay";
        return Err(("webhook_replays", problem.to_owned()));
    }
    if let Some(decider) = scenario.decisions.as_ref().and_then(|d| d.decider.as_ref()) {
        at_most("late_max", decider.late_max.0, bounds::DECISION_LATE_MAX)?;
    }
    at_most("timeout_max", scenario.providers.timeout_max.0, bounds::PROVIDER_TIMEOUT_MAX)?;
    if scenario.providers.outlasting > 0 && scenario.key_lifetime.is_some() {
        let problem = "`outlasting` and `key_lifetime` can't be together: retries would outlive \
                       the keys of clients";
        return Err(("outlasting", problem.to_owned()));
    }
    at_most("chaos", scenario.chaos.0, CHAOS_MAX)?;
    at_most("spread", workload.spread.0, CHAOS_MAX)?;
    if let Some(lifetime) = scenario.key_lifetime {
        let least = bounds::key_lifetime_min(scenario.chaos.0);
        if lifetime.0 < least {
            let least = crate::span::Span(least);
            let problem =
                format!("`key_lifetime` is at least {least}, so that no retry outlives its key");
            return Err(("key_lifetime", problem));
        }
        at_most("key_lifetime", lifetime.0, CHAOS_MAX)?;
    } else if workload.reuse_expired > sim::Rate::NEVER {
        let problem = "`reuse_expired` takes a `key_lifetime`: without it keys live for ever";
        return Err(("reuse_expired", problem.to_owned()));
    }
    for code in &scenario.exercises {
        if Invariant::with_code(code).is_none() {
            return Err((
                "exercises",
                format!("`{code}` is no invariant: `pennywise list invariants` names them"),
            ));
        }
        if Invariant::with_code(code).is_some_and(|invariant| !scenario.ever_meets(invariant)) {
            let problem = format!(
                "`{code}` is never met here: nothing in this scenario could bring about what it judges"
            );
            return Err(("exercises", problem));
        }
    }
    Ok(())
}

/// Which table, the how-manieth, which field of it, and what is wrong with it.
type Misplaced = (&'static str, usize, &'static str, String);

/// What a scenario can't ask of parties, disks and clocks.
fn disturbances(scenario: &Scenario) -> Result<(), Misplaced> {
    for (who, there, setting) in [
        (Who::Decider, scenario.has_decider(), "[decisions.decider]"),
        (Who::Lake, scenario.lake, "lake"),
        (Who::Notifier, scenario.merchant_events, "merchant_events"),
        (Who::Reconciler, scenario.settlement.is_some(), "[settlement]"),
    ] {
        if let Some((table, nth, field)) = scenario.naming(who).filter(|_| !there) {
            let name = who.name();
            let needed = match who {
                Who::Decider | Who::Reconciler => format!("there is a table `{setting}`"),
                _ => format!("`{setting} = true`"),
            };
            let problem = format!("there is no {name} to strike, unless {needed}");
            return Err((table, nth, field, problem));
        }
    }
    let excluded = |table, nth, field, strike: Strike, who: Who, most: u32| match exclusion::wholly(
        strike, who,
    ) {
        Some(exclusion) if most > 0 => {
            let (name, who, reason) = (strike.name(), who.name(), exclusion.reason);
            Err((table, nth, field, format!("{name} never strikes a {who}: {reason}")))
        }
        _ => Ok(()),
    };
    for (nth, disk) in scenario.disks.iter().enumerate() {
        if !disk.who.has_disk() {
            let problem = format!("the {} keeps nothing durable: it has no disk", disk.who.name());
            return Err(("disks", nth, "who", problem));
        }
        excluded("disks", nth, "lying", Strike::LyingSync, disk.who, disk.lying)?;
        excluded("disks", nth, "corrupt", Strike::Corruption, disk.who, disk.corrupt)?;
        excluded("disks", nth, "old", Strike::OldGeneration, disk.who, disk.old)?;
    }
    for (nth, clock) in scenario.clocks.iter().enumerate() {
        let off = u32::from(!clock.offset_max.0.is_zero());
        excluded("clocks", nth, "offset_max", Strike::ClockJump, clock.who, off)?;
        excluded("clocks", nth, "jumps", Strike::ClockJump, clock.who, clock.jumps)?;
        excluded("clocks", nth, "drifts", Strike::ClockDrift, clock.who, clock.drifts)?;
        if clock.drift_ppm_max > DRIFT_PPM_MAX {
            let problem = format!(
                "`drift_ppm_max` is at most {DRIFT_PPM_MAX}: with a worse clock, no worker could \
                 tell when an operation that a provider does not know can't happen any more"
            );
            return Err(("clocks", nth, "drift_ppm_max", problem));
        }
    }
    let no_bank = |who: &Who| *who == Who::Bank && scenario.rails.is_empty();
    if let Some((table, nth, _)) = named(scenario).find(|(.., who)| no_bank(who)) {
        let problem = "there is no bank: a bank comes with each of `[[rails]]`".to_owned();
        return Err((table, nth, "who", problem));
    }
    let absent = |who: &Who| *who == Who::Ingress && !scenario.providers.webhooks;
    if let Some((table, nth, _)) = named(scenario).find(|(.., who)| absent(who)) {
        let problem =
            "there is no ingress: `webhooks = true` of the providers gives one".to_owned();
        return Err((table, nth, "who", problem));
    }
    if let Some(nth) = scenario.shared_crashes.iter().position(|crash| crash.who.is_empty()) {
        let problem = "`who` of shared crashes names at least one party".to_owned();
        return Err(("shared_crashes", nth, "who", problem));
    }
    Ok(())
}

/// Everybody whom a table about crashes, pauses or clocks names.
fn named(scenario: &Scenario) -> impl Iterator<Item = (&'static str, usize, Who)> {
    let crashes = scenario.crashes.iter().map(|crash| crash.who).enumerate();
    let loops = scenario.crash_loops.iter().map(|crash| crash.who).enumerate();
    let pauses = scenario.pauses.iter().map(|pause| pause.who).enumerate();
    let clocks = scenario.clocks.iter().map(|clock| clock.who).enumerate();
    let shared = scenario.shared_crashes.iter().enumerate();
    let shared = shared.flat_map(|(nth, crash)| crash.who.iter().map(move |who| (nth, *who)));
    let within = |table| move |(nth, who)| (table, nth, who);
    crashes
        .map(within("crashes"))
        .chain(loops.map(within("crash_loops")))
        .chain(pauses.map(within("pauses")))
        .chain(clocks.map(within("clocks")))
        .chain(shared.map(within("shared_crashes")))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

/// Half of the margin that `t_nf` has over the sum of its parts.
pub(crate) const DRIFT_PPM_MAX: u32 = 50_000;
pub(crate) const OPERATIONS_MAX: u32 = 1_000_000;
pub(crate) const RATE_MOVES_MAX: u32 = 10_000;
pub(crate) const CHAOS_MAX: std::time::Duration = std::time::Duration::from_secs(365 * 86_400);

#[cfg(test)]
mod tests {
    use model::Currency;

    use super::*;
    use crate::catalog::FILES;

    #[test]
    fn customers_pay_in_any_known_currency_and_a_wrong_code_is_told_the_nearest() {
        let calm = FILES[0].1;
        let paying = |codes: &str| {
            let line = calm.lines().find(|line| line.starts_with("currencies")).expect("a line");
            parse("mine.toml", &calm.replace(line, &format!("currencies = [{codes}]")))
        };
        let all: Vec<_> = Currency::ALL.iter().map(|c| format!("\"{}\"", c.code())).collect();
        let scenario = paying(&all.join(", ")).expect("all of them are known");
        assert_eq!(scenario.workload.currencies, Currency::ALL);
        let error = paying("\"GBP\", \"EUX\"").expect_err("no such currency");
        let told = format!("{error} {}", error.help().map(|help| help.to_string()).expect("help"));
        for words in ["mine.toml, line", "unknown variant `EUX`", "did you mean `EUR`?"] {
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn a_scenario_declares_no_lifetime_that_a_retry_outlives_and_promises_nothing_it_can_t_meet() {
        let calm = FILES[0].1;
        for (at, line, told) in [
            ("[workload]", "key_lifetime = \"10m\"", "`key_lifetime` is at least"),
            ("click_again", "reuse_expired = \"10%\"", "`reuse_expired` takes a `key_lifetime`"),
            ("\"I01\",", "\"I20\",", "`I20` is never met here"),
        ] {
            let text = calm.replacen(at, &format!("{line}\n{at}"), 1);
            assert_ne!(text, calm, "{at}");
            let error = parse("mine.toml", &text).expect_err(line).to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    /// The error stood at the first field of that name, in another table.
    #[test]
    fn an_error_in_one_of_many_tables_points_into_that_table() {
        let calm = FILES[0].1;
        let store = "\n[[disks]]\nwho = \"store\"\nlying = 1\nlasts_max = \"1s\"\n";
        let before = calm.lines().count() + store.lines().count();
        for (disk, line, problem) in [
            ("[[disks]]\nwho = \"provider\"\nlying = 2\nlasts_max = \"1s\"", 3, "lying-sync"),
            ("[[disks]]\nwho = \"edge\"\nlasts_max = \"1s\"", 2, "no disk"),
            ("[[disks]]\nwho = \"lake\"\nlasts_max = \"1s\"", 2, "unless `lake = true`"),
        ] {
            let text = format!("{calm}{store}{disk}\n");
            let error = parse("mine.toml", &text).unwrap_err().to_string();
            assert!(error.contains(&format!("line {}", before + line)), "{error}");
            assert!(error.contains(problem), "{error}");
        }
    }

    #[test]
    fn payouts_need_a_rail_to_leave_by_and_customers_who_have_something() {
        let calm = FILES[0].1;
        let with = |workload: &str, rails: &str| {
            let line = calm.lines().find(|line| line.starts_with("limit =")).expect("a line");
            let text = calm.replace(line, &format!("{line}\n{workload}"));
            parse("mine.toml", &format!("{text}\n{rails}"))
        };
        let rail = "[[rails]]\nrail = \"batch\"\nholidays = [\"2024-07-04\"]\nrejected = \"2%\"\n";
        let paying = "payouts = \"50%\"\ncustomers = 2\nbalance = 1000";
        let scenario = with(paying, rail).expect("it lacks nothing");
        assert_eq!(scenario.rails.len(), 1);
        let crash = "[[crashes]]\nwho = \"bank\"\ntimes = 1\ndown_max = \"1s\"\n";
        let drift =
            "[[clocks]]\nwho = \"bank\"\ndrifts = 1\ndrift_ppm_max = 9\nlasts_max = \"1s\"\n";
        let drift = format!("{rail}{drift}");
        let back = rail.replace("rejected", "returned");
        let recalled = format!("{paying}\nrecall = \"2%\"");
        for (workload, rails, wrong) in [
            (paying, "", "there has to be one of `[[rails]]`"),
            ("payouts = \"50%\"\nbalance = 1", rail, "`customers` is at least 1"),
            ("payouts = \"50%\"\ncustomers = 1", rail, "`balance` is at least 1"),
            ("", crash, "there is no bank"),
            (paying, &back, "`returned` needs `webhooks = true`"),
            (&recalled, rail, "`recall` needs `webhooks = true`"),
            ("", &drift, "clock-drift never strikes a bank"),
            ("", "[[rails]]\nrail = \"instand\"\n", "did you mean `instant`?"),
            ("", "[[rails]]\nrail = \"batch\"\nholidays = [\"2023-02-29\"]\n", "no day"),
            ("", &rail.repeat(9), "at most 8 `rails`"),
        ] {
            let error = with(workload, rails).expect_err("it lacks something");
            let help = error.help().map(|help| help.to_string()).unwrap_or_default();
            assert!(format!("{error} {help}").contains(wrong), "{wrong}: {error} {help}");
        }
    }
}
