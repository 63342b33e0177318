//! The inbox in the store: a row for every webhook that was ever acknowledged
//! (payments.md M8, D5), and for what lines of settlement files tell of payments.

use std::collections::{BTreeMap, BTreeSet};

use crate::id_map::IdMap;
use crate::identity::{EventId, LineId, OperationId, PaymentId, hash};
use crate::inbox::{InboxEvent, InboxState};
use crate::record::Record;
use crate::status::Status;
use crate::webhook::{Beginning, News, Told, Webhook};
use crate::workflow::{Action, PaymentWorkflow};

/// A change of the inbox that comes with a commit: both are durable, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InboxChange {
    /// This was received, and the commit is what becomes of it.
    Received(Webhook),
    /// This was found of the webhook with this event.
    Found(EventId, InboxEvent),
    /// This stage of this settlement line is booked.
    Booked(LineId, u8),
}

/// One webhook in the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InboxRow {
    /// What was received.
    pub webhook: Webhook,
    /// Where it stands.
    pub state: InboxState,
    /// The payment that it is about, once that is known.
    pub payment: Option<PaymentId>,
}

/// Every webhook, and what they are about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Inbox {
    rows: IdMap<EventId, InboxRow>,
    /// The event that told of each version: an event that tells of one again is
    /// the same, whatever it is called.
    versions: BTreeMap<(OperationId, u32), EventId>,
    /// Whose operation each reference is.
    references: IdMap<OperationId, PaymentId>,
    /// The latest version that was applied of each.
    applied: IdMap<OperationId, u32>,
    /// Webhooks that somebody has to look at, by their payment.
    open: IdMap<PaymentId, Vec<EventId>>,
}

impl Inbox {
    /// The row of `webhook`, by its event or by what it tells.
    pub(super) fn known(&self, webhook: &Webhook) -> Option<&InboxRow> {
        let twin = || self.versions.get(&(webhook.reference, webhook.version));
        let by_event = self.rows.get(&webhook.event);
        by_event.or_else(|| self.rows.get(twin()?))
    }

