//! Events leave with the state that they tell of, wherever anybody crashes.
//!
//! In a service that saved an order and then published that it did, a crash in
//! between lost the event; in one that published first, it told of an order that
//! there never was. Here a world without any other misfortune crashes at every
//! place in turn where something of an event is half done.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{Defect, Defects};
use scenarios::invariant::Invariant;
use scenarios::message::kinds;
use scenarios::party::{LAKE, NOTIFIER, ORCHESTRATOR, STORE, client_role};
use scenarios::settings::Who;
use scenarios::trial::Verdict;
use scenarios::{Plan, catalog, trial};
use sim::{
    CrashPoint, Fault, Kind, Misfortune, Occasion, Role, Seed, Subject, Trigger, VirtualTime,
    Weather,
};

#[test]
fn no_crash_at_any_place_loses_an_event_or_makes_one_up() {
    let (broken, crashes) = crash_everywhere(&calm_plan(), Defects::NONE);
    assert_eq!(broken, BTreeSet::new());
    assert!(crashes > 150, "{crashes} crashes");
}

#[test]
fn a_crash_between_state_and_event_is_seen_if_one_leaves_before_the_other() {
    // A worker would ask for ever whether a shop knows of what was lost.
    let calm = Plan { merchant_events: false, ..calm_plan() };
    for defect in [Defect::PublishThenCommit, Defect::CommitThenPublish] {
        let (broken, _) = crash_everywhere(&calm, Defects::NONE.with(defect));
        assert!(broken.contains(&Invariant::I32), "{defect:?}");
    }
}

/// What breaks if, in a world each, somebody crashes at each place where
/// something of an event is half done, and how many crashes there were.
fn crash_everywhere(calm: &Plan, defects: Defects) -> (BTreeSet<Invariant>, u64) {
    let (mut broken, mut crashes) = (BTreeSet::new(), 0);
    let (token, shop) = (calm.operations[0].token, client_role(calm.operations[0].client));
    let arrivals: [(Role, Role, Kind, u32); 6] = [
        (ORCHESTRATOR, STORE, kinds::COMMIT, 14),
        (NOTIFIER, STORE, kinds::EVENT_ACK, 2),
        (LAKE, STORE, kinds::EVENT_ACK, 2),
        (STORE, NOTIFIER, kinds::EVENT, 2),
        (shop, NOTIFIER, kinds::MERCHANT_EVENT_ACK, 2),
        (STORE, LAKE, kinds::EVENT, 2),
    ];
    for (from, to, kind, times) in arrivals {
        for (ordinal, effects) in (1..=times).flat_map(|nth| (0..9).map(move |n| (nth, n))) {
            let on = Occasion { from, to, kind, subject: Subject(token.0), ordinal };
            let misfortune = Misfortune::Crash { role: to, point: CrashPoint::After(effects) };
            let (trigger, dwell) = (Trigger::OnDelivery(on), Duration::from_secs(3));
            let mut plan = calm.clone();
            plan.faults = vec![Fault { id: 1, trigger, misfortune, dwell }];
            let trial = trial::run_plan(plan, defects);
            broken.extend(trial.violations().iter().map(|violation| violation.invariant));
            let crashed = trial.strikes.iter().filter(|(name, _)| *name == "crash");
            crashes += crashed.map(|(_, count)| *count).sum::<u64>();
        }
    }
    (broken, crashes)
}

/// A world with a notifier and a lake in which one payment succeeds.
fn calm_plan() -> Plan {
    let mut scenario = catalog::named("event-stream").unwrap().clone();
    (scenario.providers, scenario.risk) = Default::default();
    scenario.workload.cancel = Default::default();
    let mut plan = Plan::draw(&scenario, Seed(1));
    plan.operations.truncate(1);
    plan.operations[0].at = VirtualTime::ZERO;
    plan.faults.clear();
    plan.weather = Weather::CALM;
    plan.heal_at = VirtualTime::ZERO.after(Duration::from_secs(60));
    plan
}

/// Its only disk forgot events that it had acknowledged; the next one of the
/// same payment shows the gap.
#[test]
fn a_lake_that_has_forgotten_asks_again_before_it_counts_what_comes_next() {
    let scenario = catalog::named("event-stream").unwrap();
    let mut asked = 0;
    for seed in 0..150 {
        let trial = trial::run(scenario, Seed(seed), Defects::NONE);
        assert_eq!(trial.verdict, Verdict::Held, "seed {seed}");
        let again = trial.messages.iter().filter(|(name, _)| *name == "event-again");
        asked += again.map(|(_, count)| *count).sum::<u64>();
    }
    assert!(asked > 0, "no lake ever had to ask");
}

#[test]
fn nobody_waits_for_a_lake_that_is_gone_for_good() {
    let mut scenario = catalog::named("event-stream").unwrap().clone();
    scenario.never_heals = vec![Who::Lake];
    for seed in 0..20 {
        let trial = trial::run(&scenario, Seed(seed), Defects::NONE);
        assert_eq!(trial.verdict, Verdict::Held, "seed {seed}");
        assert!(trial.events * 4 < trial.events_max, "seed {seed}: {} events", trial.events);
    }
}
