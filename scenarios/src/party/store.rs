//! The durable store as an actor, and its relay: the store itself tells a
//! worker of every payment that has to go on, until one takes it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::{
    Change, Commit, CommitResult, PaymentId, PaymentRow, Store, StoreEntry, Then, Token, WorkerId,
};
use sim::{Delivery, Role, Subject};

use crate::bounds::{LEASE, TERM};
use crate::message::{LeaseRequest, Message, PaymentView, ReadRequest, Rows};
use crate::party::idle::Idle;
use crate::party::{worker_of, worker_role};
use crate::points::PointName;
use crate::snapshot::Snapshot;
use crate::system::{Effects, Entry, PaymentSystem, Timer};

/// The store with its journal, and what its relay has in mind.
#[derive(Clone, Debug)]
pub struct StoreDesk {
    store: Store,
    relay: BTreeMap<PaymentId, Relay>,
    /// Payments that are closed and not put away.
    closed: Idle<PaymentId>,
    /// The number of workers that there are to tell.
    workers: u8,
}

/// When a payment needs a worker again. Volatile: a boot gives every lease its
/// whole life back, which lengthens it and never shortens it.
#[derive(Clone, Copy, Debug)]
struct Relay {
    token: Token,
    due: Duration,
    leased: bool,
    armed: bool,
    /// The reminder that counts; earlier ones are stale.
    round: u32,
    notices: u32,
    /// How far along the workers it is with telling one, from the one that had
    /// the payment last.
    turn: u8,
}

impl StoreDesk {
    /// What is not put away, and the bytes of what is.
    pub(crate) fn footprint(&self) -> (usize, usize) {
        self.store.footprint()
    }

    pub(crate) fn boot(system: &PaymentSystem, journal: &[Entry], out: &mut Effects) -> Self {
        let mut desk = Self {
            store: restored(system, journal),
            relay: BTreeMap::new(),
            closed: Idle::new(),
            workers: system.plan.workers,
        };
        for payment in desk.store.closed() {
            desk.closed.add(out.monotonic(), payment);
        }
        let open: Vec<_> = desk.store.open().map(|(id, row)| (id, row.token)).collect();
        for (payment, token) in open {
            desk.expect(payment, token, LEASE, true, out);
        }
        // Every commit is synced before what follows from it; the last one may
        // have reached the disk in a crash, and nothing followed.
        if let Some(Entry::Store(StoreEntry::Committed(last))) = journal.last() {
            desk.declare(last.payment, out);
        }
        desk
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        match delivery.message {
            Message::Commit(commit) if out.disk_is_full() => {
                let (token, payment, id) = (commit.token, commit.payment, commit.id);
                let result = CommitResult::Unavailable;
                out.send(delivery.from, Message::Committed(token, payment, id, result));
            }
            Message::Commit(commit) => {
                self.commit(system, delivery.from, commit, out);
                self.compact(system, out);
            }
            Message::Read(read) => {
                let rows = self.rows(&read, out);
                out.send(delivery.from, Message::Rows(read, rows));
            }
            Message::Lease(..) if out.disk_is_full() => {}
            Message::Lease(request) => self.lease(delivery.from, request, out),
            Message::Nudge(payment, token) => self.nudge(payment, token, out),
            _ => {}
        }
    }

