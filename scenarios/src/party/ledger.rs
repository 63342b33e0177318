//! The ledger as an actor: what it booked is durable before it says so.

use std::sync::Arc;
use std::time::Duration;

use model::posting::{Voucher, opening};
use model::{
    Answer, BankId, Booking, Defect, Fence, Ledger, LedgerRequest, OperationId, PaymentId, Token,
    Transfer, TransferId,
};
use sim::Delivery;

use crate::message::{Envelope, Message};
use crate::party::Compaction;
use crate::party::idle::Idle;
use crate::plan::Plan;
use crate::snapshot::Snapshot;
use crate::system::{Effects, Entry, PaymentSystem, Timer};

/// The ledger with its journal.
#[derive(Clone, Debug)]
pub struct LedgerDesk {
    ledger: Ledger,
    /// Which leases are over.
    fence: Fence,
    /// Whether the merchants' limits are booked.
    funded: bool,
    /// Transfers that are booked and not settled.
    booked: Idle<TransferId>,
    /// Payments that were taken over.
    fenced: Idle<PaymentId>,
    /// The expiry that it will be reminded of.
    reminded: Option<Duration>,
}

impl LedgerDesk {
    /// What is not put away, and the bytes of what is.
    pub(crate) fn footprint(&self) -> (usize, usize) {
        self.ledger.footprint()
    }

    /// The books, as it goes by them.
    pub(crate) fn books(&self) -> &Ledger {
        &self.ledger
    }

    pub(crate) fn boot(system: &PaymentSystem, journal: &[Entry], out: &mut Effects) -> Self {
        let mut ledger = Ledger::new(system.rules.defects);
        let mut fence = Fence::default();
        for entry in journal {
            match entry {
                Entry::Ledger(booking) => ledger.restore(booking),
                Entry::Fence(payment, epoch) => fence.raise(*payment, *epoch),
                Entry::Snapshot(Snapshot::Ledger(booked, leases)) => {
                    (ledger, fence) = (Ledger::clone(booked), Fence::clone(leases));
                }
                _ => {}
            }
        }
        let (booked, fenced, funded) = (Idle::new(), Idle::new(), !journal.is_empty());
        let mut desk = Self { ledger, fence, funded, booked, fenced, reminded: None };
        for transfer in desk.ledger.unsettled() {
            desk.booked.add(out.monotonic(), transfer);
        }
        for payment in desk.fence.payments() {
            desk.fenced.add(out.monotonic(), payment);
        }
        desk.fund(system, out);
        desk.remind(out);
        desk
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        self.fund(system, out);
        let Message::Book(envelope, request) = delivery.message else { return };
        let answer = match request {
            LedgerRequest::Create(_) if out.disk_is_full() => Answer::Unavailable,
            LedgerRequest::Create(_) if self.is_stale(system, &envelope) => Answer::StaleEpoch,
            LedgerRequest::Create(transfers) => {
                self.meet(&envelope, out);
                self.book(&transfers, out)
            }
            LedgerRequest::Lookup(ids) => {
                let found = ids.iter().filter(|id| self.ledger.has(**id)).count();
                Answer::Found { asked: ids.len(), found }
            }
            LedgerRequest::Available(accounts) => {
                let sums = accounts.iter().map(|account| self.ledger.balance(*account).available());
                Answer::Available(sums.collect())
            }
        };
        out.send(delivery.from, Message::Booked(envelope, answer));
        self.compact(system, out);
    }

    /// Whether the call comes under a lease that is over.
    fn is_stale(&self, system: &PaymentSystem, envelope: &Envelope) -> bool {
        let Envelope { payment, epoch, .. } = *envelope;
        let refuses = || self.fence.refuses(payment, epoch);
        system.rules.defects.pick(Defect::LeaseNoFencing, refuses, || false)
    }

