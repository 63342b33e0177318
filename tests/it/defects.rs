//! Each planted defect is found by an invariant that is expected to catch it,
//! and its seed repeats it, here and in a fresh process.

use model::{Defect, DefectStory, Defects};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use scenarios::invariant::Invariant;
use scenarios::plan::Protocol;
use scenarios::repro::Repro;
use scenarios::{Scenario, catalog, trial};
use sim::Seed;

use crate::command::pennywise;
use crate::repros;

/// Trials of each scenario until an expected invariant catches the defect, and
/// of those in which it was found before.
const BUDGET: usize = 2_000;
const FEW: usize = 400;

#[test]
fn every_defect_is_found_and_repeats_from_its_seed() {
    let repros = kept();
    for story in Defect::ALL {
        let (scenario, seed, invariant) = find(story, &repros);
        let planted = Defects::NONE.with(story.defect);
        let again = [(); 2].map(|()| trial::run(&scenario, seed, planted));
        assert_eq!(again[0].verdict, again[1].verdict, "{}", story.name);
        assert_eq!(again[0].digest, again[1].digest, "{}", story.name);
        assert!(again[0].violations().iter().any(|v| v.invariant == invariant), "{}", story.name);

        let seed = seed.to_string();
        let mut command = vec!["run", &scenario.name, "--seed", &seed, "--plant", story.name];
        if let Some(protocol) = scenario.protocol {
            command.extend(["--protocol", protocol.name()]);
        }
        let fresh = pennywise(&command);
        assert_eq!(fresh.code, 1, "{}\n{}", story.name, fresh.stdout);
        assert!(fresh.stdout.contains(&again[0].digest.to_string()), "{}", story.name);
        assert!(fresh.stdout.contains(&invariant.to_string()), "{}", story.name);
        let unplanted = trial::run(&scenario, again[0].seed, Defects::NONE);
        assert!(unplanted.violations().is_empty(), "{}: without it, all holds", story.name);
    }
}

/// The first trial in which an expected invariant catches it: where it was found
/// before, and if that takes long in the whole catalog, as the score deals it.
fn find(story: &DefectStory, repros: &[Repro]) -> (Scenario, Seed, Invariant) {
    let expected: Vec<_> =
        story.caught_by.iter().map(|code| Invariant::with_code(code).unwrap()).collect();
    let all = scenarios_for(story);
    let before = find_in(&scenarios_of(story, repros), FEW, story, &expected);
    before.or_else(|| find_in(&all, BUDGET, story, &expected)).unwrap_or_else(|| {
        let (name, scenarios) = (story.name, all.len());
        panic!(
            "{name}: not found by {expected:?} in {BUDGET} trials of each of {scenarios} scenarios"
        )
    })
}

/// Trial after trial of one scenario after another.
fn find_in(
    scenarios: &[Scenario],
    budget: usize,
    story: &DefectStory,
    expected: &[Invariant],
) -> Option<(Scenario, Seed, Invariant)> {
    let planted = Defects::NONE.with(story.defect);
    let trials = (0..budget * scenarios.len()).into_par_iter();
    trials.by_exponential_blocks().find_map_first(|dealt| {
        let scenario = &scenarios[dealt % scenarios.len()];
        let seed = Seed(1).derive(&scenario.name, (dealt / scenarios.len()) as u64);
        let trial = trial::run(scenario, seed, planted);
        let catches = |invariant: &&Invariant| {
            trial.violations().iter().any(|violation| violation.invariant == **invariant)
        };
        expected.iter().find(catches).map(|invariant| (scenario.clone(), seed, *invariant))
    })
}

/// The scenarios in which a defect may show: by two-phase commit, if it is one of
/// that.
fn scenarios_for(story: &DefectStory) -> Vec<Scenario> {
    let all = catalog::all().iter().cloned();
    if !story.is_of_two_phase_commit() {
        return all.collect();
    }
    let protocol = Some(Protocol::TwoPhase);
    let fits = all.filter(|scenario| scenario.not_comparable().is_none());
    fits.map(|scenario| Scenario { protocol, ..scenario }).collect()
}

/// The scenarios that its repros were found in, by the protocol that they run.
fn scenarios_of(story: &DefectStory, repros: &[Repro]) -> Vec<Scenario> {
    let planted = Defects::NONE.with(story.defect);
    let repros = repros.iter().filter(|repro| repro.planted == planted);
    let found_in = repros.map(|repro| {
        let scenario = catalog::named(&repro.plan.scenario).unwrap().clone();
        match repro.plan.protocol {
            Protocol::TwoPhase => Scenario { protocol: Some(Protocol::TwoPhase), ..scenario },
            Protocol::Saga => scenario,
        }
    });
    found_in.collect()
}

fn kept() -> Vec<Repro> {
    let texts = repros::texts();
    texts.iter().map(|(name, text)| Repro::parse(name, text).unwrap()).collect()
}
