//! How a seed becomes a plan: one ChaCha stream per subject, so that a change
//! in one part of a scenario does not reshuffle the others.

mod aimed;
mod banks;
mod breaches;
mod clocks;
mod crashes;
mod decisions;
mod disks;
mod exchanges;
mod gone;
mod links;
mod moments;
mod operators;
mod providers;
mod refunds;
mod settlement;
mod shipping;
mod workload;

use std::time::Duration;

use model::{Aside, BankId, Dialect, ProviderId, WorkerId};
use sim::{
    Domain, Fault, Links, Order, Rate, Role, Roles, SAMPLERS, Seed, Stream, VirtualTime, Weather,
};

use super::{Operation, Plan, Protocol, Strokes};
pub(crate) use exchanges::MILLIONTHS_MAX;

use crate::bounds::COPY_AGE_MAX;
use crate::party::{
    DECIDER, EDGE, INGRESS, LAKE, LEDGER, MIRRORED, NOTIFIER, RECONCILER, RISK, STORE, bank_role,
    client_role, provider_role, worker_role,
};
use crate::points::PointName;
use crate::settings::{Scenario, Who};

impl Plan {
    /// The version of the format, and of how a seed becomes a plan.
    pub const FORMAT: u16 = 5;

    /// The plan that `seed` draws from `scenario`.
    pub fn draw(scenario: &Scenario, seed: Seed) -> Self {
        Self::draw_for_saga(scenario, seed, Manner::AsSaid).by(scenario)
    }

    /// The same, where nothing that the scenario has is off, and each part of it as likely
    /// as any other.
    pub(crate) fn draw_evenly(scenario: &Scenario, seed: Seed) -> Self {
        Self::draw_for_saga(scenario, seed, Manner::Evenly).by(scenario)
    }

    /// The same, with faults that are aimed at most of its operations besides.
    pub(crate) fn draw_aimed(scenario: &Scenario, seed: Seed) -> Self {
        Self::draw_for_saga(scenario, seed, Manner::Aimed).by(scenario)
    }

    /// This plan, with faults besides that are aimed anew, in place of those that were.
    pub(crate) fn aimed_anew(mut self, scenario: &Scenario, seed: Seed) -> Self {
        let operations = std::mem::take(&mut self.operations);
        let mut drawer = Drawer {
            scenario,
            manner: Manner::Aimed,
            operations: &operations,
            providers: self.providers.len() as u64,
            stream: seed.stream(AIMS),
        };
        self.faults.retain(|fault| fault.id < aimed::IDS);
        self.strokes.retain(|stroke| stroke.id < aimed::IDS);
        drawer.aim(&mut self);
        self.operations = operations;
        self
    }

    fn by(self, scenario: &Scenario) -> Self {
        match scenario.protocol {
            Some(protocol) => self.paired(protocol),
            None => self,
        }
    }

