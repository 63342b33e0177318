//! The double-entry ledger: holds, linked chains, limits, ids that work once.
//!
//! The semantics are those of TigerBeetle's two-phase and linked transfers
//! (its `docs/coding/two-phase-transfers.md`), reimplemented.

mod settled;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::archive::Archive;
use crate::balances::{Balance, Balances};
use crate::defect::{Defect, Defects};
use crate::identity::TransferId;
use crate::money::Amount;
use crate::transfer::{Transfer, TransferKind, TransferResult};

use settled::Settled;

/// What became of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldState {
    /// It reserves its amount.
    Pending,
    /// It was captured.
    Posted,
    /// It was released.
    Voided,
}

/// What a request changed: the rows to store, and the ids that it burned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Booking {
    /// Transfers that were booked, in order.
    pub rows: Vec<Transfer>,
    /// Ids that will always fail from now on.
    pub burned: Vec<TransferId>,
}

/// A ledger: accounts and transfers of all tenants.
#[derive(Clone, Debug, Default, Hash)]
pub struct Ledger {
    balances: Balances,
    rows: BTreeMap<TransferId, Row>,
    burned: BTreeSet<TransferId>,
    /// What is left of transfers that nobody asks for any more.
    settled: Archive<Settled>,
    defects: Defects,
}

/// A stored transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Row {
    transfer: Transfer,
    /// What became of it, if it is a hold.
    hold: Option<HoldState>,
}

impl Ledger {
    /// An empty ledger.
    pub fn new(defects: Defects) -> Self {
        Self { defects, ..Self::default() }
    }

    /// Books `transfers`, chain by chain; a chain is booked whole or not at
    /// all. Returns a result for each, and what has to be made durable before
    /// the results are told to anyone.
    pub fn create(&mut self, transfers: &[Transfer]) -> (Vec<TransferResult>, Booking) {
        let mut results = Vec::with_capacity(transfers.len());
        let mut booking = Booking::default();
        let mut rest = transfers;
        while !rest.is_empty() {
            let length = rest.iter().position(|t| !t.linked).map_or(rest.len(), |last| last + 1);
            let (chain, others) = rest.split_at(length);
            self.create_chain(chain, &mut results, &mut booking);
            rest = others;
        }
        (results, booking)
    }

    /// Puts back what an earlier [`Ledger::create`] changed.
    pub fn restore(&mut self, booking: &Booking) {
        for row in &booking.rows {
            self.book(row);
        }
        self.burned.extend(&booking.burned);
    }

    /// The stored transfer with this id, unless it is settled.
    pub fn transfer(&self, id: TransferId) -> Option<&Transfer> {
        self.rows.get(&id).map(|row| &row.transfer)
    }

    /// Whether a transfer with this id is stored.
    pub fn has(&self, id: TransferId) -> bool {
        self.rows.contains_key(&id) || self.settled.get(id.0).is_some()
    }

    /// What became of the hold with this id.
    pub fn hold(&self, id: TransferId) -> Option<HoldState> {
        match self.rows.get(&id) {
            Some(row) => row.hold,
            None => self.settled.get(id.0)?.hold(),
        }
    }

    /// The sums of `account`; zero if nothing was ever booked there.
    pub fn balance(&self, account: AccountId) -> Balance {
        self.balances.of(account)
    }

    /// Every account whose sums are not all zero, in order.
    pub fn accounts(&self) -> impl Iterator<Item = (&AccountId, &Balance)> {
        self.balances.iter().filter(|(_, balance)| **balance != Balance::default())
    }

    fn create_chain(
        &mut self,
        chain: &[Transfer],
        results: &mut Vec<TransferResult>,
        booking: &mut Booking,
    ) {
        let open = chain.last().is_some_and(|last| last.linked);
        let mut booked = 0;
        let mut failure = None;
        for transfer in chain {
            let last = booked + 1 == chain.len();
            let result = if open && last {
                TransferResult::LinkedEventChainOpen
            } else {
                self.check(transfer)
            };
            if result != TransferResult::Created {
                failure = Some(result);
                break;
            }
            self.book(transfer);
            booked += 1;
        }
        let Some(failure) = failure else {
            results.extend(chain.iter().map(|_| TransferResult::Created));
            booking.rows.extend_from_slice(chain);
            return;
        };
        for transfer in chain[..booked].iter().rev() {
            self.unbook(transfer);
        }
        let failed = &chain[booked];
        if failure.burns() && self.burned.insert(failed.id) {
            booking.burned.push(failed.id);
        }
        results.extend((0..chain.len()).map(|at| match at {
            _ if at == booked => failure,
            _ if open && at + 1 == chain.len() => TransferResult::LinkedEventChainOpen,
            _ => TransferResult::LinkedEventFailed,
        }));
    }

