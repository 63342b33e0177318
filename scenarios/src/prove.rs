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

mod business;
mod mischief;
mod point;
mod scope;
mod utmost;

use std::collections::BTreeMap;
use std::time::Duration;

use model::Defects;
use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::Fingerprint;
use crate::judge::Violation;
use crate::plan::Plan;
use crate::trial::{self, Verdict};

use mischief::Mischief;
pub use point::OFTEN;
pub(crate) use point::{points, points_in};
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
    /// How long somebody pauses.
    pub pause: Duration,
    /// How long a link is cut, and a provider out; and a clock shows the time that it
    /// has jumped to.
    pub cut: Duration,
    /// How long they are where there is time for it before heal.
    pub long: Duration,
    /// How far a clock is off from the beginning on.
    pub offset: Duration,
    /// How far one jumps.
    pub shift: Duration,
    /// How long a disk is full.
    pub full: Duration,
    /// After how long an issuer makes up its mind.
    pub deferred: Duration,
    /// How much later a request is answered that an event has overtaken.
    pub early: Duration,
}

impl Dwells {
    /// Longer than any timer within the house, and than a worker waits for a provider; a
    /// pause outlasts a lease, what is long outlasts keys of a day.
    pub const USUAL: Self = Self {
        restart: Duration::from_secs(2),
        delay: Duration::from_secs(15),
        late_effect: Duration::from_secs(300),
        returned: Duration::from_secs(86_400),
        pause: Duration::from_secs(100),
        cut: Duration::from_secs(120),
        long: Duration::from_secs(30 * 3_600),
        offset: Duration::from_secs(600),
        shift: Duration::from_secs(86_400),
        full: Duration::from_secs(10),
        deferred: Duration::from_secs(86_400),
        early: Duration::from_secs(5),
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
    /// In how many events no fault was put, as all that happens in them had happened more than
    /// [`OFTEN`] times by then, with nothing new since.
    pub repeated: u64,
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
    /// How many faults.
    pub faults: u8,
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
    tells: impl FnMut(usize, usize, u64),
) -> Result<Proof, EmptyScope> {
    let search = Search { dwells: scope.dwells, defects, stops, fail_fast: false };
    Ok(search.all(scope.plan()?, scope.faults, pool, tells))
}

/// The same up to the first worlds that violate an invariant: with no fault, then with
/// one, then with more.
///
/// # Errors
/// If the scope has no operation.
pub fn refute(
    scope: &Scope<'_>,
    defects: Defects,
    pool: &ThreadPool,
    stops: impl Fn() -> bool + Sync,
    mut tells: impl FnMut(usize, usize, u64),
) -> Result<Proof, EmptyScope> {
    let search = Search { dwells: scope.dwells, defects, stops, fail_fast: true };
    let calm = scope.plan()?;
    let mut proof = search.all(calm.clone(), 0, pool, &mut tells);
    for faults in 1..=scope.faults {
        if proof.violated > 0 || !proof.whole {
            break;
        }
        proof = search.all(calm.clone(), faults, pool, &mut tells);
    }
    Ok(proof)
}

/// Which worlds are tried.
struct Search<S> {
    dwells: Dwells,
    defects: Defects,
    stops: S,
    fail_fast: bool,
}

/// Where a fault strikes: the number of the event, of the sending or delivery in it, and
/// of the fault among those that can strike there.
type Place = (u64, u32, u16);

impl<S: Fn() -> bool + Sync> Search<S> {
    /// Every world with at most so many faults.
    fn all(
        &self,
        calm: Plan,
        faults: u8,
        pool: &ThreadPool,
        mut tells: impl FnMut(usize, usize, u64),
    ) -> Proof {
        let (mut tally, first) = self.calm(&calm, faults);
        let mut points = BTreeMap::new();
        for (_, mischief) in &first {
            *points.entry(mischief.name()).or_default() += 1;
        }
        let mut done = 0;
        for places in first.chunks(side_by_side(1, faults)) {
            tells(first.len(), done, tally.worlds.iter().sum());
            if !self.explore(&calm, places, (1, faults), pool, &mut tally) {
                break;
            }
            done += places.len();
        }
        let whole = done == first.len();
        tally.proof(calm, points, whole)
    }