    /// Writes a lease down that is newer than any before: nothing comes under an
    /// older one after what follows.
    fn meet(&mut self, envelope: &Envelope, out: &mut Effects) {
        let Envelope { payment, epoch, .. } = *envelope;
        if self.fence.is_raised_by(payment, epoch) {
            self.fence.raise(payment, epoch);
            self.fenced.add(out.monotonic(), payment);
            out.append(Entry::Fence(payment, epoch));
            out.sync();
        }
    }

    /// The time of a hold should be over.
    pub(crate) fn on_expiry(&mut self, out: &mut Effects) {
        self.reminded = None;
        if out.disk_is_full() {
            out.set_timer(ROOM_MAY_COME, Timer::Expire);
            return;
        }
        let booking = self.ledger.expire(date(out));
        self.keep(booking, out);
        self.remind(out);
    }

    /// Minds the next expiry, unless it is minded already.
    fn remind(&mut self, out: &mut Effects) {
        let next = self.ledger.next_expiry();
        if let Some(at) = next
            && self.reminded != next
        {
            self.reminded = next;
            out.set_timer(at.saturating_sub(date(out)), Timer::Expire);
        }
    }

    /// Settles what was booked long ago, and writes what is left.
    fn compact(&mut self, system: &PaymentSystem, out: &mut Effects) {
        let (now, live) = (out.monotonic(), self.ledger.footprint().0);
        if let Some(transfers) = self.booked.ripe(now, &system.compaction, live) {
            for hold in self.ledger.settle(transfers) {
                self.booked.add(now, hold);
            }
            let every = Compaction { batch: 1, ..system.compaction };
            self.fence.forget(&self.fenced.ripe(now, &every, 0).unwrap_or_default());
            let (ledger, fence) = (Arc::new(self.ledger.clone()), Arc::new(self.fence.clone()));
            out.compact(Entry::Snapshot(Snapshot::Ledger(ledger, fence)));
        }
    }

    /// Books the limits before anything else, as soon as there is room for it.
    fn fund(&mut self, system: &PaymentSystem, out: &mut Effects) {
        if !self.funded && !out.disk_is_full() {
            self.funded = true;
            self.book(&grants(&system.plan), out);
        }
    }

    fn book(&mut self, transfers: &[Transfer], out: &mut Effects) -> Answer {
        let (results, booking) = self.ledger.create(transfers, date(out));
        self.keep(booking, out);
        self.remind(out);
        Answer::Booked(results)
    }

    /// Makes `booking` durable.
    fn keep(&mut self, booking: Booking, out: &mut Effects) {
        if booking != Booking::default() {
            for row in &booking.rows {
                self.booked.add(out.monotonic(), row.id);
            }
            out.append(Entry::Ledger(booking));
            out.sync();
        }
    }
}

/// The ledger's own clock, which goes on when it reboots.
fn date(out: &Effects) -> Duration {
    Duration::from_nanos(out.wall().as_nanos())
}

/// The transfers that fund the merchants' limits and the customers' balances
/// before anything else happens.
pub(crate) fn grants(plan: &Plan) -> Vec<Transfer> {
    let grants = plan.limits.iter().zip(1..).flat_map(|(limit, subject)| {
        let voucher = Voucher {
            tenant: limit.tenant,
            currency: limit.money.currency,
            subject,
            number: 0,
            token: Token(0),
            operation: OperationId(0),
        };
        opening::limit(&voucher, limit.merchant, limit.money.amount)
    });
    let deposits = plan.balances.iter().zip(1..).flat_map(|(balance, subject)| {
        let voucher = Voucher {
            tenant: balance.tenant,
            currency: balance.money.currency,
            subject,
            number: 0,
            token: Token(0),
            operation: OperationId(0),
        };
        opening::customer(&voucher, BankId(0), balance.customer, balance.money.amount)
    });
    grants.chain(deposits).collect()
}

/// When a full disk is looked at again.
const ROOM_MAY_COME: Duration = Duration::from_secs(1);
