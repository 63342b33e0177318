//! Planned misfortune: what strikes, whom, and for how long.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::links::Stretch;
use crate::message::{Kind, Role, Roles};
use crate::rate::Rate;
use crate::trigger::Trigger;

/// One planned misfortune.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Misfortune {
    /// `role` crashes at `point`, in the first handler from the trigger on
    /// that has it, and boots again from its journal after the dwell.
    Crash {
        /// Who crashes.
        role: Role,
        /// Between which two effects.
        point: CrashPoint,
    },
    /// All of `roles` that are up crash at once, as if they shared a machine,
    /// and boot again after the dwell.
    CrashAll {
        /// Who crashes.
        roles: Roles,
    },
    /// Like `Crash`, and again after each boot, `times` times in all.
    CrashLoop {
        /// Who crashes.
        role: Role,
        /// Between which two effects, each time.
        point: CrashPoint,
        /// How often, the first time included.
        times: u16,
    },
    /// `roles` handle nothing for the dwell, as in a collection of garbage:
    /// time passes, messages wait in order, timers fire late.
    Pause {
        /// Who pauses.
        roles: Roles,
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
    /// A partition that goes on and off: cut for the first half of each
    /// `period`, until the dwell ends.
    Flap {
        /// What is cut.
        links: Stretch,
        /// From one cut to the next; cut all the time if this is zero.
        period: Duration,
    },
    /// Links that are slow and lossy now and then: once in each `good` plus
    /// `bad`, at a drawn moment, for `bad`; all the time if `good` is zero.
    Brownout {
        /// Which links.
        links: Stretch,
        /// How slow, in percent of what the weather makes them.
        load_percent: u32,
        /// How often a sending is lost besides.
        loss: Rate,
        /// How long they are good in each round.
        good: Duration,
        /// How long they are bad in each round.
        bad: Duration,
    },
    /// What is sent over these links arrives when the dwell is over, not
    /// before; what was in the air is past it. The idea is FoundationDB's.
    Clog {
        /// Which links.
        links: Stretch,
    },
    /// The sending that triggered it is lost. Strikes nothing otherwise.
    Drop,
    /// The sending that triggered it arrives the dwell later.
    Delay,
    /// The sending that triggered it arrives once more, the dwell later.
    Duplicate,
    /// The wall clock of `role` jumps, and jumps back after the dwell.
    WallShift {
        /// Whose.
        role: Role,
        /// Whether forward.
        ahead: bool,
        /// How far.
        by: Duration,
    },
    /// Both clocks of `role` run at a wrong rate for the dwell; then the wall
    /// clock is set right.
    Drift {
        /// Whose.
        role: Role,
        /// How much too fast, in parts per million; too slow if negative. At
        /// most half a million either way.
        ppm: i32,
    },
    /// Each sync of `role` takes this long while the fault dwells. It is a
    /// barrier: nothing after it happens before, and nothing else is handled.
    SlowSync {
        /// Whose.
        role: Role,
        /// How long.
        takes: Duration,
    },
    /// Each sync of `role` is reported done while the fault dwells, and is
    /// not: a crash loses the records, unless an honest sync came between.
    LyingSync {
        /// Whose.
        role: Role,
    },
    /// No append of `role` succeeds while the fault dwells: the first drops
    /// the rest of its handler and crashes the actor.
    FullDisk {
        /// Whose.
        role: Role,
        /// How long after such a crash the actor boots; at least a millisecond.
        restart: Duration,
    },
    /// The next crash of `role` does not lose the unsynced tail cleanly: some
    /// of it is on the disk, and the record behind that is torn.
    TornTail {
        /// Whose.
        role: Role,
        /// How many records are whole, modulo the length of the tail.
        keep: u16,
    },
    /// A record of `role` is corrupt when it boots after its next crash.
    Corruption {
        /// Whose.
        role: Role,
        /// Which, modulo their number.
        record: u32,
    },
    /// `role` boots after its next crash from a generation of its journal that
    /// lacks the last `records` durable ones.
    OldGeneration {
        /// Whose.
        role: Role,
        /// How many, at most all.
        records: u16,
    },
    /// `role` is stopped, and boots after the dwell with another release of its
    /// code, which stays when the world heals.
    Deploy {
        /// Who.
        role: Role,
        /// Which release: the world begins with 0.
        release: u8,
    },
}

