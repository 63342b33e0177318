//! How a seed becomes a plan: one ChaCha stream per subject, so that a change
//! in one part of a scenario does not reshuffle the others.

mod clocks;
mod crashes;
mod disks;
mod gone;
mod links;
mod moments;
mod providers;
mod workload;

use std::time::Duration;

use model::{Dialect, ProviderId, WorkerId};
use sim::{Domain, Fault, Links, Rate, Role, Roles, SAMPLERS, Seed, Stream, VirtualTime, Weather};

use super::{Operation, Plan, Strokes};
use crate::bounds::COPY_AGE_MAX;
use crate::party::{EDGE, LEDGER, MIRRORED, RISK, STORE, client_role, provider_role, worker_role};
use crate::points::PointName;
use crate::settings::{Scenario, Who};

impl Plan {
    /// The version of the format, and of how a seed becomes a plan.
    pub const FORMAT: u16 = 4;

    /// The plan that `seed` draws from `scenario`.
    pub fn draw(scenario: &Scenario, seed: Seed) -> Self {
        let dialects = dialects(scenario, &mut seed.stream(DIALECTS));
        let mut operations = workload::operations(scenario, &mut seed.stream(OPERATIONS));
        workload::reuse_keys(scenario, &mut operations, &mut seed.stream(REUSED_KEYS));
        workload::captures(scenario, &mut operations, &mut seed.stream(CAPTURES));
        workload::splits(scenario, &mut operations, &mut seed.stream(SPLITS));
        let drawer = |domain| Drawer {
            scenario,
            operations: &operations,
            providers: u64::from(scenario.providers.count()),
            stream: seed.stream(domain),
        };
        let mut settings = drawer(SETTINGS);
        let weather = settings.weather();
        let providers = dialects.into_iter().map(|dialect| settings.provider(dialect)).collect();
        let risk = settings.risk();
        let mut troubles = drawer(TROUBLES);
        let mut kinds_of_link = drawer(KINDS_OF_LINK);
        let (core, gone) = drawer(GONE).gone();
        let mut keys = seed.stream(KEY);
        Self {
            format: Self::FORMAT,
            samplers: SAMPLERS,
            scenario: scenario.name.clone(),
            seed,
            key: [keys.draw().bits(), keys.draw().bits()],
            heal_at: VirtualTime::ZERO.after(scenario.chaos.0),
            workers: scenario.workers,
            clients: scenario.workload.clients,
            limits: workload::limits(scenario),
            weather,
            plain: false,
            ordered: kinds_of_link.inner_links(scenario.links.ordered),
            connections: kinds_of_link.all_links(scenario.links.connections),
            mirrored: MIRRORED.into_iter().collect(),
            points: drawer(POINTS).points(),
            forced: Vec::new(),
            core,
            faults: faults(drawer, gone),
            troubles: troubles.troubles(),
            strokes: Strokes::default(),
            providers,
            risk,
            operations,
        }
    }
}

/// The dialects of the providers, each another one: those of the scenario in its
/// order, if there are no more of them than providers.
fn dialects(scenario: &Scenario, stream: &mut Stream) -> Vec<Dialect> {
    let mut left = scenario.cast.clone();
    let count = usize::from(scenario.providers.count());
    if left.len() <= count {
        return left;
    }
    let pick = |_| left.remove(stream.draw().below(left.len() as u64) as usize);
    (0..count).map(pick).collect()
}

/// Every fault of the kernel, numbered from 1.
fn faults<'s>(drawer: impl Fn(Domain) -> Drawer<'s>, gone: Vec<Fault>) -> Vec<Fault> {
    let mut faults = drawer(CRASHES).crashes();
    faults.extend(drawer(PARTITIONS).partitions());
    faults.extend(drawer(SILENCES).silences());
    faults.extend(drawer(CRASH_LOOPS).crash_loops());
    faults.extend(drawer(SHARED_CRASHES).shared_crashes());
    faults.extend(drawer(PAUSES).pauses());
    faults.extend(drawer(BAD_LINKS).bad_links());
    faults.extend(drawer(DISKS).disks());
    faults.extend(drawer(CLOCKS).clocks());
    faults.extend(gone);
    for (n, fault) in faults.iter_mut().enumerate() {
        fault.id = n as u32 + 1;
    }
    faults
}

