//! Whoever decides, no invariant breaks: the state machine permits, a policy
//! chooses. And an answer that is none is contained.

use std::collections::BTreeMap;
use std::time::Duration;

use model::decision::{Decision, Fallback, Policy, Restraint};
use model::{Aside, Defects, Record, StoreEntry};
use scenarios::plan::{Blow, DeciderPlan, DecisionPlan, Encounter, Plan, Stroke};
use scenarios::settings::DecisionSettings;
use scenarios::{Entry, PaymentSystem, Scenario, catalog, message, party, trial};
use sim::{Happening, Seed, Trace, VirtualTime};

/// A scenario in which this policy decides, in the workers.
fn under(scenario: &Scenario, policy: Policy) -> Scenario {
    let decider = scenario.decisions.as_ref().and_then(|decisions| decisions.decider.clone());
    let decisions = Some(DecisionSettings { decider, ..DecisionSettings::by(policy) });
    Scenario { decisions, ..scenario.clone() }
}

#[test]
fn every_scenario_holds_whoever_decides() {
    // Under two-phase commit there is nothing to decide.
    for scenario in catalog::all().iter().filter(|scenario| scenario.protocol.is_none()) {
        for story in Policy::ALL {
            let decided = under(scenario, story.policy);
            for seed in 1..6 {
                let trial = trial::run(&decided, Seed(seed), Defects::NONE);
                let name = format!("{} {seed} under {}", scenario.name, story.name);
                assert_eq!(trial.violations(), &[], "{name}");
                assert!(!trial.decisions.is_empty(), "{name}: nobody decided");
            }
        }
    }
}

#[test]
fn where_nobody_says_who_decides_nothing_is_written_down_of_it() {
    let scenario = catalog::named("calm-day").unwrap();
    assert!(trial::run(scenario, Seed(1), Defects::NONE).decisions.is_empty());
}

/// The rules decide the same whether they are asked or not: payments end alike.
#[test]
fn the_rules_decide_behind_the_seam_what_they_decide_without_it() {
    let calm = catalog::named("calm-day").unwrap();
    for seed in 1..20 {
        let inline = trial::run(calm, Seed(seed), Defects::NONE);
        let asked = trial::run(&under(calm, Policy::Rules), Seed(seed), Defects::NONE);
        assert_eq!(inline.outcomes, asked.outcomes, "{seed}");
        assert_eq!(inline.captured, asked.captured, "{seed}");
    }
}

/// An answer that is none is contained: the rules decide, and the record tells
/// why.
#[test]
fn an_answer_that_is_late_missing_or_outside_the_mask_is_contained_and_counted() {
    let calm = catalog::named("calm-day").unwrap();
    for (blow, counted) in [
        (Blow::DecisionMute, "late"),
        (Blow::DecisionLate(std::time::Duration::from_secs(20)), "late"),
        (Blow::DecisionOutside, "outside-the-mask"),
        (Blow::DecisionGarbled, "garbled"),
    ] {
        let mut plan = asked(calm, Policy::Random);
        let token = plan.operations[0].token;
        let on =
            Encounter { party: party::DECIDER, request: message::kinds::DECIDE, token, ordinal: 1 };
        plan.strokes.extend([Stroke { id: 1, on, blow }]);
        let trial = trial::run_plan(plan, Defects::NONE);
        assert_eq!(trial.violations(), &[], "{blow:?}");
        assert_eq!(trial.decisions.get(counted), Some(&1), "{blow:?}: {:?}", trial.decisions);
        assert!(trial.never_struck.is_empty(), "{blow:?}");
        let struck = trial.strikes.iter().any(|(name, count)| (*name, *count) == (blow.name(), 1));
        assert!(struck, "{blow:?}: {:?}", trial.strikes);
    }
}

#[test]
fn a_model_that_nobody_approved_decides_nothing() {
    let calm = catalog::named("calm-day").unwrap();
    let mut plan = asked(calm, Policy::Rules);
    let swap = Some(sim::VirtualTime::ZERO);
    plan.decisions = Some(DecisionPlan {
        decider: Some(DeciderPlan { swap, ..DeciderPlan::default() }),
        ..DecisionPlan::by(Policy::Rules)
    });
    let trial = trial::run_plan(plan, Defects::NONE);
    assert_eq!(trial.violations(), &[]);
    assert_eq!(trial.decisions.keys().copied().collect::<Vec<_>>(), ["unknown-model"]);
}