/// Where in a handler's list of effects a crash falls. A point that a handler
/// does not have is waited for; counts start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrashPoint {
    /// After this many effects, modulo one more than there are: 0 is before
    /// the first.
    After(u16),
    /// After the first append that is not synced yet: the crash waits for a
    /// handler that has one.
    Unsynced,
    /// After the append with this number.
    AfterAppend(u16),
    /// Before the sync with this number.
    BeforeSync(u16),
    /// After the sync with this number.
    AfterSync(u16),
    /// Before the `nth` send of `kind`.
    BeforeSend {
        /// Which kind of message.
        kind: Kind,
        /// Which of them.
        nth: u16,
    },
    /// After the `nth` send of `kind`.
    AfterSend {
        /// Which kind of message.
        kind: Kind,
        /// Which of them.
        nth: u16,
    },
    /// At the very moment of the trigger: right after the sending or fact that
    /// pulled it if `role` sent or stated it, before the handling of the
    /// delivery that pulled it, and otherwise between two handlers. Whoever is
    /// down then does not crash.
    AtOnce,
    /// Right before the sending that pulls the trigger, which is then not
    /// sent; only for a trigger on a sending by `role` itself.
    Instead,
}

impl Misfortune {
    /// `role` can neither send to anybody nor hear from them.
    pub fn isolate(role: Role) -> Self {
        let from = Roles::from(role);
        Self::Partition { from, to: from.others(), both_ways: true }
    }

    /// These two groups can't talk, while both can talk to everybody else.
    pub fn partial_partition(one: Roles, other: Roles) -> Self {
        Self::Partition { from: one, to: other, both_ways: true }
    }

    /// What `from` sends to `to` is lost, and nothing else.
    pub fn one_way_partition(from: Roles, to: Roles) -> Self {
        Self::Partition { from, to, both_ways: false }
    }

    /// `links` are slow all the time, and lose nothing more than usual.
    pub fn slow_links(links: Stretch, load_percent: u32) -> Self {
        let (loss, bad) = (Rate::NEVER, Duration::from_secs(1));
        Self::Brownout { links, load_percent, loss, good: Duration::ZERO, bad }
    }

    /// Where it crashes somebody, if it waits for a point.
    pub fn point(&self) -> Option<CrashPoint> {
        self.crash().map(|(_, point)| point)
    }

    /// Whether it decides the fate of one sending and nothing else.
    pub(crate) fn is_fate(&self) -> bool {
        matches!(self, Self::Drop | Self::Delay | Self::Duplicate)
    }

    /// The links that it plagues, if it plagues links.
    pub(crate) fn links(&self) -> Option<Stretch> {
        match *self {
            Self::Partition { from, to, both_ways } => Some(Stretch { from, to, both_ways }),
            Self::Flap { links, .. } | Self::Brownout { links, .. } | Self::Clog { links } => {
                Some(links)
            }
            _ => None,
        }
    }

    /// Whom it strikes, besides links.
    pub(crate) fn roles(&self) -> Roles {
        match *self {
            Self::CrashAll { roles } | Self::Pause { roles } => roles,
            Self::Crash { role, .. }
            | Self::CrashLoop { role, .. }
            | Self::WallShift { role, .. }
            | Self::Drift { role, .. }
            | Self::SlowSync { role, .. }
            | Self::LyingSync { role }
            | Self::FullDisk { role, .. }
            | Self::TornTail { role, .. }
            | Self::Corruption { role, .. }
            | Self::OldGeneration { role, .. }
            | Self::Deploy { role, .. } => role.into(),
            Self::Partition { .. }
            | Self::Flap { .. }
            | Self::Brownout { .. }
            | Self::Clog { .. }
            | Self::Drop
            | Self::Delay
            | Self::Duplicate => Roles::default(),
        }
    }

    /// Whom traces show it at.
    pub(crate) fn victim(&self) -> Role {
        let roles = self.links().map_or(self.roles(), |links| links.from);
        roles.iter().next().unwrap_or(Role(u8::MAX))
    }

    /// Who crashes by it, and where.
    pub(crate) fn crash(&self) -> Option<(Role, CrashPoint)> {
        match *self {
            Self::Crash { role, point } | Self::CrashLoop { role, point, .. } => {
                Some((role, point))
            }
            _ => None,
        }
    }
}
