//! Crashes that are aimed: at named effects, at moments, at several actors,
//! again and again.

use sim::{CrashPoint, Cue as On, Kind, Misfortune, Role, Roles, Sight, Strike, Subject, Trigger};

use crate::plan::{Outcome, Plan, at, ms, nth};
use crate::script::{Act, Cue, Script};

const GO: u16 = 1;
const HANDLER: [Act; 8] = [
    Act::Append(1),
    Act::Send(1, 5),
    Act::Sync,
    Act::Send(1, 6),
    Act::Note(1),
    Act::Append(2),
    Act::Send(1, 5),
    Act::Sync,
];

#[test]
fn a_crash_falls_between_the_two_effects_that_its_point_names() {
    let send = |kind, nth| CrashPoint::BeforeSend { kind: Kind(kind), nth };
    let sent = |kind, nth| CrashPoint::AfterSend { kind: Kind(kind), nth };
    for (point, happened) in [
        (CrashPoint::AfterAppend(1), Some(1)),
        (CrashPoint::AfterAppend(0), Some(1)),
        (CrashPoint::AfterAppend(2), Some(6)),
        (CrashPoint::AfterAppend(3), None),
        (CrashPoint::BeforeSync(1), Some(2)),
        (CrashPoint::AfterSync(1), Some(3)),
        (CrashPoint::BeforeSync(2), Some(7)),
        (CrashPoint::AfterSync(2), Some(8)),
        (send(5, 1), Some(1)),
        (sent(5, 1), Some(2)),
        (send(6, 1), Some(3)),
        (send(5, 2), Some(6)),
        (sent(5, 2), Some(7)),
        (send(7, 1), None),
    ] {
        let misfortune = Misfortune::Crash { role: Role(0), point };
        let outcome = stage().with(Trigger::At(at(50)), misfortune, 20).run();
        check(&outcome, happened, &format!("{point:?}"));
    }
}

/// "Crash the orchestrator after `committed` reached it and before it sent Y".
#[test]
fn a_crash_on_a_sending_falls_right_before_or_right_after_that_very_sending() {
    for (kind, nth_of_kind, point, happened) in [
        (5, 1, CrashPoint::Instead, 1),
        (5, 1, CrashPoint::AtOnce, 2),
        (5, 2, CrashPoint::Instead, 6),
        (5, 2, CrashPoint::AtOnce, 7),
        (6, 1, CrashPoint::Instead, 3),
        (6, 1, CrashPoint::AtOnce, 4),
    ] {
        let misfortune = Misfortune::Crash { role: Role(0), point };
        let trigger = Trigger::OnSend(nth(0, 1, kind, nth_of_kind));
        let outcome = stage().with(trigger, misfortune, 20).run();
        check(&outcome, Some(happened), &format!("{kind} {nth_of_kind} {point:?}"));
    }
}

#[test]
fn a_sending_that_a_crash_came_instead_of_is_sent_after_the_boot_under_its_own_name() {
    let crash = Misfortune::Crash { role: Role(0), point: CrashPoint::Instead };
    let outcome = stage()
        .on(0, Cue::Boot, [Act::Send(1, 6)])
        .with(Trigger::OnSend(nth(0, 1, 6, 2)), crash, 20)
        .run();
    assert_eq!((outcome.crashed(0), outcome.booted(0)), (vec![110], vec![0, 130]));
    assert_eq!(outcome.heard(1, 6), [10, 140]);
}

#[test]
fn a_crash_at_once_comes_before_the_delivery_that_pulls_it_is_handled() {
    let crash = Misfortune::Crash { role: Role(0), point: CrashPoint::AtOnce };
    let outcome = stage().with(Trigger::OnDelivery(nth(1, 0, GO, 1)), crash, 20).run();
    check(&outcome, Some(0), "delivery");
    // Whoever does not handle anything just then crashes between two handlers.
    let outcome = stage().with(Trigger::OnSend(nth(1, 0, GO, 1)), crash, 5).run();
    assert_eq!((outcome.crashed(0), outcome.heard(0, GO)), (vec![100], vec![110]));
}

#[test]
fn a_crash_at_once_does_not_wait_for_who_is_down() {
    let crash = Misfortune::Crash { role: Role(0), point: CrashPoint::AtOnce };
    let outcome = stage()
        .with(Trigger::At(at(50)), crash, 20)
        .with(Trigger::At(at(60)), crash, 20)
        .with(
            Trigger::At(at(60)),
            Misfortune::Crash { role: Role(0), point: CrashPoint::Instead },
            0,
        )
        .run();
    assert_eq!((outcome.crashed(0), outcome.never_fired), (vec![50], vec![2, 3]));
}

#[test]
fn a_fact_pulls_the_trigger_that_names_it() {
    let sight = |ordinal| Sight { role: Role(0), kind: Kind(1), subject: Subject(0), ordinal };
    let crash = Misfortune::Crash { role: Role(0), point: CrashPoint::AtOnce };
    let outcome = stage().with(Trigger::OnFact(sight(1)), crash, 20).run();
    check(&outcome, Some(5), "first fact");
    let outcome = stage().with(Trigger::OnFact(sight(2)), crash, 20).run();
    assert_eq!(outcome.never_fired, [1]);
    let outcome = stage()
        .on(0, Cue::Boot, [Act::Note(2), Act::Note(1), Act::Note(1)])
        .with(Trigger::OnFact(sight(3)), crash, 20)
        .run();
    assert_eq!(outcome.crashed(0), [110]);
}

