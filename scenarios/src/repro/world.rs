//! The world of a repro: the plan as a table, with what differs from a world in
//! which nothing goes wrong.

use std::collections::BTreeSet;

use model::{Aside, Minute};
use serde::Deserialize;
use sim::{Links, Rate, Seed, VirtualTime, Weather};
use toml::Spanned;

use super::bank::{self, BankTable};
use super::bounds::{self, CHAOS_MAX, FAULTS_MAX, OPERATIONS_MAX};
use super::decision::{self, DecisionTable};
use super::fault::{self, since_beginning};
use super::fault_line::{FaultLine, Planned};
use super::group::Group;
use super::key::Key;
use super::line::{Line, quoted, span};
use super::network::{NetworkTable, network_lines};
use super::notes::Notes;
use super::operation::{self, BalanceLine, LimitLine, OperationLine, RefundLine};
use super::present::Present;
use super::provider::{self, ProviderTable, RiskTable};
use super::rates::{self, RateLine};
use super::route::Route;
use super::settlement::{self, SettlementTable};
use super::stroke;
use crate::invalid::Wrong;
use crate::party::{self, BANKS_MAX, CLIENTS_MAX, PROVIDERS_MAX, WORKERS_MAX};
use crate::plan::{
    BankPlan, Forced, Operation, Plan, Protocol, ProviderPlan, ProviderTrouble, Stroke,
};
use crate::points::PointName;
use crate::shrink;
use crate::span::Span;

/// A plan as a file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldTable {
    #[serde(default)]
    key: Key,
    #[serde(default)]
    latencies: Latencies,
    #[serde(default)]
    begins: Minute,
    chaos: Spanned<Span>,
    key_lifetime: Option<Spanned<Span>>,
    #[serde(default)]
    order_ref_unique: bool,
    #[serde(default = "one")]
    clients: Spanned<u8>,
    #[serde(default = "one")]
    workers: Spanned<u8>,
    protocol: Option<Spanned<Protocol>>,
    #[serde(default)]
    webhooks: bool,
    #[serde(default)]
    merchant_events: bool,
    #[serde(default)]
    lake: bool,
    provider_timeout: Option<Spanned<Span>>,
    decisions: Option<Spanned<DecisionTable>>,
    operations: Spanned<Vec<Spanned<OperationLine>>>,
    #[serde(default)]
    refunds: Vec<RefundLine>,
    #[serde(default)]
    faults: Vec<Spanned<FaultLine>>,
    #[serde(default)]
    limits: Vec<LimitLine>,
    #[serde(default)]
    balances: Vec<BalanceLine>,
    #[serde(default)]
    rates: Vec<RateLine>,
    #[serde(default)]
    points: Vec<PointLine>,
    #[serde(default)]
    ordered: Vec<Route>,
    #[serde(default)]
    connections: Vec<Route>,
    heals: Option<Spanned<Group>>,
    #[serde(default)]
    network: NetworkTable,
    #[serde(default)]
    risk: RiskTable,
    providers: Option<Spanned<Vec<ProviderTable>>>,
    #[serde(default = "no_banks")]
    banks: Spanned<Vec<BankTable>>,
    settlement: Option<SettlementTable>,
}

/// What a file says besides, of where the plan came from.
pub(super) struct Origin {
    pub(super) samplers: u16,
    pub(super) scenario: String,
    pub(super) seed: Seed,
}

/// How long messages take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Latencies {
    /// As long as is usual for their kind.
    #[default]
    Plain,
    /// A drawn time each.
    Drawn,
}

/// A rare branch that is forced, as a file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PointLine {
    name: PointName,
    rate: Rate,
}

