//! What a simulated system is made of, and what its actors may do.

use std::fmt::Debug;
use std::hash::Hash;
use std::time::Duration;

use crate::message::{Bounce, Delivery, Kind, Message, Role, Subject};
use crate::point::{Point, Points};
use crate::recovered::Recovered;
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

    /// Starts `role` from what it finds on its disk. Unless implemented, it
    /// boots from every intact record, whatever the gaps between them.
    fn recover(
        &self,
        role: Role,
        recovered: Recovered<'_, Self::Record>,
        out: &mut Out<Self>,
    ) -> Self::Actor {
        self.boot(role, recovered.records(), out)
    }

    /// Hands a message to its receiver.
    fn on_message(
        &self,
        actor: &mut Self::Actor,
        delivery: Delivery<Self::Message>,
        out: &mut Out<Self>,
    );

    /// Tells a sender that its message was refused: its receiver was down, and
    /// no copy was handled or will be. Only where the link is a connection
    /// ([`Network::connections`](crate::Network::connections)). Does nothing
    /// unless implemented.
    fn on_bounce(
        &self,
        actor: &mut Self::Actor,
        bounce: Bounce<Self::Message>,
        out: &mut Out<Self>,
    ) {
        let _ = (actor, bounce, out);
    }

    /// Reminds an actor.
    fn on_timer(&self, actor: &mut Self::Actor, timer: Self::Timer, out: &mut Out<Self>);

    /// Which kind of fact this is, and about which operation, for
    /// [`Trigger::OnFact`](crate::Trigger::OnFact). A fact without a key pulls
    /// no trigger.
    fn fact_key(&self, fact: &Self::Fact) -> Option<(Kind, Subject)> {
        let _ = fact;
        None
    }

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
#[repr(u64)] // so that the rest is moved in whole words
pub enum Effect<S: System> {
    /// Add a record to the actor's own journal.
    Append(S::Record),
    /// Make the journal durable before the next effect.
    Sync,
    /// Write one record in place of the whole journal.
    Compact(S::Record),
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
    Oblige {
        /// What, by a number that is the same in every boot.
        obligation: u64,
        /// How long it may take once the world has healed; `None` for as long
        /// as anything is left that may finish it.
        within: Option<Duration>,
    },
    /// Declare that it is finished.
    Discharge(u64),
    /// Declare that it can't be finished here, and that a case is open.
    HandOver(u64),
}

/// The effects of one handler, in the order in which they will happen, and the
/// only clocks that the handler can read.
#[derive(Debug)]
pub struct Out<S: System> {
    pub(crate) effects: Vec<Effect<S>>,
    /// Nanoseconds on the monotonic clock.
    pub(crate) monotonic: u64,
    pub(crate) wall: VirtualTime,
    pub(crate) disk_is_full: bool,
    pub(crate) release: u8,
    pub(crate) points: Option<Box<Points>>,
}

impl<S: System> Out<S> {
    pub(crate) fn new() -> Self {
        Self {
            effects: Vec::new(),
            monotonic: 0,
            wall: VirtualTime::ZERO,
            disk_is_full: false,
            release: 0,
            points: None,
        }
    }

    /// The time since this actor booted, on its own monotonic clock: the clock
    /// for timeouts, leases and lifetimes.
    pub fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.monotonic)
    }

    /// The date, on this actor's wall clock. One that is further behind than the
    /// world is old shows the beginning of time: no date lies before it, so a
    /// clock that was set back early in a run seems to stand still for a while.
    pub fn wall(&self) -> VirtualTime {
        self.wall
    }

    /// Whether the actor found its disk full when it booted, and it still is:
    /// then it can serve reads, and has to refuse whatever needs an append.
    /// Nobody knows before the first append that fails, which crashes the
    /// actor.
    pub fn disk_is_full(&self) -> bool {
        self.disk_is_full
    }

    /// Which release of its code an actor boots with: 0, unless it was deployed anew
    /// ([`Misfortune::Deploy`](crate::Misfortune::Deploy)). For boots alone: a handler
    /// runs what was booted.
    pub fn release(&self) -> u8 {
        self.release
    }

    /// Whether the plan forces the rare branch that `point` names, this time
    /// and for `subject`. Never, unless the plan arms the point
    /// ([`Settings::points`](crate::Settings::points)).
    #[inline]
    pub fn maybe(&mut self, point: Point, subject: Subject) -> bool {
        self.points.as_mut().is_some_and(|points| points.ask(point, subject))
    }

    /// Adds `record` to the journal.
    pub fn append(&mut self, record: S::Record) {
        self.effects.push(Effect::Append(record));
    }

    /// Makes the journal durable.
    pub fn sync(&mut self) {
        self.effects.push(Effect::Sync);
    }

    /// Writes `record` in place of the whole journal, all or nothing and durable
    /// at once, as a database does that writes a snapshot beside its journal and
    /// then swaps the two. A boot from `record` has to come to the same as one
    /// from what it replaces. On a full disk the journal stays as it is.
    pub fn compact(&mut self, record: S::Record) {
        self.effects.push(Effect::Compact(record));
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

    /// Opens an obligation: the world may not rest before somebody closes it.
    /// It outlives the crash of whoever took it on, unless that actor stands
    /// outside the core that heals ([`Settings::core`](crate::Settings::core))
    /// and is down for good: then it is excused, and
    /// [`World::excused`](crate::World::excused) lists it.
    pub fn oblige(&mut self, obligation: u64) {
        self.effects.push(Effect::Oblige { obligation, within: None });
    }

    /// Opens an obligation that has to be closed `within` a span of virtual
    /// time: from the healing on, or from now if the world has healed. One that
    /// is open any longer ends the run
    /// ([`Ending::Overdue`](crate::Ending::Overdue)), while one without a bound
    /// may take as long as anything is left to happen. Where it is taken on
    /// again, with another bound or with none, whichever moment comes first
    /// counts: an actor gains no time by a crash.
    ///
    /// The bound is the observer's, on no actor's clock: it does not drift.
    pub fn oblige_within(&mut self, obligation: u64, within: Duration) {
        self.effects.push(Effect::Oblige { obligation, within: Some(within) });
    }

    /// Closes an obligation that was met.
    pub fn discharge(&mut self, obligation: u64) {
        self.effects.push(Effect::Discharge(obligation));
    }

    /// Closes an obligation that can't be met, because a case is open for it:
    /// somebody outside the world will see to it.
    /// [`World::handed_over`](crate::World::handed_over) lists them.
    pub fn hand_over(&mut self, obligation: u64) {
        self.effects.push(Effect::HandOver(obligation));
    }
}
