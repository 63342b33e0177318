//! What a client sees of a payment (payments.md M1).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The status of a payment. `captured` is shown to clients as `processing`:
/// there is no success before the ledger has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Under way.
    Processing,
    /// A person looks at it.
    InReview,
    /// It will fail, once everything is undone.
    Failing,
    /// It will be canceled, once everything is undone.
    Canceling,
    /// The money was taken.
    Captured,
    /// The money was taken and booked.
    Succeeded,
    /// It failed, and nothing is left of it.
    Failed,
    /// It was canceled, and nothing is left of it.
    Canceled,
    /// The provider has paid the money out.
    Settled,
    /// The money came back from where it was sent.
    Returned,
}

/// What changes a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusEvent {
    /// The risk service wants a person to look.
    Review,
    /// The person said yes.
    Approve,
    /// The person said no, or nothing for too long.
    Reject,
    /// No way forward is left.
    Fail,
    /// The client wants it no more, and it is not too late.
    Cancel,
    /// The money was taken.
    PivotCommitted,
    /// The ledger has it.
    Booked,
    /// Everything is undone.
    Undone,
    /// A line of a settlement file tells of it.
    Settled,
    /// The bank sent the money back, within the time that its rail allows.
    Returned,
}

impl StatusEvent {
    /// Every event.
    pub const ALL: [Self; 10] = [
        Self::Review,
        Self::Approve,
        Self::Reject,
        Self::Fail,
        Self::Cancel,
        Self::PivotCommitted,
        Self::Booked,
        Self::Undone,
        Self::Settled,
        Self::Returned,
    ];
}

/// An event that a payment of this status can't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a payment that is {status:?} can't meet {event:?}")]
pub struct IllegalStatusEvent {
    /// The status.
    pub status: Status,
    /// The event.
    pub event: StatusEvent,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 10] = [
        Self::Processing,
        Self::InReview,
        Self::Failing,
        Self::Canceling,
        Self::Captured,
        Self::Succeeded,
        Self::Failed,
        Self::Canceled,
        Self::Settled,
        Self::Returned,
    ];

    /// The lifecycle, as the table of payments.md M1 has it.
    pub fn next(self, event: StatusEvent) -> Result<Self, IllegalStatusEvent> {
        use StatusEvent as Event;
        match (self, event) {
            (Self::Processing, Event::Review) => Ok(Self::InReview),
            (Self::InReview, Event::Approve) => Ok(Self::Processing),
            (Self::InReview, Event::Reject) => Ok(Self::Failing),
            (Self::Processing, Event::Fail) => Ok(Self::Failing),
            (Self::Processing | Self::InReview, Event::Cancel) => Ok(Self::Canceling),
            (Self::Failing, Event::Undone) => Ok(Self::Failed),
            (Self::Canceling, Event::Undone) => Ok(Self::Canceled),
            (Self::Processing, Event::PivotCommitted) => Ok(Self::Captured),
            (Self::Captured, Event::Booked) => Ok(Self::Succeeded),
            (Self::Succeeded, Event::Settled) => Ok(Self::Settled),
            (Self::Succeeded | Self::Settled, Event::Returned) => Ok(Self::Returned),
            (status, event) => Err(IllegalStatusEvent { status, event }),
        }
    }

    /// Whether some event makes it `to`.
    pub fn may_become(self, to: Self) -> bool {
        StatusEvent::ALL.iter().any(|event| self.next(*event) == Ok(to))
    }

    /// Whether a client that was shown this may be shown `to` later on: what it
    /// is shown, or what some events in a row make of it.
    pub fn may_lead_to(self, to: Self) -> bool {
        let reaches = |reached: u16, from: Self| {
            let next = StatusEvent::ALL.iter().filter_map(|event| from.next(*event).ok());
            next.fold(reached, |reached, status| reached | 1 << status as u16)
        };
        let mut reached = 1_u16 << self as u16;
        // No way through the lifecycle is longer than there are statuses.
        for _ in Self::ALL {
            let known = Self::ALL.into_iter().filter(|status| reached >> *status as u16 & 1 == 1);
            reached = known.fold(reached, reaches);
        }
        let mut reached = Self::ALL.into_iter().filter(|status| reached >> *status as u16 & 1 == 1);
        reached.any(|status| status.shown() == to.shown())
    }

    /// Its name, as clients read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::InReview => "in_review",
            Self::Failing => "failing",
            Self::Canceling => "canceling",
            Self::Captured => "captured",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Settled => "settled",
            Self::Returned => "returned",
        }
    }

    /// What a client is shown.
    pub const fn shown(self) -> Self {
        match self {
            Self::Captured => Self::Processing,
            other => other,
        }
    }

    /// What a creation was answered with in the end that came to this: what
    /// becomes of a success later does not change its stored reply (payments.md
    /// I19).
    pub const fn first_answered(self) -> Self {
        match self {
            Self::Settled | Self::Returned => Self::Succeeded,
            other => other,
        }
    }

    /// Whether it is the last word where settlement is off.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Succeeded | Self::Failed | Self::Canceled | Self::Settled | Self::Returned
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