/// The table of `plan`, a comment behind each line that has a note.
pub(super) fn text(plan: &Plan, notes: &Notes) -> String {
    let mut text: String = notes.on_settings().map(|note| format!("# {note}\n")).collect();
    text.push_str("[world]\n");
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    let [one, other] = plan.key;
    if plan.key != [0, 0] {
        line(format!("key = {}", quoted(&format!("{one:016x}{other:016x}"))));
    }
    if !plan.plain {
        line("latencies = \"drawn\"".to_owned());
    }
    if plan.begins != Minute::default() {
        line(format!("begins = {}", quoted(&plan.begins.to_string())));
    }
    line(format!("chaos = {}", quoted(&since_beginning(plan.heal_at).to_string())));
    if let Some(lifetime) = plan.key_lifetime {
        line(format!("key_lifetime = {}", quoted(&Span(lifetime).to_string())));
    }
    if plan.order_ref_unique {
        line("order_ref_unique = true".to_owned());
    }
    if plan.clients != 1 {
        line(format!("clients = {}", plan.clients));
    }
    if plan.protocol != Protocol::Saga {
        line(format!("protocol = {}", quoted(plan.protocol.name())));
    }
    if plan.workers != 1 {
        line(format!("workers = {}", plan.workers));
    }
    if let Some(timeout) = plan.provider_timeout.0 {
        line(format!("provider_timeout = {}", quoted(&Span(timeout).to_string())));
    }
    if plan.webhooks {
        line("webhooks = true".to_owned());
    }
    for (there, name) in [(plan.merchant_events, "merchant_events"), (plan.lake, "lake")] {
        if there {
            line(format!("{name} = true"));
        }
    }
    let operations = plan.operations.iter().filter(|o| o.purpose.refunds().is_none());
    line(list("operations", operations.map(|operation| noted_operation(operation, notes))));
    let refunds = plan.refunds().map(|(of, refund)| {
        noted(operation::refund_line(of, refund), notes, &about_operation(refund))
    });
    let refunds: Vec<String> = refunds.collect();
    let faults = faults(plan).map(|(about, line)| noted(line, notes, &[about]));
    let some =
        |name, lines: Vec<String>| (!lines.is_empty()).then(|| list(name, lines.into_iter()));
    let plain = |line| format!("    {line},\n");
    let bare = |lines: Vec<String>| lines.into_iter().map(plain).collect();
    let routes = |links: &Links| -> Vec<String> {
        links.stretches().iter().map(|links| quoted(&Route(*links).to_string())).collect()
    };
    let points = plan.points.iter();
    let points =
        points.map(|(name, rate)| Line::default().words("name", name.name()).words("rate", rate));
    let lists = [
        some("refunds", refunds),
        some("faults", faults.collect()),
        some("limits", bare(plan.limits.iter().map(operation::limit_line).collect())),
        some("balances", bare(plan.balances.iter().map(operation::balance_line).collect())),
        some("rates", bare(plan.rates.iter().map(rates::line).collect())),
        some("points", bare(points.map(Line::end).collect())),
        some("ordered", bare(routes(&plan.ordered))),
        some("connections", bare(routes(&plan.connections))),
    ];
    lists.into_iter().flatten().for_each(&mut line);
    if let Some(core) = plan.core {
        line(format!("heals = {}", quoted(&Group(core).to_string())));
    }
    let mut table = |name: &str, lines: Vec<String>| {
        line(format!("\n{name}"));
        lines.into_iter().for_each(&mut line);
    };
    if plan.weather != Weather::CALM {
        table("[world.network]", network_lines(&plan.weather));
    }
    if plan.risk != provider::calm_risk() {
        table("[world.risk]", provider::risk_lines(&plan.risk));
    }
    if let Some(decisions) = &plan.decisions {
        table("[world.decisions]", decision::lines(decisions));
    }
    let unsaid = plan.providers == provider::calm_cast();
    for provider in plan.providers.iter().filter(|_| !unsaid) {
        table("[[world.providers]]", provider::lines(provider));
    }
    for bank in &plan.banks {
        table("[[world.banks]]", bank::lines(bank));
    }
    if let Some(settlement) = plan.settlement.as_ref() {
        table("[world.settlement]", settlement::lines(settlement, notes));
    }
    text
}

/// Every fault of any kind, and the line that it is.
fn faults(plan: &Plan) -> impl Iterator<Item = (shrink::Line, String)> {
    let faults = plan.faults.iter().map(|f| (shrink::Line::Fault(f.id), fault::line(f)));
    let troubles = plan.troubles.iter();
    let troubles = troubles.map(|t| (shrink::Line::Trouble(t.id), fault::trouble_line(t)));
    let strokes = plan.strokes.iter().map(|s| (shrink::Line::Stroke(s.id), stroke::line(s)));
    let forced = plan.forced.iter();
    let forced = forced.map(|f| (shrink::Line::Forced(f.id), stroke::forced_line(f)));
    faults.chain(troubles).chain(strokes).chain(forced)
}

fn noted_operation(operation: &Operation, notes: &Notes) -> String {
    noted(operation::line(operation), notes, &about_operation(operation))
}

fn about_operation(operation: &Operation) -> [shrink::Line; 4] {
    let token = operation.token;
    [
        shrink::Line::Operation(token),
        shrink::Line::SecondClick(token),
        shrink::Line::Cancellation(token),
        shrink::Line::Insistence(token),
    ]
}

