//! One seed's run and judgement: the whole story.

pub(crate) mod broken;
mod strikes;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Amount, Balances, Changes, Defects, Money, Report, Rules, Token};
use serde::Serialize;
use sim::{
    DigestValue, Draws, Ending, Limit, Limits, Observer, Run, Seed, Settings, Trace, VirtualTime,
    World,
};

use crate::bounds::{self, HORIZON};
use crate::compare::{Measured, Meter};
use crate::invariant::Invariant;
use crate::judge::{Books, Docket, Findings, Judge, Violation};
use crate::latency;
use crate::message::{ClientReply, kinds};
use crate::own::Own;
use crate::party::Compaction;
use crate::party::{LEDGER, PROBE, STORE};
use crate::plan::{Forced, Operation, Plan, ProviderTrouble};
use crate::settings::Scenario;
use crate::sometimes::Seen;
use crate::strategy;
use crate::system::{Party, PaymentSystem, Timer};
use crate::trapped::Trapped;

use strikes::strikes;
pub use strikes::{QUOTE_STRIKES, bank_strike_name, decision_strike_name, provider_strike_name};

/// Runs `scenario` from `seed`, with `defects` planted, and judges it.
pub fn run(scenario: &Scenario, seed: Seed, defects: Defects) -> Trial {
    run_plan(strategy::plan(scenario, seed, defects), defects)
}

/// Runs `scenario` from `seed` with an orchestrator of the user's own, and judges it.
pub fn run_own(scenario: &Scenario, own: Own, seed: Seed) -> Trial {
    run_system(&PaymentSystem::new(Plan::draw(scenario, seed), Defects::NONE).orchestrated(own))
}

/// Runs a plan as it is, and judges it.
pub fn run_plan(plan: Plan, defects: Defects) -> Trial {
    run_system(&PaymentSystem::new(plan, defects))
}

/// Runs `scenario` from `seed` while nobody watches: a control, which can come to nothing
/// but that it shows nothing.
pub fn run_blinded(scenario: &Scenario, seed: Seed) -> Trial {
    let system = PaymentSystem::new(Plan::draw(scenario, seed), Defects::NONE);
    let mut judge = Judge::of(&system);
    let mut world = world(&system);
    let ending = settle(&mut world, &mut ());
    let verdict = conclude(&world, &mut judge, ending);
    Trial::new(&world, &judge, &system, verdict)
}

/// Runs a plan on a system as it is, and judges it.
pub fn run_system(system: &PaymentSystem) -> Trial {
    let mut docket = Docket::of(Judge::of(system));
    let mut world = world(system);
    let ending = settle(&mut world, &mut docket);
    let mut judge = docket.close();
    let verdict = conclude(&world, &mut judge, ending);
    Trial::new(&world, &judge, system, verdict)
}

/// The same, measured: with how often a provider took back what it had promised.
pub(crate) fn run_measured(system: &PaymentSystem) -> (Trial, u64, Measured) {
    let mut meter = Meter::new(Judge::new(&system.plan), &system.plan);
    let mut world = world(system);
    let ending = settle(&mut world, &mut meter);
    let (mut judge, measured) = meter.close(world.now());
    let verdict = conclude(&world, &mut judge, ending);
    let revoked = judge.authorities().revocations();
    (Trial::new(&world, &judge, system, verdict), revoked, measured)
}

/// The same, keeping everything that happened.
pub fn replay(scenario: &Scenario, seed: Seed, defects: Defects) -> (Trial, Trace<PaymentSystem>) {
    let plan = strategy::plan(scenario, seed, defects);
    replay_plan(plan, defects)
}

/// Runs a plan as it is, keeping everything that happened.
pub fn replay_plan(plan: Plan, defects: Defects) -> (Trial, Trace<PaymentSystem>) {
    let system = PaymentSystem::new(plan, defects);
    let mut judge = Judge::new(&system.plan).recorded();
    let mut world = world(&system).recorded();
    let ending = settle(&mut world, &mut judge);
    let verdict = conclude(&world, &mut judge, ending);
    let trial = Trial::new(&world, &judge, &system, verdict);
    (trial, world.trace().cloned().unwrap_or_default())
}

