//! Same seed, same bytes: run to run, for any number of threads, process to
//! process.

use model::{Defect, Defects};
use rayon::ThreadPoolBuilder;
use scenarios::{campaign, catalog, trial};
use sim::Seed;

use crate::command::pennywise;

#[test]
fn a_trial_run_twice_is_the_same_to_the_last_field() {
    for scenario in catalog::all() {
        for index in 0..5 {
            let seed = Seed(7).derive(&scenario.name, index);
            let run = || format!("{:?}", trial::run(scenario, seed, Defects::NONE));
            assert_eq!(run(), run(), "{} {seed}", scenario.name);
        }
    }
}

#[test]
fn recording_a_trial_does_not_change_it() {
    for scenario in catalog::all() {
        let seed = Seed(8).derive(&scenario.name, 0);
        let plain = trial::run(scenario, seed, Defects::NONE);
        let (mut recorded, trace) = trial::replay(scenario, seed, Defects::NONE);
        assert!(!std::mem::take(&mut recorded.trapped.series).is_empty());
        assert_eq!(format!("{plain:?}"), format!("{recorded:?}"), "{} {seed}", scenario.name);
        assert!(!trace.events.is_empty());
    }
}

/// A trial's judge hears of much in one go, and not what it judges nothing by; that of a
/// recorded trial hears everything, as it is seen.
#[test]
fn a_judge_finds_the_same_however_late_it_hears() {
    let mut scenario = catalog::named("rough-day").unwrap().clone();
    scenario.workload.operations = 8;
    let mut found = 0;
    for story in Defect::ALL {
        let defects = Defects::NONE.with(story.defect);
        let plain = trial::run(&scenario, Seed(10), defects);
        let (mut recorded, _) = trial::replay(&scenario, Seed(10), defects);
        recorded.trapped.series.clear();
        assert_eq!(format!("{plain:?}"), format!("{recorded:?}"), "{}", story.name);
        found += usize::from(!plain.violations().is_empty());
    }
    assert!(found > 20, "something is found in {found} of the worlds only");
}

#[test]
fn a_campaign_is_the_same_for_any_number_of_threads() {
    for scenario in catalog::all() {
        let run = |threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            campaign::run(scenario, Seed(9), 24, Defects::NONE, &pool, |_| true)
        };
        assert_eq!(run(1), run(3), "{}", scenario.name);
    }
}

#[test]
fn a_fresh_process_prints_the_same_bytes() {
    let fuzz = |jobs: &str| {
        let arguments = ["fuzz", "--seeds", "10", "--master-seed", "5", "--jobs", jobs];
        pennywise(&arguments).stdout
    };
    let first = fuzz("1");
    assert!(first.contains("0x0000000000000005"), "{first}");
    assert_eq!(first, fuzz("1"));
    assert_eq!(first, fuzz("2"));
}

#[test]
fn another_seed_is_another_world() {
    let scenario = catalog::named("stormy-network").unwrap();
    let digest = |seed| trial::run(scenario, Seed(seed), Defects::NONE).digest;
    assert_ne!(digest(1), digest(2));
}
