//! What was settled, and who said so.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, BankId, Cause, ChargeId, Contract, Currency, Difference, FileId, LineId, LineKind,
    OperationId, ProviderId, Report, SettlementFile, SettlementLine, Teller, Tenant, Token,
};

use super::id_set::IdSet;
use super::unclaimed::Unclaimed;
use crate::plan::Plan;

/// What was settled, by whom it was said.
#[derive(Clone, Debug, Default)]
pub(super) struct Settlements {
    contract: Option<Contract>,
    /// PB: every line that was written.
    pub(super) lines: BTreeMap<LineId, LineView>,
    /// PB: what lines are the first to tell of, by what it is.
    told: IdSet,
    /// PB: the same by charges and keys, where providers break their word: one
    /// instrument has more of a kind there.
    named: Option<BTreeSet<(LineKind, u64)>>,
    /// PB: what came to us by files, and at which bank: what providers have paid, to
    /// the first, and what banks have moved other than they were asked to.
    paid: BTreeMap<(Tenant, Currency, BankId), Amount>,
    /// PB: what of what they owed that was for.
    settled: BTreeMap<(Tenant, Currency, ProviderId), Amount>,
    /// PB: what was paid other than it should have been, and not mended.
    pub(super) wrong: BTreeMap<LineId, (Tenant, Currency, Amount, Cause)>,
    /// JR: the operations that a file which was taken in intends.
    pub(super) operations: BTreeMap<OperationId, LineId>,
    /// JR: how often each file was taken in.
    filings: BTreeMap<FileId, u8>,
    /// What the reconciler told last.
    pub(super) report: Option<Report>,
    /// What went wrong with files, by name.
    strikes: BTreeMap<&'static str, u64>,
}

/// One line, and what the ledger has of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineView {
    pub(super) token: Token,
    pub(super) kind: LineKind,
    pub(super) reference: OperationId,
    pub(super) tenant: Tenant,
    pub(super) currency: Currency,
    pub(super) net: Amount,
    /// What of what this provider owed it was the first to tell of.
    pub(super) settled: Option<(ProviderId, Amount)>,
    /// LG: what came to our account by it, or left it.
    pub(super) banked: Amount,
}

impl Settlements {
    /// Nothing yet, in a world that settles by this contract, if it does.
    pub(super) fn new(plan: &Plan) -> Self {
        let contract = plan.settlement.as_ref().map(|plan| plan.contract);
        let named = plan.is_breached().then(BTreeSet::new);
        Self { contract, named, ..Self::default() }
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

    /// What the reconciler told last.
    pub(super) fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    pub(super) fn take_report(&mut self, report: &Report) {
        self.report = Some(report.clone());
    }

    /// What came to us by files, at `bank`.
    pub(super) fn paid(&self, tenant: Tenant, currency: Currency, bank: BankId) -> Amount {
        self.paid.get(&(tenant, currency, bank)).copied().unwrap_or_default()
    }

    /// The same, at all banks.
    pub(super) fn paid_to_all(&self, tenant: Tenant, currency: Currency) -> Amount {
        let side = |((t, c, _), _): &(&(Tenant, Currency, BankId), &Amount)| {
            (*t, *c) == (tenant, currency)
        };
        self.paid.iter().filter(side).map(|(_, amount)| *amount).sum()
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

    /// Whether a line tells that this charge of the instrument was captured.
    pub(super) fn tells_charge(&self, token: Token, charge: Option<ChargeId>) -> bool {
        match (&self.named, charge) {
            (Some(named), Some(charge)) => named.contains(&(LineKind::Capture, charge.0)),
            _ => self.tells(LineKind::Capture, token),
        }
    }

    /// Whether a line tells of what has this key.
    pub(super) fn tells_key(&self, kind: LineKind, token: Token, key: OperationId) -> bool {
        match &self.named {
            Some(named) => named.contains(&(kind, key.0)),
            None => self.tells(kind, token),
        }
    }

    /// Whether `line` tells of what another line told before.
    fn repeats(&self, line: &SettlementLine) -> bool {
        match &self.named {
            Some(named) => named.contains(&name(line)),
            None => self.tells(line.kind, line.token),
        }
    }

    /// A provider or a bank has written a file.
    pub(super) fn written(&mut self, file: &SettlementFile) {
        for line in &file.lines {
            let SettlementLine { token, kind, reference, tenant, currency, gross, net, .. } = *line;
            let (settled, banked) = (None, Amount::ZERO);
            let view = LineView { token, kind, reference, tenant, currency, net, settled, banked };
            self.lines.insert(line.id, view);
            let asked_for = match file.teller {
                Teller::Provider(_) | Teller::Risk => false,
                Teller::Bank(_) => kind == LineKind::Payout && !self.tells(kind, token),
            };
            // What a bank was asked to send its own books tell.
            if !asked_for {
                let bank = file.bank();
                *self.paid.entry((tenant, currency, bank)).or_default() += net;
            }
            let item = |amount, cause| (tenant, currency, amount, cause);
            match kind {
                // Whatever was converted, there is too little of the one currency, and
                // too much of the other.
                LineKind::Adjustment => {
                    self.wrong.insert(line.id, item(net, Cause::Unforeseen));
                }
                LineKind::Conversion => {
                    let cause = Cause::Differs(Difference::Currency);
                    self.wrong.insert(line.id, item(net, cause));
                }
                LineKind::Correction => {
                    self.wrong.remove(&LineId(line.reference.0));
                }
                _ if self.repeats(line) => {
                    let cause = Cause::Differs(Difference::Duplicate);
                    self.wrong.insert(line.id, item(net, cause));
                }
                _ => {
                    self.told.insert(about(kind, token));
                    if let Some(named) = &mut self.named {
                        named.insert(name(line));
                    }
                    if let Some(provider) = file.provider() {
                        *self.settled.entry((tenant, currency, provider)).or_default() += gross;
                        self.lines
                            .insert(line.id, LineView { settled: Some((provider, gross)), ..view });
                    }
                    let agreed = self.contract.map(|contract| contract.fee(kind, gross));
                    let off = line.fee - agreed.unwrap_or(line.fee);
                    if off != Amount::ZERO {
                        let cause = Cause::Differs(Difference::Fee);
                        self.wrong.insert(line.id, item(-off, cause));
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

    /// What was paid other than it should have been, or without anybody's knowing of
    /// it: all that somebody has to look at, and why.
    pub(super) fn open<'s>(
        &'s self,
        unclaimed: &'s Unclaimed,
    ) -> impl Iterator<Item = (Tenant, Currency, Amount, Cause)> + 's {
        let wrong = self.wrong.iter().filter(|(id, _)| !unclaimed.has(**id));
        let rests = unclaimed.rests();
        let rests =
            rests.map(|(tenant, currency, left)| (tenant, currency, left, Cause::Unclaimed));
        wrong.map(|(_, item)| *item).chain(rests)
    }
}

/// What tells one thing that a line can tell from another, where instruments don't.
fn name(line: &SettlementLine) -> (LineKind, u64) {
    (line.kind, line.charge.0.map_or(line.reference.0, |charge| charge.0))
}

/// What tells one thing that a line can tell from another.
fn about(kind: LineKind, token: Token) -> u64 {
    token.0 << 4 | kind as u64
}
