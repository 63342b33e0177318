//! The one door: everything that a run is given, and everything that it gives.

use std::collections::BTreeMap;
use std::time::Duration;

use sim::{
    DigestValue, Domain, Ending, Fault, Forcing, Limits, Misfortune, Network, Observer, Occasion,
    Quantiles, Role, Run, Seed, Settings, Sighting, Strikes, System, TraceEvent, Trigger,
    VirtualTime, World,
};

/// A system, and the world to put it into.
#[derive(Clone, Debug)]
pub(crate) struct Plan<S> {
    pub(crate) system: S,
    pub(crate) seed: u64,
    pub(crate) roles: Vec<Role>,
    pub(crate) network: Network,
    pub(crate) faults: Vec<Fault>,
    pub(crate) settings: Settings,
    pub(crate) heal_at: VirtualTime,
    pub(crate) limits: Limits,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub(crate) struct Outcome<S: System> {
    pub(crate) ending: Ending,
    pub(crate) digest: DigestValue,
    pub(crate) ended_at: VirtualTime,
    pub(crate) events: u64,
    pub(crate) strikes: Strikes,
    pub(crate) never_fired: Vec<u32>,
    pub(crate) never_forced: Vec<Forcing>,
    pub(crate) permanent: Vec<u32>,
    pub(crate) handed_over: Vec<u64>,
    pub(crate) excused: Vec<u64>,
    pub(crate) journals: BTreeMap<Role, Vec<S::Record>>,
    pub(crate) trace: Vec<TraceEvent<S>>,
    pub(crate) taps: Taps<S>,
}

/// What the observer was told, in order.
#[derive(Clone, Debug)]
pub(crate) struct Taps<S: System> {
    pub(crate) sent: Vec<(Role, Role, S::Message)>,
    pub(crate) durable: Vec<(Role, S::Record)>,
    pub(crate) noted: Vec<(Role, S::Fact)>,
    pub(crate) lost: Vec<(Role, S::Record)>,
}

impl<S: System> Plan<S> {
    /// Messages take 10 ms, nothing goes wrong, and it heals after a second.
    pub(crate) fn calm(system: S, roles: impl IntoIterator<Item = u8>) -> Self {
        let latency = Quantiles::constant(ms(10));
        Self {
            system,
            seed: 42,
            roles: roles.into_iter().map(Role).collect(),
            network: Network::new(vec![latency], Vec::new(), ms(300_000)),
            faults: Vec::new(),
            settings: Settings::default(),
            heal_at: at(1_000),
            limits: Limits { events_max: 100_000, horizon: at(1_000_000) },
        }
    }

    /// The same plan with a fault more, numbered from 1.
    pub(crate) fn with(mut self, trigger: Trigger, misfortune: Misfortune, dwell_ms: u64) -> Self {
        let id = self.faults.len() as u32 + 1;
        self.faults.push(Fault { id, trigger, misfortune, dwell: ms(dwell_ms) });
        self
    }

    /// The world that this plan describes.
    pub(crate) fn world(&self) -> World<'_, S> {
        let run = Run {
            draws: Seed(self.seed).draws(Domain(1)),
            roles: self.roles.clone(),
            network: self.network.clone(),
            faults: &self.faults,
            heal_at: self.heal_at,
            limits: self.limits,
        };
        World::new(&self.system, run).under(self.settings.clone())
    }

    /// Runs the plan to its end, recorded and watched.
    pub(crate) fn run(&self) -> Outcome<S> {
        let mut taps = Taps::default();
        let mut world = self.world().recorded();
        let ending = world.run(&mut taps);
        self.outcome(&world, ending, taps)
    }

    /// What there is to see of `world` once it ended so.
    pub(crate) fn outcome(
        &self,
        world: &World<'_, S>,
        ending: Ending,
        taps: Taps<S>,
    ) -> Outcome<S> {
        let journal = |role: &Role| (*role, world.journal(*role).unwrap_or_default().to_vec());
        Outcome {
            ending,
            digest: world.digest(),
            ended_at: world.now(),
            events: world.events(),
            strikes: *world.strikes(),
            never_fired: world.never_fired().collect(),
            never_forced: world.never_forced().collect(),
            permanent: world.permanent().collect(),
            handed_over: world.handed_over().collect(),
            excused: world.excused().collect(),
            journals: self.roles.iter().map(journal).collect(),
            trace: world.trace().map(|trace| trace.events.clone()).unwrap_or_default(),
            taps,
        }
    }
}

impl<S: System> Default for Taps<S> {
    fn default() -> Self {
        Self { sent: Vec::new(), durable: Vec::new(), noted: Vec::new(), lost: Vec::new() }
    }
}

impl<S: System> Observer<S> for Taps<S> {
    fn sent(&mut self, seen: Sighting, to: Role, message: &S::Message) {
        self.sent.push((seen.role, to, message.clone()));
    }

    fn durable(&mut self, seen: Sighting, record: &S::Record) {
        self.durable.push((seen.role, record.clone()));
    }

    fn lost(&mut self, seen: Sighting, record: &S::Record) {
        self.lost.push((seen.role, record.clone()));
    }

    fn noted(&mut self, seen: Sighting, fact: &S::Fact) {
        self.noted.push((seen.role, fact.clone()));
    }
}

/// So many milliseconds.
pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The moment so many milliseconds after the beginning.
pub(crate) fn at(millis: u64) -> VirtualTime {
    VirtualTime::ZERO.after(ms(millis))
}

/// The `ordinal`-th message of `kind` from `from` to `to`, about subject 0.
pub(crate) fn nth(from: u8, to: u8, kind: u16, ordinal: u32) -> Occasion {
    let (from, to) = (Role(from), Role(to));
    Occasion { from, to, kind: sim::Kind(kind), subject: sim::Subject(0), ordinal }
}
