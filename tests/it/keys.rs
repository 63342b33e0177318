//! What becomes of a key that is used again after its lifetime.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Defects;
use scenarios::trial::{self, Verdict};
use scenarios::{Plan, catalog};
use sim::{Rate, Seed, VirtualTime};

#[test]
fn a_key_that_is_used_after_its_lifetime_is_another_payment() {
    assert_eq!(outcomes(&reuse(90)), BTreeMap::from([("succeeded", 2)]));
}

#[test]
fn a_key_that_is_used_again_within_its_lifetime_stands_for_the_first_payment_alone() {
    let one = BTreeMap::from([("succeeded", 1), ("never_accepted", 1)]);
    assert_eq!(outcomes(&reuse(30)), one);
    let for_ever = Plan { key_lifetime: None, ..reuse(90) };
    assert_eq!(outcomes(&for_ever), one, "where keys live for ever");
}

#[test]
fn an_order_that_is_paid_once_is_not_paid_again_after_the_lifetime_of_its_key() {
    let mut plan = reuse(90);
    plan.operations[1].order_ref = plan.operations[0].order_ref;
    assert_eq!(outcomes(&plan), BTreeMap::from([("succeeded", 2)]), "nobody asked for that");
    plan.order_ref_unique = true;
    let one = BTreeMap::from([("succeeded", 1), ("never_accepted", 1)]);
    assert_eq!(outcomes(&plan), one);
}

#[test]
fn the_key_of_a_payment_that_is_not_decided_outlives_its_lifetime() {
    let mut plan = reuse(90);
    for provider in &mut plan.providers {
        provider.issuer.deferred = Rate::ALWAYS;
        provider.issuer.deferred_max = Duration::from_secs(5 * 3_600);
    }
    let decided = trial::run_plan(plan.clone(), Defects::NONE);
    assert_eq!(decided.verdict, Verdict::Held);
    let late = decided.ended_at > VirtualTime::ZERO.after(Duration::from_secs(2 * 3_600));
    assert!(late, "the issuer takes longer than the key lives: {}", decided.ended_at);
    assert_eq!(outcomes(&plan).get("never_accepted"), Some(&1));
}

/// A calm world in which one key, which lives for an hour, is used for two
/// payments that are so many minutes apart.
fn reuse(minutes: u64) -> Plan {
    let mut plan = Plan::draw(catalog::named("calm-day").unwrap(), Seed(7));
    plan.plain = true;
    plan.key_lifetime = Some(Duration::from_secs(3_600));
    for provider in &mut plan.providers {
        provider.issuer.decline_soft = Rate::NEVER;
        provider.issuer.decline_hard = Rate::NEVER;
    }
    plan.operations.truncate(2);
    for operation in &mut plan.operations {
        (operation.cancel_after, operation.at) = (None, VirtualTime::ZERO);
    }
    let (first, second) = plan.operations.split_at_mut(1);
    (second[0].tenant, second[0].key) = (first[0].tenant, first[0].key);
    second[0].at = VirtualTime::ZERO.after(Duration::from_secs(minutes * 60));
    plan
}

/// How payments end, where nothing is violated.
fn outcomes(plan: &Plan) -> BTreeMap<&'static str, u64> {
    let trial = trial::run_plan(plan.clone(), Defects::NONE);
    assert_eq!(trial.verdict, Verdict::Held);
    trial.outcomes
}
