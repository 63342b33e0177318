//! The invariants of settlement: I37, I38, and the settled clause of I17. What
//! was paid is told by the files that providers and banks wrote, what is known
//! of it by the ledger's rows, and what the reconciler makes of the difference
//! by its own report.

use std::collections::BTreeMap;

use model::{
    AccountName, Amount, Commit, Contract, Currency, FileId, InboxChange, LineId, LineKind, Money,
    OperationId, Order, ProviderId, Report, SettlementFile, SettlementLine, Status, Tenant, Token,
    Transfer,
};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::dossier::Dossier;
use super::findings::{Findings, Relation};
use super::id_set::IdSet;
use crate::invariant::Invariant;

/// What was settled, by whom it was said.
#[derive(Clone, Debug, Default)]
pub(super) struct Settlements {
    contract: Option<Contract>,
    /// PB: every line that was written.
    lines: BTreeMap<LineId, LineView>,
    /// PB: what lines are the first to tell of, by what it is.
    told: IdSet,
    /// PB: what providers have paid, to the first bank.
    paid: BTreeMap<(Tenant, Currency), Amount>,
    /// PB: what of what they owed that was for.
    settled: BTreeMap<(Tenant, Currency, ProviderId), Amount>,
    /// PB: what was paid other than it should have been, and not mended.
    wrong: BTreeMap<LineId, (Tenant, Currency, Amount)>,
    /// JR: the operations that a file which was taken in intends.
    operations: BTreeMap<OperationId, LineId>,
    /// JR: how often each file was taken in.
    filings: BTreeMap<FileId, u8>,
    /// What the reconciler told last.
    report: Option<Report>,
    /// What went wrong with files, by name.
    strikes: BTreeMap<&'static str, u64>,
}

/// One line, and what the ledger has of it.
#[derive(Clone, Copy, Debug)]
struct LineView {
    token: Token,
    kind: LineKind,
    currency: Currency,
    net: Amount,
    /// LG: what came to our account by it, or left it.
    banked: Amount,
}

impl Settlements {
    /// Nothing yet, in a world that settles by this contract, if it does.
    pub(super) fn new(contract: Option<Contract>) -> Self {
        Self { contract, ..Self::default() }
    }

    /// Whether the world settles.
    pub(super) fn is_on(&self) -> bool {
        self.contract.is_some()
    }

    /// Whether a file that was taken in intends this operation.
    pub(super) fn intends(&self, operation: OperationId) -> bool {
        self.operations.contains_key(&operation)
    }

    /// What went wrong with files, and how often.
    pub(super) fn strikes(&self, name: &'static str) -> u64 {
        self.strikes.get(name).copied().unwrap_or_default()
    }

    pub(super) fn count_strike(&mut self, name: &'static str) {
        *self.strikes.entry(name).or_default() += 1;
    }

    pub(super) fn take_report(&mut self, report: &Report) {
        self.report = Some(report.clone());
    }

    /// What providers have paid to us.
    pub(super) fn paid(&self, tenant: Tenant, currency: Currency) -> Amount {
        self.paid.get(&(tenant, currency)).copied().unwrap_or_default()
    }

    /// How much of what `provider` owed is settled.
    pub(super) fn settled(
        &self,
        tenant: Tenant,
        currency: Currency,
        provider: ProviderId,
    ) -> Amount {
        self.settled.get(&(tenant, currency, provider)).copied().unwrap_or_default()
    }

    /// The same, of all providers.
    pub(super) fn settled_by_all(&self, tenant: Tenant, currency: Currency) -> Amount {
        let side = |((t, c, _), _): &(&(Tenant, Currency, ProviderId), &Amount)| {
            (*t, *c) == (tenant, currency)
        };
        self.settled.iter().filter(side).map(|(_, amount)| *amount).sum()
    }

    /// Whether a line tells of this.
    pub(super) fn tells(&self, kind: LineKind, token: Token) -> bool {
        self.told.contains(about(kind, token))
    }