    fn draw_for_saga(scenario: &Scenario, seed: Seed, manner: Manner) -> Self {
        let dialects = dialects(scenario, &mut seed.stream(DIALECTS));
        let mut operations = workload::operations(scenario, &mut seed.stream(OPERATIONS));
        workload::pay_out(scenario, &mut operations, &mut seed.stream(PAYOUTS));
        workload::reuse_keys(scenario, &mut operations, &mut seed.stream(REUSED_KEYS));
        workload::reuse_expired(scenario, &mut operations, &mut seed.stream(EXPIRED_KEYS));
        workload::ask_anew(scenario, &mut operations, &mut seed.stream(NEW_KEYS));
        workload::insist(scenario, &mut operations, &mut seed.stream(INSISTENCE));
        refunds::add(scenario, &mut operations, &mut seed.stream(REFUNDS));
        workload::captures(scenario, &mut operations, &mut seed.stream(CAPTURES));
        shipping::ship(scenario, &mut operations, &mut seed.stream(SHIPPING));
        workload::splits(scenario, &mut operations, &mut seed.stream(SPLITS));
        workload::disputes(scenario, &mut operations, &mut seed.stream(DISPUTES));
        workload::objections(scenario, &mut operations, &mut seed.stream(OBJECTIONS));
        exchanges::add(scenario, &mut operations, &mut seed.stream(EXCHANGES));
        workload::recalls(scenario, &mut operations, &mut seed.stream(RECALLS));
        operators::give_back(scenario, &mut operations, &mut seed.stream(BY_HAND));
        breaches::add(scenario, &mut operations, &mut seed.stream(BREACHES));
        let drawer = |domain| Drawer {
            scenario,
            manner,
            operations: &operations,
            providers: u64::from(scenario.providers.count()),
            stream: seed.stream(domain),
        };
        let mut settings = drawer(SETTINGS);
        let weather = settings.weather();
        let providers = dialects.into_iter().map(|dialect| settings.provider(dialect));
        let mut providers: Vec<_> = providers.collect();
        let webhooks = scenario.providers.webhooks;
        let mut post = drawer(POST);
        for provider in providers.iter_mut().filter(|_| webhooks) {
            provider.faults.webhooks = post.webhooks();
        }
        let risk = settings.risk();
        let mut troubles = drawer(TROUBLES).troubles();
        drawer(REPLAYS).replays(&mut troubles);
        let outlasted = drawer(OUTLASTING).outlasting(&providers, &mut troubles);
        let mut kinds_of_link = drawer(KINDS_OF_LINK);
        let (core, gone) = drawer(GONE).gone();
        let mut keys = seed.stream(KEY);
        let mut plan = Self {
            format: Self::FORMAT,
            samplers: SAMPLERS,
            scenario: scenario.name.clone(),
            seed,
            key: [keys.draw().bits(), keys.draw().bits()],
            begins: banks::begins(scenario, &mut seed.stream(DATES)),
            heal_at: outlasted.max(VirtualTime::ZERO.after(scenario.chaos.0)),
            protocol: Protocol::Saga,
            workers: scenario.workers,
            key_lifetime: scenario.key_lifetime.map(|lifetime| lifetime.0),
            order_ref_unique: scenario.order_ref_unique,
            clients: scenario.workload.clients,
            merchant_events: scenario.merchant_events,
            lake: scenario.lake,
            limits: workload::limits(scenario),
            balances: workload::balances(scenario),
            rates: exchanges::rates(scenario, &operations, &mut seed.stream(RATES)),
            weather,
            plain: false,
            ordered: kinds_of_link.inner_links(scenario.links.ordered),
            connections: kinds_of_link.all_links(scenario.links.connections),
            mirrored: MIRRORED.into_iter().collect(),
            points: drawer(POINTS).points(),
            forced: Vec::new(),
            core,
            faults: faults(drawer, gone),
            troubles,
            provider_timeout: Aside(drawer(TIMEOUT).provider_timeout()),
            strokes: Strokes::default(),
            providers,
            webhooks,
            banks: drawer(BANKS).banks(),
            risk,
            settlement: Aside(drawer(SETTLEMENT).settlement(FAULTS_BEFORE)),
            decisions: drawer(DECISIONS).decisions(),
            operations: Vec::new(),
        };
        if manner == Manner::Aimed {
            drawer(AIMS).aim(&mut plan);
        }
        plan.operations = operations;
        plan
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
    faults.extend(drawer(RESTARTS).restarts());
    faults.extend(drawer(DEPLOYS).deploys());
    faults.extend(gone);
    for (n, fault) in faults.iter_mut().enumerate() {
        fault.id = n as u32 + 1;
    }
    faults
}

const DIALECTS: Domain = Domain(u64::from_le_bytes(*b"dialects"));
const SETTINGS: Domain = Domain(u64::from_le_bytes(*b"settings"));
const OPERATIONS: Domain = Domain(u64::from_le_bytes(*b"operates"));
const PAYOUTS: Domain = Domain(u64::from_le_bytes(*b"pay-outs"));
const REUSED_KEYS: Domain = Domain(u64::from_le_bytes(*b"reused-k"));
const REFUNDS: Domain = Domain(u64::from_le_bytes(*b"refunds\0"));
const EXPIRED_KEYS: Domain = Domain(u64::from_le_bytes(*b"expird-k"));
const INSISTENCE: Domain = Domain(u64::from_le_bytes(*b"insists "));
const CAPTURES: Domain = Domain(u64::from_le_bytes(*b"captures"));
const SPLITS: Domain = Domain(u64::from_le_bytes(*b"splits  "));
const DISPUTES: Domain = Domain(u64::from_le_bytes(*b"disputes"));
const OBJECTIONS: Domain = Domain(u64::from_le_bytes(*b"objects "));
const EXCHANGES: Domain = Domain(u64::from_le_bytes(*b"exchange"));
const RATES: Domain = Domain(u64::from_le_bytes(*b"fx-rates"));
const RECALLS: Domain = Domain(u64::from_le_bytes(*b"recalls "));
const BREACHES: Domain = Domain(u64::from_le_bytes(*b"breaches"));
const BY_HAND: Domain = Domain(u64::from_le_bytes(*b"by-hand "));
const REPLAYS: Domain = Domain(u64::from_le_bytes(*b"p-replay"));
const RESTARTS: Domain = Domain(u64::from_le_bytes(*b"p-restar"));
const OUTLASTING: Domain = Domain(u64::from_le_bytes(*b"p-outlst"));
const TIMEOUT: Domain = Domain(u64::from_le_bytes(*b"p-timeou"));
const NEW_KEYS: Domain = Domain(u64::from_le_bytes(*b"new-keys"));
const DEPLOYS: Domain = Domain(u64::from_le_bytes(*b"p-deploy"));
const SHIPPING: Domain = Domain(u64::from_le_bytes(*b"shipping"));
const KEY: Domain = Domain(u64::from_le_bytes(*b"run-keys"));
const TROUBLES: Domain = Domain(u64::from_le_bytes(*b"p-troubl"));
const POST: Domain = Domain(u64::from_le_bytes(*b"p-webhks"));
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
const BANKS: Domain = Domain(u64::from_le_bytes(*b"p-banks "));
const SETTLEMENT: Domain = Domain(u64::from_le_bytes(*b"p-settle"));
/// The number that no fault of the kernel reaches: what goes wrong with
/// settlement files is counted from there on.
const FAULTS_BEFORE: u32 = 10_000;
const DATES: Domain = Domain(u64::from_le_bytes(*b"p-dates "));
const DECISIONS: Domain = Domain(u64::from_le_bytes(*b"p-decide"));
const AIMS: Domain = Domain(u64::from_le_bytes(*b"p-aims  "));
const CLOCKS: Domain = Domain(u64::from_le_bytes(*b"p-clocks"));

/// How faults are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// As the scenario says.
    AsSaid,
    /// None off, and all parts as likely.
    Evenly,
    /// As the scenario says, and some that are aimed.
    Aimed,
}