#[test]
fn the_decider_can_be_taken_away_at_any_time() {
    let calm = catalog::named("calm-day").unwrap();
    let mut plan = asked(calm, Policy::Random);
    plan.decisions = Some(DecisionPlan {
        decider: Some(DeciderPlan {
            mute: sim::Rate::per_million(1_000_000),
            ..DeciderPlan::default()
        }),
        ..DecisionPlan::by(Policy::Random)
    });
    let trial = trial::run_plan(plan, Defects::NONE);
    assert_eq!(trial.violations(), &[]);
    let inline = trial::run(calm, Seed(1), Defects::NONE);
    assert_eq!(trial.outcomes, inline.outcomes, "the rules decide everything");
}

/// Whatever whoever decides wants, a worker lets it decide no more in a minute than the
/// limits say, and move no more than they allow; what it decided is told with what else
/// there was, and what the rules decided instead says why.
#[test]
fn budgets_and_dwells_contain_whoever_decides_and_every_decision_tells_its_reasons() {
    const MOST: u32 = 5;
    let budgets =
        Restraint { tenant_a_minute: Some(3), model_a_minute: Some(MOST), ..Restraint::default() };
    let moves = Restraint {
        moved_a_minute: Some(1),
        dwell: Some(Duration::from_secs(120)),
        probe_every: Some(4),
        ..Restraint::default()
    };
    let world = catalog::named("adversarial-policy").unwrap();
    let mut contained = BTreeMap::<Fallback, u32>::new();
    for (seed, limits) in (1..41).zip([budgets, moves].into_iter().cycle()) {
        let mut plan = Plan::draw(world, Seed(seed));
        // A worker that crashes begins to count anew, and two count each for itself.
        (plan.faults, plan.workers) = (Vec::new(), 1);
        plan.decisions = Some(DecisionPlan {
            decider: seed.is_multiple_of(4).then(DeciderPlan::default),
            limits: Aside(Some(limits)),
            explained: true,
            ..DecisionPlan::by(Policy::Random)
        });
        let (trial, trace) = trial::replay_plan(plan, Defects::NONE);
        assert_eq!(trial.violations(), &[]);
        let mut minutes = BTreeMap::<u64, u32>::new();
        for (at, decision) in decisions(&trace) {
            let reasons = decision.reasons.as_ref().expect("it is told");
            assert_eq!(reasons.alternatives.with(decision.action), decision.mask);
            match decision.instead {
                Some(why) => *contained.entry(why).or_default() += 1,
                None => *minutes.entry(at.as_nanos() / 60_000_000_000).or_default() += 1,
            }
        }
        // What is written down in one minute may have been decided in the one before.
        let most = if limits == budgets { 2 * MOST } else { u32::MAX };
        assert!(minutes.values().all(|count| *count <= most), "{seed}: {minutes:?}");
    }
    let whys = [Fallback::OverBudget, Fallback::TooSoon, Fallback::TooMany, Fallback::Probe];
    assert!(whys.iter().all(|why| contained.contains_key(why)), "{contained:?}");
}

/// Everything that was decided, and when that was written down.
fn decisions(trace: &Trace<PaymentSystem>) -> impl Iterator<Item = (VirtualTime, Decision)> {
    trace.events.iter().flat_map(|event| {
        let records = match &event.what {
            Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) => &commit.records[..],
            _ => &[],
        };
        records.iter().filter_map(|record| match record {
            Record::Decision(decision) => Some((event.at, *decision)),
            _ => None,
        })
    })
}

/// A plan in which a decider is asked that nothing is wrong with.
fn asked(scenario: &Scenario, policy: Policy) -> Plan {
    let mut plan = Plan::draw(scenario, Seed(1));
    plan.decisions =
        Some(DecisionPlan { decider: Some(DeciderPlan::default()), ..DecisionPlan::by(policy) });
    plan
}
