//! Pauses: time passes, nothing is handled, and nothing is forgotten.

use sim::{Ending, Happening, Misfortune, Role, Roles, Strike, Trigger};

use crate::plan::{Outcome, Plan, at, ms};
use crate::script::{Act, Cue, Script};

const LINE: u16 = 5;
const PAUSE: Misfortune = Misfortune::Pause { roles: Roles::EVERYONE };

#[test]
fn what_comes_during_a_pause_is_handled_after_it_in_the_order_in_which_it_came() {
    let outcome = chatter().with(Trigger::At(at(95)), pause(1), 100).run();
    // Lines that arrive at 110, 130, 150, 170, 190, alarms at 100 and 145.
    let after = handled(&outcome).into_iter().filter(|(at, _)| *at == 195).map(|(_, what)| what);
    let expected = ["alarm 100", "line 1", "line 2", "alarm 145", "line 3", "line 4", "line 5"];
    let mut in_order = expected.to_vec();
    in_order.swap(3, 3);
    assert_eq!(after.collect::<Vec<_>>(), in_order);
    assert_eq!(outcome.resumed(1), [195]);
    assert_eq!(outcome.strikes.of(Strike::Pause), 1);
    assert_eq!(outcome.ending, Ending::Rest);
}

#[test]
fn a_pause_strikes_only_its_target() {
    let outcome = chatter().with(Trigger::At(at(95)), pause(0), 100).run();
    let calm = chatter().run();
    assert_eq!(outcome.rang(1, 100), calm.rang(1, 100));
    assert_eq!(outcome.rang(0, 1), [195]);
    assert_eq!(outcome.heard(1, 1), [205]);
}

#[test]
fn an_arrival_at_the_very_moment_of_the_end_does_not_overtake_what_waits() {
    let outcome = chatter().with(Trigger::At(at(95)), pause(1), 75).run();
    let handled = handled(&outcome).into_iter().filter(|(at, _)| *at == 170);
    let lines = handled.map(|(_, what)| what).filter(|what| what.starts_with("line"));
    assert_eq!(lines.collect::<Vec<_>>(), ["line 1", "line 2", "line 3", "line 4"]);
}

#[test]
fn a_message_that_waits_longer_than_the_bound_is_lost_and_a_timer_is_not() {
    let mut plan = chatter().with(Trigger::At(at(95)), pause(1), 100);
    plan.settings.pause_max = ms(50);
    let outcome = plan.run();
    let handled = handled(&outcome).into_iter().filter(|(at, _)| *at == 195).map(|(_, what)| what);
    assert_eq!(
        handled.collect::<Vec<_>>(),
        ["alarm 100", "alarm 145", "line 3", "line 4", "line 5"]
    );
    assert_eq!(outcome.strikes.of(Strike::Overlong), 2);
    let blamed = outcome.trace.iter().filter(|e| matches!(e.what, Happening::Undeliverable(..)));
    assert!(blamed.clone().count() == 2 && blamed.clone().all(|e| e.fault == Some(1)));
}

#[test]
fn pauses_that_overlap_last_until_the_later_end() {
    let outcome = chatter()
        .with(Trigger::At(at(95)), pause(1), 100)
        .with(Trigger::At(at(100)), pause(1), 20)
        .with(Trigger::At(at(150)), pause(1), 100)
        .run();
    assert_eq!(outcome.resumed(1), [250]);
    assert!(handled(&outcome).iter().all(|(at, _)| *at < 95 || *at >= 250));
}

#[test]
fn a_crash_during_a_pause_loses_what_waited() {
    let outcome = chatter()
        .with(Trigger::At(at(95)), pause(1), 100)
        .with(Trigger::At(at(160)), Misfortune::CrashAll { roles: Role(1).into() }, 15)
        .run();
    assert_eq!((outcome.booted(1), outcome.resumed(1)), (vec![0, 175], vec![]));
    let heard = (1..=6).flat_map(|line| outcome.heard(1, line)).collect::<Vec<_>>();
    assert_eq!(heard, [190, 210]);
    assert_eq!(outcome.ending, Ending::Rest);
}

#[test]
fn healing_ends_every_pause_and_who_is_down_does_not_pause() {
    let mut plan = chatter()
        .with(Trigger::At(at(95)), PAUSE, 100_000)
        .with(Trigger::At(at(96)), Misfortune::CrashAll { roles: Role(0).into() }, 5)
        .with(Trigger::At(at(97)), pause(0), 50);
    plan.heal_at = at(300);
    let outcome = plan.run();
    assert_eq!((outcome.resumed(0), outcome.resumed(1)), (vec![], vec![300]));
    assert_eq!((outcome.booted(0), outcome.never_fired), (vec![0, 101], vec![3]));
    assert_eq!(outcome.ending, Ending::Rest);
}

fn pause(role: u8) -> Misfortune {
    Misfortune::Pause { roles: Role(role).into() }
}

/// Role 0 sends role 1 a line at 100, 120 and so on to 200 ms, which takes 10;
/// role 1 has alarms at 100 and 145.
fn chatter() -> Plan<Script> {
    let lines = (1..=6).map(|line| Act::Work(80 + u64::from(line) * 20, line));
    let script = Script::default()
        .on(0, Cue::Boot, lines)
        .on(1, Cue::Boot, [Act::Work(100, 100), Act::Work(145, 145)])
        .on(1, Cue::Hear(LINE), []);
    let script =
        (1..=6).fold(script, |script, line| script.on(0, Cue::Ring(line), [Act::Send(1, line)]));
    Plan::calm(script, 0..2)
}

/// What role 1 handled, and when.
fn handled(outcome: &Outcome<Script>) -> Vec<(u64, String)> {
    let what = |happening: &Happening<Script>| match happening {
        Happening::Delivered(_, _, line) => Some(format!("line {}", line.kind)),
        Happening::TimerFired(number) => Some(format!("alarm {number}")),
        _ => None,
    };
    let own = outcome.trace.iter().filter(|event| event.role == Role(1));
    own.filter_map(|e| Some((e.at.as_nanos() / 1_000_000, what(&e.what)?))).collect()
}
