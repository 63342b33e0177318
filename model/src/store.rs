//! The durable store `odb`: payment journals and idempotency keys, changed by
//! compare-and-set commits, each atomic, and leases with epochs that fence
//! stale workers.

mod beginning;
mod finished;
mod inbox;
mod late;
mod lifetimes;
mod lines;
mod receiving;
mod reconciling;
mod returning;
mod taken;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::archive::Archive;
use crate::aside::Aside;
use crate::change::Change;
use crate::defect::{Defect, Defects};
use crate::gatekeeper::{Generation, KeyId, KeyRow, PaidOnce, StoredReply};
use crate::id_map::IdMap;
use crate::identity::{EventId, OrderRef, PaymentId, Tenant, Token, TransactionId, hash};
use crate::inbox::{InboxEvent, InboxState};
use crate::lease::{Lease, WorkerId};
use crate::outbox::{self, Consumer, Event, Outbox};
use crate::reconciliation::{Booked, Reconciliation};
use crate::record::{Intent, Record};
use crate::rules::Rules;
use crate::settlement::SettlementFile;
use crate::status::Status;
use crate::webhook::Webhook;

use finished::Finished;
use inbox::Inbox;
pub use inbox::{InboxChange, InboxRow};
use lifetimes::Lifetimes;
pub use taken::Taken;

/// One atomic change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Commit {
    /// The identity that makes it happen once.
    pub id: TransactionId,
    /// Whose payment it is about.
    pub token: Token,
    /// The payment.
    pub payment: PaymentId,
    /// How many records its journal has to have.
    pub expected: u32,
    /// The epoch of the worker's lease; `None` for those who need none.
    pub epoch: Option<u32>,
    /// What is appended to the journal.
    pub records: Vec<Record>,
    /// A key that this claims.
    pub claim: Option<(KeyId, KeyRow)>,
    /// Whether it has to find the key free.
    pub exclusive: bool,
    /// What it does to the inbox.
    pub inbox: Vec<InboxChange>,
    /// What happens to the payment next.
    pub then: Then,
}

/// What happens to a payment after a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// A worker has to go on with it.
    Run,
    /// The worker lets it go; it is due again after this time.
    Park(Duration),
    /// Nothing is left to do.
    Close,
}

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommitResult {
    /// It is durable.
    Committed,
    /// Somebody else changed the journal, or claimed the key, first.
    Conflict,
    /// Somebody else holds the lease.
    StaleEpoch,
    /// It would take more back of a payment than is left of it.
    NotRefundable,
    /// Nothing can be written down just now.
    Unavailable,
}

/// An entry of the store's own journal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StoreEntry {
    /// A commit that was accepted.
    Committed(Arc<Commit>),
    /// A lease that was granted.
    Leased(PaymentId, Token, Lease),
    /// So much time has passed in all that the store was up, and these keys have
    /// expired. Nobody writes it down where keys live for ever.
    Elapsed(Duration, Vec<KeyId>),
    /// A webhook that was received, and where it stands from the beginning.
    Received(Webhook, InboxState),
    /// What was found of a webhook without a payment to commit to.
    Found(EventId, Token, InboxEvent),
    /// A consumer has heard of every event of a payment up to this one.
    Acknowledged(PaymentId, Consumer, u32),
    /// A settlement file that was taken in, and when.
    Filed(Arc<SettlementFile>, Duration),
    /// What the reconciler has done without a payment to commit to.
    Reconciled(Token, Booked),
}

/// One payment's place in the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PaymentRow {
    /// Whose instrument.
    pub token: Token,
    /// Everything that was committed.
    pub journal: Vec<Record>,
    /// The status, as the journal has it.
    pub status: Status,
    /// The latest lease.
    pub lease: Option<Lease>,
    /// What happens next.
    pub then: Then,
    /// Whether a person has it.
    pub case: bool,
    /// How far its events have come.
    pub outbox: Outbox,
    /// What was taken of the customer for it, once something was.
    pub taken: Option<Taken>,
    key: Option<KeyId>,
    /// How many payments the key had stood for before.
    generation: Generation,
    /// Whether what there is no way back from was ever intended.
    pivot_intended: bool,
    last: TransactionId,
}

