//! Every fault that there is strikes in some built-in scenario, and every row of the
//! catalog of faults has one.

use std::collections::{BTreeMap, BTreeSet};

use model::Defects;
use reports::fault_story;
use scenarios::plan::Operation;
use scenarios::{Plan, catalog, party, trial};
use sim::{Misfortune, Seed};

/// How much of something a plan has.
type Counted = fn(&Plan) -> usize;

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

/// What is a habit of a whole world, or something that clients do, is no strike: plans
/// tell how often it comes about.
#[test]
fn every_row_of_the_catalog_of_faults_comes_about() {
    let by_plan: [(&str, &str, Counted); 8] = [
        ("F01", "slow links", |plan| usize::from(plan.weather.load_percent > 100)),
        ("F02", "time-outs", |plan| usize::from(plan.provider_timeout.is_some())),
        ("F29", "double clicks", |plan| count(plan, |o| o.click_again_after.is_some())),
        ("F29", "retries", |plan| count(plan, |o| o.insists)),
        ("F29", "cancellations", |plan| count(plan, |o| o.cancel_after.is_some())),
        ("F29", "keys for another amount", |plan| twins(plan, |o| (o.tenant.0, o.key.0))),
        ("F29", "new keys for an order", |plan| twins(plan, |o| (o.tenant.0, o.order_ref.0))),
        ("F29", "crashes of clients", crashes_of_clients),
    ];
    let mut counts = BTreeMap::<_, usize>::new();
    for scenario in catalog::all() {
        for index in 0..40 {
            let plan = Plan::draw(scenario, Seed(11).derive(&scenario.name, index));
            for (code, what, count) in by_plan {
                *counts.entry((code, what)).or_default() += count(&plan);
            }
        }
    }
    let never = by_plan.iter().filter(|(code, what, _)| counts[&(*code, *what)] == 0);
    assert_eq!(never.map(|(code, what, _)| (code, what)).collect::<Vec<_>>(), []);
    let told = fault_story::ALL.iter().map(|story| story.code);
    let known: BTreeSet<_> = told.chain(by_plan.iter().map(|(code, ..)| *code)).collect();
    let rows = (1..=29).map(|row| format!("F{row:02}"));
    let missing: Vec<_> = rows.filter(|row| !known.contains(row.as_str())).collect();
    assert_eq!(missing, Vec::<String>::new(), "rows that nothing stands for");
}

fn count(plan: &Plan, is: impl Fn(&Operation) -> bool) -> usize {
    plan.operations.iter().filter(|operation| is(operation)).count()
}

/// How many operations have what another one has.
fn twins<T: Ord>(plan: &Plan, of: impl Fn(&Operation) -> T) -> usize {
    let paid = plan.operations.iter().filter(|operation| operation.purpose.refunds().is_none());
    let all: Vec<_> = paid.map(of).collect();
    let apart: BTreeSet<_> = all.iter().collect();
    all.len() - apart.len()
}

fn crashes_of_clients(plan: &Plan) -> usize {
    let of_client = |fault: &&sim::Fault| {
        matches!(fault.misfortune, Misfortune::Crash { role, .. }
            if party::client_of(role).is_some())
    };
    plan.faults.iter().filter(of_client).count()
}
