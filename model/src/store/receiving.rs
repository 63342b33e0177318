//! What the store does about webhooks: an entry before each acknowledgement,
//! and marks that come with the commits that they cause.

use std::sync::Arc;

use super::inbox::{self, Inbox, InboxChange, InboxRow};
use super::{Commit, Standing, Store, StoreEntry, Then};
use crate::defect::Defect;
use crate::identity::{EventId, PaymentId};
use crate::inbox::InboxState;
use crate::record::{Outcome, Record};
use crate::status::Status;
use crate::webhook::{Beginning, News, Teller, Told, Webhook};

impl Store {
    /// The same store, with an inbox for webhooks.
    #[must_use]
    pub fn with_inbox(self) -> Self {
        Self { inbox: Some(Inbox::default()), ..self }
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
        let ignored = webhook.news.is_by_hand() && self.defects.has(Defect::RefundByHandIgnored);
        let late = matches!(webhook.news, News::Begins(Beginning::TakenAfterAll, _));
        let disbelieved = late && self.defects.has(Defect::LateSuccessIgnored);
        let again = matches!(webhook.news, News::Begins(Beginning::DisputedAgain, _));
        let unheard = again && self.defects.has(Defect::WrongEventType);
        if ignored || disbelieved || unheard || self.is_of_late_success(webhook) {
            return Some(StoreEntry::Received(*webhook, InboxState::Stale));
        }
        let begins = matches!(
            webhook.news,
            News::Begins(
                Beginning::DisputeOpened
                    | Beginning::DisputedAgain
                    | Beginning::RefundedByHand
                    | Beginning::TakenAfterAll,
                _
            )
        );
        if begins {
            return Some(StoreEntry::Committed(Arc::new(self.begun_by(webhook)?)));
        }
        let reversal = self.reversed_by(webhook);
        let ignores = Defect::RefundLateFailIgnored;
        let by_bank = || reversal.clone().filter(|_| matches!(webhook.teller, Teller::Bank(_)));
        if let Some(commit) = self.defects.pick(ignores, || reversal.clone(), by_bank) {
            return Some(StoreEntry::Committed(Arc::new(commit)));
        }
        let payment = self.webhook_payment(webhook);
        let standing = payment.and_then(|payment| self.standing(payment));
        let state = match (webhook.news, standing) {
            (News::Begins(..), None) if !webhook.tells_of_return() => return None,
            (_, None) => InboxState::Parked,
            (_, Some(Standing { then, status, .. }))
                if then == Then::Close || webhook.tells_of_return() =>
            {
                inbox::at_the_end(InboxState::Received, status, webhook)
            }
            (_, Some(_)) => InboxState::Received,
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
        // Before it began, what is told of a return is about what was sent.
        let begun =
            |saga: &PaymentId| !webhook.tells_of_return() || self.payments.contains_key(saga);
        let saga = webhook.saga().filter(begun);
        saga.or_else(|| self.inbox.as_ref()?.payment_of(webhook.reference))
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

    /// Whether what `commit` does to the inbox may be done.
    pub(super) fn inbox_permits(&self, commit: &Commit) -> bool {
        let inbox = self.inbox.as_ref();
        commit.inbox.iter().all(|change| match change {
            InboxChange::Booked(line, stage) => self.owes_line(*line, *stage),
            change => inbox.is_some_and(|inbox| inbox.permits(change)),
        })
    }

    pub(super) fn receive(&mut self, webhook: &Webhook, state: InboxState) {
        let payment = self.webhook_payment(webhook);
        if let Some(inbox) = &mut self.inbox {
            inbox.receive(InboxRow { webhook: *webhook, state, payment });
        }
    }

    /// Takes what a commit does to the inbox of its payment, which is `status`
    /// now.
    pub(super) fn take_inbox(&mut self, commit: &Commit, status: Status) {
        let Some(inbox) = &mut self.inbox else { return };
        let row = self.payments.get(&commit.payment);
        if let Some(Record::Accepted(intent)) = row.and_then(|row| row.journal.first()) {
            inbox.learn(commit.payment, intent.order.workflow(), &commit.records);
        }
        for change in &commit.inbox {
            match change {
                InboxChange::Received(webhook) => {
                    let payment = Some(commit.payment);
                    let state = InboxState::Applied;
                    inbox.receive(InboxRow { webhook: *webhook, state, payment });
                }
                InboxChange::Found(event, found) => inbox.find(*event, *found),
                InboxChange::Booked(..) => {}
            }
        }
        if commit.then == Then::Close {
            inbox.close(commit.payment, status);
        }
    }
}