/// The state of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Store {
    payments: IdMap<PaymentId, PaymentRow>,
    keys: BTreeMap<KeyId, KeyRow>,
    /// The payment of each order, where an order is paid once.
    orders: BTreeMap<(Tenant, OrderRef), PaymentId>,
    /// What is left of payments that are finished, and of their keys.
    finished: Archive<Finished>,
    /// What somebody outside told, where anybody listens.
    inbox: Option<Inbox>,
    /// What is left of finished payments that something was taken back of.
    reopened: BTreeMap<PaymentId, Taken>,
    /// How old keys are, if they don't live for ever.
    lifetimes: Option<Lifetimes>,
    /// What settlement files have to tell and told, where there are any.
    reconciliation: Aside<Box<Reconciliation>>,
    defects: Defects,
}

/// How a payment stands, as far as readers are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The status.
    pub status: Status,
    /// The number of records in its journal.
    pub version: u32,
    /// The epoch of the latest lease.
    pub epoch: u32,
    /// What happens next.
    pub then: Then,
    /// Whether the pivot was never intended.
    pub may_cancel: bool,
    last: TransactionId,
}

impl Commit {
    /// `records` at the end of the journal of `payment`, which has so many. It
    /// comes under no lease and claims no key; then somebody has to go on.
    pub fn of(payment: PaymentId, token: Token, expected: u32, records: Vec<Record>) -> Self {
        Self {
            id: TransactionId(0),
            token,
            payment,
            expected,
            epoch: None,
            records,
            claim: None,
            exclusive: true,
            inbox: Vec::new(),
            then: Then::Run,
        }
    }

    /// The commit under the id that its content gives it: the same change,
    /// asked for twice, is one change.
    pub fn sealed(mut self) -> Self {
        let words = [
            self.payment.0,
            u64::from(self.expected),
            self.epoch.map_or(u64::MAX, u64::from),
            self.claim.as_ref().map_or(0, |(_, row)| row.fingerprint.0),
            self.records.len() as u64,
        ];
        self.id = TransactionId(inbox::hashed(hash("commit", words), &self.inbox));
        self
    }

    /// The same by these rules.
    pub fn sealed_by(self, rules: &Rules) -> Self {
        let mut sealed = self.sealed();
        if rules.changes.has(Change::RenamedFields) {
            sealed.id = TransactionId(sealed.id.0.rotate_left(7));
        }
        sealed
    }
}

impl PaymentRow {
    /// Whether nobody waits for it: it has ended, or a person has it.
    pub fn is_settled(&self) -> bool {
        self.status.is_final() || self.is_handed_over()
    }

    /// Whether it has not ended, and a person has it.
    pub fn is_handed_over(&self) -> bool {
        !self.status.is_final() && (self.case || self.then == Then::Close)
    }

    /// Whether what a person has of it is a doubt, which ends by itself once everybody
    /// answers.
    pub fn is_in_doubt(&self) -> bool {
        let case = |record: &&Record| record.hands_over();
        let latest = self.journal.iter().rfind(case);
        self.then != Then::Close
            && matches!(latest, Some(Record::CaseOpened(case)) if case.is_doubt())
    }

    /// The epoch of the latest lease; 0 if there was none.
    pub fn epoch(&self) -> u32 {
        self.lease.map_or(0, |lease| lease.epoch)
    }

    fn standing(&self) -> Standing {
        Standing {
            status: self.status,
            version: self.journal.len() as u32,
            epoch: self.epoch(),
            then: self.then,
            may_cancel: self.may_cancel(),
            last: self.last,
        }
    }

    /// Whether a cancellation may still be accepted (payments.md O6): the pivot
    /// was never intended.
    pub fn may_cancel(&self) -> bool {
        matches!(self.status, Status::Processing | Status::InReview) && !self.pivot_intended
    }
}

impl Store {
    /// An empty store.
    pub fn new(defects: Defects) -> Self {
        Self { defects, ..Self::default() }
    }