    /// A provider or a bank has written a file.
    pub(super) fn written(&mut self, file: &SettlementFile) {
        for line in &file.lines {
            let SettlementLine { token, kind, tenant, currency, gross, net, .. } = *line;
            self.lines.insert(line.id, LineView {
                token,
                kind,
                currency,
                net,
                banked: Amount::ZERO,
            });
            if file.provider().is_some() {
                *self.paid.entry((tenant, currency)).or_default() += net;
            }
            let side = |amount| (tenant, currency, amount);
            match kind {
                LineKind::Adjustment => drop(self.wrong.insert(line.id, side(net))),
                LineKind::Correction => {
                    self.wrong.remove(&LineId(line.reference.0));
                }
                _ if self.tells(kind, token) => drop(self.wrong.insert(line.id, side(net))),
                _ => {
                    self.told.insert(about(kind, token));
                    if let Some(provider) = file.provider() {
                        *self.settled.entry((tenant, currency, provider)).or_default() += gross;
                    }
                    let agreed = self.contract.map(|contract| contract.fee(kind, gross));
                    let off = line.fee - agreed.unwrap_or(line.fee);
                    if off != Amount::ZERO {
                        self.wrong.insert(line.id, side(-off));
                    }
                }
            }
        }
    }

    /// The store has taken a file in: from now on its lines may be booked.
    pub(super) fn filed(&mut self, file: &SettlementFile) {
        let times = self.filings.entry(file.id).or_default();
        for line in &file.lines {
            for stage in [2 * *times, 2 * *times + 1] {
                self.operations.insert(line.id.operation(stage), line.id);
            }
        }
        *times = times.saturating_add(1).min(100);
    }

    /// The sum of what was paid other than it should have been.
    fn suspended(&self, tenant: Tenant, currency: Currency) -> Amount {
        let here = |(t, c, _): &&(Tenant, Currency, Amount)| (*t, *c) == (tenant, currency);
        self.wrong.values().filter(here).map(|(_, _, amount)| *amount).sum()
    }
}

/// The ledger has stored a row, which may book a line.
pub(super) fn booked(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    row: &Transfer,
) {
    let settlements = &mut said.settlements;
    let Some(id) = settlements.operations.get(&row.operation) else { return };
    let Some(line) = settlements.lines.get_mut(id) else { return };
    let bank = |name| matches!(name, AccountName::Bank(_));
    if bank(row.debit.name) {
        line.banked += row.amount;
    }
    if bank(row.credit.name) {
        line.banked -= row.amount;
    }
    let (line, id) = (*line, *id);
    let about = (row.token, "settle", Relation::SameOperationTwice);
    let within = line.banked.0.abs() <= line.net.0.abs();
    found.check(Invariant::I38, seen, about, within, || {
        let money = |amount| Money { amount, currency: line.currency };
        format!("{id} paid {}, and the ledger has {} of it", money(line.net), money(line.banked))
    });
}

/// A commit may tell that a line settles its payment: it has to be the line of
/// that payment.
pub(super) fn committed(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    commit: &Commit,
) {
    for change in &commit.inbox {
        let InboxChange::Booked(id, _) = change else { continue };
        let Some(line) = said.settlements.lines.get(id) else { continue };
        let about = (commit.token, "settle", Relation::BooksDiffer);
        found.check(Invariant::I38, seen, about, line.token == commit.token, || {
            let (line, payment) = (called(line.token), called(commit.token));
            format!("{id} tells of {line}, and settled {payment}")
        });
    }
}

/// A client was shown that its payment is settled.
pub(super) fn shown(said: &Authorities, found: &mut Findings, seen: Sighting, token: Token) {
    let kinds = [LineKind::Capture, LineKind::Payout];
    let told = kinds.into_iter().any(|kind| said.settlements.tells(kind, token));
    let about = (token, "settle", Relation::ShownTooEarly);
    found.check(Invariant::I17, seen, about, told, || {
        format!("{} was seen settled, and no settlement file tells of it", called(token))
    });
}

