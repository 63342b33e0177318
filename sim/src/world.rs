//! A simulated world: actors, links and faults under one virtual clock.

mod arrive;
mod board;
mod compact;
mod copy;
mod crash;
mod disk;
mod due;
mod handle;
mod heal;
mod pause;
mod perform;
mod record;
mod rest;
mod send;
mod slot;
mod strike;
mod vows;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::digest::{Digest, DigestValue};
use crate::draw::{DomainDraws, Draws};
use crate::fault::{Fault, Misfortune};
use crate::limits::{Ending, Limit, Limits};
use crate::message::{Delivery, Message as _, Role, SendIdentity};
use crate::network::{FATE, Network};
use crate::observer::Observer;
use crate::ordinals::Ordinals;
use crate::point::{Forcing, Points};
use crate::queue::EventQueue;
use crate::settings::Settings;
use crate::strikes::{Strike, Strikes};
use crate::system::{Out, System, TimerClass};
use crate::time::VirtualTime;
use crate::trace::{Happening, Trace, TraceEvent};
use crate::trigger::Trigger;

use arrive::Flight;
use board::Board;
use due::Due;
use record::Tag;
use slot::Slot;
use vows::Vows;

/// What a world is built from, besides the system itself.
#[derive(Clone, Debug)]
pub struct Run<'p> {
    /// The key of all draws.
    pub draws: Draws,
    /// Who takes part; they boot in this order.
    pub roles: Vec<Role>,
    /// The links.
    pub network: Network,
    /// What is planned to go wrong.
    pub faults: &'p [Fault],
    /// When disturbances end.
    pub heal_at: VirtualTime,
    /// How far the run may go.
    pub limits: Limits,
}

/// The phases of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Faults strike.
    Chaos,
    /// Faults are over; what was begun is finished.
    Drain,
}

/// A world in the middle of its run.
pub struct World<'p, S: System> {
    system: &'p S,
    draws: Draws,
    fates: DomainDraws,
    network: Network,
    settings: Settings,
    limits: Limits,
    now: VirtualTime,
    phase: Phase,
    queue: EventQueue<Due<S>>,
    slots: Vec<Slot<S>>,
    slot_of: [u8; Role::MAX],
    ordinals: Ordinals,
    fact_ordinals: Ordinals,
    /// When the last message on each link that keeps order arrives.
    arrivals: BTreeMap<(Role, Role), VirtualTime>,
    /// What became of the copies of each sending on a connection.
    flights: BTreeMap<SendIdentity, Flight>,
    board: Board<'p>,
    /// Whose effects are being carried out, and the fault that ends that.
    handling: Option<Role>,
    doomed: Option<usize>,
    pending: Pending,
    vows: Vows,
    events: u64,
    /// What messages are about that come soon, while it is looked at.
    soon: Vec<u64>,
    /// Means nothing: what glances at memory came to, so that they are made.
    glanced: u32,
    digest: Digest,
    strikes: Strikes,
    sent_by_kind: Vec<u64>,
    out: Out<S>,
    /// What was to be forced, and it had not come to when chaos ended.
    unforced: Vec<Forcing>,
    trace: Option<Trace<S>>,
    narrate: bool,
}

/// What is left to happen, so that rest is seen without searching for it.
#[derive(Clone, Copy, Default)]
struct Pending {
    messages: u64,
    work_timers: u64,
    housekeeping_timers: u64,
    down: u64,
    /// Actors that pause, or have yet to catch up after a pause.
    paused: u64,
    /// Housekeeping timers that still have to fire in this round of rest;
    /// `None` while the world is busy.
    round: Option<u64>,
    /// The rounds begun so far: a timer set in this one is not part of it.
    rounds: u32,
}

impl<'p, S: System> World<'p, S> {
    /// A world at time zero, nobody booted yet.
    ///
    /// # Panics
    /// If a role of `run` is not below [`Role::MAX`] or named twice.
    pub fn new(system: &'p S, run: Run<'p>) -> Self {
        let mut slot_of = [NOBODY; Role::MAX];
        for (slot, role) in run.roles.iter().enumerate() {
            let place = &mut slot_of[usize::from(role.0)];
            assert_eq!(*place, NOBODY, "{role:?} takes part twice");
            *place = slot as u8;
        }
        let mut world = Self {
            system,
            draws: run.draws,
            fates: run.draws.of(FATE),
            network: run.network,
            settings: Settings::default(),
            limits: run.limits,
            now: VirtualTime::ZERO,
            phase: Phase::Chaos,
            queue: EventQueue::default(),
            slots: run.roles.iter().map(|role| Slot::new(*role)).collect(),
            slot_of,
            ordinals: Ordinals::default(),
            fact_ordinals: Ordinals::default(),
            arrivals: BTreeMap::new(),
            flights: BTreeMap::new(),
            board: Board::new(run.faults),
            handling: None,
            doomed: None,
            pending: Pending::default(),
            vows: Vows::new(run.heal_at),
            events: 0,
            soon: Vec::new(),
            glanced: 0,
            digest: Digest::new(),
            strikes: Strikes::default(),
            sent_by_kind: Vec::new(),
            out: Out::new(),
            unforced: Vec::new(),
            trace: None,
            narrate: false,
        };
        world.schedule_plan(run.heal_at);
        world
    }

