//! The end of chaos: every fault is over, and whoever is down boots.

use sim::{CrashPoint, Ending, Happening, Misfortune, Phase, Rate, Role, Roles, Strike, Trigger};

use crate::plan::{Plan, at, ms};
use crate::script::{Act, Cue, Script};

const LINE: u16 = 5;

#[test]
fn healing_lifts_every_partition_however_long_it_was_to_last() {
    let everybody = Roles::from_iter([Role(0), Role(1)]);
    let cut = Misfortune::Partition { from: everybody, to: everybody, both_ways: true };
    let outcome = lines_around_heal().with(Trigger::At(at(0)), cut, u64::MAX / 1_000_000).run();
    assert_eq!(outcome.heard(1, LINE), [1_010, 1_110]);
    assert_eq!(outcome.ending, Ending::Rest);
}

#[test]
fn healing_boots_whoever_is_down_and_only_them() {
    let crash = Misfortune::Crash { role: Role(1), point: CrashPoint::After(0) };
    let outcome = lines_around_heal().with(Trigger::At(at(0)), crash, 1_000_000).run();
    assert_eq!((outcome.booted(0), outcome.booted(1)), (vec![0], vec![0, 1_000]));
    assert_eq!(outcome.heard(1, LINE), [910, 1_010, 1_110]);
    let boot = outcome.trace.iter().rfind(|e| matches!(e.what, Happening::Booted)).unwrap();
    let heal = outcome.trace.iter().find(|e| matches!(e.what, Happening::Healed)).unwrap();
    assert_eq!(boot.cause, heal.event);
}

#[test]
fn a_crash_that_has_not_fallen_when_the_world_heals_never_falls() {
    let crash = Misfortune::Crash { role: Role(1), point: CrashPoint::Unsynced };
    let mut plan = lines_around_heal().with(Trigger::At(at(0)), crash, 50);
    plan.system = plan.system.on(1, Cue::Hear(LINE), [Act::Append(1)]);
    plan.heal_at = at(905);
    let outcome = plan.run();
    assert!(outcome.crashed(1).is_empty());
    assert_eq!(outcome.strikes.of(Strike::Crash), 0);
}

#[test]
fn the_weather_is_calm_once_the_world_has_healed() {
    let mut plan = lines_around_heal();
    plan.network.weather.loss = Rate::ALWAYS;
    assert_eq!(plan.run().heard(1, LINE), [1_010, 1_110]);
    let mut plan = lines_around_heal();
    plan.network.weather.load_percent = 500;
    assert_eq!(plan.run().heard(1, LINE), [950, 1_010, 1_110]);
}

#[test]
fn a_message_that_was_on_its_way_late_still_arrives_after_the_healing() {
    let mut plan = lines_around_heal();
    plan.network.weather.lateness = Rate::ALWAYS;
    plan.network.weather.late_max = ms(5_000);
    let outcome = plan.run();
    assert_eq!(outcome.heard(1, LINE).len(), 3);
    assert!(outcome.heard(1, LINE).iter().any(|at| *at > 1_110));
}

#[test]
fn a_world_is_in_chaos_until_it_heals_and_drains_from_then_on() {
    let plan = lines_around_heal();
    let mut world = plan.world().recorded();
    assert_eq!(world.phase(), Phase::Chaos);
    while world.step(&mut ()).is_none() {
        let mut events = world.trace().into_iter().flat_map(|trace| &trace.events);
        let healed = events.any(|event| matches!(event.what, Happening::Healed));
        assert_eq!(world.phase(), if healed { Phase::Drain } else { Phase::Chaos });
    }
    assert_eq!(world.phase(), Phase::Drain);
}

/// Role 0 sends role 1 a line at 900, 1,000 and 1,100 ms; it heals at 1,000.
fn lines_around_heal() -> Plan<Script> {
    let alarms = [900, 1_000, 1_100].map(|after| Act::Work(after, 1));
    let script = Script::default().on(0, Cue::Boot, alarms);
    Plan::calm(script.on(0, Cue::Ring(1), [Act::Send(1, LINE)]), 0..2)
}
