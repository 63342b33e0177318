//! How far a run may go before it counts as inconclusive.

use crate::time::VirtualTime;

/// The bounds of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most events.
    pub events_max: u64,
    /// The last moment.
    pub horizon: VirtualTime,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// At rest: nothing is left to happen and every obligation is closed.
    Rest,
    /// This obligation is open, and nothing is left that would close it.
    LostWakeUp(u64),
    /// This obligation is open past its bound
    /// ([`Out::oblige_within`](crate::Out::oblige_within)), though something is
    /// left to happen that may yet close it.
    Overdue(u64),
    /// A limit was hit: nothing can be concluded.
    Limit(Limit),
}

/// Which limit was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The number of events.
    Events,
    /// The horizon of virtual time.
    Horizon,
}
