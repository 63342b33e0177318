//! Clocks that are wrong: whose, how far, and for how long.

use sim::{Misfortune, Role, Strike, Trigger, VirtualTime};

use crate::plan::{Outcome, Plan, at, ms};
use crate::script::{Act, Cue, Said, Script};

const ALARMS: [u64; 4] = [100, 300, 500, 700];

#[test]
fn a_wall_clock_jumps_for_the_dwell_and_the_monotonic_clock_does_not() {
    for (ahead, shown) in [(true, [100, 350, 550, 700]), (false, [100, 250, 450, 700])] {
        let shift = Misfortune::WallShift { role: Role(0), ahead, by: ms(50) };
        let outcome = two_tell_the_time().with(Trigger::At(at(200)), shift, 400).run();
        assert_eq!(walls(&outcome, 0), shown.map(at));
        assert_eq!(walls(&outcome, 1), ALARMS.map(at));
        assert_eq!(monotonics(&outcome, 0), ALARMS);
        assert_eq!(outcome.strikes.of(Strike::ClockJump), 1);
    }
}

#[test]
fn jumps_add_up_and_end_each_for_itself() {
    let jump = |ahead, by| Misfortune::WallShift { role: Role(0), ahead, by: ms(by) };
    let outcome = two_tell_the_time()
        .with(Trigger::At(at(50)), jump(true, 50), 400)
        .with(Trigger::At(at(200)), jump(false, 20), 400)
        .run();
    assert_eq!(walls(&outcome, 0), [150, 330, 480, 700].map(at));
}

/// 10 % fast for 400 ms: both clocks gain 40, and the wall clock is then set
/// right. A timer that was set before it began still comes at its true moment,
/// which is late by the actor's own clock; never early.
#[test]
fn a_drift_shows_on_both_clocks_while_it_dwells() {
    let drift = Misfortune::Drift { role: Role(0), ppm: 100_000 };
    let outcome = two_tell_the_time().with(Trigger::At(at(200)), drift, 400).run();
    assert_eq!(walls(&outcome, 0), [100, 310, 530, 700].map(at));
    assert_eq!(monotonics(&outcome, 0), [100, 310, 530, 740]);
    assert_eq!(
        (walls(&outcome, 1), monotonics(&outcome, 1)),
        (ALARMS.map(at).to_vec(), ALARMS.to_vec())
    );
    assert_eq!(outcome.strikes.of(Strike::ClockDrift), 1);
}

#[test]
fn a_timer_counts_in_its_actors_own_time_and_never_comes_early_there() {
    for (ppm, rang) in [(250_000, 80), (-200_000, 125), (-500_000, 200)] {
        let drift = Misfortune::Drift { role: Role(0), ppm };
        let outcome = Plan::calm(Script::default(), 0..2)
            .on(0, Cue::Boot, [Act::Work(10, 1), Act::Work(110, 3)])
            .on(0, Cue::Ring(1), [Act::Work(100, 2)])
            .with(Trigger::At(at(10)), drift, 900)
            .run();
        assert_eq!(outcome.rang(0, 2), [10 + rang], "{ppm}");
        // Set while the clock was right: it waits on where the clock is slow.
        let set_before = if ppm < 0 { 10 + rang } else { 110 };
        assert_eq!(outcome.rang(0, 3), [set_before], "{ppm}");
    }
}

#[test]
fn a_monotonic_clock_restarts_at_boot_and_the_wall_clock_does_not() {
    let shift = Misfortune::WallShift { role: Role(0), ahead: true, by: ms(5) };
    let outcome = Plan::calm(Script::default(), 0..1)
        .on(0, Cue::Boot, [Act::TellTime, Act::Work(30, 1)])
        .on(0, Cue::Ring(1), [Act::TellTime])
        .with(Trigger::At(at(10)), shift, 900)
        .with(Trigger::At(at(20)), Misfortune::CrashAll { roles: Role(0).into() }, 30)
        .run();
    assert_eq!(monotonics(&outcome, 0), [0, 0, 30]);
    assert_eq!(walls(&outcome, 0), [0, 55, 85].map(at));
}

#[test]
fn clocks_are_right_again_once_the_world_has_healed() {
    let drift = Misfortune::Drift { role: Role(0), ppm: -100_000 };
    let shift = Misfortune::WallShift { role: Role(0), ahead: true, by: ms(50) };
    let mut plan = two_tell_the_time().with(Trigger::At(at(0)), drift, 5_000).with(
        Trigger::At(at(0)),
        shift,
        5_000,
    );
    plan.heal_at = at(400);
    let outcome = plan.run();
    let rang = ALARMS.map(|alarm| outcome.rang(0, alarm as u16)[0]);
    assert_eq!(walls(&outcome, 0)[2..], rang.map(at)[2..]);
    assert_eq!(outcome.rang(0, 700), [740]);
}

/// Roles 0 and 1 tell the time at each of the alarms.
fn two_tell_the_time() -> Plan<Script> {
    let script = (0..2).fold(Script::default(), |script, role| {
        let script = script.on(role, Cue::Boot, ALARMS.map(|at| Act::Work(at, at as u16)));
        ALARMS.iter().fold(script, |s, at| s.on(role, Cue::Ring(*at as u16), [Act::TellTime]))
    });
    Plan::calm(script, 0..2)
}

fn walls(outcome: &Outcome<Script>, role: u8) -> Vec<VirtualTime> {
    let wall = |said: &Said| if let Said::Time { wall, .. } = said { Some(*wall) } else { None };
    outcome.said(role).iter().filter_map(wall).collect()
}

fn monotonics(outcome: &Outcome<Script>, role: u8) -> Vec<u64> {
    let shown = |said: &Said| match said {
        Said::Time { monotonic, .. } => Some(monotonic.as_millis() as u64),
        _ => None,
    };
    outcome.said(role).iter().filter_map(shown).collect()
}
