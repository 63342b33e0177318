//! The double-entry ledger: holds, linked chains, limits, ids that work once.
//!
//! The semantics are those of TigerBeetle's two-phase and linked transfers
//! (its `docs/coding/two-phase-transfers.md` and
//! `docs/reference/requests/create_transfers.md`), reimplemented.

mod check;
mod deadlines;
mod settled;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::archive::Archive;
use crate::balances::{Balance, Balances};
use crate::defect::Defects;
use crate::id_map::IdMap;
use crate::identity::TransferId;
use crate::money::Amount;
use crate::transfer::{Transfer, TransferKind, TransferResult};

use deadlines::Deadlines;
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
    /// Its time ran out.
    Expired,
}

/// What a request changed, in this order: holds that expired before it, the
/// rows to store, and the ids that it burned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Booking {
    /// Holds whose time ran out.
    pub expired: Vec<Transfer>,
    /// Transfers that were booked, in order.
    pub rows: Vec<Transfer>,
    /// When those of them expire that do, by the ledger's clock.
    pub deadlines: Vec<(TransferId, Duration)>,
    /// Ids that will always fail from now on.
    pub burned: Vec<TransferId>,
}

/// A ledger: accounts and transfers of all tenants.
#[derive(Clone, Debug, Default, Hash)]
pub struct Ledger {
    balances: Balances,
    rows: IdMap<TransferId, Row>,
    deadlines: Deadlines,
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
    /// all. It is `now` by the ledger's own clock: holds whose time is over
    /// expire first. Returns a result for each, and what has to be made durable
    /// before the results are told to anyone.
    pub fn create(
        &mut self,
        transfers: &[Transfer],
        now: Duration,
    ) -> (Vec<TransferResult>, Booking) {
        let mut results = Vec::with_capacity(transfers.len());
        let mut booking = self.expire(now);
        let mut rest = transfers;
        while !rest.is_empty() {
            let length = rest.iter().position(|t| !t.linked).map_or(rest.len(), |last| last + 1);
            let (chain, others) = rest.split_at(length);
            self.create_chain(chain, now, &mut results, &mut booking);
            rest = others;
        }
        (results, booking)
    }

    /// Releases the holds whose time is over; what has to be made durable.
    pub fn expire(&mut self, now: Duration) -> Booking {
        let mut booking = Booking::default();
        while let Some(hold) = self.deadlines.pop(now) {
            if self.hold(hold) == Some(HoldState::Pending) {
                booking.expired.extend(self.release(hold));
            }
        }
        booking
    }

    /// When the next hold expires, if nobody resolves it before.
    pub fn next_expiry(&self) -> Option<Duration> {
        let pending = |hold: &TransferId| self.hold(*hold) == Some(HoldState::Pending);
        self.deadlines.iter().find(|(_, hold)| pending(hold)).map(|(at, _)| at)
    }

    /// Puts back what an earlier request changed.
    pub fn restore(&mut self, booking: &Booking) {
        for hold in &booking.expired {
            self.release(hold.id);
        }
        for row in &booking.rows {
            self.book(row);
        }
        for (hold, at) in &booking.deadlines {
            self.deadlines.add(*hold, *at);
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

    /// Every account whose sums are not all zero, in an order that means nothing.
    pub fn accounts(&self) -> impl Iterator<Item = (&AccountId, &Balance)> {
        self.balances.unordered().filter(|(_, balance)| **balance != Balance::default())
    }

    fn create_chain(
        &mut self,
        chain: &[Transfer],
        now: Duration,
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
                self.check(transfer, now)
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
            self.set_deadlines(chain, now, booking);
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

    /// Minds when the holds of a chain expire that was booked at `now`.
    fn set_deadlines(&mut self, chain: &[Transfer], now: Duration, booking: &mut Booking) {
        for hold in chain {
            if let TransferKind::PendingFor(seconds @ 1..) = hold.kind {
                let at = now.saturating_add(Duration::from_secs(u64::from(seconds)));
                self.deadlines.add(hold.id, at);
                booking.deadlines.push((hold.id, at));
            }
        }
    }

    fn book(&mut self, transfer: &Transfer) {
        let hold = transfer.kind.is_hold().then_some(HoldState::Pending);
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
            TransferKind::Pending | TransferKind::PendingFor(_) => {
                self.reserve(transfer, amount(transfer.amount));
            }
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

    /// Gives back what a hold reserves whose time is over.
    fn release(&mut self, hold: TransferId) -> Option<Transfer> {
        let row = self.rows.get_mut(&hold)?;
        row.hold = Some(HoldState::Expired);
        let transfer = row.transfer;
        self.reserve(&transfer, -transfer.amount);
        Some(transfer)
    }
}