    /// A payment may be due.
    pub(crate) fn on_timer(&mut self, payment: PaymentId, round: u32, out: &mut Effects) {
        let relay = self.relay.get_mut(&payment);
        let Some(relay) = relay.filter(|relay| relay.round == round) else { return };
        relay.armed = false;
        let subject = Subject(relay.token.0);
        if out.monotonic() < relay.due && out.maybe(PointName::SpuriousRun.point(), subject) {
            let (token, wait, leased) = (relay.token, relay.due - out.monotonic(), relay.leased);
            let other = relay.turn + 1;
            self.tell(payment, token, other, out);
            self.expect(payment, token, wait, leased, out);
        } else if out.monotonic() < relay.due {
            let (token, wait, leased) = (relay.token, relay.due - out.monotonic(), relay.leased);
            self.expect(payment, token, wait, leased, out);
        } else {
            relay.notices += 1;
            // Whoever let its lease run out is the last to be told.
            let turn = if relay.leased { 1 } else { relay.turn };
            relay.turn = (turn + 1) % self.workers;
            let (token, notices) = (relay.token, relay.notices);
            self.tell(payment, token, turn, out);
            let pause = NOTICE_FIRST.saturating_mul(1 << notices.min(4)).min(NOTICE_MAX);
            self.expect(payment, token, pause, false, out);
        }
    }

    fn commit(
        &mut self,
        system: &PaymentSystem,
        from: Role,
        commit: Arc<Commit>,
        out: &mut Effects,
    ) {
        let result = self.store.check(&commit);
        let (token, payment, id) = (commit.token, commit.payment, commit.id);
        if result == CommitResult::Committed && !self.store.knows(&commit) {
            let accepted = self.store.standing(payment).is_none();
            let (then, worked) = (commit.then, commit.epoch.is_some());
            let entry = StoreEntry::Committed(commit);
            self.store.restore(&entry);
            out.append(Entry::Store(entry));
            out.sync();
            let row = self.store.payment(payment);
            if accepted || row.is_some_and(PaymentRow::is_settled) {
                self.declare(payment, out);
            }
            if system.rules.changes.has(Change::ReorderedSends) {
                out.send(from, Message::Committed(token, payment, id, result));
                self.follow(payment, token, then, worked, out);
                return;
            }
            self.follow(payment, token, then, worked, out);
        }
        out.send(from, Message::Committed(token, payment, id, result));
    }

    /// Declares that a payment has to be finished, that it is, or that a person
    /// has it.
    fn declare(&self, payment: PaymentId, out: &mut Effects) {
        let Some(row) = self.store.payment(payment) else { return };
        if row.is_handed_over() {
            out.hand_over(payment.0);
        } else if row.is_settled() {
            out.discharge(payment.0);
        } else {
            out.oblige_within(payment.0, TERM);
        }
    }

    /// Puts away what is finished for long enough, and writes what is left.
    fn compact(&mut self, system: &PaymentSystem, out: &mut Effects) {
        let live = self.store.footprint().0;
        if let Some(payments) = self.closed.ripe(out.monotonic(), &system.compaction, live) {
            self.store.put_away(payments);
            out.compact(Entry::Snapshot(Snapshot::Store(Arc::new(self.store.clone()))));
        }
    }

    /// Keeps an eye on a payment after a commit.
    fn follow(
        &mut self,
        payment: PaymentId,
        token: Token,
        then: Then,
        worked: bool,
        out: &mut Effects,
    ) {
        match then {
            Then::Close => {
                self.relay.remove(&payment);
                self.closed.add(out.monotonic(), payment);
            }
            Then::Park(wait) => self.expect(payment, token, wait, false, out),
            Then::Run if worked => self.expect(payment, token, LEASE, true, out),
            Then::Run => {
                let leased = self.lease_live(payment, out);
                if !leased {
                    self.tell(payment, token, 0, out);
                    self.expect(payment, token, NOTICE_FIRST, false, out);
                }
            }
        }
    }

    fn lease(&mut self, from: Role, request: LeaseRequest, out: &mut Effects) {
        let LeaseRequest { payment, token, .. } = request;
        let Some(worker) = worker_of(from) else { return };
        let Some(standing) = self.store.standing(payment) else { return };
        let open = self.store.payment(payment).filter(|_| standing.then != Then::Close);
        let Some(row) = open else {
            out.send(from, Message::Closed(payment, token));
            return;
        };
        if row.lease.is_some_and(|lease| lease.owner != worker) && self.lease_live(payment, out) {
            out.send(from, Message::Held(request));
            return;
        }
        let journal = row.journal.clone();
        let lease = self.store.next_lease(payment, worker);
        let entry = StoreEntry::Leased(payment, token, lease);
        self.store.restore(&entry);
        out.append(Entry::Store(entry));
        out.sync();
        out.send(from, Message::Leased(request, lease, journal));
        self.expect(payment, token, LEASE, true, out);
    }