    /// What would become of `commit`. An accepted one is an entry that has to
    /// be durable, and then [`Store::restore`]d, before anyone is told. Nothing
    /// is committed to a payment that was put away.
    pub fn check(&self, commit: &Commit) -> CommitResult {
        let row = self.standing(commit.payment);
        if row.is_some_and(|row| row.last == commit.id) {
            return CommitResult::Committed;
        }
        if let Some(epoch) = commit.epoch
            && row.is_none_or(|row| self.is_stale(epoch, row.epoch))
        {
            return CommitResult::StaleEpoch;
        }
        let version = row.map_or(0, |row| row.version);
        let put_away = row.is_some() && !self.payments.contains_key(&commit.payment);
        let claimed = commit.claim.as_ref().filter(|_| commit.exclusive);
        let taken = claimed.is_some_and(|(key, row)| {
            self.key(*key).is_some() || self.of_order(key.tenant, row.order_ref).is_some()
        });
        if version != commit.expected || put_away || taken || !self.inbox_permits(commit) {
            return CommitResult::Conflict;
        }
        match commit.claimed_back() {
            Some(claim) if !self.has_left(claim) => CommitResult::NotRefundable,
            Some(claim) if !self.is_up_to_date(claim) => CommitResult::Conflict,
            _ => CommitResult::Committed,
        }
    }

    /// Whether a commit comes under a lease that is not the latest.
    fn is_stale(&self, epoch: u32, latest: u32) -> bool {
        self.defects.pick(Defect::LeaseNoFencing, || epoch != latest, || false)
    }

    /// Whether `commit` has been accepted before.
    pub fn knows(&self, commit: &Commit) -> bool {
        self.standing(commit.payment).is_some_and(|row| row.last == commit.id)
    }

    /// The lease of `payment` that `owner` gets next, if it gets one.
    pub fn next_lease(&self, payment: PaymentId, owner: WorkerId) -> Lease {
        Lease::after(self.payments.get(&payment).and_then(|row| row.lease), owner)
    }

    /// What a commit leaves behind that was refused: nothing.
    pub fn refuse(&mut self, commit: &Commit) {
        let wanted = commit.records.iter().rev().find_map(|record| match record {
            Record::StatusChanged(status) => Some(*status),
            _ => None,
        });
        if let Some((row, wanted)) = self.payments.get_mut(&commit.payment).zip(wanted) {
            row.status = self.defects.pick(Defect::StaleOverwrites, || row.status, || wanted);
        }
    }

    /// Changes the store by an entry, when it is made and after each boot.
    pub fn restore(&mut self, entry: &StoreEntry) {
        match entry {
            StoreEntry::Leased(payment, _, lease) => self.lease(*payment, *lease),
            StoreEntry::Elapsed(elapsed, expired) => self.age(*elapsed, expired),
            StoreEntry::Committed(commit) => self.take(commit),
            StoreEntry::Received(webhook, state) => self.receive(webhook, *state),
            StoreEntry::Found(event, _, found) => {
                if let Some(inbox) = &mut self.inbox {
                    inbox.find(*event, *found);
                }
            }
            StoreEntry::Acknowledged(payment, consumer, seq) => {
                if let Some(row) = self.payments.get_mut(payment) {
                    row.outbox.acknowledge(*consumer, *seq);
                }
            }
            StoreEntry::Filed(file, at) => self.file(file, *at),
            StoreEntry::Reconciled(_, what) => self.reconcile(*what),
        }
    }

    /// The payment with this id, unless it is finished and put away.
    pub fn payment(&self, payment: PaymentId) -> Option<&PaymentRow> {
        self.payments.get(&payment)
    }

    /// What was accepted as the payment with this id, while its journal is here.
    fn accepted(&self, payment: PaymentId) -> Option<&Intent> {
        match self.payments.get(&payment)?.journal.first()? {
            Record::Accepted(intent) => Some(intent),
            _ => None,
        }
    }

    /// How the payment with this id stands.
    pub fn standing(&self, payment: PaymentId) -> Option<Standing> {
        let open = self.payments.get(&payment).map(PaymentRow::standing);
        open.or_else(|| Some(self.finished.get(payment.0)?.standing()))
    }

    /// What was taken of the customer for this payment, once something was.
    pub fn taken(&self, payment: PaymentId) -> Option<Taken> {
        if let Some(row) = self.payments.get(&payment) {
            return row.taken;
        }
        let finished = self.finished.get(payment.0)?;
        self.reopened.get(&payment).copied().or(finished.taken())
    }

    /// What was asked for under the key of a payment, and how that stands.
    pub fn under(&self, key: KeyId) -> Option<(KeyRow, Standing)> {
        let row = self.key(key)?;
        Some((row, self.standing(row.payment)?))
    }

