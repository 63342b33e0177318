//! Where a saga stands as a whole (payments.md M10).

use std::fmt;

/// The phase of a saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Going forward, and it could still be undone.
    Forward,
    /// Past the pivot.
    ForwardOnly,
    /// Every step is done.
    Done,
    /// Going back.
    Compensating,
    /// An undo does not succeed; it is tried again, and a person looks.
    CompStuck,
    /// Everything is undone.
    Compensated,
    /// What became of something is not known for so long that a person looks;
    /// then it goes on as before.
    InDoubtWait(Before),
}

/// The phase that a wait in doubt goes back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Before {
    /// [`Phase::Forward`].
    Forward,
    /// [`Phase::ForwardOnly`].
    ForwardOnly,
    /// [`Phase::Compensating`].
    Compensating,
    /// [`Phase::CompStuck`].
    CompStuck,
}

/// What changes the phase of a saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhaseEvent {
    /// The pivot is done.
    Pivot,
    /// Every step is done.
    AllDone,
    /// There is no way forward, or none that is wanted.
    Unwind,
    /// Everything is undone.
    AllUndone,
    /// An undo does not succeed.
    UndoStuck,
    /// It did after all.
    UndoResumed,
    /// What became of something is not known.
    Doubt,
    /// It is known.
    Certainty,
}

/// An event that a saga in this phase can't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a saga that is {phase} can't meet {event:?}")]
pub struct IllegalPhaseEvent {
    /// The phase.
    pub phase: Phase,
    /// The event.
    pub event: PhaseEvent,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 10] = [
        Self::Forward,
        Self::ForwardOnly,
        Self::Done,
        Self::Compensating,
        Self::CompStuck,
        Self::Compensated,
        Self::InDoubtWait(Before::Forward),
        Self::InDoubtWait(Before::ForwardOnly),
        Self::InDoubtWait(Before::Compensating),
        Self::InDoubtWait(Before::CompStuck),
    ];

    /// The lifecycle, as the table of payments.md M10 has it.
    pub fn next(self, event: PhaseEvent) -> Result<Self, IllegalPhaseEvent> {
        use PhaseEvent as Event;
        match (self, event) {
            (Self::Forward, Event::Pivot) => Ok(Self::ForwardOnly),
            (Self::ForwardOnly, Event::AllDone) => Ok(Self::Done),
            (Self::Forward, Event::Unwind) => Ok(Self::Compensating),
            (Self::Compensating, Event::AllUndone) => Ok(Self::Compensated),
            (Self::Compensating, Event::UndoStuck) => Ok(Self::CompStuck),
            (Self::CompStuck, Event::UndoResumed) => Ok(Self::Compensating),
            (Self::Forward, Event::Doubt) => Ok(Self::InDoubtWait(Before::Forward)),
            (Self::ForwardOnly, Event::Doubt) => Ok(Self::InDoubtWait(Before::ForwardOnly)),
            (Self::Compensating, Event::Doubt) => Ok(Self::InDoubtWait(Before::Compensating)),
            (Self::CompStuck, Event::Doubt) => Ok(Self::InDoubtWait(Before::CompStuck)),
            (Self::InDoubtWait(before), Event::Certainty) => Ok(before.phase()),
            (phase, event) => Err(IllegalPhaseEvent { phase, event }),
        }
    }

    /// The phase but for a wait in doubt: the one that it goes back to.
    pub const fn direction(self) -> Self {
        match self {
            Self::InDoubtWait(before) => before.phase(),
            phase => phase,
        }
    }
}

impl Before {
    const fn phase(self) -> Phase {
        match self {
            Self::Forward => Phase::Forward,
            Self::ForwardOnly => Phase::ForwardOnly,
            Self::Compensating => Phase::Compensating,
            Self::CompStuck => Phase::CompStuck,
        }
    }
}

impl PhaseEvent {
    /// Every event.
    pub const ALL: [Self; 8] = [
        Self::Pivot,
        Self::AllDone,
        Self::Unwind,
        Self::AllUndone,
        Self::UndoStuck,
        Self::UndoResumed,
        Self::Doubt,
        Self::Certainty,
    ];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forward => "forward",
            Self::ForwardOnly => "forward_only",
            Self::Done => "done",
            Self::Compensating => "compensating",
            Self::CompStuck => "comp_stuck",
            Self::Compensated => "compensated",
            Self::InDoubtWait(_) => "in_doubt_wait",
        })
    }
}
