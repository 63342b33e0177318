//! Every fault that there is strikes in some built-in scenario.

use std::collections::BTreeSet;

use model::Defects;
use reports::fault_story;
use scenarios::{catalog, trial};
use sim::Seed;

#[test]
fn every_fault_strikes_in_some_built_in_scenario() {
    let all: BTreeSet<_> = fault_story::ALL.iter().map(|story| story.name).collect();
    let mut struck = BTreeSet::new();
    // What is rare takes some hundred worlds of its scenario.
    for index in 0..200 {
        for scenario in catalog::all() {
            let seed = Seed(11).derive(&scenario.name, index);
            let trial = trial::run(scenario, seed, Defects::NONE);
            struck.extend(trial.strikes.iter().map(|(name, _)| *name));
        }
        if struck == all {
            return;
        }
    }
    assert_eq!(all.difference(&struck).collect::<Vec<_>>(), Vec::<&&str>::new());
}