/// Every line is booked once, and what nobody knows the reason of is in
/// suspense, and reported.
pub(super) fn at_rest(said: &Authorities, found: &mut Findings, seen: Sighting) {
    if !said.settlements.is_on() || said.has_permanent_faults() {
        return;
    }
    for (id, line) in &said.settlements.lines {
        let about = (line.token, "settle", Relation::BooksDiffer);
        found.check(Invariant::I38, seen, about, line.banked == line.net, || {
            let money = |amount| Money { amount, currency: line.currency };
            let (paid, booked) = (money(line.net), money(line.banked));
            format!(
                "{id} ({} of {}) paid {paid}, and the ledger has {booked} of it",
                line.kind,
                called(line.token)
            )
        });
    }
    let sides = said.plan.operations.iter().map(|o| (o.tenant, o.money.currency));
    let sides: std::collections::BTreeSet<_> = sides.collect();
    for (tenant, currency) in sides {
        suspense(said, found, seen, (tenant, currency));
    }
    reported(said, found, seen);
}

fn suspense(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (tenant, currency): (Tenant, Currency),
) {
    let name = AccountName::Suspense;
    let balance = said.balances().of(model::AccountId { tenant, currency, name });
    let (held, open) = (
        balance.credits_posted - balance.debits_posted,
        said.settlements.suspended(tenant, currency),
    );
    let culprit = said.settlements.wrong.keys().find_map(|id| said.settlements.lines.get(id));
    let token = culprit.map_or(Token(0), |line| line.token);
    let about = (token, "settle", Relation::BooksDiffer);
    found.check(Invariant::I37, seen, about, held == open, || {
        let money = |amount| Money { amount, currency };
        format!(
            "{} of {tenant} is in suspense, and open cases come to {}",
            money(held),
            money(open)
        )
    });
}

/// What the reconciler does not agree with is what books and files differ in.
fn reported(said: &Authorities, found: &mut Findings, seen: Sighting) {
    let mut open = BTreeMap::<Currency, (u32, Amount)>::new();
    let mut add = |currency, amount: Amount| {
        let (count, value) = open.entry(currency).or_default();
        *count += 1;
        *value += Amount(amount.0.abs());
    };
    for (_, currency, amount) in said.settlements.wrong.values() {
        add(*currency, *amount);
    }
    let mut spare = Dossier::default();
    let mut untold = None;
    for (payment, token) in said.dossiers.payments() {
        let Some(dossier) = said.dossiers.outline(token, &mut spare) else { continue };
        let Some(view) = dossier.payment(payment) else { continue };
        let over = matches!(view.status, Status::Succeeded | Status::Settled);
        let due = match view.intent.order {
            Order::PayIn(_) => [over.then_some(LineKind::Capture), None],
            Order::Payout(_) => [over.then_some(LineKind::Payout), None],
            Order::Refund(_) => [over.then_some(LineKind::Refund), None],
            Order::Chargeback(_) => {
                [Some(LineKind::Dispute), view.won.then_some(LineKind::DisputeWon)]
            }
        };
        for kind in due.into_iter().flatten() {
            if !said.settlements.tells(kind, token) {
                let amount = match view.intent.order {
                    Order::PayIn(_) => view.captured(),
                    _ => view.intent.money.amount,
                };
                untold.get_or_insert(token);
                add(view.intent.money.currency, amount);
            }
        }
    }
    let told = said.settlements.report.as_ref().map(|report| &report.open);
    let token = untold.unwrap_or(Token(0));
    let about = (token, "settle", Relation::RepliesDiffer);
    found.check(Invariant::I38, seen, about, told == Some(&open), || {
        let list = |open: &BTreeMap<Currency, (u32, Amount)>| {
            let each = open.iter().map(|(currency, (count, value))| {
                format!("{count} of {}", Money { amount: *value, currency: *currency })
            });
            let each: Vec<_> = each.collect();
            if each.is_empty() { "nothing".to_owned() } else { each.join(", ") }
        };
        let told = told.map_or("nothing at all".to_owned(), list);
        format!("books and files differ in {}, and the reconciler told of {told}", list(&open))
    });
}

/// What tells one thing that a line can tell from another.
fn about(kind: LineKind, token: Token) -> u64 {
    token.0 << 3 | kind as u64
}
