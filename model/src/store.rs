//! The durable store `odb`: payment journals and idempotency keys, changed by
//! compare-and-set commits, each atomic, and leases with epochs that fence
//! stale workers.

mod finished;
mod inbox;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::archive::Archive;
use crate::change::Change;
use crate::defect::{Defect, Defects};
use crate::gatekeeper::{KeyId, KeyRow, StoredReply};
use crate::identity::{EventId, PaymentId, Token, TransactionId, hash};
use crate::inbox::{InboxEvent, InboxState};
use crate::lease::{Lease, WorkerId};
use crate::record::{Outcome, Record};
use crate::rules::Rules;
use crate::status::Status;
use crate::webhook::{News, Told, Webhook};
use crate::workflow::payin_card::steps;

use finished::Finished;
use inbox::Inbox;
pub use inbox::{InboxChange, InboxRow};

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
    /// A webhook that was received, and where it stands from the beginning.
    Received(Webhook, InboxState),
    /// What was found of a webhook without a payment to commit to.
    Found(EventId, Token, InboxEvent),
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
    key: Option<KeyId>,
    last: TransactionId,
}

/// The state of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Store {
    payments: BTreeMap<PaymentId, PaymentRow>,
    keys: BTreeMap<KeyId, KeyRow>,
    /// What is left of payments that are finished, and of their keys.
    finished: Archive<Finished>,
    /// What somebody outside told, where anybody listens.
    inbox: Option<Inbox>,
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
    /// Whether no capture was ever intended.
    pub may_cancel: bool,
    last: TransactionId,
}

impl Commit {
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
        let plain = hash("commit", words);
        self.id = TransactionId(self.inbox.iter().fold(plain, |id, change| match change {
            InboxChange::Received(webhook) => hash("commit-inbox", [id, webhook.event.0]),
            InboxChange::Found(event, found) => hash("commit-inbox", [id, event.0, *found as u64]),
        }));
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

    /// Whether a cancellation may still be accepted (payments.md O6): no
    /// capture was ever intended.
    pub fn may_cancel(&self) -> bool {
        let capture = |record: &Record| matches!(record, Record::StepIntent { which, .. } if which.step == steps::CAPTURE);
        matches!(self.status, Status::Processing | Status::InReview)
            && !self.journal.iter().any(capture)
    }
}

impl Store {
    /// An empty store.
    pub fn new(defects: Defects) -> Self {
        Self { defects, ..Self::default() }
    }

