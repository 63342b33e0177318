//! Idle time is free: a world goes from event to event, however far apart.

use sim::{Ending, VirtualTime};

use crate::plan::{Plan, at};
use crate::script::{Act, Cue, Script};

#[test]
fn half_a_year_with_ten_events_costs_ten_events() {
    for apart_ms in [1, DAY_MS * 18] {
        let plan = ten_alarms(apart_ms);
        let mut world = plan.world();
        let steps = std::iter::from_fn(|| world.step(&mut ()).is_none().then_some(())).count();
        assert_eq!(steps, BOOT_AND_HEAL + 10, "steps, alarms {apart_ms} ms apart");
        assert_eq!(world.events(), steps as u64);
        assert_eq!(world.run(&mut ()), Ending::Rest);
        assert!(world.now() >= at(10 * apart_ms));
    }
}

#[test]
fn the_end_of_time_is_one_event_away() {
    let mut plan = Plan::calm(Script::default().on(0, Cue::Boot, [Act::Work(u64::MAX, 1)]), 0..1);
    plan.limits.horizon = VirtualTime::from_nanos(u64::MAX);
    let outcome = plan.run();
    assert_eq!((outcome.ending, outcome.ended_at), (Ending::Rest, plan.limits.horizon));
    assert_eq!(outcome.events, BOOT_AND_HEAL as u64 + 1);
}

/// An actor with ten alarms, each set when the one before rings.
fn ten_alarms(apart_ms: u64) -> Plan<Script> {
    let first = Script::default().on(0, Cue::Boot, [Act::Work(apart_ms, 1)]);
    let script = (1..10).fold(first, |script, alarm| {
        script.on(0, Cue::Ring(alarm), [Act::Work(apart_ms, alarm + 1)])
    });
    let mut plan = Plan::calm(script, 0..1);
    plan.limits.horizon = at(DAY_MS * 200);
    plan
}

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
const BOOT_AND_HEAL: usize = 2;
