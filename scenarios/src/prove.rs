//! Small scopes, exhaustively: every set of at most so many faults over a workload of a
//! few operations, each fault at every point at which it means something. What holds in
//! all of these worlds is proven of them, which no number of seeds can do; the idea that
//! most bugs show in a small scope is Jackson's (*Software Abstractions*, 2006).
//!
//! Each set is tried in one order: that in which its faults strike. A fault after the
//! first is put only where the world that the others have made of it comes to after
//! them, so that what only they bring about, a repetition, a takeover, an undo, is struck
//! too; and where a fault would strike nothing, the world is one that was tried without
//! it.

mod point;
mod scope;

use std::collections::BTreeMap;
use std::time::Duration;

use model::Defects;
use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::Fingerprint;
use crate::judge::Violation;
use crate::plan::Plan;
use crate::trial::{self, Verdict};

use point::{Mischief, points};
pub use scope::{EmptyScope, Scope};

/// How long what has a length lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dwells {
    /// Until whoever crashed boots again.
    pub restart: Duration,
    /// How much later a message comes that is delayed, and the copy of one that is doubled.
    pub delay: Duration,
    /// How much later a provider executes what it executes late.
    pub late_effect: Duration,
    /// After how long what was sent or given back is back.
    pub returned: Duration,
}

impl Dwells {
    /// Longer than any timer within the house, and than a worker waits for a provider.
    pub const USUAL: Self = Self {
        restart: Duration::from_secs(2),
        delay: Duration::from_secs(15),
        late_effect: Duration::from_secs(300),
        returned: Duration::from_secs(86_400),
    };
}

/// What was tried, and what came of it.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The world without a fault.
    pub calm: Plan,
    /// How many worlds were tried, by how many faults struck in them.
    pub worlds: Vec<u64>,
    /// In how many places each kind of fault was put, where it was the first one.
    pub points: BTreeMap<&'static str, u64>,
    /// Worlds that violate an invariant.
    pub violated: u64,
    /// Worlds of which nothing can be concluded.
    pub inconclusive: u64,
    /// The first world that violates each invariant in one way, with the fewest faults.
    pub counterexamples: Vec<Counterexample>,
    /// Whether every world was tried.
    pub whole: bool,
}

/// A world that violates an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// It, with its faults.
    pub plan: Plan,
    /// What it violates first.
    pub violation: Violation,
    /// How many worlds violate the same in the same way.
    pub worlds: u64,
}

/// Tries every set of at most `faults` faults over the world of `scope`, with `defects`
/// planted, until somebody `stops` it; `tells` is told how many places for a first fault
/// there are, how many of them are done, and how many worlds were tried. The outcome of
/// the whole is the same for any number of threads.
///
/// # Errors
/// If the scope has no operation.
pub fn prove(
    scope: &Scope<'_>,
    defects: Defects,
    pool: &ThreadPool,
    stops: impl Fn() -> bool + Sync,
    mut tells: impl FnMut(usize, usize, u64),
) -> Result<Proof, EmptyScope> {
    let calm = scope.plan()?;
    let search = Search { dwells: scope.dwells, defects, stops };
    let (mut tally, first) = search.calm(&calm, scope.faults);
    let mut points = BTreeMap::new();
    for (_, mischief) in &first {
        *points.entry(mischief.name()).or_default() += 1;
    }
    let mut done = 0;
    for chunk in first.chunks(CHUNK) {
        if (search.stops)() {
            break;
        }
        tells(first.len(), done, tally.worlds.iter().sum());
        let tried: Vec<Tally> = pool.install(|| {
            chunk.par_iter().map(|place| search.after(&calm, place, scope.faults)).collect()
        });
        tried.into_iter().for_each(|other| tally.add(other));
        done += chunk.len();
    }
    let whole = done == first.len() && !(search.stops)();
    Ok(tally.proof(calm, points, whole))
}

/// Which worlds are tried.
struct Search<S> {
    dwells: Dwells,
    defects: Defects,
    stops: S,
}

/// Where a fault strikes: the number of the event, of the sending or delivery in it, and
/// of the fault among those that can strike there.
type Place = (u64, u32, u8);