    /// What would become of `transfer` on its own.
    fn check(&self, transfer: &Transfer) -> TransferResult {
        use TransferResult::*;
        if let Some(stored) = self.rows.get(&transfer.id) {
            return same(&stored.transfer, transfer);
        }
        if let Some(settled) = self.settled.get(transfer.id.0) {
            return settled.same(transfer);
        }
        if self.burned.contains(&transfer.id) {
            return IdAlreadyFailed;
        }
        if transfer.amount <= Amount::ZERO {
            return AmountMustBePositive;
        }
        if transfer.debit == transfer.credit {
            return AccountsMustBeDifferent;
        }
        if (transfer.debit.tenant, transfer.debit.currency)
            != (transfer.credit.tenant, transfer.credit.currency)
        {
            return AccountsMustHaveTheSameLedger;
        }
        match transfer.kind {
            TransferKind::Posted | TransferKind::Pending => self.check_limit(transfer),
            TransferKind::PostPending(hold) | TransferKind::VoidPending(hold) => {
                self.check_hold(transfer, hold)
            }
        }
    }

    fn check_limit(&self, transfer: &Transfer) -> TransferResult {
        if !transfer.debit.name.is_limited() {
            return TransferResult::Created;
        }
        let balance = self.balance(transfer.debit);
        let reserved =
            self.defects.pick(Defect::ToctouBalance, || balance.debits_pending, || Amount::ZERO);
        let available = balance.credits_posted - balance.debits_posted - reserved;
        if transfer.amount > available {
            return TransferResult::ExceedsCredits;
        }
        TransferResult::Created
    }

    fn check_hold(&self, transfer: &Transfer, hold: TransferId) -> TransferResult {
        use TransferResult::*;
        let Some(Row { transfer: pending, hold: state }) = self.rows.get(&hold) else {
            return self.settled.get(hold.0).map_or(PendingTransferNotFound, Settled::resolved);
        };
        let Some(state) = state else {
            return PendingTransferNotPending;
        };
        if (pending.debit, pending.credit) != (transfer.debit, transfer.credit) {
            return PendingTransferHasDifferentAccounts;
        }
        if transfer.amount > pending.amount {
            return ExceedsPendingTransferAmount;
        }
        if matches!(transfer.kind, TransferKind::VoidPending(_)) && transfer.amount < pending.amount
        {
            return PendingTransferHasDifferentAmount;
        }
        match state {
            HoldState::Pending => Created,
            HoldState::Posted => PendingTransferAlreadyPosted,
            HoldState::Voided => PendingTransferAlreadyVoided,
        }
    }

    fn book(&mut self, transfer: &Transfer) {
        let hold = matches!(transfer.kind, TransferKind::Pending).then_some(HoldState::Pending);
        self.rows.insert(transfer.id, Row { transfer: *transfer, hold });
        self.shift(transfer, 1);
    }

    fn unbook(&mut self, transfer: &Transfer) {
        self.shift(transfer, -1);
        self.rows.remove(&transfer.id);
    }

    /// Moves the sums by `transfer`, forward (1) or back (-1).
    fn shift(&mut self, transfer: &Transfer, direction: i128) {
        let amount = |amount: Amount| Amount(amount.0 * direction);
        match transfer.kind {
            TransferKind::Posted => self.post(transfer, amount(transfer.amount)),
            TransferKind::Pending => self.reserve(transfer, amount(transfer.amount)),
            TransferKind::PostPending(hold) => {
                let held = self.resolve(hold, direction, HoldState::Posted);
                self.reserve(transfer, -amount(held));
                self.post(transfer, amount(transfer.amount));
            }
            TransferKind::VoidPending(hold) => {
                let held = self.resolve(hold, direction, HoldState::Voided);
                self.reserve(transfer, -amount(held));
            }
        }
    }

    fn post(&mut self, transfer: &Transfer, amount: Amount) {
        self.balances.entry(transfer.debit).debits_posted += amount;
        self.balances.entry(transfer.credit).credits_posted += amount;
    }

    fn reserve(&mut self, transfer: &Transfer, amount: Amount) {
        self.balances.entry(transfer.debit).debits_pending += amount;
        self.balances.entry(transfer.credit).credits_pending += amount;
    }

    /// Captures or releases a hold, or takes that back; how much it reserves.
    fn resolve(&mut self, hold: TransferId, direction: i128, state: HoldState) -> Amount {
        let Some(row) = self.rows.get_mut(&hold) else { return Amount::ZERO };
        row.hold = Some(if direction > 0 { state } else { HoldState::Pending });
        row.transfer.amount
    }
}

/// Whether a repetition says the same as what is stored.
fn same(stored: &Transfer, repeated: &Transfer) -> TransferResult {
    use TransferResult::*;
    let flags = |t: &Transfer| (std::mem::discriminant(&t.kind), t.linked);
    if flags(stored) != flags(repeated) {
        ExistsWithDifferentFlags
    } else if stored.kind.pending() != repeated.kind.pending() {
        ExistsWithDifferentPendingId
    } else if (stored.debit, stored.credit) != (repeated.debit, repeated.credit) {
        ExistsWithDifferentAccounts
    } else if stored.amount != repeated.amount {
        ExistsWithDifferentAmount
    } else if (stored.token, stored.operation) != (repeated.token, repeated.operation) {
        ExistsWithDifferentUserData
    } else {
        Exists
    }
}
