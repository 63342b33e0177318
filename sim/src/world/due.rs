//! What the queue of a world holds.

use super::{Role, SendIdentity, System, TimerClass};
use crate::message::Message;

/// What the queue holds. Small, because every event is moved into the queue
/// and out of it: with a message and a timer of two words each, an entry of
/// the queue fits a cache line, and with a message of ten words two. What kind it is takes a whole word, so that
/// the rest is moved in whole words.
#[derive(Clone)]
#[repr(u64)]
pub(super) enum Due<S: System> {
    Deliver(Parcel<S::Message>),
    Timer(Alarm<S::Timer>),
    /// The refusal of a message; rare, and larger than all else.
    Bounce(Box<Refused<S::Message>>),
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

/// A message on its way.
#[derive(Clone)]
pub(super) struct Parcel<M> {
    pub(super) from: Role,
    pub(super) to: Role,
    pub(super) copy: u8,
    pub(super) ordinal: u32,
    pub(super) message: M,
    pub(super) digest: u64,
    pub(super) cause: u64,
}

/// A message on its way back to this incarnation of its sender.
#[derive(Clone)]
pub(super) struct Refused<M> {
    pub(super) parcel: Parcel<M>,
    pub(super) incarnation: u32,
}

impl<M: Message> Parcel<M> {
    /// The identity of the sending.
    pub(super) fn identity(&self) -> SendIdentity {
        SendIdentity {
            from: self.from,
            to: self.to,
            kind: self.message.kind(),
            subject: self.message.subject(),
            ordinal: self.ordinal,
        }
    }
}

/// A timer that is set.
#[derive(Clone, Copy)]
pub(super) struct Alarm<T> {
    pub(super) role: Role,
    pub(super) class: TimerClass,
    /// Of the actor that set it.
    pub(super) incarnation: u32,
    /// The round of rest in which it was set.
    pub(super) set_in: u32,
    pub(super) timer: T,
    /// What the actor's oscillator shows when it is due.
    pub(super) due: u64,
    pub(super) cause: u64,
}
