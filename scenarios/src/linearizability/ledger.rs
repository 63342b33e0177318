//! The ledger as one request after the other: the table of payments.md M4, with the results
//! of TigerBeetle, written down once more and by other means than the ledger's own.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    AccountId, Amount, Answer, HoldState, LedgerRequest, Transfer, TransferId, TransferKind,
    TransferResult,
};

use super::Specification;

/// What a ledger is to do. A hold that ends by itself does so at any moment, as nobody but
/// the ledger knows its clock: that is a request which nobody hears the answer of.
#[derive(Clone, Copy, Debug)]
pub struct LedgerTable;

/// What a ledger is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerStep {
    /// To book, to look up, or to tell what is available.
    Asked(LedgerRequest),
    /// The time of this hold is over.
    Ends(TransferId),
}

/// Where a ledger stands, as far as answers depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LedgerState {
    rows: BTreeMap<TransferId, (Transfer, Option<HoldState>)>,
    burned: BTreeSet<TransferId>,
    /// Of each account: debits and credits, posted and pending.
    sums: BTreeMap<AccountId, [i128; 4]>,
}

impl Specification for LedgerTable {
    type State = LedgerState;
    type Request = LedgerStep;
    type Response = Answer;

    fn step(
        state: &LedgerState,
        request: &LedgerStep,
        response: Option<&Answer>,
    ) -> Option<LedgerState> {
        // Definitely nothing was done.
        if let Some(Answer::StaleEpoch | Answer::Unavailable) = response {
            return Some(state.clone());
        }
        let mut after = state.clone();
        let answer = match request {
            LedgerStep::Ends(hold) => {
                after.end(*hold);
                return Some(after);
            }
            LedgerStep::Asked(LedgerRequest::Create(transfers)) => {
                Answer::Booked(after.create(transfers))
            }
            LedgerStep::Asked(LedgerRequest::Lookup(ids)) => {
                let found = ids.iter().filter(|id| state.rows.contains_key(id)).count();
                Answer::Found { asked: ids.len(), found }
            }
            LedgerStep::Asked(LedgerRequest::Available(accounts)) => {
                let free = |account: &AccountId| {
                    let [given, promised, had, _] =
                        state.sums.get(account).copied().unwrap_or_default();
                    Amount(had - given - promised)
                };
                Answer::Available(accounts.iter().map(free).collect())
            }
        };
        response.is_none_or(|heard| *heard == answer).then_some(after)
    }
}

impl LedgerState {
    /// A ledger that has booked `grants`.
    pub fn funded(grants: &[Transfer]) -> Self {
        let mut state = Self::default();
        state.create(grants);
        state
    }

    fn create(&mut self, transfers: &[Transfer]) -> Vec<TransferResult> {
        let mut results = Vec::new();
        for chain in transfers.chunk_by(|one, _| one.linked) {
            self.create_chain(chain, &mut results);
        }
        results
    }

    /// All of it, or nothing: then one has failed, and the others with it.
    fn create_chain(&mut self, chain: &[Transfer], results: &mut Vec<TransferResult>) {
        let before = self.clone();
        let is_open = chain.last().is_some_and(|last| last.linked);
        for (at, transfer) in chain.iter().enumerate() {
            let result = match is_open && at + 1 == chain.len() {
                true => TransferResult::LinkedEventChainOpen,
                false => self.judge(transfer),
            };
            if result == TransferResult::Created {
                self.store(transfer);
                continue;
            }
            *self = before;
            if result.burns() {
                self.burned.insert(transfer.id);
            }
            let of = |other| match other == at {
                true => result,
                false if is_open && other + 1 == chain.len() => {
                    TransferResult::LinkedEventChainOpen
                }
                false => TransferResult::LinkedEventFailed,
            };
            results.extend((0..chain.len()).map(of));
            return;
        }
        results.extend(chain.iter().map(|_| TransferResult::Created));
    }

    fn judge(&self, transfer: &Transfer) -> TransferResult {
        match transfer.id.0 {
            0 => return TransferResult::IdMustNotBeZero,
            u64::MAX => return TransferResult::IdMustNotBeIntMax,
            _ => {}
        }
        if let Some((stored, _)) = self.rows.get(&transfer.id) {
            return repeated(stored, transfer);
        }
        if self.burned.contains(&transfer.id) {
            return TransferResult::IdAlreadyFailed;
        }
        match transfer.kind {
            TransferKind::PostPending(hold) | TransferKind::VoidPending(hold) => {
                self.judge_resolution(transfer, hold)
            }
            _ => self.judge_limits(transfer),
        }
    }

    fn judge_resolution(&self, transfer: &Transfer, hold: TransferId) -> TransferResult {
        let voids = matches!(transfer.kind, TransferKind::VoidPending(_));
        match hold.0 {
            0 => return TransferResult::PendingIdMustNotBeZero,
            u64::MAX => return TransferResult::PendingIdMustNotBeIntMax,
            _ if hold == transfer.id => return TransferResult::PendingIdMustBeDifferent,
            _ => {}
        }
        let Some((held, state)) = self.rows.get(&hold) else {
            return TransferResult::PendingTransferNotFound;
        };
        match state {
            None => TransferResult::PendingTransferNotPending,
            _ if held.debit != transfer.debit => {
                TransferResult::PendingTransferHasDifferentDebitAccountId
            }
            _ if held.credit != transfer.credit => {
                TransferResult::PendingTransferHasDifferentCreditAccountId
            }
            _ if transfer.amount > held.amount || transfer.amount.0 < 0 => {
                TransferResult::ExceedsPendingTransferAmount
            }
            _ if voids && transfer.amount != held.amount => {
                TransferResult::PendingTransferHasDifferentAmount
            }
            Some(HoldState::Pending) => TransferResult::Created,
            Some(HoldState::Posted) => TransferResult::PendingTransferAlreadyPosted,
            Some(HoldState::Voided) => TransferResult::PendingTransferAlreadyVoided,
            Some(HoldState::Expired) => TransferResult::PendingTransferExpired,
        }
    }

