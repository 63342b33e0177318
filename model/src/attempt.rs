//! One attempt at a provider, as the orchestrator sees it (payments.md M2).

use std::fmt;

use crate::record::{Outcome, Refusal, UndoOutcome};
use crate::workflow::Action;

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttemptState {
    /// It was never intended.
    Absent,
    /// Its authorization may be on its way.
    Sent,
    /// Something of it may be on its way, and nobody here knows what became of
    /// it.
    Unknown,
    /// The provider has it, and decides later.
    Pending,
    /// The money is reserved.
    Authorized,
    /// A capture may be on its way.
    Capturing,
    /// The capture was refused; what is reserved has to go.
    CaptureFailed,
    /// Its undo may be on its way.
    Voiding,
    /// The issuer said no.
    Declined,
    /// It is proven that it never happened and never will.
    FailedDefinite,
    /// It was undone, or ended by itself.
    Voided,
    /// It was blocked before it came.
    Tombstoned,
    /// The money was taken.
    Captured,
}

/// What happens to an attempt: what is intended, and what the evidence says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttemptEvent {
    /// The intent to authorize is durable.
    AuthorizeIntended,
    /// No answer, one that tells nothing, or a crash.
    Unknown,
    /// The provider will decide later.
    Pending,
    /// The full amount is reserved.
    Authorized,
    /// The issuer said no.
    Declined,
    /// It never happened and never will.
    FailedDefinite,
    /// The intent to capture is durable.
    CaptureIntended,
    /// A part was taken, and more may be.
    CapturedInPart,
    /// The money was taken.
    Captured,
    /// The authorization had ended.
    AuthorizationExpired,
    /// The capture was refused.
    CaptureDeclined,
    /// The intent to undo is durable.
    VoidIntended,
    /// The same at a provider that answers no queries: the undo is the query.
    VoidIntendedToAsk,
    /// It was undone.
    Voided,
    /// The provider undid it unasked.
    AutoReversed,
    /// It had not come, and is blocked.
    Tombstoned,
    /// It could not be undone: the money was taken.
    TooLate,
}

/// An event that an attempt in this state can't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an attempt that is {state} can't meet {event:?}")]
pub struct IllegalAttemptEvent {
    /// Where the attempt stands.
    pub state: AttemptState,
    /// What it was told.
    pub event: AttemptEvent,
}

impl AttemptState {
    /// Every state.
    pub const ALL: [Self; 13] = [
        Self::Absent,
        Self::Sent,
        Self::Unknown,
        Self::Pending,
        Self::Authorized,
        Self::Capturing,
        Self::CaptureFailed,
        Self::Voiding,
        Self::Declined,
        Self::FailedDefinite,
        Self::Voided,
        Self::Tombstoned,
        Self::Captured,
    ];

    /// The lifecycle, as the table of payments.md M2 has it; and what is being
    /// undone may turn out never to have happened.
    pub fn next(self, event: AttemptEvent) -> Result<Self, IllegalAttemptEvent> {
        use AttemptEvent as Event;
        match (self, event) {
            (Self::Absent, Event::AuthorizeIntended) => Ok(Self::Sent),
            (Self::Sent | Self::Unknown | Self::Pending, Event::Unknown) => Ok(Self::Unknown),
            (Self::Sent | Self::Unknown, Event::Pending) => Ok(Self::Pending),
            (
                Self::Authorized | Self::Capturing | Self::Voiding,
                Event::Unknown | Event::Pending,
            ) => Ok(self),
            (Self::Sent | Self::Unknown | Self::Pending, Event::Authorized) => Ok(Self::Authorized),
            (Self::Sent | Self::Unknown | Self::Pending, Event::Declined) => Ok(Self::Declined),
            (Self::Sent | Self::Unknown | Self::Pending, Event::FailedDefinite) => {
                Ok(Self::FailedDefinite)
            }
            (Self::Sent | Self::Unknown | Self::Pending, Event::VoidIntended) => Ok(Self::Voiding),
            (Self::Sent | Self::Unknown | Self::Pending, Event::Voided | Event::AutoReversed) => {
                Ok(Self::Voided)
            }
            (Self::Sent | Self::Unknown | Self::Pending, Event::Tombstoned) => Ok(Self::Tombstoned),
            (Self::Authorized, Event::AuthorizationExpired | Event::AutoReversed) => {
                Ok(Self::Voided)
            }
            (Self::Authorized, Event::CaptureIntended) => Ok(Self::Capturing),
            (Self::Capturing, Event::CapturedInPart) => Ok(Self::Authorized),
            (Self::Capturing, Event::Captured) => Ok(Self::Captured),
            (Self::Capturing, Event::AuthorizationExpired | Event::CaptureDeclined) => {
                Ok(Self::CaptureFailed)
            }
            (Self::Authorized | Self::CaptureFailed, Event::VoidIntended) => Ok(Self::Voiding),
            (Self::Capturing, Event::VoidIntendedToAsk) => Ok(Self::Voiding),
            (
                Self::Voiding,
                Event::Voided | Event::AuthorizationExpired | Event::AutoReversed | Event::Declined,
            ) => Ok(Self::Voided),
            (Self::Voiding, Event::Tombstoned) => Ok(Self::Tombstoned),
            (Self::Voiding, Event::FailedDefinite) => Ok(Self::FailedDefinite),
            (Self::Voiding, Event::Authorized) => Ok(Self::Voiding),
            (Self::Voiding, Event::TooLate | Event::Captured) => Ok(Self::Captured),
            (state, event) => Err(IllegalAttemptEvent { state, event }),
        }
    }