const DIALECTS: Domain = Domain(u64::from_le_bytes(*b"dialects"));
const SETTINGS: Domain = Domain(u64::from_le_bytes(*b"settings"));
const OPERATIONS: Domain = Domain(u64::from_le_bytes(*b"operates"));
const REUSED_KEYS: Domain = Domain(u64::from_le_bytes(*b"reused-k"));
const CAPTURES: Domain = Domain(u64::from_le_bytes(*b"captures"));
const SPLITS: Domain = Domain(u64::from_le_bytes(*b"splits  "));
const KEY: Domain = Domain(u64::from_le_bytes(*b"run-keys"));
const TROUBLES: Domain = Domain(u64::from_le_bytes(*b"p-troubl"));
const KINDS_OF_LINK: Domain = Domain(u64::from_le_bytes(*b"p-linkkd"));
const POINTS: Domain = Domain(u64::from_le_bytes(*b"p-points"));
const CRASHES: Domain = Domain(u64::from_le_bytes(*b"p-crashs"));
const CRASH_LOOPS: Domain = Domain(u64::from_le_bytes(*b"p-loops "));
const SHARED_CRASHES: Domain = Domain(u64::from_le_bytes(*b"p-shared"));
const PARTITIONS: Domain = Domain(u64::from_le_bytes(*b"p-partit"));
const SILENCES: Domain = Domain(u64::from_le_bytes(*b"p-silent"));
const PAUSES: Domain = Domain(u64::from_le_bytes(*b"p-pauses"));
const BAD_LINKS: Domain = Domain(u64::from_le_bytes(*b"p-links "));
const DISKS: Domain = Domain(u64::from_le_bytes(*b"p-disks "));
const GONE: Domain = Domain(u64::from_le_bytes(*b"p-gone  "));
const CLOCKS: Domain = Domain(u64::from_le_bytes(*b"p-clocks"));

/// Draws settings and faults out of the maxima of a scenario.
struct Drawer<'s> {
    scenario: &'s Scenario,
    operations: &'s [Operation],
    providers: u64,
    stream: Stream,
}

impl Drawer<'_> {
    /// Off altogether, or some part of `most`: the whole, a half, a quarter or
    /// an eighth of it at most.
    fn part(&mut self, most: u64) -> u64 {
        let off = self.stream.chance(self.scenario.swarm.off);
        let scale = self.stream.draw().below(4);
        let part = self.stream.between(0, most >> scale);
        if off { 0 } else { part }
    }

    /// How often something strikes, of `most`; at least once if it is on at
    /// all, so that what a scenario asks for once is seen.
    fn times(&mut self, most: u32) -> u64 {
        let off = self.stream.chance(self.scenario.swarm.off);
        let scale = self.stream.draw().below(4);
        let times = self.stream.between(1, u64::from(most >> scale).max(1));
        if off || most == 0 { 0 } else { times }
    }

    fn rate(&mut self, most: Rate) -> Rate {
        Rate::per_million(self.part(u64::from(most.ppm())) as u32)
    }

    fn weather(&mut self) -> Weather {
        let network = &self.scenario.network;
        Weather {
            loss: self.rate(network.loss),
            duplication: self.rate(network.duplication),
            copies_max: 3,
            copy_delay_max: Duration::from_secs(60),
            lateness: self.rate(network.lateness),
            late_max: network.late_max.0.min(COPY_AGE_MAX),
            load_percent: 100 + self.part(u64::from(network.load_percent.max(100)) - 100) as u32,
        }
    }

    /// The links between the parties of the house.
    fn inner_links(&mut self, how_often: Rate) -> Links {
        let house: Roles = self.house().into_iter().collect();
        let on = self.stream.chance(how_often);
        if on { Links::NONE.between(house, house) } else { Links::NONE }
    }

    /// The links between the parties of the house and everybody.
    fn all_links(&mut self, how_often: Rate) -> Links {
        let house: Roles = self.house().into_iter().collect();
        let everybody: Roles = (0..Role::MAX as u8).map(Role).collect();
        let on = self.stream.chance(how_often);
        if on { Links::NONE.between(house, everybody) } else { Links::NONE }
    }

    fn points(&mut self) -> Vec<(PointName, Rate)> {
        let settings = &self.scenario.points;
        let drawn = settings.iter().map(|point| (point.name, self.rate(point.rate)));
        drawn.filter(|(_, rate)| *rate > Rate::NEVER).collect()
    }

    fn role(&mut self, who: Who) -> Role {
        match who {
            Who::Client => self.client(),
            Who::Edge => EDGE,
            Who::Ledger => LEDGER,
            Who::Orchestrator => self.worker(),
            Who::Provider => self.provider_party(),
            Who::Risk => RISK,
            Who::Store => STORE,
        }
    }

    /// One of the orchestrator's workers.
    fn worker(&mut self) -> Role {
        let workers = u64::from(self.scenario.workers);
        let sole = workers == 1;
        let worker = if sole { 0 } else { self.stream.draw().below(workers) };
        worker_role(WorkerId(worker as u8))
    }

    /// All of them.
    fn workers(&self) -> impl Iterator<Item = Role> + use<> {
        (0..self.scenario.workers).map(|n| worker_role(WorkerId(n)))
    }

    /// Every party of the house.
    fn house(&self) -> Vec<Role> {
        [EDGE, STORE].into_iter().chain(self.workers()).chain([LEDGER, RISK]).collect()
    }

    fn client(&mut self) -> Role {
        client_role(self.stream.draw().below(u64::from(self.scenario.workload.clients)) as u8)
    }

    fn provider_party(&mut self) -> Role {
        provider_role(ProviderId(self.stream.draw().below(self.providers) as u8))
    }
}
