//! What a simulated system is made of, and what its actors may do.

use std::fmt::Debug;
use std::hash::Hash;
use std::time::Duration;

use crate::message::{Delivery, Message, Role};
use crate::time::VirtualTime;

/// A distributed system as sans-IO state machines: a boot, a message or a
/// timer comes in, a list of effects goes out, and nothing else happens.
///
/// One implementation dispatches to all kinds of actor by an enum, so that no
/// call is virtual and a world can be copied.
pub trait System: Clone + Debug {
    /// Any of the actors.
    type Actor;
    /// What they say to each other.
    type Message: Message;
    /// What a timer reminds an actor of.
    type Timer: Copy + Debug + Hash;
    /// An entry of a journal.
    type Record: Clone + Debug + Hash;
    /// What a party that the harness owns has seen.
    type Fact: Clone + Debug + Hash;

    /// Starts `role` from its journal, at the beginning and after each crash.
    fn boot(&self, role: Role, journal: &[Self::Record], out: &mut Out<Self>) -> Self::Actor;

    /// Hands a message to its receiver.
    fn on_message(
        &self,
        actor: &mut Self::Actor,
        delivery: Delivery<Self::Message>,
        out: &mut Out<Self>,
    );

    /// Reminds an actor.
    fn on_timer(&self, actor: &mut Self::Actor, timer: Self::Timer, out: &mut Out<Self>);

    /// What people call `role`, for traces.
    fn name(&self, role: Role) -> String {
        format!("role {}", role.0)
    }
}

/// Whether a world waits for a timer before it counts as at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimerClass {
    /// It does.
    Work,
    /// It does not, but each set one fires once when the world is at rest.
    Housekeeping,
}

/// One thing that a handler asks for.
#[derive(Clone, Debug)]
pub enum Effect<S: System> {
    /// Add a record to the actor's own journal.
    Append(S::Record),
    /// Make the journal durable before the next effect.
    Sync,
    /// Send a message.
    Send {
        /// To whom.
        to: Role,
        /// What.
        message: S::Message,
    },
    /// Be reminded after a while, unless the actor crashes first.
    SetTimer {
        /// Of what.
        timer: S::Timer,
        /// How long from now, on the actor's monotonic clock.
        after: Duration,
        /// Whether rest waits for it.
        class: TimerClass,
    },
    /// State what was seen.
    Note(S::Fact),
    /// Declare that something has to be finished before the world may rest.
    Oblige(u64),
    /// Declare that it is finished, or handed over.
    Discharge(u64),
}

/// The effects of one handler, in the order in which they will happen, and the
/// only clocks that the handler can read.
#[derive(Debug)]
pub struct Out<S: System> {
    pub(crate) effects: Vec<Effect<S>>,
    pub(crate) monotonic: Duration,
    pub(crate) wall: VirtualTime,
}

impl<S: System> Out<S> {
    pub(crate) fn new() -> Self {
        Self { effects: Vec::new(), monotonic: Duration::ZERO, wall: VirtualTime::ZERO }
    }

    /// The time since this actor booted, on its own monotonic clock: the clock
    /// for timeouts, leases and lifetimes.
    pub fn monotonic(&self) -> Duration {
        self.monotonic
    }

    /// The date, on this actor's wall clock.
    pub fn wall(&self) -> VirtualTime {
        self.wall
    }

    /// Adds `record` to the journal.
    pub fn append(&mut self, record: S::Record) {
        self.effects.push(Effect::Append(record));
    }

    /// Makes the journal durable.
    pub fn sync(&mut self) {
        self.effects.push(Effect::Sync);
    }

    /// Sends `message` to `to`.
    pub fn send(&mut self, to: Role, message: S::Message) {
        self.effects.push(Effect::Send { to, message });
    }

    /// Sets a timer that rest waits for.
    pub fn set_timer(&mut self, after: Duration, timer: S::Timer) {
        self.effects.push(Effect::SetTimer { timer, after, class: TimerClass::Work });
    }

    /// Sets a timer that rest does not wait for.
    pub fn set_housekeeping(&mut self, after: Duration, timer: S::Timer) {
        self.effects.push(Effect::SetTimer { timer, after, class: TimerClass::Housekeeping });
    }

    /// States a fact.
    pub fn note(&mut self, fact: S::Fact) {
        self.effects.push(Effect::Note(fact));
    }

    /// Opens an obligation.
    pub fn oblige(&mut self, obligation: u64) {
        self.effects.push(Effect::Oblige(obligation));
    }

    /// Closes an obligation.
    pub fn discharge(&mut self, obligation: u64) {
        self.effects.push(Effect::Discharge(obligation));
    }
}
