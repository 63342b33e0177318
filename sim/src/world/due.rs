//! What the queue of a world holds.

use super::{Role, SendIdentity, System, TimerClass};

/// What the queue holds.
#[derive(Clone)]
pub(super) enum Due<S: System> {
    Deliver {
        identity: SendIdentity,
        copy: u8,
        message: S::Message,
        digest: u64,
        cause: u64,
    },
    Timer {
        role: Role,
        incarnation: u32,
        timer: S::Timer,
        class: TimerClass,
        set_in: u32,
        /// What the actor's oscillator shows when the timer is due.
        due: u64,
        cause: u64,
    },
    Bounce {
        identity: SendIdentity,
        message: S::Message,
        digest: u64,
        incarnation: u32,
        cause: u64,
    },
    Resume(Role),
    Strike {
        fault: usize,
        cause: u64,
    },
    Lift(usize),
    Restart {
        role: Role,
        incarnation: u32,
        cause: u64,
    },
    Heal,
}
