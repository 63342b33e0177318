//! When a world is at rest, when it only looks so, and what is left undone.

use sim::{CrashPoint, Ending, Misfortune, Role, Trigger};

use crate::plan::{Plan, Taps, at, ms};
use crate::script::Act::{Discharge, Housekeeping, Note, Oblige, Send, Work};
use crate::script::{Act, Cue, Script};

#[test]
fn a_world_with_nothing_to_do_rests_as_soon_as_it_heals() {
    let outcome = Plan::calm(Script::default(), 0..3).run();
    assert_eq!((outcome.ending, outcome.ended_at), (Ending::Rest, at(1_000)));
}

#[test]
fn a_world_waits_for_messages_and_work_but_not_for_housekeeping_to_end() {
    for (act, ended) in [
        (Work(3_000, 9), 3_000),
        (Send(0, 9), 1_000),
        (Housekeeping(3_000, 9), 3_000),
        (Housekeeping(300, 9), 1_000),
    ] {
        let outcome = boots_with([act]).run();
        assert_eq!((outcome.ending, outcome.ended_at), (Ending::Rest, at(ended)), "{act:?}");
    }
    let mut slow = boots_with([Send(0, 9)]);
    slow.network =
        sim::Network::new(vec![sim::Quantiles::constant(ms(4_000))], Vec::new(), ms(5_000));
    assert_eq!(slow.run().ended_at, at(4_000));
}

#[test]
fn housekeeping_fires_once_more_after_the_healing_and_does_not_keep_the_world_awake() {
    let outcome =
        boots_with([Housekeeping(300, 7)]).on(0, Cue::Ring(7), [Housekeeping(300, 7)]).run();
    assert_eq!(outcome.rang(0, 7), [300, 600, 900, 1_200]);
    assert_eq!(outcome.ending, Ending::Rest);
}

/// The round of housekeeping counted firings, not timers: one that set itself
/// again fired in the place of a slower one, which then never did.
#[test]
fn each_housekeeping_timer_fires_in_the_round_however_often_another_does() {
    let outcome = boots_with([Housekeeping(300, 7), Housekeeping(5_000, 8)])
        .on(0, Cue::Ring(7), [Housekeeping(300, 7)])
        .run();
    assert_eq!(outcome.rang(0, 8), [5_000]);
    assert_eq!((outcome.ending, outcome.ended_at), (Ending::Rest, at(5_000)));
}

#[test]
fn work_that_housekeeping_made_is_done_and_followed_by_another_round() {
    let outcome = boots_with([Housekeeping(1_500, 7), Housekeeping(2_000, 8)])
        .on(0, Cue::Ring(7), [Work(50, 1)])
        .on(0, Cue::Ring(1), [Housekeeping(5_000, 9)])
        .run();
    assert_eq!(outcome.rang(0, 7), [1_500]);
    assert_eq!(outcome.rang(0, 8), [2_000]);
    assert_eq!(outcome.rang(0, 9).len(), 1);
    assert_eq!(outcome.ending, Ending::Rest);
}

/// A query to somebody who never comes back was asked again at every rest, and
/// each counted as work: the world never came to its end.
#[test]
fn what_housekeeping_sends_is_waited_for_and_keeps_no_world_awake() {
    let outcome = boots_with([Housekeeping(1_500, 7)])
        .on(0, Cue::Ring(7), [Send(0, 1), Housekeeping(1_500, 7)])
        .run();
    assert_eq!((outcome.rang(0, 7).len(), outcome.heard(0, 1).len()), (1, 1));
    assert_eq!(outcome.ending, Ending::Rest);
}

#[test]
fn housekeeping_that_died_in_a_crash_is_not_waited_for() {
    let crash = Misfortune::Crash { role: Role(0), point: CrashPoint::After(1) };
    let plan =
        boots_with([]).on(0, Cue::Boot, [Send(0, 1)]).on(0, Cue::Hear(1), [Housekeeping(5_000, 7)]);
    assert_eq!(plan.run().ended_at, at(5_010));
    let mut plan = plan.with(Trigger::At(at(5)), crash, 10);
    plan.heal_at = at(15);
    let crashed = plan.run();
    assert_eq!((crashed.crashed(0), crashed.booted(0)), (vec![10], vec![0, 15]));
    assert_eq!((crashed.rang(0, 7), crashed.ended_at), (vec![5_025], at(5_025)));
}

