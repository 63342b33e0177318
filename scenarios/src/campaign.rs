//! A campaign: many trials of one scenario, on all cores, in an order that
//! does not depend on their number.

mod merging;
mod part;
mod recheck;
mod record;
mod shard;
mod undecided;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Defects, Report};
use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Serialize;
use sim::{Digest, DigestValue, Rate, Seed};

use crate::invariant::Invariant;
use crate::judge::Violation;
use crate::own::{self, Own};
use crate::plan::Plan;
use crate::settings::Scenario;
use crate::sometimes::Tally;
use crate::strategy::{Corpus, Strategy};
use crate::trapped::Trapped;
use crate::trial::{self, Trial, Verdict, broken};

pub use merging::merge;
pub use part::{Part, Terms, run_part, run_whole};
pub use recheck::{Rechecked, Unlike};
pub use record::NotAPart;
pub use shard::{NotAShard, Shard};
pub use undecided::Undecided;

/// What a campaign over one scenario came to: plain data for reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Campaign {
    /// The scenario's name.
    pub scenario: String,
    /// Trials run.
    pub trials: u64,
    /// Trials in which an invariant did not hold.
    pub violated: u64,
    /// Trials of which nothing can be concluded.
    pub inconclusive: u64,
    /// Events handled.
    pub events: u64,
    /// Messages sent.
    pub messages: u64,
    /// Virtual time simulated, in nanoseconds.
    pub virtual_nanos: u128,
    /// The largest share of the limit of events that a trial used, in percent.
    pub event_limit_used: u64,
    /// The largest share of the horizon that a trial used, in percent.
    pub horizon_used: u64,
    /// How payments ended, counted.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Faults that struck, by name.
    pub strikes: BTreeMap<&'static str, u64>,
    /// How often each policy decided, and how often the rules had to in its place, by
    /// why, where anybody is asked.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub decisions: BTreeMap<&'static str, u64>,
    /// Faults that plans named one by one.
    pub planned: u64,
    /// And those of them that never struck, because what they waited for
    /// never happened.
    pub never_struck: u64,
    /// How often the premise of each invariant was met.
    pub exercised: BTreeMap<Invariant, u64>,
    /// How much money was trapped, for what, and for how long.
    pub trapped: Trapped,
    /// What was seen, in how many trials: the faults that struck while each step was in
    /// flight, and what else has to be seen now and then.
    pub seen: Tally,
    /// What books and settlement files differed in at the end of trials, where
    /// anybody reconciles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreconciled: Option<Report>,
    /// Invariants whose premise no world of the scenario can meet.
    pub not_applicable: Vec<Invariant>,
    /// Invariants that the scenario promises to exercise, and did not.
    pub missed: Vec<Invariant>,
    /// Every invariant that did not hold in some trial.
    pub caught: BTreeMap<Invariant, Caught>,
    /// The first violation of each kind, with the seed and index of its trial.
    pub findings: Vec<Finding>,
    /// Trials of which nothing can be concluded; the first few.
    pub undecided: Vec<Undecided>,
    /// What came of running trials twice.
    pub rechecked: Rechecked,
    /// The digest of the digests of all trials, in order.
    pub digest: DigestValue,
    #[serde(skip)]
    running: Digest,
    /// Whether what a seed comes to depends on the trials before it.
    #[serde(skip)]
    learns: bool,
}

/// Where an invariant did not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Caught {
    /// The first trial's place in the campaign, from 0.
    pub index: u64,
    /// Its seed.
    pub seed: Seed,
    /// In how many trials.
    pub trials: u64,
}

/// The first trial that showed one kind of violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The trial's place in the campaign, from 0.
    pub index: u64,
    /// Its seed.
    pub seed: Seed,
    /// Its plan, where the seed alone does not tell it.
    #[serde(skip)]
    pub plan: Option<Arc<Plan>>,
    /// What it showed first.
    pub violation: Violation,
    /// How many trials showed this kind first.
    pub trials: u64,
}

/// What a campaign tells of itself while it runs.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'c> {
    /// Trials finished.
    pub trials: u64,
    /// Trials in which an invariant did not hold.
    pub violated: u64,
    /// Virtual time simulated, in nanoseconds.
    pub virtual_nanos: u128,
    /// What was seen by now.
    pub seen: &'c Tally,
    /// Kinds of violation that were not told of before.
    pub found: &'c [Finding],
    /// The trials that finished since.
    pub batch: &'c [Trial],
}