/// What a plan comes to, and nothing else of its trial.
pub(crate) fn verdict(plan: Plan, defects: Defects) -> Verdict {
    let system = PaymentSystem::new(plan, defects);
    let mut docket = Docket::of(Judge::of(&system));
    let mut world = world(&system);
    let ending = settle(&mut world, &mut docket);
    conclude(&world, &mut docket.close(), ending)
}

/// The violations of a plan, up to the first that is `enough`: less than a
/// trial, and sooner. None if nothing can be concluded.
pub fn violations(
    plan: &Plan,
    defects: Defects,
    enough: impl Fn(&Violation) -> bool,
) -> Vec<Violation> {
    let system = PaymentSystem::new(plan.clone(), defects);
    let mut judge = Judge::new(&system.plan);
    let mut world = world(&system);
    let mut judged = 0;
    let mut is_probed = false;
    loop {
        let ending = world.step(&mut judge);
        let found = &judge.findings().violations;
        if found.len() > judged {
            if found[judged..].iter().any(&enough) {
                return found.clone();
            }
            judged = found.len();
        }
        match ending {
            None => {}
            Some(Ending::Rest) if !is_probed => {
                is_probed = true;
                world.wake(PROBE, Timer::Look);
            }
            Some(ending) => {
                let verdict = conclude(&world, &mut judge, ending);
                return if let Verdict::Violated(found) = verdict { found } else { Vec::new() };
            }
        }
    }
}

/// What a trial came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every invariant held.
    Held,
    /// Some did not, the first in time first.
    Violated(Vec<Violation>),
    /// Nothing can be concluded.
    Inconclusive(&'static str),
}

/// One seed's run, judged: plain data for reports.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    pub seed: Seed,
    /// What was decided before the run.
    pub plan: Arc<Plan>,
    /// What it came to.
    pub verdict: Verdict,
    /// The digest of every event.
    pub digest: DigestValue,
    /// The number of events.
    pub events: u64,
    /// The most events that the run could have had.
    pub events_max: u64,
    /// The last moment that the run could have had.
    pub horizon: VirtualTime,
    /// When the run ended.
    pub ended_at: VirtualTime,
    /// Messages sent, by kind, those that were sent at all.
    pub messages: Vec<(&'static str, u64)>,
    /// Faults that struck, by name, those that did at all.
    pub strikes: Vec<(&'static str, u64)>,
    /// Planned faults, strokes and forced branches that never struck, by id:
    /// what they waited for never happened.
    pub never_struck: Vec<u32>,
    /// How each payment ended, as the probe saw it, counted.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// What was captured, by currency.
    pub captured: Vec<Money>,
    /// Calls that were made again.
    pub retries: u64,
    /// Decisions, by the policy that made them, or by why the rules had to.
    pub decisions: BTreeMap<&'static str, u64>,
    /// Undone steps, by name.
    pub compensations: BTreeMap<&'static str, u64>,
    /// The ledger's accounts at the end.
    pub accounts: Balances,
    /// How often the premise of each invariant was met.
    pub exercised: Vec<(Invariant, u64)>,
    /// How much money was trapped, for what, and for how long.
    pub trapped: Trapped,
    /// What struck while what was in flight, and what else has to be seen now and then.
    pub seen: Seen,
    /// What books and settlement files differ in, as the reconciler told; `None`
    /// where there is none, or it did not.
    pub unreconciled: Option<Report>,
}

impl PaymentSystem {
    /// The parties' settings for `plan`.
    pub fn new(plan: Plan, defects: Defects) -> Self {
        let providers = plan.providers.iter().map(|provider| provider.dialect.clone());
        let rules = Rules {
            providers: providers.collect(),
            never_found: bounds::never_found(),
            call_timeout: std::time::Duration::from_secs(1),
            provider_timeout: plan.provider_timeout.0.unwrap_or(bounds::PROVIDER_TIMEOUT),
            bank_timeout: std::time::Duration::from_secs(10),
            resolve_within: bounds::RESOLVE,
            review_within: plan.tells_reviews().then_some(bounds::REVIEW),
            give_up_after: std::time::Duration::from_secs(60),
            provider_backoff_max: std::time::Duration::from_secs(6 * 3_600),
            call_backoff_max: std::time::Duration::from_secs(60),
            decides: plan.decisions.is_some(),
            decides_up_to: plan.decisions.and_then(|decisions| decisions.limit()),
            settles: plan.settlement.is_some(),
            refund_shortfall: plan
                .settlement
                .as_ref()
                .map_or_else(Default::default, |s| s.refund_shortfall),
            defects,
            changes: Changes::NONE,
        };
        let compaction = Compaction { idle: rules.never_found, batch: COMPACTION_BATCH };
        Self {
            draws: Draws::new(plan.key),
            plan: Arc::new(plan),
            rules: Arc::new(rules),
            compaction,
            own: None,
        }
    }
}

impl PaymentSystem {
    /// The same system with an orchestrator of the user's own.
    #[must_use]
    pub fn orchestrated(mut self, own: Own) -> Self {
        self.plan = Arc::new(Arc::unwrap_or_clone(self.plan).recast());
        self.own = Some(own);
        self
    }

    /// The same system after `changes` that no promise tells of.
    #[must_use]
    pub fn changed(mut self, changes: Changes) -> Self {
        Arc::make_mut(&mut self.rules).changes = changes;
        self
    }
}

/// The world of a plan, at its beginning.
pub fn world(system: &PaymentSystem) -> World<'_, PaymentSystem> {
    let plan = &system.plan;
    let mut network = latency::network(plan.plain);
    network.weather = plan.weather;
    network.ordered = plan.ordered.clone();
    network.connections = plan.connections.clone();
    let world = World::new(
        system,
        Run {
            draws: system.draws,
            roles: system.roles().collect(),
            network,
            faults: &plan.faults,
            heal_at: plan.heal_at,
            limits: Limits { events_max: events_max(plan), horizon: horizon(plan) },
        },
    );
    world.under(settings(plan))
}

