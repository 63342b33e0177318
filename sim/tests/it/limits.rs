//! How far a run may go: a limit that is hit is never a pass.

use sim::{Ending, Limit};

use crate::plan::{Plan, Taps, at};
use crate::script::{Act, Cue, Script};

#[test]
fn a_world_that_never_rests_ends_at_whichever_limit_comes_first() {
    for (events_max, horizon_ms, limit) in [
        (50, 1_000_000, Limit::Events),
        (1_000_000, 5_000, Limit::Horizon),
        (0, 5_000, Limit::Events),
        (1_000_000, 500, Limit::Horizon),
    ] {
        let mut plan = restless();
        plan.limits.events_max = events_max;
        plan.limits.horizon = at(horizon_ms);
        let outcome = plan.run();
        assert_eq!(outcome.ending, Ending::Limit(limit), "{events_max} {horizon_ms}");
        assert!(outcome.events <= events_max);
        assert!(outcome.ended_at <= at(horizon_ms));
    }
}

#[test]
fn a_world_that_rests_exactly_at_its_limits_rests() {
    let mut plan = Plan::calm(Script::default().on(0, Cue::Boot, [Act::Work(2_000, 1)]), 0..1);
    let whole = plan.run();
    plan.limits.events_max = whole.events;
    plan.limits.horizon = whole.ended_at;
    assert_eq!(plan.run().ending, Ending::Rest);
    plan.limits.events_max -= 1;
    assert_eq!(plan.run().ending, Ending::Limit(Limit::Events));
}

/// Hitting a limit threw the next event away: a world that was run again ate
/// its queue event by event, and at the end of it called itself at rest.
#[test]
fn a_world_at_its_limit_stays_there_however_often_it_is_run() {
    for (events_max, horizon_ms, limit) in
        [(5, 1_000_000, Limit::Events), (1_000_000, 500, Limit::Horizon)]
    {
        let mut plan = restless();
        plan.limits.events_max = events_max;
        plan.limits.horizon = at(horizon_ms);
        let mut world = plan.world();
        for again in 0..20 {
            let ending = world.run(&mut Taps::default());
            assert_eq!(ending, Ending::Limit(limit), "run number {again}");
        }
    }
}

/// An actor that works for ever.
fn restless() -> Plan<Script> {
    let script = Script::default().on(0, Cue::Boot, [Act::Work(100, 1)]).on(
        0,
        Cue::Ring(1),
        [Act::Work(100, 1)],
    );
    Plan::calm(script, 0..1)
}