    /// Whether it is definitely without effect, so that another may be made
    /// (payments.md D9).
    pub const fn permits_another(self) -> bool {
        matches!(self, Self::Declined | Self::FailedDefinite | Self::Voided | Self::Tombstoned)
    }
}

impl fmt::Display for AttemptState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "absent",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::Capturing => "capturing",
            Self::CaptureFailed => "capture_failed",
            Self::Voiding => "voiding",
            Self::Declined => "declined",
            Self::FailedDefinite => "failed_definite",
            Self::Voided => "voided",
            Self::Tombstoned => "tombstoned",
            Self::Captured => "captured",
        })
    }
}

impl AttemptEvent {
    /// Every event.
    pub const ALL: [Self; 17] = [
        Self::AuthorizeIntended,
        Self::Unknown,
        Self::Pending,
        Self::Authorized,
        Self::Declined,
        Self::FailedDefinite,
        Self::CaptureIntended,
        Self::CapturedInPart,
        Self::Captured,
        Self::AuthorizationExpired,
        Self::CaptureDeclined,
        Self::VoidIntended,
        Self::VoidIntendedToAsk,
        Self::Voided,
        Self::AutoReversed,
        Self::Tombstoned,
        Self::TooLate,
    ];

    /// What the intent to do this does to its attempt, if it is one at a
    /// provider.
    pub fn of_intent(action: Action) -> Option<Self> {
        match action {
            Action::Authorize => Some(Self::AuthorizeIntended),
            Action::Capture => Some(Self::CaptureIntended),
            Action::Release => Some(Self::VoidIntended),
            _ => None,
        }
    }

    /// What the outcome of this does to its attempt, if it is one at a
    /// provider; of captures, if it is the last.
    pub fn of_outcome(action: Action, outcome: Outcome) -> Option<Self> {
        match (action, outcome) {
            (Action::Authorize, Outcome::Authorized { .. }) => Some(Self::Authorized),
            (Action::Authorize, Outcome::Refused(refusal)) => Some(match refusal {
                Refusal::AuthorizationGone => Self::Voided,
                Refusal::FailedDefinite | Refusal::Invalid => Self::FailedDefinite,
                _ => Self::Declined,
            }),
            // Nothing was reserved for us, whatever was taken.
            (Action::Authorize, Outcome::TakenAfterAll { .. }) => Some(Self::Declined),
            (Action::Capture, Outcome::Captured { .. }) => Some(Self::Captured),
            (Action::Capture, Outcome::Refused(Refusal::AuthorizationGone)) => {
                Some(Self::AuthorizationExpired)
            }
            (Action::Capture, Outcome::Refused(_)) => Some(Self::CaptureDeclined),
            // What is left of a charge that was captured ends no otherwise.
            (Action::Release, Outcome::Released { .. }) => Some(Self::TooLate),
            _ => None,
        }
    }

    /// What the outcome of its undo does to an attempt.
    pub fn of_undo(outcome: UndoOutcome) -> Self {
        match outcome {
            UndoOutcome::Voided => Self::Voided,
            UndoOutcome::Tombstoned => Self::Tombstoned,
            UndoOutcome::NeverHappened => Self::FailedDefinite,
            UndoOutcome::Expired => Self::AuthorizationExpired,
            UndoOutcome::TooLate | UndoOutcome::TakenAfterAll { .. } => Self::TooLate,
        }
    }
}
