//! What is shrunk stays the same violation, gets small, can't do without any of
//! its lines, and survives changes that no promise tells of. A finding of every
//! fifth defect; `cargo bench -p pennywise-scenarios --bench shrinking` measures
//! many.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::{Change, Changes, Defect, Defects};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};
use scenarios::shrink::{Budget, Line, Shrunk, Stretchable, Without, shrink};
use scenarios::trial::{self, Trial};
use scenarios::{Fingerprint, PaymentSystem, Plan, Scenario, catalog};
use sim::{Fault, Misfortune, Seed, Trigger};

/// One defect in so many is looked at.
const DEFECTS: usize = 5;
/// Seeds in which a finding is looked for.
const SEEDS: u64 = 25;

#[test]
fn repros_are_small_minimal_and_the_same_violation() {
    let mut sizes = Vec::new();
    for (found, shrunk) in sample() {
        let Found { plan, defects, target, .. } = found;
        assert_eq!(first(&shrunk.plan, shrunk.defects), Some(*target), "{found:?}");
        assert_eq!(shrunk.violation.fingerprint(), *target);
        assert_eq!(first(&shrunk.plan, Defects::NONE), None, "the reference passes: {found:?}");
        assert!(!shrunk.stopped && shrunk.plan.operations.len() <= plan.operations.len());
        let lines = Line::all(&shrunk.plan);
        assert_eq!(shrunk.minimal.iter().map(|proof| proof.line).collect::<Vec<_>>(), lines);
        for proof in &shrunk.minimal {
            let without = shrunk.plan.without(&[proof.line]);
            let shows = first(&without, *defects);
            let told = match proof.without {
                Without::Passes => None,
                Without::FailsElse(other) => Some(other),
                Without::FailsTheSame => panic!("{} can go: {found:?}", proof.line),
            };
            assert_eq!(shows, told, "without {}: {found:?}", proof.line);
        }
        let faults = lines.iter().filter(|line| line.is_fault()).count();
        sizes.push((shrunk.plan.operations.len(), faults));
    }
    // Half of them are no larger than the first, and one in twenty than the second.
    for (share, operations_max, faults_max) in [(2, 3, 1), (20, 8, 4)] {
        let operations = sizes.iter().filter(|(operations, _)| *operations > operations_max);
        let faults = sizes.iter().filter(|(_, faults)| *faults > faults_max);
        let larger = operations.count().max(faults.count());
        assert!(larger <= sizes.len().div_ceil(share), "{sizes:?}");
    }
}

#[test]
fn what_is_told_of_ranges_is_true_of_their_ends_and_of_what_is_just_beyond() {
    let mut told = 0;
    for (found, shrunk) in sample() {
        for range in &shrunk.ranges {
            assert!(range.shortest <= range.value && range.value <= range.longest);
            for (span, fails) in [
                (Some(range.shortest), true),
                (Some(range.longest), true),
                (range.too_short, false),
                (range.too_long, false),
            ] {
                let (Line::Fault(id), Stretchable::Dwell, Some(span)) =
                    (range.line, range.what, span)
                else {
                    continue;
                };
                let mut plan = shrunk.plan.clone();
                for fault in plan.faults.iter_mut().filter(|fault| fault.id == id) {
                    fault.dwell = span;
                }
                let same = first(&plan, shrunk.defects) == Some(found.target);
                assert_eq!(same, fails, "{range:?} at {span:?}: {found:?}");
                told += 1;
            }
        }
    }
    assert!(told > 3, "{told}");
}

#[test]
fn no_fault_waits_for_a_time_of_day_that_could_wait_for_something_that_happens() {
    let faults: Vec<Fault> = sample().iter().flat_map(|(_, s)| s.plan.faults.clone()).collect();
    let by_time = faults.iter().filter(|fault| matches!(fault.trigger, Trigger::At(_)));
    // A clock that is off from the beginning waits for nothing.
    let vague = by_time.filter(|fault| !matches!(fault.misfortune, Misfortune::WallShift { .. }));
    assert!(vague.count() * 10 <= faults.len());
}

#[test]
fn repros_are_the_same_for_any_number_of_threads() {
    for (found, shrunk) in sample().iter().step_by(5) {
        let together = shrunk_by(found, &pool(2));
        assert_eq!(&together, shrunk, "{found:?}");
    }
}

#[test]
fn a_search_that_is_stopped_returns_the_best_so_far() {
    let (found, _) = &sample()[0];
    for most in [0, 1, 5, 20] {
        let mut go_on = |tried| tried < most;
        let budget = Budget { candidates: 1_000, go_on: &mut go_on };
        let stopped = shrink(&found.plan, found.defects, &found.target, budget, &pool(2)).unwrap();
        assert_eq!(first(&stopped.plan, stopped.defects), Some(found.target));
        assert!(stopped.tried < most + 8, "{}", stopped.tried);
        let budget = Budget { candidates: most, go_on: &mut |_| true };
        let spent = shrink(&found.plan, found.defects, &found.target, budget, &pool(1)).unwrap();
        assert_eq!((spent.plan, spent.tried), (stopped.plan, stopped.tried));
    }
}

