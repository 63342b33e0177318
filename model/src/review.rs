//! Reviews by a person, and how their verdicts are told (payments.md m4): a verdict is
//! durable before it is told, and told until somebody has taken it in.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::identity::{EventId, OperationId, PaymentId, Token};
use crate::webhook::Webhook;

/// What a person has decided about a payment, as often as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReviewDecided {
    /// About which payment.
    pub payment: PaymentId,
    /// Which assessment had asked for it: there is one verdict for each.
    pub operation: OperationId,
    /// Whose instrument.
    pub token: Token,
    /// Whether the payment may go on.
    pub approves: bool,
}

/// A change that has to be durable before it is told to anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewEntry {
    /// A person is to look, and will say this at that time; `None`: never anything.
    Opened(ReviewDecided, Option<Duration>),
    /// The person has decided.
    Decided(OperationId),
    /// Whoever had to be told has taken it in.
    Acknowledged(OperationId),
}

/// The reviews that are not over.
#[derive(Clone, Debug, Default, Hash)]
pub struct Reviews {
    open: BTreeMap<OperationId, (ReviewDecided, Option<Duration>)>,
    /// Those that are decided, and not taken in.
    untold: BTreeMap<OperationId, ReviewDecided>,
}

impl Reviews {
    /// The entry that has to be durable before the verdict on `operation` is told, if
    /// its time has come.
    pub fn due(&self, operation: OperationId, now: Duration) -> Option<ReviewEntry> {
        let (_, at) = self.open.get(&operation)?;
        at.is_some_and(|at| at <= now).then_some(ReviewEntry::Decided(operation))
    }

    /// When the verdict on `operation` is given, unless it was, or never is.
    pub fn decided_at(&self, operation: OperationId) -> Option<Duration> {
        self.open.get(&operation)?.1
    }

    /// What is told about `operation` until somebody has taken it in.
    pub fn untold(&self, operation: OperationId) -> Option<ReviewDecided> {
        self.untold.get(&operation).copied()
    }

    /// The entry that somebody has taken in what was told as this event, if anybody
    /// still tells of it.
    pub fn acknowledged(&self, event: EventId) -> Option<ReviewEntry> {
        let told = self.untold.values().find(|told| Webhook::of_review(told).event == event);
        told.map(|told| ReviewEntry::Acknowledged(told.operation))
    }

    /// Every review that somebody has to be reminded of.
    pub fn waiting(&self) -> impl Iterator<Item = OperationId> {
        let open = self.open.iter().filter(|(_, (_, at))| at.is_some());
        open.map(|(operation, _)| *operation).chain(self.untold.keys().copied())
    }

    /// Takes `entry` in, and tells of a verdict that it gives.
    pub fn restore(&mut self, entry: ReviewEntry) -> Option<ReviewDecided> {
        match entry {
            ReviewEntry::Opened(review, at) => {
                self.open.insert(review.operation, (review, at));
                None
            }
            ReviewEntry::Decided(operation) => {
                let (review, _) = self.open.remove(&operation)?;
                self.untold.insert(operation, review);
                Some(review)
            }
            ReviewEntry::Acknowledged(operation) => {
                self.untold.remove(&operation);
                None
            }
        }
    }
}