/// A line of a list, below what is said about it.
fn noted(line: String, notes: &Notes, about: &[shrink::Line]) -> String {
    let mut text = String::new();
    for about in about {
        let whose = match about {
            shrink::Line::SecondClick(_) => "the second click: ",
            shrink::Line::Cancellation(_) => "the cancellation: ",
            shrink::Line::Insistence(_) => "the insistence: ",
            _ => "",
        };
        for note in notes.on(*about) {
            text.push_str(&format!("    # {whose}{note}\n"));
        }
    }
    format!("{text}    {line},\n")
}

/// A list of lines that are indented already.
fn list(name: &str, lines: impl Iterator<Item = String>) -> String {
    format!("{name} = [\n{}]", lines.collect::<String>())
}

impl WorldTable {
    /// The plan that the table says.
    ///
    /// # Errors
    /// If a number is out of bounds, or something is named that there is not.
    pub(super) fn plan(self, origin: Origin) -> Result<Plan, Wrong> {
        let clients = bounded(&self.clients, "clients", 1, CLIENTS_MAX)?;
        let workers = bounded(&self.workers, "workers", 1, WORKERS_MAX)?;
        let heal_at = VirtualTime::ZERO.after(span(&mut Some(self.chaos), "chaos", CHAOS_MAX)?);
        let key_lifetime = bounds::key_lifetime(self.key_lifetime, heal_at)?;
        let timeout = bounds::provider_timeout(self.provider_timeout)?;
        let providers = providers(self.providers)?;
        let banks = banks(self.banks)?;
        let decisions = self.decisions.map(decision::decisions).transpose()?;
        let place = self.operations.span();
        let operations = operations(self.operations, self.refunds, clients, banks.len())?;
        let rates = rates::paths(self.rates, &operations, place)?;
        let payments = operations.iter().map(|operation| operation.token.0).collect();
        let (webhooks, merchant_events, lake) = (self.webhooks, self.merchant_events, self.lake);
        let settlement = self.settlement;
        let settlement = settlement.map(|table| table.settlement(providers.len(), banks.len()));
        let settlement = settlement.transpose()?;
        let (protocol, protocol_place) = match self.protocol {
            Some(protocol) => (*protocol.get_ref(), protocol.span()),
            None => (Protocol::Saga, 0..0),
        };
        let present = Present {
            settlement: settlement.is_some(),
            clients,
            workers,
            webhooks,
            merchant_events,
            lake,
            decider: decisions.is_some_and(|decisions| decisions.decider.is_some()),
            adapter: protocol == Protocol::TwoPhase,
            providers: providers.len(),
            banks: banks.len(),
            payments,
        };
        if let Some(heals) = &self.heals {
            present.check(heals.get_ref().named(), heals.span())?;
        }
        let planned = planned(self.faults, &present)?;
        let balances = self.balances.into_iter().map(BalanceLine::balance);
        let balances = balances.collect::<Result<_, _>>()?;
        let limits = self.limits.into_iter().map(LimitLine::limit).collect::<Result<_, _>>()?;
        let plan = Plan {
            format: Plan::FORMAT,
            samplers: origin.samplers,
            scenario: origin.scenario,
            seed: origin.seed,
            key: self.key.0,
            begins: self.begins,
            heal_at,
            key_lifetime,
            order_ref_unique: self.order_ref_unique,
            clients,
            workers,
            merchant_events,
            lake,
            operations,
            limits,
            balances,
            rates,
            weather: self.network.weather()?,
            plain: self.latencies == Latencies::Plain,
            ordered: self.ordered.into_iter().map(|route| route.0).collect(),
            connections: self.connections.into_iter().map(|route| route.0).collect(),
            mirrored: party::mirrored(protocol, workers),
            protocol,
            points: self.points.into_iter().map(|point| (point.name, point.rate)).collect(),
            forced: planned.forced,
            core: self.heals.map(|group| group.into_inner().0),
            faults: planned.faults,
            troubles: planned.troubles,
            strokes: planned.strokes.into_iter().collect(),
            provider_timeout: Aside(timeout),
            providers,
            webhooks: self.webhooks,
            banks,
            risk: self.risk.risk()?,
            settlement: Aside(settlement),
            decisions,
        };
        if let Some(why) = plan.needs_sagas() {
            let problem = format!("two-phase commit can't do this: {why}");
            return Err(Wrong::new(protocol_place, problem));
        }
        Ok(plan)
    }
}

