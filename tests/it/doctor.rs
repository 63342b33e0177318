//! The doctor, as its users call it; and where two runs that differ part.

use std::path::Path;

use scenarios::determinism::{Difference, Testimony, first_difference};
use scenarios::{Plan, catalog};
use sim::{Seed, Trigger, VirtualTime};

use crate::command::pennywise;

#[test]
fn the_doctor_finds_nothing_in_any_built_in_scenario() {
    let ran = pennywise(&["doctor", "--seeds", "3"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    for check in ["test vectors", "the same process", "1 and 2 threads", "a fresh process"] {
        assert!(ran.stdout.contains(&format!("fine  {check}")), "{check}: {}", ran.stdout);
    }
    for scenario in catalog::all() {
        assert!(ran.stdout.contains(&scenario.name), "{}: {}", scenario.name, ran.stdout);
    }
    assert!(ran.stdout.contains("little-endian") && ran.stdout.contains("64-bit"));
}

#[test]
fn the_doctor_examines_scenario_files_and_says_the_same_bytes_each_time() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examined.toml");
    let (_, text) = catalog::FILES.iter().find(|(name, _)| *name == "perfect-storm").unwrap();
    std::fs::write(&file, text.replace("perfect-storm", "another-storm")).unwrap();
    let doctor = || {
        let file = file.to_str().unwrap();
        pennywise(&["doctor", file, "--seeds", "2", "--master-seed", "7", "--json"])
    };
    let (one, other) = (doctor(), doctor());
    assert_eq!((one.code, &one.stdout), (0, &other.stdout), "{}", one.stderr);
    assert!(one.stdout.contains("\"another-storm\""), "{}", one.stdout);
    assert_eq!(one.stdout.matches("\"findings\": []").count(), 4, "{}", one.stdout);
    let (_, digest) = one.stdout.split_once("\"digest\": \"").unwrap();
    assert_eq!(digest.find('"'), Some(32), "{}", one.stdout);
}

#[test]
fn a_scenario_that_is_none_is_a_mistake_of_the_input() {
    let ran = pennywise(&["doctor", "clam-day"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("did you mean `calm-day`?"), "{}", ran.stderr);
}

/// A run from which a fault is missing parts from the whole one where that fault
/// strikes, and is told so: the first event that differs, not one that shows it.
#[test]
fn two_runs_part_where_the_fault_strikes_that_one_of_them_lacks() {
    for scenario in ["stormy-network", "orchestrator-crash-loop", "perfect-storm"] {
        let plans = (0..).map(|n| Plan::draw(catalog::named(scenario).unwrap(), Seed(n)));
        let struck = |plan: Plan| Some((last_to_strike(&plan)?, plan));
        let ((moment, at), whole) = plans.take(100).find_map(struck).unwrap();
        let mut less = whole.clone();
        let removed = less.faults.remove(at).id;
        let (one, mut other) = (Testimony::of_plan(whole.clone()), Testimony::of_plan(less));
        assert!(matches!(first_difference(&one, &other), Difference::Plans(..)), "{scenario}");
        other.plan = whole;
        let Difference::Events(divergence) = first_difference(&one, &other) else {
            panic!("{scenario}: the events of the two runs differ")
        };
        assert_eq!(divergence.first, Some(format!("fault {removed} strikes")), "{scenario}");
        assert_eq!(divergence.at, moment, "{scenario}: {divergence}");
    }
}

/// When and where in the plan the last fault is that strikes at a given moment.
fn last_to_strike(plan: &Plan) -> Option<(VirtualTime, usize)> {
    let moments = plan.faults.iter().enumerate().filter_map(|(at, fault)| match fault.trigger {
        Trigger::At(moment) => Some((moment, at)),
        _ => None,
    });
    moments.max()
}

#[test]
fn two_runs_of_one_plan_do_not_part() {
    for scenario in catalog::all() {
        let run = || Testimony::of(scenario, Seed(5));
        assert_eq!(first_difference(&run(), &run()), Difference::Nothing);
    }
}
