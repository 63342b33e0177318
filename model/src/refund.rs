//! One refund (payments.md M5), as who asked for it and the provider see it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::attempt::AttemptEvent;
use crate::charge::ChargeEvent;
use crate::identity::{ChargeId, Token};
use crate::money::Amount;
use crate::record::Outcome;
use crate::workflow::Action;

/// A refund in a provider's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Refund {
    /// Of what.
    pub charge: ChargeId,
    /// To which instrument.
    pub token: Token,
    /// How much.
    pub amount: Amount,
    /// Where it stands.
    pub state: RefundState,
    /// What will become of it, and when.
    pub later: Option<(Duration, RefundEvent)>,
    /// From when on a query sees it.
    pub visible_at: Duration,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefundState {
    /// Nobody asked for it.
    Absent,
    /// The money for it is set aside.
    Reserved,
    /// It was asked for.
    Sent,
    /// The provider will say later.
    Pending,
    /// The money was given back.
    Succeeded,
    /// It was not.
    Failed,
    /// It was given back, and the customer's bank returned it days later.
    FailedLate,
}

/// What can happen to a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefundEvent {
    /// There was enough left of the charge, and the money is set aside.
    Reserved,
    /// The intent is durable.
    Sent,
    /// Nobody knows what became of it.
    Unknown,
    /// The provider will say later.
    Pending,
    /// The money was given back.
    Succeeded,
    /// It was not.
    Failed,
    /// The customer's bank returned it.
    Returned,
}

/// An event that a refund in this state can't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a refund that is {state:?} can't meet {event:?}")]
pub struct IllegalRefundEvent {
    /// Where the refund stands.
    pub state: RefundState,
    /// What it was told.
    pub event: RefundEvent,
}

impl RefundEvent {
    /// What the intent to do this does to the refund that it is for.
    pub(crate) fn of_intent(action: Action) -> Option<Self> {
        (action == Action::Refund).then_some(Self::Sent)
    }

    /// What the outcome of this does to the refund that it is for.
    pub(crate) fn of_outcome(action: Action, outcome: Outcome) -> Option<Self> {
        match (action, outcome) {
            (Action::Hold, Outcome::Held) => Some(Self::Reserved),
            (Action::Refund, Outcome::Refunded { .. }) => Some(Self::Succeeded),
            (Action::Refund, Outcome::Refused(_)) => Some(Self::Failed),
            _ => None,
        }
    }

    /// What was seen of an attempt at a provider, if it tells of a refund, too.
    pub(crate) const fn of_observation(seen: AttemptEvent) -> Option<Self> {
        match seen {
            AttemptEvent::Unknown => Some(Self::Unknown),
            AttemptEvent::Pending => Some(Self::Pending),
            _ => None,
        }
    }
}

impl RefundState {
    /// The lifecycle, as the table of payments.md M5 has it.
    pub fn next(self, event: RefundEvent) -> Result<Self, IllegalRefundEvent> {
        use RefundEvent as Event;
        match (self, event) {
            (Self::Absent, Event::Reserved) => Ok(Self::Reserved),
            (Self::Reserved, Event::Sent) => Ok(Self::Sent),
            (Self::Sent, Event::Unknown) => Ok(Self::Sent),
            (Self::Sent, Event::Pending) => Ok(Self::Pending),
            (Self::Sent | Self::Pending, Event::Succeeded) => Ok(Self::Succeeded),
            (Self::Sent | Self::Pending, Event::Failed) => Ok(Self::Failed),
            (Self::Succeeded, Event::Returned) => Ok(Self::FailedLate),
            (state, event) => Err(IllegalRefundEvent { state, event }),
        }
    }

    /// Whether nothing can happen to it any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Failed | Self::FailedLate)
    }
}

impl fmt::Display for RefundState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "absent",
            Self::Reserved => "reserved",
            Self::Sent => "sent",
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::FailedLate => "failed late",
        })
    }
}

impl Refund {
    /// Changes the refund as `event` says; tells what that does to its charge.
    ///
    /// # Errors
    /// If a refund in this state can't meet `event`; nothing changes.
    pub fn apply(&mut self, event: RefundEvent) -> Result<Option<ChargeEvent>, IllegalRefundEvent> {
        let before = self.state;
        self.state = before.next(event)?;
        let amount = self.amount;
        Ok(match (before, event) {
            (RefundState::Sent, RefundEvent::Succeeded) => Some(ChargeEvent::Refunded(amount)),
            (RefundState::Sent, RefundEvent::Pending) => Some(ChargeEvent::RefundPending(amount)),
            (_, RefundEvent::Succeeded) => Some(ChargeEvent::RefundSucceeded(amount)),
            (RefundState::Pending, RefundEvent::Failed) => Some(ChargeEvent::RefundFailed(amount)),
            (_, RefundEvent::Returned) => Some(ChargeEvent::RefundReturned(amount)),
            _ => None,
        })
    }

    /// What time alone does to it by `now`.
    pub fn due(&self, now: Duration) -> Option<RefundEvent> {
        self.later.filter(|(at, _)| *at <= now).map(|(_, event)| event)
    }
}