fn providers(tables: Option<Spanned<Vec<ProviderTable>>>) -> Result<Vec<ProviderPlan>, Wrong> {
    let Some(tables) = tables else { return Ok(provider::calm_cast()) };
    let (place, tables) = (tables.span(), tables.into_inner());
    if !(1..=usize::from(PROVIDERS_MAX)).contains(&tables.len()) {
        let problem =
            format!("expected 1 to {PROVIDERS_MAX} providers, or none to have the two calm ones");
        return Err(Wrong::new(place, problem));
    }
    tables.into_iter().map(ProviderTable::provider).collect()
}

fn banks(tables: Spanned<Vec<BankTable>>) -> Result<Vec<BankPlan>, Wrong> {
    let (place, tables) = (tables.span(), tables.into_inner());
    if tables.len() > usize::from(BANKS_MAX) {
        return Err(Wrong::new(place, format!("expected at most {BANKS_MAX} banks")));
    }
    tables.into_iter().map(BankTable::bank).collect()
}

/// In the order of their numbers.
fn operations(
    lines: Spanned<Vec<Spanned<OperationLine>>>,
    refunds: Vec<RefundLine>,
    clients: u8,
    banks: usize,
) -> Result<Vec<Operation>, Wrong> {
    let (place, lines) = (lines.span(), lines.into_inner());
    if !(1..=OPERATIONS_MAX).contains(&lines.len()) {
        let problem = format!("expected 1 to {OPERATIONS_MAX} operations, such as");
        let help = "{ payment = 1, at = \"3s\", pays = \"1.00 EUR\" }";
        return Err(Wrong::new(place, problem).help(help));
    }
    let mut seen = BTreeSet::new();
    let mut operations = Vec::with_capacity(lines.len());
    for line in lines {
        let line = line.into_inner();
        let (payment, place) = (*line.payment.get_ref(), line.payment.span());
        if !seen.insert(payment) {
            return Err(Wrong::new(place, format!("payment {payment} stands here twice")));
        }
        operations.push(line.operation(clients, banks)?);
    }
    if operations.len() + refunds.len() > OPERATIONS_MAX {
        let problem = format!("expected at most {OPERATIONS_MAX} operations and refunds");
        return Err(Wrong::new(place, problem));
    }
    let mut given_back = Vec::with_capacity(refunds.len());
    for line in refunds {
        let (refund, place) = (*line.refund.get_ref(), line.refund.span());
        if !seen.insert(refund) {
            return Err(Wrong::new(place, format!("operation {refund} stands here twice")));
        }
        given_back.push(line.operation(&operations)?);
    }
    operations.extend(given_back);
    operations.sort_by_key(|operation| operation.token);
    Ok(operations)
}

/// Faults of each kind, in the order of their lines.
#[derive(Default)]
struct Faults {
    faults: Vec<sim::Fault>,
    troubles: Vec<ProviderTrouble>,
    strokes: Vec<Stroke>,
    forced: Vec<Forced>,
}

fn planned(lines: Vec<Spanned<FaultLine>>, present: &Present) -> Result<Faults, Wrong> {
    if let Some(line) = lines.get(FAULTS_MAX) {
        return Err(Wrong::new(line.span(), format!("expected at most {FAULTS_MAX} faults")));
    }
    let (mut seen, mut all) = (BTreeSet::new(), Faults::default());
    for line in lines {
        let (place, line) = (line.span(), line.into_inner());
        let id = *line.id.get_ref();
        if !seen.insert(id) {
            let problem = format!("two faults have the id {id}: expected each to have its own");
            return Err(Wrong::new(line.id.span(), problem));
        }
        match line.planned(&place, present)? {
            Planned::Fault(fault) => all.faults.push(fault),
            Planned::Trouble(trouble) => all.troubles.push(trouble),
            Planned::Stroke(stroke) => all.strokes.push(stroke),
            Planned::Forced(forced) => all.forced.push(forced),
        }
    }
    Ok(all)
}

pub(super) fn bounded<T: Copy + Ord + std::fmt::Display>(
    value: &Spanned<T>,
    name: &str,
    least: T,
    most: T,
) -> Result<T, Wrong> {
    if (least..=most).contains(value.get_ref()) {
        return Ok(*value.get_ref());
    }
    Err(Wrong::new(value.span(), format!("`{name}` is {least} to {most}")))
}

fn no_banks() -> Spanned<Vec<BankTable>> {
    Spanned::new(0..0, Vec::new())
}

fn one() -> Spanned<u8> {
    Spanned::new(0..0, 1)
}