#[test]
fn a_fault_can_wait_for_a_while_after_its_cue() {
    let isolate = Misfortune::isolate(Role(0));
    let sight = Sight { role: Role(0), kind: Kind(1), subject: Subject(0), ordinal: 1 };
    for (cue, struck) in [
        (On::Fact(sight), 145),
        (On::Delivery(nth(1, 0, GO, 1)), 145),
        (On::Send(nth(1, 0, GO, 1)), 135),
    ] {
        let outcome = stage().with(Trigger::Later(cue, ms(35)), isolate, 20).run();
        let struck_at = outcome.trace.iter().find(|e| matches!(e.what, sim::Happening::Struck(1)));
        assert_eq!(struck_at.map(|event| event.at), Some(at(struck)), "{cue:?}");
        // It struck because of what it waited for.
        assert!(struck_at.is_some_and(|event| event.cause > 0));
    }
    let late = Trigger::Later(On::Fact(sight), ms(2_000));
    assert_eq!(stage().with(late, isolate, 20).run().never_fired, [1]);
}

#[test]
fn correlated_crashes_take_everybody_at_once_and_nobody_else() {
    let both = Roles::from_iter([Role(0), Role(2)]);
    let mut plan = stage().with(Trigger::At(at(105)), Misfortune::CrashAll { roles: both }, 20);
    plan.roles.push(Role(2));
    let outcome = plan.run();
    assert_eq!([0, 1, 2].map(|role| outcome.crashed(role)), [vec![105], vec![], vec![105]]);
    assert_eq!([0, 1, 2].map(|role| outcome.booted(role)), [vec![0, 125], vec![0], vec![0, 125]]);
    assert_eq!((outcome.heard(0, GO), outcome.strikes.of(Strike::Crash)), (vec![], 2));
}

#[test]
fn a_crash_loop_crashes_as_often_as_it_says_a_dwell_apart() {
    for (times, crashed) in [(0, vec![110]), (1, vec![110]), (3, vec![110, 130, 150])] {
        let point = CrashPoint::After(0);
        let misfortune = Misfortune::CrashLoop { role: Role(0), point, times };
        let outcome = stage().with(Trigger::At(at(105)), misfortune, 20).run();
        assert_eq!(outcome.crashed(0), crashed);
        assert_eq!(outcome.booted(0).len(), crashed.len() + 1);
        assert!(outcome.never_fired.is_empty());
    }
    let point = CrashPoint::AtOnce;
    let misfortune = Misfortune::CrashLoop { role: Role(0), point, times: 2 };
    let outcome = stage().with(Trigger::At(at(105)), misfortune, 20).run();
    assert_eq!(outcome.crashed(0), [105, 125]);
}

#[test]
fn fates_strike_nothing_but_the_sending_that_pulls_them() {
    for misfortune in [Misfortune::Drop, Misfortune::Delay, Misfortune::Duplicate] {
        let outcome = stage()
            .with(Trigger::At(at(50)), misfortune, 20)
            .with(Trigger::OnDelivery(nth(1, 0, GO, 1)), misfortune, 20)
            .with(Trigger::Later(On::Send(nth(1, 0, GO, 1)), ms(5)), misfortune, 20)
            .run();
        assert_eq!(outcome.never_fired, [1, 2, 3]);
        assert_eq!(outcome.strikes.of(Strike::PlannedFate), 0);
        check(&outcome, None, "nothing falls");
    }
}

/// Role 1 tells role 0 to go at 100 ms.
fn stage() -> Plan<Script> {
    let script = Script::default()
        .on(1, Cue::Boot, [Act::Work(100, GO)])
        .on(1, Cue::Ring(GO), [Act::Send(0, GO)])
        .on(0, Cue::Hear(GO), HANDLER);
    Plan::calm(script, 0..2)
}

/// So many effects of the handler happened, and then the crash fell; `None`:
/// all of them, and none did.
fn check(outcome: &Outcome<Script>, happened: Option<usize>, of: &str) {
    let did = &HANDLER[..happened.unwrap_or(HANDLER.len())];
    let count = |act: Act| did.iter().filter(|other| **other == act).count();
    assert_eq!(outcome.heard(1, 5).len(), count(Act::Send(1, 5)), "{of}");
    assert_eq!(outcome.heard(1, 6).len(), count(Act::Send(1, 6)), "{of}");
    assert_eq!(outcome.noted_at(0, 1).len(), count(Act::Note(1)), "{of}");
    let durable = match count(Act::Sync) {
        0 => vec![],
        1 => vec![1],
        _ => vec![1, 2],
    };
    assert_eq!(outcome.journals[&Role(0)], durable, "{of}");
    let crashed = if happened.is_some() { vec![110] } else { vec![] };
    assert_eq!(outcome.crashed(0), crashed, "{of}");
    let blamed = outcome.trace.iter().filter(|e| matches!(e.what, sim::Happening::Crashed(_)));
    assert!(blamed.clone().all(|event| event.fault == Some(1)), "{of}");
}