    /// What a limited account has covers what it gives and has promised; what goes back of a
    /// debt is no more than it is.
    fn judge_limits(&self, transfer: &Transfer) -> TransferResult {
        if transfer.debit == transfer.credit {
            return TransferResult::AccountsMustBeDifferent;
        }
        let ledger = |account: AccountId| (account.tenant, account.currency);
        if ledger(transfer.debit) != ledger(transfer.credit) {
            return TransferResult::AccountsMustHaveTheSameLedger;
        }
        let sums = |account: AccountId| self.sums.get(&account).copied().unwrap_or_default();
        if let Some(overflow) = overflow(transfer, sums(transfer.debit), sums(transfer.credit)) {
            return overflow;
        }
        let [given, promised, had, _] = sums(transfer.debit);
        if transfer.debit.name.is_limited() && given + promised + transfer.amount.0 > had {
            return TransferResult::ExceedsCredits;
        }
        let [owed, _, back, coming] = sums(transfer.credit);
        if transfer.credit.name.is_debt() && back + coming + transfer.amount.0 > owed {
            return TransferResult::ExceedsDebits;
        }
        TransferResult::Created
    }

    fn store(&mut self, transfer: &Transfer) {
        let amount = transfer.amount.0;
        let hold = transfer.kind.is_hold().then_some(HoldState::Pending);
        self.rows.insert(transfer.id, (*transfer, hold));
        match transfer.kind {
            TransferKind::Posted => self.add(transfer, 0, amount),
            TransferKind::Pending | TransferKind::PendingFor(_) => self.add(transfer, 1, amount),
            TransferKind::PostPending(hold) => {
                self.resolve(hold, HoldState::Posted);
                self.add(transfer, 0, amount);
            }
            TransferKind::VoidPending(hold) => self.resolve(hold, HoldState::Voided),
        }
    }

    /// The time of a hold is over, if it still reserves anything.
    fn end(&mut self, hold: TransferId) {
        if self.rows.get(&hold).is_some_and(|(_, state)| *state == Some(HoldState::Pending)) {
            self.resolve(hold, HoldState::Expired);
        }
    }

    fn resolve(&mut self, hold: TransferId, becomes: HoldState) {
        let Some((held, state)) = self.rows.get_mut(&hold) else { return };
        *state = Some(becomes);
        let held = *held;
        self.add(&held, 1, -held.amount.0);
    }

    fn add(&mut self, transfer: &Transfer, pending: usize, amount: i128) {
        for (account, side) in [(transfer.debit, 0), (transfer.credit, 2)] {
            self.sums.entry(account).or_default()[side + pending] += amount;
        }
    }
}

/// Whether answers depend on what is booked on it.
pub(super) const fn is_bounded(account: AccountId) -> bool {
    account.name.is_limited() || account.name.is_debt()
}

/// Which sum would be more than can be counted, the first of them. Amounts have no sign: one
/// below zero is.
fn overflow(transfer: &Transfer, debit: [i128; 4], credit: [i128; 4]) -> Option<TransferResult> {
    let ([given, promised, ..], [.., had, coming]) = (debit, credit);
    let (amount, most) = (transfer.amount.0 as u128, i128::MAX as u128);
    let is_more = |sums: [i128; 2]| {
        let sum = sums.iter().try_fold(amount, |sum, part| sum.checked_add(*part as u128));
        sum.is_none_or(|sum| sum > most)
    };
    let holds = transfer.kind.is_hold();
    let sums = [
        (holds && is_more([promised, 0]), TransferResult::OverflowsDebitsPending),
        (holds && is_more([coming, 0]), TransferResult::OverflowsCreditsPending),
        (is_more([given, 0]), TransferResult::OverflowsDebitsPosted),
        (is_more([had, 0]), TransferResult::OverflowsCreditsPosted),
        (is_more([given, promised]), TransferResult::OverflowsDebits),
        (is_more([had, coming]), TransferResult::OverflowsCredits),
    ];
    sums.iter().find(|(overflows, _)| *overflows).map(|(_, result)| *result)
}

/// What whoever says something again is told of the first difference.
fn repeated(stored: &Transfer, again: &Transfer) -> TransferResult {
    let shape = |t: &Transfer| (std::mem::discriminant(&held(t.kind)), t.linked);
    let differences = [
        (shape(stored) != shape(again), TransferResult::ExistsWithDifferentFlags),
        (
            stored.kind.pending() != again.kind.pending(),
            TransferResult::ExistsWithDifferentPendingId,
        ),
        (stored.kind.timeout() != again.kind.timeout(), TransferResult::ExistsWithDifferentTimeout),
        (stored.debit != again.debit, TransferResult::ExistsWithDifferentDebitAccountId),
        (stored.credit != again.credit, TransferResult::ExistsWithDifferentCreditAccountId),
        (stored.amount != again.amount, TransferResult::ExistsWithDifferentAmount),
        (stored.token != again.token, TransferResult::ExistsWithDifferentUserData128),
        (stored.operation != again.operation, TransferResult::ExistsWithDifferentUserData64),
    ];
    let first = differences.iter().find(|(differs, _)| *differs);
    first.map_or(TransferResult::Exists, |(_, result)| *result)
}

/// A hold with a time is a hold.
const fn held(kind: TransferKind) -> TransferKind {
    match kind {
        TransferKind::PendingFor(_) => TransferKind::Pending,
        kind => kind,
    }
}