impl<S: Fn() -> bool + Sync> Search<S> {
    /// The world without a fault, and where a first one can be put.
    fn calm(&self, calm: &Plan, faults: u8) -> (Tally, Vec<(Place, Mischief)>) {
        let mut tally = Tally::default();
        let (trial, trace) = trial::replay_plan(calm.clone(), self.defects);
        tally.take(0, calm, &trial.verdict);
        let first = if faults == 0 { Vec::new() } else { points(calm, &trace, &self.dwells) };
        (tally, first)
    }

    /// Every world in which this is the first of at most `faults` faults.
    fn after(&self, calm: &Plan, (place, first): &(Place, Mischief), faults: u8) -> Tally {
        let mut tally = Tally::default();
        self.explore(first.put_into(calm, 1), (*place, 1), faults, &mut tally);
        tally
    }

    /// The world of `plan`, whose last fault, by its number, strikes at `last`; and all
    /// worlds with more after that.
    fn explore(&self, plan: Plan, (last, count): (Place, u8), faults: u8, tally: &mut Tally) {
        if count == faults {
            let verdict = trial::verdict(plan.clone(), self.defects);
            tally.take(count, &plan, &verdict);
            return;
        }
        let (trial, trace) = trial::replay_plan(plan.clone(), self.defects);
        tally.take(count, &plan, &trial.verdict);
        // What is violated already tells nothing more.
        if matches!(trial.verdict, Verdict::Violated(_)) {
            return;
        }
        let later = points(&plan, &trace, &self.dwells).into_iter();
        for (place, mischief) in later.filter(|(place, _)| *place > last) {
            // With many faults there are more worlds behind one place than anybody waits for.
            if (self.stops)() {
                return;
            }
            let next = mischief.put_into(&plan, u32::from(count) + 1);
            self.explore(next, (place, count + 1), faults, tally);
        }
    }
}

/// What some of the worlds came to.
#[derive(Default)]
struct Tally {
    worlds: Vec<u64>,
    violated: u64,
    inconclusive: u64,
    found: Vec<(u8, Counterexample)>,
}

impl Tally {
    fn take(&mut self, faults: u8, plan: &Plan, verdict: &Verdict) {
        let faults_at = usize::from(faults);
        if self.worlds.len() <= faults_at {
            self.worlds.resize(faults_at + 1, 0);
        }
        self.worlds[faults_at] += 1;
        match verdict {
            Verdict::Held => {}
            Verdict::Inconclusive(_) => self.inconclusive += 1,
            Verdict::Violated(violations) => {
                self.violated += 1;
                if let Some(violation) = violations.first() {
                    let (plan, violation) = (plan.clone(), violation.clone());
                    self.find(faults, Counterexample { plan, violation, worlds: 1 });
                }
            }
        }
    }

    /// Keeps the first of those with the fewest faults, of each kind.
    fn find(&mut self, faults: u8, found: Counterexample) {
        let kind = found.violation.fingerprint();
        let known = self.found.iter_mut().find(|(_, c)| c.violation.fingerprint() == kind);
        match known {
            Some((least, known)) => {
                let worlds = known.worlds + found.worlds;
                if faults < *least {
                    (*least, *known) = (faults, found);
                }
                known.worlds = worlds;
            }
            None => self.found.push((faults, found)),
        }
    }

    fn add(&mut self, other: Self) {
        self.worlds.resize(self.worlds.len().max(other.worlds.len()), 0);
        self.worlds.iter_mut().zip(other.worlds).for_each(|(sum, more)| *sum += more);
        self.violated += other.violated;
        self.inconclusive += other.inconclusive;
        for (faults, found) in other.found {
            self.find(faults, found);
        }
    }

    fn proof(mut self, calm: Plan, points: BTreeMap<&'static str, u64>, whole: bool) -> Proof {
        self.found.sort_by_key(|(faults, _)| *faults);
        let Self { worlds, violated, inconclusive, found } = self;
        let counterexamples = found.into_iter().map(|(_, found)| found).collect();
        Proof { calm, worlds, points, violated, inconclusive, counterexamples, whole }
    }
}

impl Counterexample {
    /// In which way it violates what.
    pub fn kind(&self) -> Fingerprint {
        self.violation.fingerprint()
    }
}

/// Places for a first fault that are tried side by side before anybody is told.
const CHUNK: usize = 32;
