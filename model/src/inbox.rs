//! What becomes of one webhook in the inbox (payments.md M8). It is durable
//! from `received` on, and only then acknowledged; whatever becomes of it, it
//! is never forgotten.

use std::fmt;

/// Where a webhook stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InboxState {
    /// It is durable, and nothing was done about it.
    Received,
    /// What it is about is not known yet, or something before it is missing.
    Parked,
    /// It changed what it is about, once.
    Applied,
    /// What it tells was known, or would be a step back.
    Stale,
    /// Nobody ever knew what it is about: a person looks.
    Dead,
}

/// What the inbox finds when it looks at a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InboxEvent {
    /// It tells something new, which may follow what is known.
    Fits,
    /// Its object is not known, or it came out of order.
    TooEarly,
    /// It is not newer than what is known, or an illegal regression.
    Outdated,
    /// It has waited for as long as anything may, and its provider was asked.
    GivenUp,
}

/// An event that a webhook in this state can't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook that is {state} can't meet {event:?}")]
pub struct IllegalInboxEvent {
    /// Where the webhook stands.
    pub state: InboxState,
    /// What the inbox found.
    pub event: InboxEvent,
}

impl InboxState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Received, Self::Parked, Self::Applied, Self::Stale, Self::Dead];

    /// The lifecycle, as the table of payments.md M8 has it.
    pub fn next(self, event: InboxEvent) -> Result<Self, IllegalInboxEvent> {
        use InboxEvent as Event;
        match (self, event) {
            (Self::Received | Self::Parked, Event::Fits) => Ok(Self::Applied),
            (Self::Received, Event::TooEarly) => Ok(Self::Parked),
            (Self::Received | Self::Parked, Event::Outdated) => Ok(Self::Stale),
            (Self::Parked, Event::GivenUp) => Ok(Self::Dead),
            (state, event) => Err(IllegalInboxEvent { state, event }),
        }
    }

    /// Whether nothing will be done about it any more.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Applied | Self::Stale | Self::Dead)
    }
}

impl InboxEvent {
    /// Every event.
    pub const ALL: [Self; 4] = [Self::Fits, Self::TooEarly, Self::Outdated, Self::GivenUp];

    /// What is found of a webhook about `version` of an object of which the
    /// inbox has applied `known`, if it knows the object at all. `follows` tells
    /// whether what it says is a legal step from there.
    pub const fn found(known: Option<u64>, version: u64, follows: bool) -> Self {
        match known {
            None => Self::TooEarly,
            Some(known) if version <= known || !follows => Self::Outdated,
            Some(_) => Self::Fits,
        }
    }
}

impl fmt::Display for InboxState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Received => "received",
            Self::Parked => "parked",
            Self::Applied => "applied",
            Self::Stale => "stale",
            Self::Dead => "dead",
        })
    }
}