fn settings(plan: &Plan) -> Settings {
    let points = plan.points.iter().map(|(name, rate)| (name.point(), *rate));
    Settings {
        pause_max: bounds::PAUSE_MAX,
        mirrored: plan.mirrored,
        points: points.collect(),
        forced: plan.forced.iter().map(Forced::forcing).collect(),
        core: plan.core,
    }
}

/// Chaos, heal and drain; then the probe looks at every payment.
pub fn settle(
    world: &mut World<'_, PaymentSystem>,
    judge: &mut impl Observer<PaymentSystem>,
) -> Ending {
    let ending = world.run(judge);
    if ending != Ending::Rest {
        return ending;
    }
    world.wake(PROBE, Timer::Look);
    world.run(judge)
}

/// What a run that ended so comes to.
pub fn conclude(world: &World<'_, PaymentSystem>, judge: &mut Judge, ending: Ending) -> Verdict {
    judge.end(world.now());
    match ending {
        // Where nobody saw anything, nothing agrees and nothing differs.
        Ending::Rest if judge.authorities().sights().is_stirred() => {
            let books = Books {
                ledger: world.actor(LEDGER).and_then(Party::ledger),
                reconciliation: world.actor(STORE).and_then(Party::reconciliation),
            };
            judge.at_rest(world.now(), books);
        }
        Ending::Rest => {}
        Ending::LostWakeUp(payment) => judge.lost_wake_up(payment, world.now()),
        Ending::Overdue(payment) => judge.overdue(payment, world.now()),
        Ending::Limit(Limit::Horizon) => judge.at_horizon(world.now()),
        Ending::Limit(Limit::Events) => {}
    }
    let Findings { violations, .. } = judge.findings();
    match ending {
        _ if !violations.is_empty() => Verdict::Violated(violations.clone()),
        Ending::Limit(Limit::Events) => Verdict::Inconclusive("the limit of events was hit"),
        Ending::Limit(Limit::Horizon) => Verdict::Inconclusive("the horizon was reached"),
        Ending::Rest if !judge.authorities().sights().is_stirred() => {
            Verdict::Inconclusive("nothing happened, or nobody saw it")
        }
        Ending::Rest | Ending::LostWakeUp(_) | Ending::Overdue(_) => Verdict::Held,
    }
}

