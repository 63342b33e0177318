//! Which faults there are in the scopes of scenarios, and which operations.

use std::collections::BTreeSet;

use model::{Defect, ProviderId};
use sim::{Happening, Misfortune, Trigger, VirtualTime};

use super::*;
use crate::catalog;
use crate::invariant::Invariant;
use crate::party::provider_of;
use crate::plan::{Operation, Purpose};

fn scope(scenario: &str, operations: u8) -> Scope<'static> {
    let scenario = catalog::named(scenario).unwrap();
    Scope { scenario, operations, faults: 1, dwells: Dwells::USUAL }
}

fn first_faults(scope: &Scope<'_>) -> Vec<(Place, Mischief)> {
    let calm = scope.plan().unwrap();
    let (trial, trace) = trial::replay_plan(calm.clone(), Defects::NONE);
    assert_eq!(trial.verdict, Verdict::Held, "{}", scope.scenario.name);
    points(&calm, &trace, &scope.dwells).0
}

#[test]
fn whatever_a_scenario_can_be_struck_by_has_a_place_in_its_scope() {
    for (scenario, names) in [
        (
            "calm-day",
            "drop delay duplicate crash crash-all pause partition outage clock-jump full-disk \
             lying-sync torn-tail corruption old-generation second-click cancellation insistence \
             short-limit rejected reviewed throttled error-before error-after late-effect \
             declined-soft declined-hard approved-in-part deferred capture-declined",
        ),
        ("instant-payouts", "no-answer answered-late deemed account-rejected no-account"),
        ("refunds", "refund-failed refund-returned"),
        (
            "webhook-weather",
            "webhook-dropped webhook-repeated webhook-delayed webhook-reordered webhook-early",
        ),
        (
            "settlement-discrepancies",
            "file-late file-duplicated file-truncated cut-off-shifted line-missing \
             line-duplicated fee-off",
        ),
        (
            "adversarial-policy",
            "decision-late decision-mute decision-stale decision-garbled decision-outside \
             decision-adverse",
        ),
    ] {
        let there: BTreeSet<_> =
            first_faults(&scope(scenario, 3)).iter().map(|(_, mischief)| mischief.name()).collect();
        for name in names.split_whitespace() {
            assert!(there.contains(name), "{scenario} has no {name}: {there:?}");
        }
    }
}

#[test]
fn every_place_is_another_one_and_its_fault_makes_another_world() {
    let calm = scope("webhook-weather", 2).plan().unwrap();
    let found = first_faults(&scope("webhook-weather", 2));
    let places: BTreeSet<_> = found.iter().map(|(place, _)| *place).collect();
    assert_eq!(places.len(), found.len());
    for (place, mischief) in found {
        let world = mischief.put_into(&calm, 1);
        assert_ne!(world, calm, "{place:?}: {mischief:?}");
    }
}

#[test]
fn the_operations_of_a_scope_have_between_them_what_its_scenario_has() {
    let operations = |scenario| scope(scenario, 3).plan().unwrap().operations;
    let disputes: Vec<_> =
        operations("chargebacks").into_iter().filter_map(|operation| operation.dispute).collect();
    assert!(disputes.iter().any(|dispute| dispute.won));
    assert!(disputes.iter().any(|dispute| !dispute.won));
    let by_hand = operations("operator-mistakes");
    assert!(by_hand.iter().any(|operation| operation.by_hand.is_some()));
    let breaches = operations("broken-promises");
    assert!(breaches.iter().any(|operation| operation.breach.is_some()));
    let keys: BTreeSet<_> = operations("careless-clients").iter().map(|o| o.key).collect();
    assert!(keys.len() < 3, "a key is used twice");
    let refunds = operations("refunds");
    let refund = refunds.iter().find(|operation| operation.purpose.refunds().is_some()).unwrap();
    let payment = refunds.iter().find(|o| Some(o.token) == refund.purpose.refunds()).unwrap();
    assert!(refund.money < payment.money, "a part is given back");
}

/// Authorizations of seven days are over before the last parcel leaves; one payment is a
/// person's to decide; only a reference tells two lines of a file apart; and a key is used
/// within its lifetime and after it.
#[test]
fn three_operations_have_the_utmost_of_what_forty_have() {
    let plan = |scenario| scope(scenario, 3).plan().unwrap();
    let shipping = |operation: &Operation| operation.purpose.pay_in().shipping.last();
    let last = plan("split-shipments").operations.iter().map(shipping).max();
    assert!(last > Some(Duration::from_secs(7 * 86_400)), "{last:?}");
    let decided = plan("adversarial-policy");
    let limit = decided.decisions.unwrap().limit().unwrap();
    assert!(decided.operations.iter().any(|operation| operation.money.amount > limit));
    let settled = plan("settlement-discrepancies").operations;
    let is_pay_in = |operation: &&Operation| matches!(operation.purpose, Purpose::PayIn(_));
    let lines: Vec<_> = settled.iter().filter(is_pay_in).map(|o| (o.tenant, o.money)).collect();
    let apart: BTreeSet<_> = lines.iter().map(|line| format!("{line:?}")).collect();
    assert!(apart.len() < lines.len(), "{lines:?}");
    let keys = plan("keys-expire");
    let mut at: Vec<_> = keys.operations.iter().map(|o| (o.key_id(), o.at)).collect();
    at.sort_by_key(|(_, at)| *at);
    let over = VirtualTime::ZERO.after(keys.key_lifetime.unwrap());
    let [(first, _), (again, within), (once_more, after)] = at[..] else { panic!("{at:?}") };
    assert!(first == again && again == once_more && within < over && over < after, "{at:?}");
}