/// Runs trials of `scenario` under `master`, batch by batch, until `count` are
/// done or `go_on` says no. The outcome is the same for any number of threads
/// in `pool`.
pub fn run(
    scenario: &Scenario,
    master: Seed,
    count: u64,
    defects: Defects,
    pool: &ThreadPool,
    go_on: impl FnMut(Progress<'_>) -> bool,
) -> Campaign {
    let campaign = Campaign::new(scenario);
    let work = Work::whole(master, count);
    campaign.run(scenario, work, searched(scenario, defects), pool, go_on)
}

/// The same with an orchestrator of the user's own.
pub fn run_own(
    scenario: &Scenario,
    own: Own,
    master: Seed,
    count: u64,
    pool: &ThreadPool,
) -> Campaign {
    let mut campaign = Campaign::new(scenario);
    let unheard = own::NOT_APPLICABLE.iter().map(|(invariant, _)| *invariant);
    campaign.not_applicable.extend(unheard);
    campaign.not_applicable.sort();
    campaign.not_applicable.dedup();
    let trial = |_: &Corpus, seed| {
        broken::named(scenario, seed, Defects::NONE, || trial::run_own(scenario, own, seed))
    };
    let work = Work::whole(master, count);
    campaign.run(scenario, work, trial, pool, |_| true)
}

/// The same while nobody watches the worlds: a control, of which nothing can be concluded.
pub fn run_blinded(scenario: &Scenario, master: Seed, count: u64, pool: &ThreadPool) -> Campaign {
    let trial = |_: &Corpus, seed| trial::run_blinded(scenario, seed);
    let work = Work::whole(master, count);
    Campaign::new(scenario).run(scenario, work, trial, pool, |_| true)
}

/// Which trials run.
#[derive(Clone, Copy, Debug)]
struct Work {
    master: Seed,
    /// How many the whole campaign has.
    count: u64,
    shard: Shard,
    /// The share of those that hold which run twice, as do all others; if any do.
    recheck: Option<Rate>,
}

impl Work {
    const fn whole(master: Seed, count: u64) -> Self {
        Self { master, count, shard: Shard::WHOLE, recheck: None }
    }
}

/// Trials of `scenario` by the strategy that it is searched by, after what was learned.
fn searched(scenario: &Scenario, defects: Defects) -> impl Fn(&Corpus, Seed) -> Trial + Sync {
    move |corpus, seed| {
        broken::named(scenario, seed, defects, || match scenario.strategy {
            Some(Strategy::Feedback) => {
                trial::run_plan(corpus.plan(scenario, seed, defects), defects)
            }
            _ => trial::run(scenario, seed, defects),
        })
    }
}

impl Campaign {
    /// A campaign over `scenario` of which nothing has run yet.
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            scenario: scenario.name.clone(),
            trials: 0,
            violated: 0,
            inconclusive: 0,
            events: 0,
            messages: 0,
            virtual_nanos: 0,
            event_limit_used: 0,
            horizon_used: 0,
            outcomes: BTreeMap::new(),
            strikes: BTreeMap::new(),
            decisions: BTreeMap::new(),
            planned: 0,
            never_struck: 0,
            exercised: BTreeMap::new(),
            trapped: Trapped::default(),
            seen: Tally::default(),
            unreconciled: None,
            not_applicable: not_applicable(scenario),
            missed: Vec::new(),
            caught: BTreeMap::new(),
            findings: Vec::new(),
            undecided: Vec::new(),
            rechecked: Rechecked::default(),
            digest: Digest::new().finish(),
            running: Digest::new(),
            learns: scenario.strategy == Some(Strategy::Feedback),
        }
    }

    fn run(
        mut self,
        scenario: &Scenario,
        Work { master, count, shard, recheck }: Work,
        trial: impl Fn(&Corpus, Seed) -> Trial + Sync,
        pool: &ThreadPool,
        mut go_on: impl FnMut(Progress<'_>) -> bool,
    ) -> Self {
        let share = shard.share(count);
        let mut corpus = Corpus::default();
        while self.trials < share {
            let batch = self.trials..share.min(self.trials + BATCH);
            let run = |seed| trial(&corpus, seed);
            let run = |nth| {
                let trial = run(master.derive(&scenario.name, shard.index(nth)));
                let again = recheck::again(&trial, recheck, run);
                (trial, again)
            };
            let (batch, again): (Vec<_>, Vec<_>) =
                pool.install(|| batch.into_par_iter().map(run).unzip());
            if self.learns {
                batch.iter().for_each(|trial| corpus.learn(trial));
            }
            let known = self.findings.len();
            for (trial, again) in batch.iter().zip(again) {
                let index = shard.index(self.trials);
                self.add(index, trial);
                again.into_iter().for_each(|again| self.rechecked.take(index, trial, again));
            }
            let Self { trials, violated, virtual_nanos, ref seen, ref findings, .. } = self;
            let (found, batch) = (&findings[known..], &batch[..]);
            let progress = Progress { trials, violated, virtual_nanos, seen, found, batch };
            if !go_on(progress) {
                break;
            }
        }
        self.close(scenario);
        self
    }

    /// Takes a trial in; trials come in the order of their indexes.
    fn add(&mut self, index: u64, trial: &Trial) {
        self.trials += 1;
        self.events += trial.events;
        self.messages += trial.messages_sent();
        self.virtual_nanos += u128::from(trial.ended_at.as_nanos());
        self.event_limit_used =
            self.event_limit_used.max(trial.events * 100 / trial.events_max.max(1));
        let share = trial.ended_at.as_nanos() / (trial.horizon.as_nanos() / 100).max(1);
        self.horizon_used = self.horizon_used.max(share);
        for (name, count) in &trial.outcomes {
            *self.outcomes.entry(name).or_default() += count;
        }
        let files = trial.plan.settlement.as_ref().map_or(0, |plan| plan.mishaps.len());
        let Plan { faults, strokes, forced, .. } = &*trial.plan;
        self.planned += (faults.len() + strokes.len() + forced.len() + files) as u64;
        self.never_struck += trial.never_struck.len() as u64;
        for (name, count) in &trial.strikes {
            *self.strikes.entry(name).or_default() += count;
        }
        for (name, count) in &trial.decisions {
            *self.decisions.entry(name).or_default() += count;
        }
        for (invariant, count) in &trial.exercised {
            *self.exercised.entry(*invariant).or_default() += count;
        }
        self.trapped.add(&trial.trapped);
        self.seen.take(&trial.seen);
        if let Some(report) = &trial.unreconciled {
            self.unreconciled.get_or_insert_default().add(report);
        }
        match &trial.verdict {
            Verdict::Held => {}
            Verdict::Violated(violations) => {
                self.violated += 1;
                self.catch(index, trial.seed, violations);
                if let Some(violation) = violations.first() {
                    self.find(index, trial, violation);
                }
            }
            Verdict::Inconclusive(why) => {
                self.inconclusive += 1;
                if self.undecided.len() < UNDECIDED_MAX {
                    self.undecided.push(Undecided { index, seed: trial.seed, why });
                }
            }
        }
        self.digested(trial.digest);
    }

    fn digested(&mut self, digest: DigestValue) {
        self.running.word(digest.0[0]);
        self.running.word(digest.0[1]);
    }

    fn catch(&mut self, index: u64, seed: Seed, violations: &[Violation]) {
        let invariants: BTreeSet<_> = violations.iter().map(|v| v.invariant).collect();
        for invariant in invariants {
            self.caught.entry(invariant).or_insert(Caught { index, seed, trials: 0 }).trials += 1;
        }
    }

    /// Keeps the first violation of each kind.
    fn find(&mut self, index: u64, trial: &Trial, violation: &Violation) {
        let kind = violation.fingerprint();
        let known = self.findings.iter_mut().find(|f| f.violation.fingerprint() == kind);
        match known {
            Some(finding) => finding.trials += 1,
            None => {
                let (seed, plan) = (trial.seed, self.learns.then(|| trial.plan.clone()));
                let violation = violation.clone();
                self.findings.push(Finding { index, seed, plan, violation, trials: 1 });
            }
        }
    }

    fn close(&mut self, scenario: &Scenario) {
        self.digest = self.running.finish();
        let promised = scenario.exercises.iter().filter_map(|code| Invariant::with_code(code));
        let promised = promised.filter(|invariant| !self.not_applicable.contains(invariant));
        let promised = promised.filter(|invariant| scenario.can_meet(*invariant));
        self.missed =
            promised.filter(|i| self.exercised.get(i).copied().unwrap_or(0) == 0).collect();
    }
}

fn not_applicable(scenario: &Scenario) -> Vec<Invariant> {
    let all = Invariant::ALL.iter().map(|story| story.code);
    all.filter(|invariant| !scenario.can_meet(*invariant)).collect()
}

/// Trials that are run side by side before their outcomes are added up.
const BATCH: u64 = 256;
const UNDECIDED_MAX: usize = 5;
