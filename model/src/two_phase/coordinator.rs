//! The coordinator of one transaction: INIT, PREPARING, then COMMIT or ABORT,
//! then DONE.

use super::{Branch, Branches, Decision};
use crate::defect::{Defect, Defects};

/// The coordinator of one transaction. What it comes to after a crash is told by
/// its log: [`Coordinator::recovered`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coordinator {
    /// Nobody was asked.
    Init,
    /// The first `yes` branches have voted yes, and the next one is asked.
    Preparing {
        /// How many.
        yes: u8,
    },
    /// COMMIT is decided; these branches know.
    Committing(Branches),
    /// ABORT is decided; these branches know, or were never asked.
    Aborting(Branches),
    /// Every branch knows.
    Done(Decision),
}

/// What a coordinator meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CoordinatorEvent {
    /// The transaction begins.
    Begin,
    /// A branch votes yes.
    Yes(Branch),
    /// A branch votes no.
    No(Branch),
    /// The votes take too long, or nobody wants it any more.
    GiveUp,
    /// A branch has done what was decided.
    Acknowledged(Branch),
    /// A branch that has voted yes asks what was decided.
    Inquired(Branch),
    /// Nobody has answered for a while.
    Reminded,
}

/// What a coordinator does, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CoordinatorAct {
    /// Ask the next branch to prepare.
    Prepare,
    /// Write COMMIT down, durably.
    ForceCommit,
    /// Tell every branch that does not know what was decided.
    TellAll,
    /// Tell whoever asks what was decided.
    Tell(Decision),
    /// Nothing is left to do.
    Close,
}

/// An event that a coordinator in this state can't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a coordinator that is {state:?} can't meet {event:?}")]
pub struct IllegalCoordinatorEvent {
    /// The state.
    pub state: Coordinator,
    /// The event.
    pub event: CoordinatorEvent,
}

impl Coordinator {
    /// What a transaction is that had begun when its coordinator crashed: committed
    /// if the log says so, else aborted, whatever anybody had voted. Who knows is
    /// forgotten.
    pub const fn recovered(has_commit_record: bool) -> Self {
        if has_commit_record {
            Self::Committing(Branches::NONE)
        } else {
            Self::Aborting(Branches::NONE)
        }
    }

    /// What was decided, once it is.
    pub const fn decision(self) -> Option<Decision> {
        match self {
            Self::Init | Self::Preparing { .. } => None,
            Self::Committing(_) => Some(Decision::Commit),
            Self::Aborting(_) => Some(Decision::Abort),
            Self::Done(decision) => Some(decision),
        }
    }

    /// The branch that has to vote next.
    pub fn asked(self) -> Option<Branch> {
        match self {
            Self::Preparing { yes } => Branch::ALL.get(usize::from(yes)).copied(),
            _ => None,
        }
    }

    /// Who is to be told what was decided.
    pub const fn untold(self) -> Branches {
        match self {
            Self::Committing(know) | Self::Aborting(know) => know.others(),
            _ => Branches::NONE,
        }
    }

    /// Goes on by `event`, and tells what to do about it.
    ///
    /// # Errors
    /// If nobody who keeps to the protocol could bring that event about. Nothing
    /// has changed then.
    pub fn meet(
        &mut self,
        event: CoordinatorEvent,
        defects: Defects,
    ) -> Result<&'static [CoordinatorAct], IllegalCoordinatorEvent> {
        use CoordinatorAct::{Close, ForceCommit, Prepare, Tell, TellAll};
        use CoordinatorEvent::{Acknowledged, Begin, GiveUp, Inquired, No, Reminded, Yes};
        use Decision::{Abort, Commit};
        let (next, acts): (Self, &'static [CoordinatorAct]) = match (*self, event) {
            (Self::Init, Begin) => (Self::Preparing { yes: 0 }, &[Prepare]),
            (Self::Init, Inquired(_)) => (*self, &[Tell(Abort)]),
            (Self::Preparing { yes }, Yes(branch)) if is_next(yes, branch) => {
                match Branch::ALL.get(usize::from(yes) + 1) {
                    Some(_) => (Self::Preparing { yes: yes + 1 }, &[Prepare]),
                    None => (
                        Self::Committing(Branches::NONE),
                        defects.pick(
                            Defect::CommitBeforeLogOrPreparedInMemory,
                            || &[ForceCommit, TellAll] as &'static [_],
                            || &[TellAll, ForceCommit],
                        ),
                    ),
                }
            }
            // A copy of its vote.
            (Self::Preparing { yes }, Yes(branch)) if has_voted(yes, branch) => (*self, &[]),
            (Self::Preparing { yes }, No(branch)) if is_next(yes, branch) => {
                (Self::Aborting(unasked(yes)), &[TellAll])
            }
            (Self::Preparing { yes }, GiveUp) => (Self::Aborting(unasked(yes)), &[TellAll]),
            // Nothing is decided that it could be told.
            (Self::Preparing { yes }, Inquired(branch)) if may_be_prepared(yes, branch) => {
                (*self, &[])
            }
            (Self::Preparing { .. }, Reminded) => (*self, &[Prepare]),
            (Self::Committing(know), Acknowledged(branch)) => match know.with(branch) {
                Branches::ALL => (Self::Done(Commit), &[Close]),
                know => (Self::Committing(know), &[]),
            },
            (Self::Aborting(know), Acknowledged(branch)) => match know.with(branch) {
                Branches::ALL => (Self::Done(Abort), &[Close]),
                know => (Self::Aborting(know), &[]),
            },
            (Self::Committing(_), Inquired(_)) => (*self, &[Tell(Commit)]),
            (Self::Aborting(_), Inquired(_)) => (*self, &[Tell(Abort)]),
            (Self::Committing(_) | Self::Aborting(_), Reminded) => (*self, &[TellAll]),
            // Votes that are late: of a commit they are copies.
            (Self::Committing(_), Yes(_)) | (Self::Aborting(_), Yes(_) | No(_)) => (*self, &[]),
            (Self::Done(Commit), Yes(_)) | (Self::Done(Abort), Yes(_) | No(_)) => (*self, &[]),
            (Self::Done(_), Acknowledged(_)) => (*self, &[]),
            (Self::Done(Commit), Inquired(_)) => (*self, &[Tell(Commit)]),
            (Self::Done(Abort), Inquired(_)) => (*self, &[Tell(Abort)]),
            _ => return Err(IllegalCoordinatorEvent { state: *self, event }),
        };
        *self = next;
        Ok(acts)
    }
}

fn is_next(yes: u8, branch: Branch) -> bool {
    branch as u8 == yes
}

fn has_voted(yes: u8, branch: Branch) -> bool {
    (branch as u8) < yes
}

/// Whoever is asked may have voted, although its vote has not come yet.
fn may_be_prepared(yes: u8, branch: Branch) -> bool {
    branch as u8 <= yes
}

/// Who has not been asked while the first `yes` have voted yes.
fn unasked(yes: u8) -> Branches {
    Branches::first(usize::from(yes) + 1).others()
}