    fn nudge(&mut self, payment: PaymentId, token: Token, out: &mut Effects) {
        let open = self.store.payment(payment).is_some_and(|row| row.then != Then::Close);
        let parked = self.store.payment(payment).is_some_and(|r| matches!(r.then, Then::Park(_)));
        if open && !parked && !self.lease_live(payment, out) {
            let turn = self.relay.get(&payment).map_or(0, |relay| relay.turn);
            self.tell(payment, token, turn, out);
        }
    }

    /// Tells a worker that the payment has to go on: the one that had it last
    /// or, at another `turn`, one of those after it.
    fn tell(&self, payment: PaymentId, token: Token, turn: u8, out: &mut Effects) {
        let owner = self.store.payment(payment).and_then(|row| row.lease);
        let first =
            owner.map_or(token.0 % u64::from(self.workers), |lease| u64::from(lease.owner.0));
        let worker = (first + u64::from(turn)) % u64::from(self.workers);
        out.send(worker_role(WorkerId(worker as u8)), Message::Run(payment, token));
    }

    fn rows(&self, read: &ReadRequest, out: &Effects) -> Rows {
        let key = self.store.key(read.key);
        let view = |key| {
            let (key, standing) = self.store.under(key)?;
            let parked = matches!(standing.then, Then::Park(_));
            let view = PaymentView {
                status: standing.status,
                version: standing.version,
                lease_live: parked || self.lease_live(key.payment, out),
                cancelable: standing.may_cancel,
                taken: standing.taken,
            };
            Some((key.payment, view))
        };
        Rows { key, payment: view(read.key).map(|(_, view)| view), of: read.of.and_then(view) }
    }

    fn lease_live(&self, payment: PaymentId, out: &Effects) -> bool {
        let relay = self.relay.get(&payment);
        relay.is_some_and(|relay| relay.leased && out.monotonic() < relay.due)
    }

    /// The payment needs a worker `wait` from now on, unless something happens
    /// before. One timer per payment counts: it finds out when it fires.
    fn expect(
        &mut self,
        payment: PaymentId,
        token: Token,
        wait: Duration,
        leased: bool,
        out: &mut Effects,
    ) {
        let due = out.monotonic() + wait;
        let relay = self.relay.entry(payment).or_insert(Relay {
            token,
            due,
            leased,
            armed: false,
            round: 0,
            notices: 0,
            turn: 0,
        });
        // A timer that is set may fire early, and waits on; never too late.
        let late = relay.armed && due < relay.due;
        relay.due = due;
        if leased {
            (relay.notices, relay.turn) = (0, 0);
        }
        relay.leased = leased;
        if !relay.armed || late {
            relay.armed = true;
            relay.round += 1;
            let timer = Timer::Relay(payment, relay.round);
            if self.store.payment(payment).is_some_and(PaymentRow::is_handed_over) {
                out.set_housekeeping(wait, timer);
            } else {
                out.set_timer(wait, timer);
            }
        }
    }
}

fn restored(system: &PaymentSystem, journal: &[Entry]) -> Store {
    let mut store = Store::new(system.rules.defects);
    for entry in journal {
        match entry {
            Entry::Store(entry) => store.restore(entry),
            Entry::Snapshot(Snapshot::Store(snapshot)) => store = Store::clone(snapshot),
            _ => {}
        }
    }
    store
}

/// How long the relay waits for a worker to take a payment; doubled each time.
const NOTICE_FIRST: Duration = Duration::from_secs(2);
/// The longest pause between two notices.
const NOTICE_MAX: Duration = Duration::from_secs(30);