    pub(super) fn row(&self, event: EventId) -> Option<&InboxRow> {
        self.rows.get(&event)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &InboxRow> {
        self.rows.values()
    }

    /// The payment that what has this reference belongs to.
    pub(super) fn payment_of(&self, reference: OperationId) -> Option<PaymentId> {
        self.references.get(&reference).copied()
    }

    /// The latest version that was applied of what has this reference; 0 if none
    /// was.
    pub(super) fn applied(&self, reference: OperationId) -> u32 {
        self.applied.get(&reference).copied().unwrap_or(0)
    }

    /// Whether the commit that brings `change` may do so.
    pub(super) fn permits(&self, change: &InboxChange) -> bool {
        match change {
            InboxChange::Received(webhook) => self.known(webhook).is_none(),
            InboxChange::Found(event, found) => {
                let legal = |row: &InboxRow| row.state.next(*found).is_ok();
                self.row(*event).is_some_and(legal)
            }
            // The books of reconciliation tell.
            InboxChange::Booked(..) => false,
        }
    }

    /// What has to be looked at of `payment`, the oldest version first.
    pub(super) fn told(&self, payment: PaymentId) -> Vec<Told> {
        let open = self.open.get(&payment).into_iter().flatten();
        let mut told: Vec<_> = open
            .filter_map(|event| {
                let InboxRow { webhook, state, .. } = *self.row(*event)?;
                let known = self.applied(webhook.reference);
                Some(Told { webhook, state, known })
            })
            .collect();
        told.sort_by_key(|told| (told.webhook.reference, told.webhook.version));
        told
    }

    /// Whether something about `payment` was received that no worker has looked
    /// at.
    pub(super) fn has_new(&self, payment: PaymentId) -> bool {
        let new =
            |event: &EventId| self.row(*event).is_some_and(|r| r.state == InboxState::Received);
        self.open.get(&payment).is_some_and(|open| open.iter().any(new))
    }

    /// Takes a row in.
    pub(super) fn receive(&mut self, row: InboxRow) {
        let InboxRow { webhook, state, payment } = row;
        self.rows.insert(webhook.event, row);
        self.versions.insert((webhook.reference, webhook.version), webhook.event);
        if state == InboxState::Applied {
            self.apply(&webhook);
        }
        // Its payment is put away with what was told of it.
        if let (News::Reviewed(_), Some(payment)) = (webhook.news, payment) {
            self.references.insert(webhook.reference, payment);
        }
        if let Some(payment) = payment.filter(|_| !state.is_settled()) {
            self.open.entry(payment).or_default().push(webhook.event);
        }
    }

    /// Takes note of what was found of a webhook.
    pub(super) fn find(&mut self, event: EventId, found: InboxEvent) {
        let Some(row) = self.rows.get(&event).copied() else { return };
        let Ok(state) = row.state.next(found) else { return };
        self.rows.insert(event, InboxRow { state, ..row });
        if state == InboxState::Applied {
            self.apply(&row.webhook);
        }
        if state.is_settled()
            && let Some(payment) = row.payment
            && let Some(open) = self.open.get_mut(&payment)
        {
            open.retain(|other| *other != event);
        }
    }

    fn apply(&mut self, webhook: &Webhook) {
        let applied = self.applied.entry(webhook.object()).or_default();
        *applied = webhook.version.max(*applied);
    }

    /// Takes note of the references that `records` of `payment` tell of, and of
    /// webhooks that came before them.
    pub(super) fn learn(
        &mut self,
        payment: PaymentId,
        workflow: &PaymentWorkflow,
        records: &[Record],
    ) {
        for record in records {
            let Record::StepIntent { which, operation, provider } = *record else { continue };
            let sends = matches!(workflow.action(which), Action::Refund | Action::Send);
            if provider.is_none() && !sends {
                continue;
            }
            self.references.insert(operation, payment);
            let early = self.versions.range((operation, 0)..=(operation, u32::MAX));
            let early: Vec<_> = early.map(|(_, event)| *event).collect();
            for event in early {
                let Some(row) = self.rows.get_mut(&event) else { continue };
                if row.payment.is_none() && !row.state.is_settled() {
                    row.payment = Some(payment);
                    self.open.entry(payment).or_default().push(event);
                }
            }
        }
    }

    /// Nothing is left to do for `payment`, which is `status`: what nobody has
    /// looked at tells nothing new, or something that can't be.
    pub(super) fn close(&mut self, payment: PaymentId, status: Status) {
        for event in self.open.remove(&payment).unwrap_or_default() {
            let Some(row) = self.rows.get_mut(&event) else { continue };
            row.state = at_the_end(row.state, status, &row.webhook);
        }
    }

    /// Forgets what is about `payments`: nothing about them can arrive any more.
    pub(super) fn forget(&mut self, payments: &BTreeSet<PaymentId>) {
        let gone = self.references.iter().filter(|(_, of)| payments.contains(of));
        for reference in gone.map(|(reference, _)| *reference).collect::<Vec<_>>() {
            self.references.remove(&reference);
            self.applied.remove(&reference);
            let of = self.versions.range((reference, 0)..=(reference, u32::MAX));
            for (version, event) in of.map(|(v, event)| (*v, *event)).collect::<Vec<_>>() {
                self.versions.remove(&version);
                self.rows.remove(&event);
            }
        }
    }
}

/// The id that a commit has by its other content, and by these changes.
pub(super) fn hashed(id: u64, changes: &[InboxChange]) -> u64 {
    changes.iter().fold(id, |id, change| match change {
        InboxChange::Received(webhook) => hash("commit-inbox", [id, webhook.event.0]),
        InboxChange::Found(event, found) => hash("commit-inbox", [id, event.0, *found as u64]),
        InboxChange::Booked(line, stage) => hash("commit-line", [id, line.0, u64::from(*stage)]),
    })
}

/// What becomes of a webhook about a payment that has ended: it was known, or
/// it tells of money that nobody counted, which a person has to look at.
pub(super) fn at_the_end(state: InboxState, status: Status, webhook: &Webhook) -> InboxState {
    let undone = matches!(status, Status::Failed | Status::Canceled);
    let taken = match webhook.news {
        News::Stands(state, _) => state.is_past_void(),
        News::Settled(_) => true,
        News::Reviewed(_) => false,
        // What definitely was never sent can't have come back.
        News::Begins(beginning, _) => beginning == Beginning::PayoutReturned,
    };
    let end = |state: InboxState| {
        if !(undone && taken) {
            return state.next(InboxEvent::Outdated);
        }
        let parked = state.next(InboxEvent::TooEarly).unwrap_or(state);
        parked.next(InboxEvent::GivenUp)
    };
    end(state).unwrap_or(state)
}