#[test]
fn a_scope_has_as_many_operations_as_it_is_asked_for() {
    for scenario in ["calm-day", "instant-payouts", "refunds", "keys-expire"] {
        for count in 1..=4 {
            let plan = scope(scenario, count).plan().unwrap();
            assert_eq!(plan.operations.len(), usize::from(count), "{scenario}");
        }
    }
}

/// What only the first fault brings about, a repetition or a question, is struck by the
/// second.
#[test]
fn a_second_fault_strikes_what_only_the_first_brings_about() {
    let scope = scope("calm-day", 1);
    let calm = scope.plan().unwrap();
    let first = first_faults(&scope);
    let drops = first.iter().filter(|(_, mischief)| mischief.name() == "drop");
    let brings_about = |(place, mischief): &(Place, Mischief)| {
        let world = mischief.put_into(&calm, 1);
        let (_, trace) = trial::replay_plan(world.clone(), Defects::NONE);
        let later = points(&world, &trace, &scope.dwells).0.into_iter();
        let mut later = later.filter(|(at, _)| at > place).map(|(_, mischief)| mischief);
        later.any(|mischief| first.iter().all(|(_, known)| *known != mischief))
    };
    assert!(drops.filter(|place| brings_about(place)).count() > 3);
}

/// A provider keeps keys for half an hour; its answers are lost for thirty hours, and whoever
/// waits for them crashes meanwhile, and begins anew. Both faults are among those that a proof
/// puts after each other; to come to them takes the command minutes.
#[test]
fn a_key_is_outlived_by_two_faults_of_a_proof() {
    let scope = scope("key-outlives-memory", 3);
    let defects = Defects::NONE.with(Defect::ProviderKeyOutlived);
    let calm = scope.plan().unwrap();
    let is_deaf = |mischief: &Mischief| match mischief {
        Mischief::Fault(Trigger::OnSend(on), Misfortune::Partition { .. }, lasts) => {
            *lasts == scope.dwells.long && provider_of(on.from) == Some(ProviderId(0))
        }
        _ => false,
    };
    let mut first = first_faults(&scope).into_iter();
    let (place, cut) = first.find(|(_, mischief)| is_deaf(mischief)).unwrap();
    let deaf = cut.put_into(&calm, 1);
    let (trial, trace) = trial::replay_plan(deaf.clone(), defects);
    assert_eq!(trial.verdict, Verdict::Held, "one fault is not enough");
    let later = points(&deaf, &trace, &scope.dwells).0.into_iter();
    let crashes = later.filter(|(at, mischief)| *at > place && mischief.name() == "crash");
    let worlds = crashes.map(|(_, crash)| crash.put_into(&deaf, 2));
    let mut broken = worlds.filter_map(|world| match trial::verdict(world.clone(), defects) {
        Verdict::Violated(violations) => Some((world, violations)),
        _ => None,
    });
    let (world, violations) = broken.next().expect("some crash is what it takes");
    assert_eq!(violations[0].invariant, Invariant::I35);
    assert_eq!(trial::verdict(world, Defects::NONE), Verdict::Held);
}

/// Whoever gets no answer for thirty hours asks thousands of times, and every time would be a
/// place for a second fault: the proofs over such worlds took days.
#[test]
fn what_only_happens_once_more_is_struck_ever_more_seldom() {
    let scope = scope("key-outlives-memory", 1);
    let calm = scope.plan().unwrap();
    let cut = |mischief: &Mischief| match mischief {
        Mischief::Fault(_, Misfortune::Partition { .. }, lasts) => *lasts == scope.dwells.long,
        _ => false,
    };
    let cuts = first_faults(&scope).into_iter().filter(|(_, mischief)| cut(mischief));
    let runs = cuts.map(|(_, cut)| {
        let world = cut.put_into(&calm, 1);
        let (_, trace) = trial::replay_plan(world.clone(), Defects::NONE);
        (world, trace)
    });
    let (world, trace) = runs.max_by_key(|(_, trace)| trace.events.len()).unwrap();
    let (places, repeated) = points(&world, &trace, &scope.dwells);
    assert!(repeated > 5_000, "{repeated} moments are left out");
    let mut drops: BTreeMap<_, u32> = BTreeMap::new();
    for (_, mischief) in &places {
        if let Mischief::Fault(Trigger::OnSend(on), Misfortune::Drop, _) = mischief {
            *drops.entry((on.from, on.to, on.kind, on.subject)).or_default() += 1;
        }
    }
    let most = drops.values().max().copied().unwrap();
    assert!((OFTEN..4 * OFTEN).contains(&most), "one message is lost {most} times");
    let lifted = trace.events.iter().find(|event| matches!(event.what, Happening::Lifted(1)));
    let lifted = lifted.unwrap().event;
    let drop_behind =
        |(place, mischief): &(Place, Mischief)| place.0 > lifted && mischief.name() == "drop";
    assert!(places.iter().any(drop_behind), "what comes after the cut is new");
}

/// What is proven of the three workflows is proven of every moment.
#[test]
fn nothing_of_a_short_world_is_left_out_as_a_repetition() {
    for scenario in ["calm-day", "instant-payouts", "refunds"] {
        let scope = scope(scenario, 3);
        let calm = scope.plan().unwrap();
        let first = [None].into_iter().chain(first_faults(&scope).into_iter().map(Some));
        for place in first.step_by(5) {
            let world = place.map_or(calm.clone(), |(_, mischief)| mischief.put_into(&calm, 1));
            let (_, trace) = trial::replay_plan(world.clone(), Defects::NONE);
            let (_, repeated) = points(&world, &trace, &scope.dwells);
            assert_eq!(repeated, 0, "{scenario}: {place:?}");
        }
    }
}
