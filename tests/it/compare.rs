//! The saga and two-phase commit on the same plans.

use model::Defects;
use rayon::ThreadPoolBuilder;
use scenarios::compare::{self, Comparison, LOCKED_MAX, Side};
use scenarios::plan::{Plan, Protocol};
use scenarios::{Scenario, catalog, load, trial};
use sim::Seed;

use crate::command::pennywise;

/// What both make of `scenario`, in a few pairs under the master seed 1.
fn compared(scenario: &str, pairs: u64) -> Comparison {
    let pool = ThreadPoolBuilder::new().build().unwrap();
    let scenario = catalog::named(scenario).unwrap();
    let both = [Protocol::Saga, Protocol::TwoPhase];
    compare::run(scenario, both, Seed(1), pairs, &pool, |_| true)
}

fn locked(side: &Side) -> (u64, u128) {
    (side.locks.longest, side.locks.total)
}

/// The saga's state is in the store, and whoever is left takes it over. The
/// decision of a coordinator is in its own log, and whoever has promised waits for
/// it to come back, with its accounts locked.
#[test]
fn under_coordinator_loss_two_phase_commit_is_safe_and_blocks_and_the_saga_does_not() {
    let comparison = compared("coordinator-loss", 24);
    assert!(comparison.pairs - comparison.voided >= 12, "{} voided", comparison.voided);
    let [saga, two_phase] = comparison.sides.as_slice() else { panic!("two sides") };
    for side in [saga, two_phase] {
        assert_eq!((side.violated, side.inconclusive), (0, 0), "{:?}", side.first_violation);
    }
    assert_eq!((locked(saga), saga.blocked), ((0, 0), 0), "a saga locks nothing");
    assert!(u128::from(two_phase.locks.longest) > LOCKED_MAX.as_nanos(), "{two_phase:?}");
    assert!(two_phase.locked_too_long > 0 && two_phase.blocked > 0, "{two_phase:?}");
    let [waits, blocked] = [saga, two_phase].map(|side| side.time_to_final);
    assert!(blocked.p90 > 4 * waits.p90 && blocked.p99 > waits.p99, "{waits:?} {blocked:?}");
}

#[test]
fn on_a_calm_day_both_bring_about_what_the_other_does_and_nothing_stays_locked() {
    let comparison = compared("calm-day", 24);
    assert_eq!(comparison.voided, 0);
    let [saga, two_phase] = comparison.sides.as_slice() else { panic!("two sides") };
    for side in [saga, two_phase] {
        assert_eq!((side.violated, side.inconclusive), (0, 0), "{:?}", side.first_violation);
    }
    let difference = saga.succeeded().abs_diff(two_phase.succeeded());
    assert!(difference * 20 <= saga.operations, "{:?}", [&saga.outcomes, &two_phase.outcomes]);
    assert_eq!(two_phase.locked_too_long, 0);
}

#[test]
fn a_comparison_prints_the_same_bytes_for_any_number_of_threads() {
    for format in [&[][..], &["--json"]] {
        let compare = |jobs| {
            let line = ["compare", "saga", "2pc", "calm-day", "coordinator-loss"];
            let rest = ["--seeds", "12", "--master-seed", "1", "--jobs", jobs];
            let ran = pennywise(&[&line[..], &rest, format].concat());
            assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
            ran.stdout
        };
        assert_eq!(compare("1"), compare("2"));
    }
}

#[test]
fn a_plan_for_both_waits_for_moments_and_for_nothing_that_only_one_of_them_says() {
    for scenario in catalog::all().iter().filter(|s| s.not_comparable().is_none()) {
        for seed in (1..20).map(Seed) {
            let plan = |protocol| {
                let by = Scenario { protocol: Some(protocol), ..scenario.clone() };
                Plan::draw(&by, seed)
            };
            let (saga, two_phase) = (plan(Protocol::Saga), plan(Protocol::TwoPhase));
            assert!(saga.clone().paired(Protocol::TwoPhase) == two_phase, "{}", scenario.name);
            let by_time = |fault: &sim::Fault| matches!(fault.trigger, sim::Trigger::At(_));
            assert!(saga.faults.iter().all(by_time), "{} {seed}", scenario.name);
        }
    }
}

#[test]
fn two_phase_commit_says_what_it_does_not_do() {
    let ran = pennywise(&["compare", "saga", "2pc", "refunds", "--seeds", "1"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("`refunds` can't run by two-phase commit"), "{}", ran.stderr);
    let (_, payouts) = catalog::FILES.iter().find(|(name, _)| *name == "instant-payouts").unwrap();
    let by = payouts.replacen("chaos =", "protocol = \"2pc\"\nchaos =", 1);
    let refused = load::parse("mine.toml", &by).unwrap_err().to_string();
    assert!(refused.contains("`protocol`") && refused.contains("it has payouts"), "{refused}");
    let ran = pennywise(&["compare", "saga", "saga"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("compared with itself"), "{}", ran.stderr);
    let ran = pennywise(&["compare", "saga", "raft"]);
    assert!(ran.stderr.contains("expected `saga` or `2pc`"), "{}", ran.stderr);
}

#[test]
fn a_trial_by_two_phase_commit_repeats_from_its_seed() {
    let scenario = catalog::named("coordinator-loss").unwrap();
    let by = Scenario { protocol: Some(Protocol::TwoPhase), ..scenario.clone() };
    let again = [(); 2].map(|()| trial::run(&by, Seed(3), Defects::NONE));
    assert_eq!(again[0].digest, again[1].digest);
    let fresh = pennywise(&["run", "coordinator-loss", "--protocol", "2pc", "--seed", "3"]);
    assert!(fresh.stdout.contains(&again[0].digest.to_string()), "{}", fresh.stdout);
}