impl Trial {
    pub(crate) fn new(
        world: &World<'_, PaymentSystem>,
        judge: &Judge,
        system: &PaymentSystem,
        verdict: Verdict,
    ) -> Self {
        let said = judge.authorities();
        let plan = &system.plan;
        let exercised = Invariant::ALL.iter().map(|story| story.code);
        Self {
            scenario: plan.scenario.clone(),
            seed: plan.seed,
            plan: plan.clone(),
            verdict,
            digest: world.digest(),
            events: world.events(),
            events_max: events_max(plan),
            horizon: horizon(plan),
            ended_at: world.now(),
            messages: messages(world.sent_by_kind()),
            strikes: strikes(world, judge),
            never_struck: never_struck(world, judge),
            outcomes: outcomes(judge),
            captured: captured(plan, judge),
            retries: said.calls_again(),
            decisions: judge.decisions().clone(),
            compensations: said.undone().clone(),
            accounts: said.balances().clone(),
            exercised: exercised.map(|code| (code, judge.findings().met(code))).collect(),
            trapped: said.trapped(world.now()),
            seen: *said.sights().seen(),
            unreconciled: said.reported().cloned(),
        }
    }

    /// The violations, none if the trial held.
    pub fn violations(&self) -> &[Violation] {
        match &self.verdict {
            Verdict::Violated(violations) => violations,
            Verdict::Held | Verdict::Inconclusive(_) => &[],
        }
    }

    /// The number of messages sent.
    pub fn messages_sent(&self) -> u64 {
        self.messages.iter().map(|(_, count)| count).sum()
    }
}

/// From when on a world is not waited for: some time after heal, or after the last
/// thing that is planned, the last dispute decided, the last refund by hand made, and
/// the last payout may have come back. What is asked for after heal has its time from
/// then on.
fn horizon(plan: &Plan) -> VirtualTime {
    let operations = plan.operations.iter();
    let asked = operations.clone().map(Operation::asked_until);
    let befallen = operations.clone().filter_map(Operation::befallen_until);
    let returns = operations.filter_map(|operation| {
        let may_come_back = plan.webhooks && operation.purpose.is_payout();
        may_come_back.then(|| operation.at.after(bounds::RETURNED_WITHIN))
    });
    let reviews = plan.tells_reviews().then_some(plan.risk.review_max);
    let reviewed = plan.operations.iter().filter_map(|o| Some(o.at.after(reviews?)));
    asked
        .chain(befallen)
        .chain(returns)
        .chain(reviewed)
        .fold(plan.heal_at, VirtualTime::max)
        .after(HORIZON)
}

/// A payment of which a provider says nothing is gone on with about every minute.
fn events_max(plan: &Plan) -> u64 {
    let silent = |trouble: &ProviderTrouble| trouble.until.min(plan.heal_at).since(trouble.from);
    let longest = plan.troubles.iter().map(silent).max().unwrap_or_default();
    let hours = longest.as_secs() / 3_600;
    100_000 + (2_000 + 500 * hours) * plan.operations.len() as u64
}

fn messages(by_kind: &[u64]) -> Vec<(&'static str, u64)> {
    let named = kinds::ALL.iter().map(|(_, name)| *name).zip(by_kind.iter().copied());
    named.filter(|(_, count)| *count > 0).collect()
}

fn never_struck(world: &World<'_, PaymentSystem>, judge: &Judge) -> Vec<u32> {
    let plan = judge.authorities().plan();
    let unforced: Vec<_> = world.never_forced().collect();
    let forced = plan.forced.iter().filter(|forced| unforced.contains(&forced.forcing()));
    let mut ids: Vec<_> = world.never_fired().collect();
    ids.extend(judge.authorities().never_fell());
    ids.extend(forced.map(|forced| forced.id));
    ids
}

fn outcomes(judge: &Judge) -> BTreeMap<&'static str, u64> {
    let mut outcomes = BTreeMap::new();
    for (_, reply) in judge.authorities().probed() {
        *outcomes.entry(outcome_name(reply)).or_default() += 1;
    }
    outcomes
}

fn outcome_name(reply: Option<ClientReply>) -> &'static str {
    match reply {
        Some(ClientReply::Stands(_, status)) => status.name(),
        Some(ClientReply::NotFound) => "never_accepted",
        Some(_) => "unreadable",
        None => "not_probed",
    }
}

fn captured(plan: &Plan, judge: &Judge) -> Vec<Money> {
    let mut by_currency: BTreeMap<_, Amount> = BTreeMap::new();
    for operation in &plan.operations {
        let token: Token = operation.token;
        *by_currency.entry(operation.money.currency).or_default() +=
            judge.authorities().captured(token);
    }
    by_currency.into_iter().map(|(currency, amount)| Money { amount, currency }).collect()
}

/// How many finished payments a party lets gather before it compacts its journal.
const COMPACTION_BATCH: usize = 256;
