//! Whether trials are deterministic: the same seed again in this process, on
//! other threads and in other processes, and the first event that differs.

use std::fmt;

use model::Defects;
use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::{Deserialize, Serialize};
use sim::determinism::{self, Divergence, Footprint};
use sim::{DigestValue, Role, Seed};

use crate::party::PROBE;
use crate::plan::Plan;
use crate::settings::Scenario;
use crate::system::{PaymentSystem, Timer};
use crate::trial;

/// What one seed of a scenario came to, in a line: `scenario seed digest events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    pub seed: Seed,
    /// The digest of every event.
    pub digest: DigestValue,
    /// The number of events.
    pub events: u64,
}

/// All that a process can tell about one seed, for another to compare with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Testimony {
    /// What the seed became.
    pub plan: Plan,
    /// What happened, event by event.
    pub footprints: Vec<Footprint>,
}

/// Where two runs of one seed differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// Before they began: the first line of the two plans that is not the same.
    Plans(String, String),
    /// In this event.
    Events(Box<Divergence>),
    /// In nothing that shows when every event is recorded: only the digests of
    /// the two runs differed.
    Nothing,
}

/// What `seed` of `scenario` comes to.
pub fn mark(scenario: &Scenario, seed: Seed) -> Mark {
    let trial = trial::run(scenario, seed, Defects::NONE);
    let (digest, events) = (trial.digest, trial.events);
    Mark { scenario: scenario.name.clone(), seed, digest, events }
}

/// What the first `count` seeds of `scenario` under `master` come to, on the
/// threads of `pool`.
pub fn marks(scenario: &Scenario, master: Seed, count: u64, pool: &ThreadPool) -> Vec<Mark> {
    let seed = |index| master.derive(&scenario.name, index);
    pool.install(|| (0..count).into_par_iter().map(|i| mark(scenario, seed(i))).collect())
}

/// Draws and runs `seed` of `scenario` three times, twice side by side and once
/// unrecorded.
///
/// # Errors
/// Where they differ first.
pub fn twice(scenario: &Scenario, seed: Seed) -> Result<Mark, Difference> {
    let plans = [Plan::draw(scenario, seed), Plan::draw(scenario, seed)];
    if let Some(difference) = plans_differ(&plans[0], &plans[1]) {
        return Err(difference);
    }
    let systems = plans.map(|plan| PaymentSystem::new(plan, Defects::NONE));
    let mut next = systems.iter();
    // The check asks for exactly two worlds.
    let world = || trial::world(next.next().unwrap_or(&systems[0]));
    let agreement = determinism::check(world, &WAKES).map_err(Difference::Events)?;
    let mark = mark(scenario, seed);
    if (agreement.digest, agreement.events) == (mark.digest, mark.events) {
        Ok(mark)
    } else {
        Err(Difference::Nothing)
    }
}

/// Where two runs of one seed differ that came to different digests.
pub fn first_difference(one: &Testimony, other: &Testimony) -> Difference {
    let events = || determinism::compare(&one.footprints, &other.footprints);
    plans_differ(&one.plan, &other.plan)
        .or_else(|| Some(Difference::Events(Box::new(events()?))))
        .unwrap_or(Difference::Nothing)
}

fn plans_differ(one: &Plan, other: &Plan) -> Option<Difference> {
    if one == other {
        return None;
    }
    let [one, other] = [one, other].map(|plan| format!("{plan:#?}"));
    let [mut ours, mut theirs] = [one.lines(), other.lines()];
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return None,
            (one, other) if one == other => {}
            (one, other) => {
                let line = |line: Option<&str>| line.unwrap_or("nothing more").trim().to_owned();
                return Some(Difference::Plans(line(one), line(other)));
            }
        }
    }
}

impl Testimony {
    /// What this process makes of `seed`.
    pub fn of(scenario: &Scenario, seed: Seed) -> Self {
        Self::of_plan(Plan::draw(scenario, seed))
    }

    /// What this process makes of `plan`.
    pub fn of_plan(plan: Plan) -> Self {
        let system = PaymentSystem::new(plan, Defects::NONE);
        let footprints = determinism::footprints(trial::world(&system), &WAKES);
        Self { plan: Plan::clone(&system.plan), footprints }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scenario, seed, digest, events } = self;
        write!(f, "{scenario} {seed} {digest} {events}")
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plans(one, other) => {
                write!(f, "the plan itself differs: it says `{one}`, and the other time `{other}`")
            }
            Self::Events(divergence) => divergence.fmt(f),
            Self::Nothing => write!(
                f,
                "the digests of two runs differ, and no event did when they were run again and \
                 recorded: run the check again, with more seeds"
            ),
        }
    }
}

/// As in a trial: at rest, the harness's probe looks at every payment.
const WAKES: [(Role, Timer); 1] = [(PROBE, Timer::Look)];
