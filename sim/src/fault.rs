//! Planned misfortune: what strikes, when, whom, and for how long.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::message::{Kind, Role, Roles, Subject};
use crate::time::VirtualTime;

/// One planned misfortune.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Its name in the plan; stable under the removal of others.
    pub id: u32,
    /// When it strikes.
    pub trigger: Trigger,
    /// What it does.
    pub misfortune: Misfortune,
    /// How long it lasts; what is over at once ignores it.
    pub dwell: Duration,
}

/// The moment when a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// At a moment of virtual time.
    At(VirtualTime),
    /// When the sending that this names is sent.
    OnSend(Occasion),
    /// When the first copy of the sending that this names is delivered.
    OnDelivery(Occasion),
}

/// A sending, by what it is about: the `ordinal`-th `kind` for `subject` from
/// `from` to `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Occasion {
    /// Who sends.
    pub from: Role,
    /// To whom.
    pub to: Role,
    /// Which kind of message.
    pub kind: Kind,
    /// About which operation.
    pub subject: Subject,
    /// The how-manieth, from 1.
    pub ordinal: u32,
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Misfortune {
    /// `role` crashes within the first handler that it runs from the trigger
    /// on, at `point`, and boots again from its journal after the dwell.
    Crash {
        /// Who crashes.
        role: Role,
        /// Between which two effects.
        point: CrashPoint,
    },
    /// Messages from `from` to `to` are lost, those in the air as well.
    Partition {
        /// The senders.
        from: Roles,
        /// The receivers.
        to: Roles,
        /// Whether messages from `to` to `from` are lost too.
        both_ways: bool,
    },
    /// The sending that triggered it is lost. Triggered by time it does nothing.
    Drop,
    /// The sending that triggered it arrives the dwell later.
    Delay,
    /// The sending that triggered it arrives once more, the dwell later.
    Duplicate,
}

/// Where in a handler's list of effects a crash falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrashPoint {
    /// After this many effects, modulo one more than there are: 0 is before
    /// the first.
    After(u16),
    /// After the first append that is not synced yet: the crash waits for a
    /// handler that has one.
    Unsynced,
}

/// The kinds of strike that the kernel counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strike {
    /// A sending was lost at the rate of the weather.
    Loss,
    /// A sending arrived more than once.
    Duplication,
    /// A copy arrived late.
    Lateness,
    /// A message was lost to a partition.
    Partition,
    /// An actor crashed.
    Crash,
    /// Records were lost with a crash.
    LostTail,
    /// A sending met a fate planned for it alone.
    PlannedFate,
}

impl Strike {
    /// Every kind, in the order in which reports list them.
    pub const ALL: [Self; 7] = [
        Self::Loss,
        Self::Duplication,
        Self::Lateness,
        Self::Partition,
        Self::Crash,
        Self::LostTail,
        Self::PlannedFate,
    ];
}

/// How often each kind of strike fell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strikes([u64; Strike::ALL.len()]);

impl Strikes {
    /// How often `strike` fell.
    pub fn of(&self, strike: Strike) -> u64 {
        self.0[strike as usize]
    }

    pub(crate) fn count(&mut self, strike: Strike, times: u64) {
        self.0[strike as usize] += times;
    }
}
