//! One chargeback (payments.md M6).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::charge::ChargeEvent;
use crate::money::Amount;

/// No customer's bank takes longer to decide, the time for the merchant's
/// answer included.
pub const DECIDED_WITHIN: Duration = Duration::from_secs(180 * 86_400);
/// No customer's bank objects sooner than this after a dispute was won: what was
/// decided first is in everybody's books by then.
pub const OBJECTS_AFTER_MIN: Duration = Duration::from_secs(5 * 86_400);

/// A dispute over a charge, in its provider's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dispute {
    /// How much the customer wants back.
    pub amount: Amount,
    /// Where it stands.
    pub state: DisputeState,
    /// Until when the merchant may answer: who does not accepts.
    pub respond_by: Duration,
}

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisputeState {
    /// There is none.
    Absent,
    /// The customer's bank has taken the money.
    Opened,
    /// The merchant has sent its evidence.
    EvidenceSubmitted,
    /// The merchant has the money back; the customer's bank may object once.
    Won,
    /// The customer's bank has objected, and has the money again.
    PreArbitration,
    /// The merchant has the money back for good.
    WonFinally,
    /// The customer keeps the money.
    Lost,
}

/// What can happen to a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisputeEvent {
    /// The customer's bank takes the money.
    Opened,
    /// The merchant gives in, or does not answer in time.
    Accepted,
    /// The merchant sends its evidence.
    EvidenceSubmitted,
    /// It is decided for the merchant.
    Won,
    /// It is decided for the customer.
    Lost,
    /// The customer's bank objects.
    PreArbitrationOpened,
}

/// An event that a dispute in this state can't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a dispute that is {state:?} can't meet {event:?}")]
pub struct IllegalDisputeEvent {
    /// Where the dispute stands.
    pub state: DisputeState,
    /// What it was told.
    pub event: DisputeEvent,
}

impl DisputeState {
    /// The lifecycle, as the table of payments.md M6 has it.
    pub fn next(self, event: DisputeEvent) -> Result<Self, IllegalDisputeEvent> {
        use DisputeEvent as Event;
        match (self, event) {
            (Self::Absent, Event::Opened) => Ok(Self::Opened),
            (Self::Opened, Event::Accepted) => Ok(Self::Lost),
            (Self::Opened, Event::EvidenceSubmitted) => Ok(Self::EvidenceSubmitted),
            (Self::EvidenceSubmitted, Event::Won) => Ok(Self::Won),
            (Self::EvidenceSubmitted, Event::Lost) => Ok(Self::Lost),
            (Self::Won, Event::PreArbitrationOpened) => Ok(Self::PreArbitration),
            (Self::PreArbitration, Event::Won) => Ok(Self::WonFinally),
            (Self::PreArbitration, Event::Lost) => Ok(Self::Lost),
            (state, event) => Err(IllegalDisputeEvent { state, event }),
        }
    }

    /// Whether the customer's bank has the money.
    pub const fn is_withdrawn(self) -> bool {
        matches!(self, Self::Opened | Self::EvidenceSubmitted | Self::PreArbitration | Self::Lost)
    }
}

impl fmt::Display for DisputeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "absent",
            Self::Opened => "opened",
            Self::EvidenceSubmitted => "answered with evidence",
            Self::Won => "won",
            Self::PreArbitration => "in pre-arbitration",
            Self::WonFinally => "won for good",
            Self::Lost => "lost",
        })
    }
}

impl Dispute {
    /// Changes the dispute as `event` says; tells what that does to its charge.
    ///
    /// # Errors
    /// If a dispute in this state can't meet `event`; nothing changes.
    pub fn apply(
        &mut self,
        event: DisputeEvent,
    ) -> Result<Option<ChargeEvent>, IllegalDisputeEvent> {
        let again = self.state == DisputeState::PreArbitration;
        self.state = self.state.next(event)?;
        Ok(match event {
            DisputeEvent::Opened => Some(ChargeEvent::Disputed(self.amount)),
            DisputeEvent::PreArbitrationOpened => Some(ChargeEvent::DisputedAgain(self.amount)),
            DisputeEvent::Lost if again => Some(ChargeEvent::LostAgain),
            DisputeEvent::Accepted | DisputeEvent::Lost => Some(ChargeEvent::DisputeLost),
            DisputeEvent::Won if again => Some(ChargeEvent::WonAgain(self.amount)),
            DisputeEvent::Won => Some(ChargeEvent::DisputeWon(self.amount)),
            DisputeEvent::EvidenceSubmitted => None,
        })
    }

    /// What time alone does to it by `now`.
    pub fn due(&self, now: Duration) -> Option<DisputeEvent> {
        let silent = self.state == DisputeState::Opened && self.respond_by <= now;
        silent.then_some(DisputeEvent::Accepted)
    }
}
