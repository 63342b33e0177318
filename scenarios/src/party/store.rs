//! The durable store as an actor, and its relay: the store itself tells a
//! worker of every payment that has to go on, until one takes it.

mod late;
mod offers;
mod reading;
mod reaper;
mod reconciling;
mod recovery;
mod tidings;

use std::sync::Arc;
use std::time::Duration;

use model::{
    Booked, Change, Commit, CommitResult, Consumer, Defect, EventId, IdMap, InboxEvent, Order,
    PaymentId, PaymentRow, Record, Store, StoreEntry, Then, Token, Webhook, WorkerId,
};
use sim::{Delivery, Role, Subject};

use crate::bounds::{LEASE, never_found, term};
use crate::message::{LeaseRequest, Message, Receipt};
use crate::party::idle::{Compaction, Idle};
use crate::party::{consumers, worker_of, worker_role};
use crate::points::PointName;
use crate::snapshot::Snapshot;
use crate::system::{Effects, Entry, PaymentSystem, Timer};
use recovery::restored;
use tidings::told_within;

use offers::Offer;
use reaper::Reaper;
use reconciling::Agenda;

/// The store with its journal, and what its relay has in mind.
#[derive(Clone, Debug)]
pub struct StoreDesk {
    store: Store,
    relay: IdMap<PaymentId, Relay>,
    /// Payments that are closed, that everybody knows of, and that are not put
    /// away.
    closed: Idle<PaymentId>,
    /// Events that somebody has not acknowledged.
    offers: IdMap<PaymentId, Offer>,
    /// Who has to hear of events.
    consumers: Vec<(Consumer, Role)>,
    /// The number of workers that there are to tell.
    workers: u8,
    /// How long a worker holds a payment without a word.
    lease: Duration,
    /// Whether somebody is broken for good, so that no doubt has to end.
    spares: bool,
    /// When what is closed is put away: the same for as long as the plan is.
    compaction: Compaction,
    /// Who removes keys, unless they live for ever.
    reaper: Option<Reaper>,
    agenda: Option<Agenda>,
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
        let store = restored(system, journal);
        let idle = system.compaction.idle + told_within(system) + system.plan.replayed_within();
        let record = || system.plan.key_lifetime.unwrap_or(RECORD_LIFETIME);
        let mut desk = Self {
            reaper: Reaper::of(&store, system.rules.defects),
            store,
            relay: IdMap::new(),
            closed: Idle::new(),
            offers: IdMap::new(),
            consumers: consumers(&system.plan).collect(),
            workers: system.plan.workers,
            lease: system.rules.defects.pick(Defect::LockIsRecordTtl, || LEASE, record),
            spares: system.plan.core.is_some(),
            compaction: Compaction { idle, ..system.compaction },
            agenda: Agenda::of(system),
        };
        if let Some(reaper) = &mut desk.reaper {
            reaper.watch(system, &desk.store, out);
        }
        let closed: Vec<_> = desk.store.closed().collect();
        closed.into_iter().for_each(|payment| desk.shelve(payment, out));
        for webhook in desk.store.orphans() {
            out.set_timer(ORPHAN_MAX, Timer::Orphan(webhook.event));
        }
        desk.resume_offers(system, out);
        desk.resume_reconciling(out);
        if !desk.store.late_successes_left().is_empty() {
            out.set_timer(Duration::ZERO, Timer::LateSuccess);
        }
        let open: Vec<_> = desk.store.open().map(|(id, row)| (id, row.token)).collect();
        let remembers = system.rules.defects.pick(Defect::TimersInMemory, || open, Vec::new);
        for (payment, token) in remembers {
            desk.expect(payment, token, desk.lease, true, out);
        }
        // Every entry is synced before what follows from it; the last one may
        // have reached the disk in a crash, and nothing followed.
        let last = match journal.last() {
            Some(Entry::Store(StoreEntry::Committed(last))) => Some(last.payment),
            Some(Entry::Store(StoreEntry::Reconciled(_, Booked::Late(item, _)))) => {
                desk.store.reconciliation().and_then(|books| books.payment_of(*item))
            }
            _ => None,
        };
        if let Some(payment) = last {
            desk.declare(payment, out);
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
                self.compact(out);
            }
            Message::Read(read) => {
                let rows = self.rows(&read, out);
                out.send(delivery.from, Message::Rows(read, Box::new(rows)));
            }
            Message::Lease(..) if out.disk_is_full() => {}
            Message::Lease(request) => self.lease(delivery.from, request, out),
            Message::Nudge(payment, token) => self.nudge(payment, token, out),
            Message::Receive(webhook) => self.receive(system, delivery.from, &webhook, out),
            Message::EventAck(_, id) => {
                self.event_ack(system, delivery.from, id, out);
                self.compact(out);
            }
            Message::EventAgain(_, missing) => self.event_again(delivery.from, missing, out),
            Message::Notice(notice) => self.notice(delivery.from, notice, out),
            Message::File(file) => self.file(delivery.from, &file, out),
            Message::Reconciled(token, what) => self.reconciled(token, what, out),
            Message::AskReport(token) => self.report(delivery.from, token, out),
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
            let claims = commit.claim.is_some();
            if let Some(reaper) = self.reaper.as_ref().filter(|_| claims) {
                reaper.date(&mut self.store, out);
            }
            let changes = |record: &Record| matches!(record, Record::StatusChanged(_));
            let has_events = commit.records.iter().any(changes);
            let returned = self.store.returned_by(&commit);
            let entry = StoreEntry::Committed(commit.clone());
            self.store.restore(&entry);
            let early = system.rules.defects.pick(Defect::PublishThenCommit, || false, || true);
            if has_events && early {
                self.offer(system, payment, token, out);
            }
            let late = self.store.late_successes(&entry);
            out.append(Entry::Store(entry));
            if !system.rules.defects.has(Defect::NoFsync) {
                out.sync();
            }
            self.accept_late(late, out);
            if let Some(reaper) = self.reaper.as_mut().filter(|_| claims) {
                reaper.watch(system, &self.store, out);
            }
            if has_events {
                self.offer(system, payment, token, out);
            }
            if let Some(returned) = returned {
                self.offer(system, returned, token, out);
            }
            let row = self.store.payment(payment);
            if accepted || row.is_some_and(PaymentRow::is_settled) {
                self.declare(payment, out);
            }
            self.after_commit(self.store.expects(&commit), out);
            if system.rules.changes.has(Change::ReorderedSends) {
                out.send(from, Message::Committed(token, payment, id, result));
                self.follow(payment, token, then, worked, out);
                return;
            }
            self.follow(payment, token, then, worked, out);
        } else if result != CommitResult::Committed {
            self.store.refuse(&commit);
        }
        out.send(from, Message::Committed(token, payment, id, result));
        self.tell_again(payment, out);
    }

    /// Makes a webhook durable, tells the ingress that it is, and a worker what
    /// it says.
    fn receive(
        &mut self,
        system: &PaymentSystem,
        from: Role,
        webhook: &Webhook,
        out: &mut Effects,
    ) {
        let Webhook { event, token, .. } = *webhook;
        if out.disk_is_full() || !self.store.can_place(webhook) {
            out.send(from, Message::Received(Receipt { event, token, taken: false }));
            return;
        }
        let drops = || !self.store.finds_charge_of(webhook);
        let dropped = system.rules.defects.pick(Defect::AckAndDrop, || false, drops);
        let receipt = self.store.receipt(webhook).filter(|_| !dropped);
        if let Some(entry) = &receipt {
            self.store.restore(entry);
            out.append(Entry::Store(entry.clone()));
            out.sync();
        }
        out.send(from, Message::Received(Receipt { event, token, taken: true }));
        if receipt.is_none() {
            return;
        }
        if let Some(StoreEntry::Committed(commit)) = &receipt {
            self.declare(commit.payment, out);
            self.follow(commit.payment, token, commit.then, false, out);
            return;
        }
        match self.store.webhook_payment(webhook) {
            Some(payment) => self.tell_news(payment, out),
            None => out.set_timer(ORPHAN_MAX, Timer::Orphan(event)),
        }
    }

    /// Something was told of a payment: whoever holds it has to know, and if
    /// nobody does, somebody has to take it.
    fn tell_news(&mut self, payment: PaymentId, out: &mut Effects) {
        let Some(row) = self.store.payment(payment) else { return };
        if !self.store.has_news(payment) {
            return;
        }
        let (token, lease) = (row.token, row.lease);
        match row.then {
            Then::Close => {}
            Then::Park(_) => {
                self.tell(payment, token, 0, out);
                self.expect(payment, token, NOTICE_FIRST, false, out);
            }
            Then::Run => {
                if let Some(lease) = lease.filter(|_| self.lease_live(payment, out)) {
                    let told = self.store.told(payment);
                    out.send(worker_role(lease.owner), Message::Told(payment, token, told));
                }
            }
        }
    }

    /// After a commit without a word of what was told: it was not heard.
    fn tell_again(&mut self, payment: PaymentId, out: &mut Effects) {
        if self.store.has_news(payment) {
            self.tell_news(payment, out);
        }
    }

    /// Nobody has come to know a webhook for as long as anybody could: a person
    /// looks.
    pub(crate) fn on_orphan(&mut self, event: EventId, out: &mut Effects) {
        let orphan = self.store.orphans().find(|webhook| webhook.event == event);
        let Some(token) = orphan.map(|webhook| webhook.token) else { return };
        if out.disk_is_full() {
            out.set_timer(ROOM_MAY_COME, Timer::Orphan(event));
            return;
        }
        let entry = StoreEntry::Found(event, token, InboxEvent::GivenUp);
        self.store.restore(&entry);
        out.append(Entry::Store(entry));
        out.sync();
    }

    /// Whether a person has it, and nobody waits for what goes on.
    fn is_spared(&self, row: &PaymentRow) -> bool {
        row.is_handed_over() && (self.spares || !row.is_in_doubt())
    }

    /// Declares that a payment is to be finished, or is, or that a person has it.
    fn declare(&self, payment: PaymentId, out: &mut Effects) {
        let Some(row) = self.store.payment(payment) else { return };
        if self.is_spared(row) || self.store.is_overdue(payment) {
            out.hand_over(payment.0);
        } else if self.store.has_ended(payment, row.status) {
            out.discharge(payment.0);
        } else {
            let order = match row.journal.first() {
                Some(Record::Accepted(intent)) => intent.order,
                _ => Order::default(),
            };
            out.oblige_within(payment.0, term(&order));
        }
    }

    /// Puts away what is finished for long enough, and writes what is left.
    fn compact(&mut self, out: &mut Effects) {
        let live = self.store.live();
        if let Some(payments) = self.closed.ripe(out.monotonic(), &self.compaction, live) {
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
                self.shelve(payment, out);
            }
            Then::Park(wait) => self.expect(payment, token, wait, false, out),
            Then::Run if worked => self.expect(payment, token, self.lease, true, out),
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
        let told = self.store.told(payment);
        out.send(from, Message::Leased(request, lease, journal, told));
        self.expect(payment, token, self.lease, true, out);
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

    /// Keys may have come to the end of their lifetimes.
    pub(crate) fn reap(&mut self, system: &PaymentSystem, out: &mut Effects) {
        if let Some(reaper) = &mut self.reaper {
            reaper.reap(system, &mut self.store, out);
        }
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
            if self.store.payment(payment).is_some_and(|row| self.is_spared(row)) {
                out.set_housekeeping(wait, timer);
            } else {
                out.set_timer(wait, timer);
            }
        }
    }
}

/// How long records of keys are kept by those who name no lifetime.
const RECORD_LIFETIME: Duration = Duration::from_secs(86_400);
/// How long a webhook waits for what it is about to be known.
const ORPHAN_MAX: Duration = never_found();
/// When a full disk is looked at again.
const ROOM_MAY_COME: Duration = Duration::from_secs(1);
/// How long the relay waits for a worker to take a payment; doubled each time.
const NOTICE_FIRST: Duration = Duration::from_secs(2);
/// The longest pause between two notices.
const NOTICE_MAX: Duration = Duration::from_secs(30);