#[test]
fn an_obligation_that_nothing_is_left_to_close_is_a_lost_wake_up_by_name() {
    use Ending::{LostWakeUp, Rest};
    for (boot, ring, ending, ended) in [
        (vec![Oblige(7)], vec![], LostWakeUp(7), 1_000),
        (vec![Oblige(7), Oblige(3)], vec![], LostWakeUp(3), 1_000),
        (vec![Oblige(7), Oblige(3), Discharge(3)], vec![], LostWakeUp(7), 1_000),
        (vec![Oblige(7), Discharge(7)], vec![], Rest, 1_000),
        (vec![Oblige(7), Oblige(7), Discharge(7)], vec![], Rest, 1_000),
        (vec![Discharge(7)], vec![], Rest, 1_000),
        // Work may still close it, and is waited for.
        (vec![Oblige(7), Work(2_000, 1)], vec![Discharge(7)], Rest, 2_000),
        (vec![Oblige(7), Work(2_000, 1)], vec![], LostWakeUp(7), 2_000),
        // Housekeeping is no work: what only it would close was forgotten.
        (vec![Oblige(7), Housekeeping(2_000, 1)], vec![Discharge(7)], LostWakeUp(7), 1_000),
        (vec![Housekeeping(2_000, 1)], vec![Oblige(7)], LostWakeUp(7), 2_000),
    ] {
        let outcome = boots_with(boot.clone()).on(0, Cue::Ring(1), ring.clone()).run();
        assert_eq!((outcome.ending, outcome.ended_at), (ending, at(ended)), "{boot:?} {ring:?}");
    }
}

#[test]
fn an_obligation_survives_the_crash_of_whoever_took_it_on() {
    let crash = Misfortune::Crash { role: Role(1), point: CrashPoint::After(1) };
    let script = Script::default()
        .on(0, Cue::Boot, [Work(100, 1)])
        .on(0, Cue::Ring(1), [Send(1, 1)])
        .on(1, Cue::Hear(1), [Oblige(7), Work(10, 2)])
        .on(1, Cue::Ring(2), [Discharge(7)]);
    let plan = Plan::calm(script, 0..2);
    assert_eq!(plan.run().ending, Ending::Rest);
    let crashed = plan.with(Trigger::At(at(50)), crash, 10).run();
    assert_eq!(crashed.ending, Ending::LostWakeUp(7));
}

#[test]
fn a_world_at_rest_can_be_woken_and_rests_again() {
    let plan = boots_with([Housekeeping(300, 7)])
        .on(0, Cue::Ring(7), [Housekeeping(300, 7)])
        .on(0, Cue::Ring(1), [Note(1), Send(0, 2)])
        .on(0, Cue::Hear(2), [Note(2)]);
    let mut world = plan.world().recorded();
    let mut taps = Taps::default();
    assert_eq!(world.run(&mut taps), Ending::Rest);
    let (rested, events) = (world.now(), world.events());
    world.wake(Role(0), 1);
    assert_eq!(world.run(&mut taps), Ending::Rest);
    let outcome = plan.outcome(&world, Ending::Rest, taps);
    assert_eq!(outcome.noted(0), [1, 2]);
    assert_eq!(outcome.rang(0, 1), [rested.as_nanos() / 1_000_000]);
    let woken = outcome.trace.iter().find(|event| event.event == events + 1);
    assert_eq!(woken.map(|event| event.cause), Some(events), "rest is caused by all before it");
    // What is set at rest fires once more, as before any rest.
    assert_eq!(outcome.rang(0, 7), [300, 600, 900, 1_200, 1_500]);
}

/// A wake-up that found its actor down was told as if it had been handled, and
/// took a planned crash with it that then never fell.
#[test]
fn waking_who_is_down_or_nobody_does_nothing() {
    let crash = Misfortune::Crash { role: Role(0), point: CrashPoint::After(0) };
    let mut plan = boots_with([Work(100, 1), Work(200, 1)])
        .with(Trigger::At(at(50)), crash, 100)
        .with(Trigger::At(at(50)), crash, 100);
    plan.limits.events_max = 1_000;
    let mut world = plan.world().recorded();
    let mut taps = Taps::default();
    while world.now() < at(100) {
        assert_eq!(world.step(&mut taps), None);
    }
    world.wake(Role(0), 9);
    world.wake(Role(8), 9);
    world.wake(Role(200), 9);
    let ending = world.run(&mut taps);
    let outcome = plan.outcome(&world, ending, taps);
    assert!(outcome.rang(0, 9).is_empty());
    assert_eq!(outcome.crashed(0), [100, 200]);
    assert_eq!(ending, Ending::Rest);
}

/// A single actor that does `acts` when it boots.
fn boots_with(acts: impl IntoIterator<Item = Act>) -> Plan<Script> {
    Plan::calm(Script::default(), 0..1).on(0, Cue::Boot, acts)
}