    /// The world without a fault, and where a first one can be put.
    fn calm(&self, calm: &Plan, faults: u8) -> (Tally, Vec<(Place, Mischief)>) {
        let mut tally = Tally::default();
        let (trial, trace) = trial::replay_plan(calm.clone(), self.defects);
        tally.take(0, Some(calm), &trial.verdict);
        if faults == 0 {
            return (tally, Vec::new());
        }
        let (first, repeated) = points(calm, &trace, &self.dwells);
        tally.repeated += repeated;
        (tally, first)
    }

    /// Tries the worlds that each of these faults makes of `from`, as the fault of this number,
    /// and all with more faults after it; tells whether it came to the end. Worlds are run side
    /// by side, and what they came to is taken up in the order of their places.
    fn explore(
        &self,
        from: &Plan,
        places: &[(Place, Mischief)],
        (number, faults): (u8, u8),
        pool: &ThreadPool,
        tally: &mut Tally,
    ) -> bool {
        for block in places.chunks(side_by_side(number, faults)) {
            if self.fail_fast && tally.violated > 0 {
                return false;
            }
            // A block of long worlds takes longer than whoever interrupts it waits.
            let world =
                |place| (!(self.stops)()).then(|| self.world(from, place, (number, faults)));
            let worlds: Option<Vec<World>> = pool.install(|| block.par_iter().map(world).collect());
            let Some(worlds) = worlds else { return false };
            for world in &worlds {
                tally.take(number, world.plan.as_ref(), &world.verdict);
                tally.repeated += world.repeated;
            }
            let next = (number + 1, faults);
            for World { plan, later, .. } in worlds {
                let Some(plan) = plan.filter(|_| !later.is_empty()) else { continue };
                if !self.explore(&plan, &later, next, pool, tally) {
                    return false;
                }
            }
        }
        true
    }

    /// The world that a fault makes of `from`, and where more can be put after it.
    fn world(
        &self,
        from: &Plan,
        (place, mischief): &(Place, Mischief),
        (number, faults): (u8, u8),
    ) -> World {
        let plan = mischief.put_into(from, u32::from(number));
        if number == faults {
            let verdict = trial::verdict(plan.clone(), self.defects);
            let plan = (verdict != Verdict::Held).then_some(plan);
            return World { plan, verdict, later: Vec::new(), repeated: 0 };
        }
        let (trial, trace) = trial::replay_plan(plan.clone(), self.defects);
        // What is violated already tells nothing more.
        let (mut later, repeated) = match trial.verdict {
            Verdict::Violated(_) => Default::default(),
            _ => points(&plan, &trace, &self.dwells),
        };
        later.retain(|(at, _)| at > place);
        World { plan: Some(plan), verdict: trial.verdict, later, repeated }
    }
}

/// How many worlds are run before what they came to is looked at. Those with more faults
/// after them have long lists of places, so that they are few.
fn side_by_side(number: u8, faults: u8) -> usize {
    if number == faults { 2_048 } else { 16 }
}

/// A world that was tried, and where its next fault can be put.
struct World {
    /// Where anything is made of it.
    plan: Option<Plan>,
    verdict: Verdict,
    later: Vec<(Place, Mischief)>,
    repeated: u64,
}

/// What some of the worlds came to.
#[derive(Default)]
struct Tally {
    worlds: Vec<u64>,
    violated: u64,
    inconclusive: u64,
    repeated: u64,
    found: Vec<Counterexample>,
}

impl Tally {
    fn take(&mut self, faults: u8, plan: Option<&Plan>, verdict: &Verdict) {
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
                if let (Some(plan), Some(violation)) = (plan, violations.first()) {
                    let (plan, violation) = (plan.clone(), violation.clone());
                    self.find(Counterexample { plan, faults, violation, worlds: 1 });
                }
            }
        }
    }

    /// Keeps the first of those with the fewest faults, of each kind.
    fn find(&mut self, found: Counterexample) {
        let Some(known) = self.found.iter_mut().find(|known| known.kind() == found.kind()) else {
            return self.found.push(found);
        };
        let worlds = known.worlds + found.worlds;
        if found.faults < known.faults {
            *known = found;
        }
        known.worlds = worlds;
    }

    fn proof(mut self, calm: Plan, points: BTreeMap<&'static str, u64>, whole: bool) -> Proof {
        self.found.sort_by_key(|found| found.faults);
        let Self { worlds, violated, inconclusive, repeated, found: counterexamples } = self;
        Proof { calm, worlds, points, violated, inconclusive, repeated, counterexamples, whole }
    }
}

impl Counterexample {
    /// In which way it violates what.
    pub fn kind(&self) -> Fingerprint {
        self.violation.fingerprint()
    }
}

#[cfg(test)]
mod tests;
