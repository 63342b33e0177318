//! The ordered record of a run, kept when a replay is recorded.

use std::fmt;

use crate::message::{Role, SendIdentity};
use crate::network::Fate;
use crate::point::Forcing;
use crate::system::System;
use crate::time::VirtualTime;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct TraceEvent<S: System> {
    /// When.
    pub at: VirtualTime,
    /// The number of the event that handled it: deliveries, timers, boots and
    /// strikes are numbered; what a handler does has the handler's number.
    pub event: u64,
    /// The number of the event that caused it; 0 for the plan itself.
    pub cause: u64,
    /// The id of the planned fault that made it so, where one did: that
    /// struck or ended, cut the link, crashed the actor, stalled it.
    pub fault: Option<u32>,
    /// At whom.
    pub role: Role,
    /// What.
    pub what: Happening<S>,
}

/// What can happen.
#[derive(Clone, Debug)]
pub enum Happening<S: System> {
    /// The actor started from its journal.
    Booted,
    /// The actor crashed; so many records were lost.
    Crashed(usize),
    /// A message was handled.
    Delivered(SendIdentity, u8, S::Message),
    /// A message found its receiver down, or its link cut.
    Undeliverable(SendIdentity, S::Message),
    /// A timer fired.
    TimerFired(S::Timer),
    /// A message was sent, and this became of it.
    Sent(SendIdentity, S::Message, Fate),
    /// A record was appended.
    Appended(S::Record),
    /// The journal was synced.
    Synced,
    /// One record took the place of so many, the whole journal.
    Compacted(usize),
    /// An append failed: the disk is full.
    AppendFailed,
    /// A message came back to its sender: its receiver was down.
    Bounced(SendIdentity, S::Message),
    /// The actor goes on after a pause or a slow sync.
    Resumed,
    /// A named point was forced, this time.
    Forced(Forcing),
    /// An obligation was opened.
    Obliged(u64),
    /// An obligation was met.
    Discharged(u64),
    /// An obligation was handed to a case.
    HandedOver(u64),
    /// A fact was stated.
    Noted(S::Fact),
    /// The planned fault with this id struck.
    Struck(u32),
    /// The planned fault with this id ended.
    Lifted(u32),
    /// Chaos ended.
    Healed,
}

/// What a world tells of itself while it runs.
#[derive(Clone, Debug)]
pub struct Trace<S: System> {
    /// Everything that happened, in order.
    pub events: Vec<TraceEvent<S>>,
}

impl<S: System> Default for Trace<S> {
    fn default() -> Self {
        Self { events: Vec::new() }
    }
}

impl<S: System> fmt::Display for Happening<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Booted => write!(f, "boots"),
            Self::Crashed(lost) => write!(f, "crashes, {lost} unsynced records lost"),
            Self::Delivered(_, 0, message) => write!(f, "receives {message:?}"),
            Self::Delivered(_, copy, message) => write!(f, "receives copy {copy} of {message:?}"),
            Self::Undeliverable(_, message) => write!(f, "can't be reached by {message:?}"),
            Self::TimerFired(timer) => write!(f, "is reminded of {timer:?}"),
            Self::Sent(_, message, fate) if fate.lost => write!(f, "sends, in vain, {message:?}"),
            Self::Sent(_, message, _) => write!(f, "sends {message:?}"),
            Self::Appended(record) => write!(f, "appends {record:?}"),
            Self::Synced => write!(f, "syncs its journal"),
            Self::Compacted(records) => write!(f, "writes one record in place of {records}"),
            Self::AppendFailed => write!(f, "can't append: its disk is full"),
            Self::Bounced(_, message) => write!(f, "is refused {message:?}"),
            Self::Resumed => write!(f, "goes on"),
            Self::Forced(Forcing { point, subject, .. }) => {
                write!(f, "is forced at point {} for {}", point.0, subject.0)
            }
            Self::Obliged(obligation) => write!(f, "takes on obligation {obligation}"),
            Self::Discharged(obligation) => write!(f, "meets obligation {obligation}"),
            Self::HandedOver(obligation) => write!(f, "hands over obligation {obligation}"),
            Self::Noted(fact) => write!(f, "notes {fact:?}"),
            Self::Struck(id) => write!(f, "fault {id} strikes"),
            Self::Lifted(id) => write!(f, "fault {id} ends"),
            Self::Healed => write!(f, "every fault ends"),
        }
    }
}