    /// The same store, with an inbox for webhooks.
    #[must_use]
    pub fn with_inbox(self) -> Self {
        Self { inbox: Some(Inbox::default()), ..self }
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
        let taken = claimed.is_some_and(|(key, _)| self.key(*key).is_some());
        let inbox = self.inbox.as_ref();
        let permits = |change| inbox.is_some_and(|inbox| inbox.permits(change));
        if version != commit.expected || put_away || taken || !commit.inbox.iter().all(permits) {
            return CommitResult::Conflict;
        }
        CommitResult::Committed
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

    /// Changes the store by an entry, when it is made and after each boot.
    pub fn restore(&mut self, entry: &StoreEntry) {
        match entry {
            StoreEntry::Leased(payment, _, lease) => {
                if let Some(row) = self.payments.get_mut(payment) {
                    row.lease = Some(*lease);
                }
            }
            StoreEntry::Committed(commit) => self.take(commit),
            StoreEntry::Received(webhook, state) => self.receive(webhook, *state),
            StoreEntry::Found(event, _, found) => {
                if let Some(inbox) = &mut self.inbox {
                    inbox.find(*event, *found);
                }
            }
        }
    }

    /// The entry that has to be durable before `webhook` is acknowledged;
    /// `None` if there is one already. Without an inbox there is none, and
    /// nothing is to be acknowledged.
    pub fn receipt(&self, webhook: &Webhook) -> Option<StoreEntry> {
        let inbox = self.inbox.as_ref()?;
        if let Some(row) = inbox.known(webhook) {
            let again = || row.state == InboxState::Applied;
            return (self.defects.pick(Defect::DupCredit, || false, again))
                .then_some(StoreEntry::Received(*webhook, InboxState::Applied));
        }
        let outdated = || webhook.version < inbox.applied(webhook.reference);
        if self.defects.pick(Defect::StaleOverwrites, || false, outdated) {
            return Some(StoreEntry::Received(*webhook, InboxState::Applied));
        }
        let payment = inbox.payment_of(webhook.reference);
        let standing = payment.and_then(|payment| self.standing(payment));
        let state = match (webhook.news, standing) {
            (News::Begins(..), _) => InboxState::Received,
            (News::Stands(..), None) => InboxState::Parked,
            (News::Stands(..), Some(Standing { then: Then::Close, status, .. })) => {
                inbox::at_the_end(InboxState::Received, status, webhook)
            }
            (News::Stands(..), Some(_)) => InboxState::Received,
        };
        Some(StoreEntry::Received(*webhook, state))
    }

    /// Whether a handler that looks an event up by the provider's own name for
    /// the charge would find whose it is: that name is durable only with the
    /// outcome, long after the provider has begun to tell.
    pub fn finds_charge_of(&self, webhook: &Webhook) -> bool {
        let payment = self.webhook_payment(webhook).and_then(|payment| self.payment(payment));
        let names = |record: &Record| {
            matches!(record, Record::StepOutcome { outcome: Outcome::Authorized { charge, .. }, .. }
                if *charge == webhook.charge)
        };
        payment.is_some_and(|row| row.journal.iter().any(names))
    }

    /// The payment that `webhook` is about, if that is known.
    pub fn webhook_payment(&self, webhook: &Webhook) -> Option<PaymentId> {
        self.inbox.as_ref()?.payment_of(webhook.reference)
    }

    /// The row of this event.
    pub fn inbox_row(&self, event: EventId) -> Option<&InboxRow> {
        self.inbox.as_ref()?.row(event)
    }

    /// Every webhook that nobody knows the payment of, and that waits for it.
    pub fn orphans(&self) -> impl Iterator<Item = &Webhook> {
        let rows = self.inbox.iter().flat_map(Inbox::rows);
        rows.filter(|row| row.payment.is_none() && row.state == InboxState::Parked)
            .map(|row| &row.webhook)
    }

    /// What webhooks tell of `payment` that somebody has to look at.
    pub fn told(&self, payment: PaymentId) -> Vec<Told> {
        self.inbox.as_ref().map_or_else(Vec::new, |inbox| inbox.told(payment))
    }

    /// Whether webhooks tell something of `payment` that no worker has looked at.
    pub fn has_news(&self, payment: PaymentId) -> bool {
        self.inbox.as_ref().is_some_and(|inbox| inbox.has_new(payment))
    }

    /// The payment with this id, unless it is finished and put away.
    pub fn payment(&self, payment: PaymentId) -> Option<&PaymentRow> {
        self.payments.get(&payment)
    }

    /// How the payment with this id stands.
    pub fn standing(&self, payment: PaymentId) -> Option<Standing> {
        let open = self.payments.get(&payment).map(PaymentRow::standing);
        open.or_else(|| Some(self.finished.get(payment.0)?.standing()))
    }

    /// What was asked for under the key of a payment, and how that stands.
    pub fn under(&self, key: KeyId) -> Option<(KeyRow, Standing)> {
        let row = self.key(key)?;
        Some((row, self.standing(row.payment)?))
    }

    /// What is stored under this key.
    pub fn key(&self, key: KeyId) -> Option<KeyRow> {
        let open = self.keys.get(&key).copied();
        open.or_else(|| self.finished_key(key))
    }

    /// Every payment that somebody has to go on with.
    pub fn open(&self) -> impl Iterator<Item = (PaymentId, &PaymentRow)> {
        let open = self.payments.iter().filter(|(_, row)| row.then != Then::Close);
        open.map(|(payment, row)| (*payment, row))
    }

    fn receive(&mut self, webhook: &Webhook, state: InboxState) {
        if let Some(inbox) = &mut self.inbox {
            let payment = inbox.payment_of(webhook.reference);
            inbox.receive(InboxRow { webhook: *webhook, state, payment });
        }
    }

    fn take(&mut self, commit: &Commit) {
        if let Some((key, row)) = &commit.claim {
            self.keys.insert(*key, *row);
        }
        let row = self.payments.entry(commit.payment).or_insert_with(|| PaymentRow {
            token: commit.token,
            journal: Vec::with_capacity(RECORDS),
            status: Status::Processing,
            lease: None,
            then: commit.then,
            case: false,
            key: commit.claim.as_ref().map(|(key, _)| *key),
            last: commit.id,
        });
        row.last = commit.id;
        row.then = commit.then;
        for record in &commit.records {
            row.journal.push(*record);
            row.case |= matches!(record, Record::CaseOpened(_));
            let Record::StatusChanged(status) = record else { continue };
            row.status = *status;
            let reply = StoredReply { payment: commit.payment, status: *status };
            if status.is_final()
                && let Some(key) = row.key.and_then(|key| self.keys.get_mut(&key))
            {
                key.reply.get_or_insert(reply);
            }
        }
        let status = row.status;
        let Some(inbox) = &mut self.inbox else { return };
        inbox.learn(commit.payment, &commit.records);
        for change in &commit.inbox {
            match change {
                InboxChange::Received(webhook) => {
                    let payment = Some(commit.payment);
                    let state = InboxState::Applied;
                    inbox.receive(InboxRow { webhook: *webhook, state, payment });
                }
                InboxChange::Found(event, found) => inbox.find(*event, *found),
            }
        }
        if commit.then == Then::Close {
            inbox.close(commit.payment, status);
        }
    }
}

/// About as many records as the journal of a payment comes to that goes well.
const RECORDS: usize = 24;