    /// The same world under `settings`; before its first step.
    ///
    /// # Panics
    /// If the world has begun.
    pub fn under(mut self, settings: Settings) -> Self {
        assert_eq!(self.events, 0, "settings are made before the first event");
        self.out.points = Points::new(&settings.points, &settings.forced, self.draws);
        for slot in &mut self.slots {
            slot.write_copies(settings.mirrored.contains(slot.role));
        }
        self.settings = settings;
        self
    }

    /// The same world, keeping a full [`Trace`], and telling `tracing` of
    /// every event if somebody subscribed to it.
    pub fn recorded(mut self) -> Self {
        self.trace = Some(Trace::default());
        self.narrate = tracing::enabled!(tracing::Level::INFO);
        self
    }

    /// Runs until the world is at rest, something woke up no more, or a limit
    /// is hit. May be called again after [`World::wake`].
    pub fn run(&mut self, observer: &mut impl Observer<S>) -> Ending {
        loop {
            if let Some(ending) = self.advance(observer) {
                return ending;
            }
        }
    }

    /// Lets the next event happen; tells how the run ended if there is none.
    /// Between two steps a world may be copied.
    pub fn step(&mut self, observer: &mut impl Observer<S>) -> Option<Ending> {
        self.advance(observer)
    }

    // In place, as `happen` is.
    #[inline(always)]
    fn advance(&mut self, observer: &mut impl Observer<S>) -> Option<Ending> {
        if let Some(ending) = self.rest() {
            return Some(ending);
        }
        let last = self.limits.horizon.min(self.vows.next_due);
        if self.events >= self.limits.events_max {
            return Some(self.too_many(last));
        }
        let soon = &mut self.soon;
        let next = self.queue.pop_until(last, |due| {
            if let Due::Deliver(parcel) = due {
                soon.push(parcel.message.subject().0);
            }
        });
        let Some((at, due)) = next else { return Some(self.wait_too_long()) };
        self.now = at;
        if !self.soon.is_empty() {
            self.glanced ^= self.ordinals.glance(&mut self.soon);
        }
        match self.pending.paused {
            0 => self.happen(due, observer),
            _ => self.happen_if_awake(due, observer),
        }
        None
    }

    /// The run ends for there were so many events, unless it has come to `last`, too.
    #[cold]
    fn too_many(&self, last: VirtualTime) -> Ending {
        match self.queue.next_at() {
            Some(at) if at > last => self.too_late(),
            _ => Ending::Limit(Limit::Events),
        }
    }

    #[cold]
    fn wait_too_long(&self) -> Ending {
        assert!(!self.queue.is_empty(), "a world that waits has something to wait for");
        self.too_late()
    }

    /// Lets `timer` fire at `role` now, as if it had been set; nobody hears it
    /// if the actor is down.
    pub fn wake(&mut self, role: Role, timer: S::Timer) {
        self.set_timer(role, Duration::ZERO, timer, TimerClass::Work, self.events);
    }

    /// The present moment.
    pub fn now(&self) -> VirtualTime {
        self.now
    }

    /// The phase that the run is in.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The number of events so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The digest of every event so far, with its cause.
    pub fn digest(&self) -> DigestValue {
        self.digest.finish()
    }

    /// How often each kind of fault struck.
    pub fn strikes(&self) -> &Strikes {
        &self.strikes
    }

    /// The number of messages sent, by kind.
    pub fn sent_by_kind(&self) -> &[u64] {
        &self.sent_by_kind
    }

    /// The planned faults that never struck, by id: their trigger never fired,
    /// or they are crashes that found no handler to fall into.
    pub fn never_fired(&self) -> impl Iterator<Item = u32> {
        self.board.never_fired()
    }

    /// The single times at which the plan forces a point that it never came to.
    pub fn never_forced(&self) -> impl Iterator<Item = Forcing> {
        let armed = self.out.points.iter().flat_map(|points| points.never_forced());
        self.unforced.iter().copied().chain(armed)
    }