    /// How the payment of this order stands.
    pub fn of_order(&self, tenant: Tenant, order_ref: PaidOnce) -> Option<StoredReply> {
        let payment = *self.orders.get(&(tenant, order_ref.0?))?;
        Some(StoredReply { payment, status: self.standing(payment)?.status })
    }

    /// What is stored under this key.
    pub fn key(&self, key: KeyId) -> Option<KeyRow> {
        let open = self.keys.get(&key).copied();
        open.or_else(|| self.finished_key(key))
    }

    /// Every payment that somebody has to go on with.
    pub fn open(&self) -> impl Iterator<Item = (PaymentId, &PaymentRow)> {
        self.payments().filter(|(_, row)| row.then != Then::Close)
    }

    /// Every payment that is not put away.
    pub fn payments(&self) -> impl Iterator<Item = (PaymentId, &PaymentRow)> {
        self.payments.iter().map(|(payment, row)| (*payment, row))
    }

    /// The `seq`-th event of this payment, unless it is put away.
    pub fn event(&self, payment: PaymentId, seq: u32) -> Option<Event> {
        let row = self.payments.get(&payment)?;
        outbox::event(&row.journal, (payment, row.token), seq)
    }

    fn lease(&mut self, payment: PaymentId, lease: Lease) {
        let Some(row) = self.payments.get_mut(&payment) else { return };
        let taken_over = row.lease.replace(lease).is_some();
        let broke_off = taken_over && row.status == Status::Captured;
        let released = || row.key.filter(|_| broke_off);
        let key = self.defects.pick(Defect::ClaimDeletedAfterEffect, || None, released);
        if let Some(key) = key {
            self.keys.remove(&key);
        }
    }

    fn take(&mut self, commit: &Commit) {
        let mut generation = Generation::default();
        if let Some((key, row)) = &commit.claim {
            generation = self.generation(*key);
            self.keys.insert(*key, *row);
            if let Some(order_ref) = row.order_ref.0 {
                self.orders.insert((key.tenant, order_ref), row.payment);
            }
            if let Some(lifetimes) = &mut self.lifetimes {
                lifetimes.begin(*key);
            }
        }
        let row = self.payments.entry(commit.payment).or_insert_with(|| PaymentRow {
            token: commit.token,
            journal: Vec::with_capacity(RECORDS),
            status: Status::Processing,
            lease: None,
            then: commit.then,
            case: false,
            outbox: Outbox::default(),
            taken: None,
            pivot_intended: false,
            key: commit.claim.as_ref().map(|(key, _)| *key),
            generation,
            last: commit.id,
        });
        row.last = commit.id;
        row.then = commit.then;
        let first = row.journal.first().or(commit.records.first());
        let has_events = match first {
            Some(Record::Accepted(intent)) => intent.order.has_events(),
            _ => true,
        };
        for record in &commit.records {
            row.journal.push(*record);
            if has_events {
                row.outbox.take(record);
            }
            row.case |= record.hands_over();
            let pivot = || is_pivot(&row.journal, record);
            row.pivot_intended |= self.defects.pick(Defect::CancelRace, pivot, || false);
            if record.takes_money() {
                row.taken = Taken::from_journal(&row.journal).map(|taken| taken.after(row.taken));
            }
            let Record::StatusChanged(status) = record else { continue };
            row.status = *status;
            let reply = StoredReply { payment: commit.payment, status: *status };
            // What a payment comes to after its key has expired is no reply to the key's next.
            if status.is_final()
                && let Some(key) = row.key.and_then(|key| self.keys.get_mut(&key))
                && key.payment == commit.payment
            {
                key.reply.get_or_insert(reply);
            }
        }
        let status = row.status;
        self.take_return(commit);
        self.take_back(commit);
        self.take_inbox(commit, status);
        self.expect(commit);
    }
}

/// About as many records as the journal of a payment comes to that goes well.
const RECORDS: usize = 24;

/// Whether `record` intends what there is no way back from, in this journal.
fn is_pivot(journal: &[Record], record: &Record) -> bool {
    match (journal.first(), record) {
        (Some(Record::Accepted(intent)), Record::StepIntent { which, .. }) => {
            intent.order.workflow().saga.is_pivot(*which)
        }
        _ => false,
    }
}