/// Draws settings and faults out of the maxima of a scenario.
struct Drawer<'s> {
    scenario: &'s Scenario,
    manner: Manner,
    operations: &'s [Operation],
    providers: u64,
    stream: Stream,
}

impl Drawer<'_> {
    /// Off altogether, or some part of `most`: the whole, a half, a quarter or
    /// an eighth of it at most.
    fn part(&mut self, most: u64) -> u64 {
        let (off, scale) = self.weight();
        let part = self.stream.between(0, most >> scale);
        if off { 0 } else { part }
    }

    /// Whether a kind of fault is off, and how often what it can do is halved.
    fn weight(&mut self) -> (bool, u64) {
        let off = self.stream.chance(self.scenario.swarm.off);
        let scale = self.stream.draw().below(4);
        match self.manner {
            Manner::Evenly => (false, 0),
            Manner::AsSaid | Manner::Aimed => (off, scale),
        }
    }

    /// How often something strikes, of `most`; at least once if it is on at
    /// all, so that what a scenario asks for once is seen.
    fn times(&mut self, most: u32) -> u64 {
        let (off, scale) = self.weight();
        let times = self.stream.between(1, u64::from(most >> scale).max(1));
        if off || most == 0 { 0 } else { times }
    }

    fn rate(&mut self, most: Rate) -> Rate {
        Rate::per_million(self.part(u64::from(most.ppm())) as u32)
    }

    /// Some part of the longest time, or none at all.
    fn length(&mut self, most: Duration) -> Duration {
        Duration::from_millis(self.part(most.as_millis() as u64))
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
            order: Order::Usual,
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
            Who::Bank => self.bank_party(),
            Who::Client => self.client(),
            Who::Decider => DECIDER,
            Who::Edge => EDGE,
            Who::Ingress => INGRESS,
            Who::Lake => LAKE,
            Who::Ledger => LEDGER,
            Who::Notifier => NOTIFIER,
            Who::Orchestrator => self.worker(),
            Who::Provider => self.provider_party(),
            Who::Reconciler => RECONCILER,
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
        let ingress = self.scenario.providers.webhooks.then_some(INGRESS);
        let consumers = self.consumers().into_iter();
        let house = [EDGE, STORE].into_iter().chain(self.workers()).chain([LEDGER, RISK]);
        let decider = self.scenario.has_decider().then_some(DECIDER);
        house.chain(ingress).chain(consumers).chain(decider).collect()
    }

    /// Who hears of events, and who reconciles.
    fn consumers(&self) -> Vec<Role> {
        let (notifier, lake) = (self.scenario.merchant_events, self.scenario.lake);
        let settles = self.scenario.settlement.is_some();
        let there = [(notifier, NOTIFIER), (lake, LAKE), (settles, RECONCILER)].into_iter();
        there.filter(|(is_there, _)| *is_there).map(|(_, role)| role).collect()
    }

    fn client(&mut self) -> Role {
        client_role(self.stream.draw().below(u64::from(self.scenario.workload.clients)) as u8)
    }

    /// One of the banks: whoever asks for one has one, as the loader sees to.
    fn bank_party(&mut self) -> Role {
        let banks = self.scenario.rails.len().max(1) as u64;
        bank_role(BankId(self.stream.draw().below(banks) as u8))
    }

    fn provider_party(&mut self) -> Role {
        provider_role(ProviderId(self.stream.draw().below(self.providers) as u8))
    }
}