    /// The faults that the healing left at work, by id: those that plague
    /// somebody outside the core ([`Settings::core`]).
    pub fn permanent(&self) -> impl Iterator<Item = u32> {
        let healed = self.phase == Phase::Drain;
        self.board.at_work().filter(move |_| healed)
    }

    /// The obligations that were handed to a case.
    pub fn handed_over(&self) -> impl Iterator<Item = u64> {
        self.vows.handed_over()
    }

    /// The obligations that are open and excused: whoever took them on stood
    /// outside the core ([`Settings::core`]) and is down for good, so nobody is
    /// left who promised to close them. Who has a part in one and is left, is
    /// not excused.
    pub fn excused(&self) -> impl Iterator<Item = u64> {
        self.vows.excused()
    }

    /// The full trace, if the world is recorded.
    pub fn trace(&self) -> Option<&Trace<S>> {
        self.trace.as_ref()
    }

    /// The durable records of `role`, as a reader of its disk would see them:
    /// those on at least one intact copy.
    pub fn journal(&self, role: Role) -> Option<&[S::Record]> {
        Some(self.slot(role)?.journal.durable())
    }

    /// What people call `role`.
    pub(crate) fn name(&self, role: Role) -> String {
        self.system.name(role)
    }

    /// The actor that plays `role`, while it is up: for measurements.
    pub fn actor(&self, role: Role) -> Option<&S::Actor> {
        self.slot(role)?.actor.as_ref()
    }

    /// Lets an event happen while somebody pauses, or after.
    #[cold]
    fn happen_if_awake(&mut self, due: Due<S>, observer: &mut impl Observer<S>) {
        if let Some(due) = self.hold(due) {
            self.happen_apart(due, observer);
        }
    }

    /// The same as [`World::happen`], where that need not be in place.
    #[inline(never)]
    fn happen_apart(&mut self, due: Due<S>, observer: &mut impl Observer<S>) {
        self.happen(due, observer);
    }

    // In place, as all that every event goes through: from one function to the next it
    // would be handed on by way of memory.
    #[inline(always)]
    fn happen(&mut self, due: Due<S>, observer: &mut impl Observer<S>) {
        match due {
            Due::Deliver(parcel) => {
                self.pending.messages -= 1;
                self.deliver(parcel, observer);
            }
            Due::Timer(alarm) => self.ring(alarm, observer),
            other => self.happen_seldom(other, observer),
        }
    }

    /// What is neither a message that arrives nor a timer: apart, so that those are told
    /// from the rest by comparing.
    #[inline(never)]
    fn happen_seldom(&mut self, due: Due<S>, observer: &mut impl Observer<S>) {
        match due {
            Due::Deliver(_) | Due::Timer(_) => unreachable!("the caller lets these happen"),
            Due::Strike { fault, cause } => self.strike(fault, cause, observer),
            Due::Lift(fault) => self.lift(fault),
            Due::Restart { role, incarnation, cause } => {
                let slot = self.slot(role);
                if slot.is_some_and(|s| s.actor.is_none() && s.incarnation == incarnation) {
                    self.boot(role, cause, observer);
                }
            }
            Due::Bounce(refused) => {
                self.pending.messages -= 1;
                self.bounce(*refused, observer);
            }
            Due::Resume(role) => self.resume(role, observer),
            Due::Heal => self.heal(observer),
        }
    }

    fn schedule_plan(&mut self, heal_at: VirtualTime) {
        for role in self.slots.iter().map(|slot| slot.role) {
            let due = Due::Restart { role, incarnation: 0, cause: 0 };
            self.queue.push(VirtualTime::ZERO, due);
            self.pending.down += 1;
        }
        for (index, fault) in self.board.planned.iter().enumerate() {
            match fault.trigger {
                Trigger::At(at) if at < heal_at => {
                    self.queue.push(at, Due::Strike { fault: index, cause: 0 });
                }
                _ => {}
            }
        }
        self.queue.push(heal_at, Due::Heal);
    }

    /// Where the slot of `role` is.
    #[inline]
    fn place(&self, role: Role) -> Option<usize> {
        let place = usize::from(*self.slot_of.get(usize::from(role.0))?);
        (place < self.slots.len()).then_some(place)
    }

    #[inline]
    fn slot(&self, role: Role) -> Option<&Slot<S>> {
        Some(&self.slots[self.place(role)?])
    }

    #[inline]
    fn slot_mut(&mut self, role: Role) -> Option<&mut Slot<S>> {
        let place = self.place(role)?;
        Some(&mut self.slots[place])
    }
}

const NOBODY: u8 = u8::MAX;
