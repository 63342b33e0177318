//! A participant in one transaction: WORKING, PREPARED, then COMMITTED or
//! ABORTED.

use serde::{Deserialize, Serialize};

use super::Decision;
use crate::defect::{Defect, Defects};

/// Where a participant stands in one transaction.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Participant {
    /// It has promised nothing, and may have never heard of it.
    #[default]
    Working,
    /// It has voted yes, and does what the coordinator says, whenever that is.
    Prepared,
    /// It has done its part.
    Committed,
    /// It has done nothing, or undone it, and never will.
    Aborted,
}

/// What a participant meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParticipantEvent {
    /// It is to prepare, and can.
    Prepare,
    /// It is to prepare, and can't.
    PrepareInVain,
    /// COMMIT was decided.
    Commit,
    /// ABORT was decided.
    Abort,
    /// Nobody has told it anything for a while.
    TimedOut,
}

impl From<Decision> for ParticipantEvent {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Commit => Self::Commit,
            Decision::Abort => Self::Abort,
        }
    }
}

/// What a participant does, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParticipantAct {
    /// Write the new state down, durably, with whatever it changes.
    Force,
    /// Vote yes.
    VoteYes,
    /// Vote no.
    VoteNo,
    /// Tell the coordinator that it is done.
    Acknowledge,
    /// Ask the coordinator what was decided.
    Inquire,
}

/// An event that a participant in this state can't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a participant that is {state:?} can't meet {event:?}")]
pub struct IllegalParticipantEvent {
    /// The state.
    pub state: Participant,
    /// The event.
    pub event: ParticipantEvent,
}

impl Participant {
    /// Goes on by `event`, and tells what to do about it.
    ///
    /// # Errors
    /// If nobody who keeps to the protocol could bring that event about. Nothing
    /// has changed then.
    pub fn meet(
        &mut self,
        event: ParticipantEvent,
        defects: Defects,
    ) -> Result<&'static [ParticipantAct], IllegalParticipantEvent> {
        use ParticipantAct::{Acknowledge, Force, Inquire, VoteNo, VoteYes};
        use ParticipantEvent::{Abort, Commit, Prepare, PrepareInVain, TimedOut};
        let (next, acts): (Self, &'static [ParticipantAct]) = match (*self, event) {
            (Self::Working, Prepare) => (
                Self::Prepared,
                defects.pick(
                    Defect::CommitBeforeLogOrPreparedInMemory,
                    || &[Force, VoteYes] as &'static [_],
                    || &[VoteYes],
                ),
            ),
            (Self::Working, PrepareInVain) => (Self::Aborted, &[Force, VoteNo]),
            // It may be told before it was asked: what asks it later finds this.
            (Self::Working, Abort) => (Self::Aborted, &[Force, Acknowledge]),
            // Before it has voted it is free.
            (Self::Working, TimedOut) => (Self::Aborted, &[Force, VoteNo]),
            (Self::Prepared, Prepare | PrepareInVain) => (Self::Prepared, &[VoteYes]),
            (Self::Prepared, Commit) => (Self::Committed, &[Force, Acknowledge]),
            (Self::Prepared, Abort) => (Self::Aborted, &[Force, Acknowledge]),
            (Self::Prepared, TimedOut) => defects.pick(
                Defect::HeuristicAbort,
                || (Self::Prepared, &[Inquire] as &'static [_]),
                || (Self::Aborted, &[Force]),
            ),
            (Self::Committed, Prepare | PrepareInVain) => (Self::Committed, &[VoteYes]),
            (Self::Committed, Commit) => (Self::Committed, &[Acknowledge]),
            (Self::Aborted, Prepare | PrepareInVain) => (Self::Aborted, &[VoteNo]),
            (Self::Aborted, Abort) => (Self::Aborted, &[Acknowledge]),
            _ => return Err(IllegalParticipantEvent { state: *self, event }),
        };
        *self = next;
        Ok(acts)
    }

    /// Whether its part of the transaction is over.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Committed | Self::Aborted)
    }
}