#[test]
fn repros_survive_changes_that_no_promise_tells_of() {
    let mut lost = BTreeMap::<Change, Vec<String>>::new();
    let mut all = 0;
    for (found, shrunk) in sample() {
        for change in Change::ALL {
            let changes = Changes::NONE.with(change);
            all += 1;
            if changed(&shrunk.plan, shrunk.defects, changes) != Some(found.target) {
                lost.entry(change).or_default().push(format!("{found:?}"));
            }
        }
    }
    let count: usize = lost.values().map(Vec::len).sum();
    assert!(count * 20 <= all, "{count} of {all}: {lost:#?}");
}

#[test]
fn the_reference_holds_after_those_changes_and_they_do_change_something() {
    for scenario in catalog::all() {
        let plan = Plan::draw(scenario, Seed(11));
        let before = trial::run_plan(plan.clone(), Defects::NONE).digest;
        for change in Change::ALL {
            let changes = Changes::NONE.with(change);
            let trial = run_changed(&plan, Defects::NONE, changes);
            assert!(trial.violations().is_empty(), "{change:?} {}", scenario.name);
            // It is the workers of sagas that are changed.
            let by_saga = scenario.protocol.is_none();
            assert!(trial.digest != before || !by_saga, "{change:?} {}", scenario.name);
        }
    }
}

/// Where two defects were planted, a search that followed whatever fails found
/// the other one's violation, and blamed the first.
#[test]
fn with_two_defects_planted_the_repro_of_one_is_not_that_of_the_other() {
    let pool = pool(2);
    let mut proven = 0;
    for (one, other) in pairs() {
        if proven == PAIRS {
            break;
        }
        let [alone, bystander] = [one, other].map(|defect| Defects::NONE.with(defect));
        let fits = |plan: &Plan, target| {
            first(plan, alone) == Some(target) && first(plan, bystander).is_none()
        };
        let found = catalog::all().iter().find_map(|scenario| {
            let mut found = findings(scenario, alone.with(other));
            found.find(|found| fits(&found.plan, found.target))
        });
        // Where the other one breaks every world that could show the one.
        let Some(found) = found else { continue };
        proven += 1;
        let shrunk = shrunk_by(&found, &pool);
        assert_eq!(shrunk.defects, alone, "{found:?}");
        assert!(fits(&shrunk.plan, found.target), "{found:?} with {other:?}");
        assert!(shrunk.slipped.iter().all(|slipped| slipped.fingerprint != found.target));
        for slipped in &shrunk.slipped {
            assert_eq!(first(&slipped.plan, slipped.defects), Some(slipped.fingerprint));
        }
    }
    assert_eq!(proven, PAIRS);
}

/// Ordered pairs of defects. Every payment breaks with a fresh key for each try,
/// so nothing passes with that one alone.
fn pairs() -> Vec<(Defect, Defect)> {
    let all: Vec<_> = Defect::ALL.iter().map(|story| story.defect).collect();
    let pairs = (1..all.len()).flat_map(|step| {
        let others = all.iter().cycle().skip(step);
        all.iter().copied().zip(others.copied()).collect::<Vec<_>>()
    });
    pairs.filter(|(_, other)| *other != Defect::FreshKeyPerTry).collect()
}

/// How many pairs are looked at.
const PAIRS: usize = 3;

/// A finding of a campaign.
struct Found {
    plan: Plan,
    defects: Defects,
    target: Fingerprint,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Plan { scenario, seed, .. } = &self.plan;
        let planted: Vec<_> = self.defects.iter().map(|defect| defect.story().name).collect();
        write!(f, "{scenario} {seed} {} {}", planted.join(" "), self.target)
    }
}

/// Findings of some defects, shrunk, each looked for in another scenario first.
fn sample() -> &'static [(Found, Shrunk)] {
    static SAMPLE: OnceLock<Vec<(Found, Shrunk)>> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let scenarios = catalog::all();
        let defects = Defect::ALL.par_iter().enumerate().step_by(DEFECTS);
        let sample = defects.filter_map(|(place, story)| {
            let defects = Defects::NONE.with(story.defect);
            let mut turned = scenarios.iter().cycle().skip(place).take(scenarios.len());
            // Where none is found in so few seeds, the bank's own repro has to do.
            let found = turned.find_map(|scenario| findings(scenario, defects).next())?;
            let shrunk = shrunk_by(&found, &pool(1));
            Some((found, shrunk))
        });
        sample.collect()
    })
}

fn findings(scenario: &Scenario, defects: Defects) -> impl Iterator<Item = Found> {
    (0..SEEDS).filter_map(move |n| {
        let plan = Plan::draw(scenario, Seed(4).derive(&scenario.name, n));
        let target = first(&plan, defects)?;
        Some(Found { plan, defects, target })
    })
}

fn shrunk_by(found: &Found, pool: &ThreadPool) -> Shrunk {
    let budget = Budget { candidates: 20_000, go_on: &mut |_| true };
    let shrunk = shrink(&found.plan, found.defects, &found.target, budget, pool);
    shrunk.expect("what was found is there to be shrunk")
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// What `plan` shows first.
fn first(plan: &Plan, defects: Defects) -> Option<Fingerprint> {
    Some(trial::violations(plan, defects, |_| true).first()?.fingerprint())
}

/// The same, on a system that was changed.
fn changed(plan: &Plan, defects: Defects, changes: Changes) -> Option<Fingerprint> {
    Some(run_changed(plan, defects, changes).violations().first()?.fingerprint())
}

fn run_changed(plan: &Plan, defects: Defects, changes: Changes) -> Trial {
    trial::run_system(&PaymentSystem::new(plan.clone(), defects).changed(changes))
}
