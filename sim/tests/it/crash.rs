//! Where a crash can fall, what it leaves, and what boots afterwards.

use proptest::prelude::*;
use sim::{CrashPoint, Happening, Misfortune, Role, Strike, Trigger};

use crate::plan::{Outcome, Plan, at, ms, nth};
use crate::script::{Act, Cue, Line, Said, Script};
use crate::strategy::cases;

const GO: u16 = 1;
const REPLY: u16 = 2;
const ALARM: u16 = 3;

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn a_crash_between_any_two_effects_keeps_those_before_and_none_after(
        acts in prop::collection::vec(act(), 0..8),
    ) {
        for cut in 0..=acts.len() {
            let outcome = go(acts.clone(), CrashPoint::After(cut as u16));
            let happened = &acts[..cut];
            prop_assert_eq!(effects(&outcome), visible(happened));
            prop_assert_eq!(outcome.recalled(0), vec![vec![], durable(happened)]);
            prop_assert_eq!(outcome.crashed(0), vec![110]);
            prop_assert_eq!(outcome.booted(0), vec![0, 160]);
            let lost = appended(happened).len() - durable(happened).len();
            prop_assert_eq!(losses(&outcome), vec![lost]);
            prop_assert_eq!(outcome.strikes.of(Strike::Crash), 1);
            prop_assert_eq!(outcome.strikes.of(Strike::LostTail), u64::from(lost > 0));
            // 100 ms from the handler at 110 ms on, while the actor is up
            // again since 160 ms: these alarms belong to the dead.
            prop_assert!(outcome.rang(0, ALARM).is_empty());
            let replies = happened.iter().filter(|act| matches!(act, Act::Send(..))).count();
            prop_assert_eq!(outcome.heard(1, REPLY), vec![120; replies]);
        }
    }

    #[test]
    fn without_a_crash_every_effect_happens(acts in prop::collection::vec(act(), 0..8)) {
        let outcome = stage(acts.clone()).run();
        prop_assert_eq!(effects(&outcome), visible(&acts));
        prop_assert_eq!(outcome.recalled(0), vec![Vec::<u16>::new()]);
        let durable = durable(&acts);
        let tapped = outcome.taps.durable.iter().map(|(_, record)| *record);
        prop_assert_eq!(tapped.collect::<Vec<_>>(), durable);
        let alarms = acts.iter().filter(|act| matches!(act, Act::Work(..))).count();
        prop_assert_eq!(outcome.rang(0, ALARM), vec![210; alarms]);
    }
}

#[test]
fn a_crash_point_past_the_last_effect_wraps_around() {
    let acts = vec![Act::Note(1), Act::Note(2)];
    for (count, noted) in [(0, 0), (2, 2), (3, 0), (4, 1), (u16::MAX, 0)] {
        let outcome = go(acts.clone(), CrashPoint::After(count));
        assert_eq!(outcome.noted(0).len(), noted, "after {count}");
        assert_eq!(outcome.crashed(0), [110]);
    }
}

/// The crash that exposes an append without a sync is worth nothing if it
/// falls anywhere else: it waits for its handler, and comes before the sync.
#[test]
fn a_crash_aimed_at_an_unsynced_append_waits_for_one_and_falls_before_its_sync() {
    use Act::{Append, Note, Send, Sync};
    for (acts, happened) in [
        (vec![Append(1), Sync, Send(1, REPLY)], Some(1)),
        (vec![Append(1), Send(1, REPLY), Sync], Some(1)),
        (vec![Note(1), Append(1), Append(2), Sync], Some(2)),
        (vec![Sync, Append(1)], Some(2)),
        (vec![Append(1)], Some(1)),
        (vec![Append(1), Sync, Append(2), Sync], Some(1)),
        (vec![Note(1), Sync, Send(1, REPLY)], None),
        (vec![], None),
    ] {
        let outcome = go(acts.clone(), CrashPoint::Unsynced);
        let expected = &acts[..happened.unwrap_or(acts.len())];
        assert_eq!(effects(&outcome), expected, "{acts:?}");
        assert_eq!(outcome.crashed(0).len(), usize::from(happened.is_some()), "{acts:?}");
    }
    // The handler without an append passes whole, the next one does not.
    let outcome = stage(vec![Note(1), Act::Work(5, 7)])
        .on(0, Cue::Ring(7), [Note(2), Append(1), Sync, Note(3)])
        .with(Trigger::At(at(50)), crash(CrashPoint::Unsynced), 50)
        .run();
    assert_eq!((outcome.noted(0), outcome.crashed(0)), (vec![1, 2], vec![115]));
}

#[test]
fn a_crash_waits_for_the_first_handler_after_its_trigger() {
    let plan = stage(vec![Act::Note(1)]);
    for (moment, crashed) in [(0, 110), (109, 110), (111, 0)] {
        let misfortune = crash(CrashPoint::After(0));
        let outcome = plan.clone().with(Trigger::At(at(moment)), misfortune, 50).run();
        let expected = if crashed > 0 { vec![crashed] } else { vec![] };
        assert_eq!(outcome.crashed(0), expected, "triggered at {moment} ms");
    }
}

#[test]
fn the_second_of_two_crashes_falls_into_the_boot_after_the_first() {
    let outcome = stage(vec![Act::Append(1), Act::Sync])
        .on(0, Cue::Boot, [Act::Recall, Act::Append(9), Act::Sync])
        .with(Trigger::At(at(50)), crash(CrashPoint::After(2)), 50)
        .with(Trigger::At(at(60)), crash(CrashPoint::After(2)), 20)
        .run();
    assert_eq!(outcome.crashed(0), [110, 160]);
    assert_eq!(outcome.booted(0), [0, 160, 180]);
    assert_eq!(outcome.recalled(0), [vec![], vec![9, 1], vec![9, 1]]);
    assert_eq!(outcome.journals[&Role(0)], [9, 1, 9]);
}

#[test]
fn a_crash_is_caused_by_its_handler_and_the_boot_by_the_crash() {
    let outcome = go(vec![Act::Note(1)], CrashPoint::After(1));
    let find = |is: fn(&Happening<Script>) -> bool| outcome.trace.iter().rfind(|e| is(&e.what));
    let handled = find(|what| matches!(what, Happening::Noted(Said::Noted(1)))).unwrap();
    let crash = find(|what| matches!(what, Happening::Crashed(_))).unwrap();
    let boot = find(|what| matches!(what, Happening::Booted)).unwrap();
    assert_eq!((crash.cause, boot.cause), (handled.event, crash.event));
}

#[test]
fn a_message_that_finds_its_receiver_down_is_lost() {
    let talk = (1..=3).map(|kind| Act::Work(u64::from(kind) * 100, kind));
    let script = (1..=3)
        .fold(Script::default(), |script, kind| script.on(1, Cue::Ring(kind), [Act::Send(0, kind)]))
        .on(1, Cue::Boot, talk);
    let outcome =
        Plan::calm(script, 0..2).with(Trigger::At(at(50)), crash(CrashPoint::After(0)), 150).run();
    let heard = [1, 2, 3].map(|kind| outcome.heard(0, kind));
    let missed = [1, 2, 3].map(|kind| outcome.missed(0, kind));
    assert_eq!(heard, [vec![110], vec![], vec![310]]);
    assert_eq!(missed, [vec![], vec![210], vec![]]);
    assert_eq!(outcome.strikes.of(Strike::Partition), 0);
}

/// `World::journal` returned the unsynced tail as well, so a judge that reads
/// the disk would have taken for durable what a crash would have lost.
#[test]
fn a_reader_of_the_disk_sees_synced_records_only() {
    let outcome = stage(vec![Act::Append(1), Act::Sync, Act::Append(2)]).run();
    assert_eq!(outcome.journals[&Role(0)], [1]);
    assert_eq!(outcome.taps.durable, [(Role(0), 1)]);
}

#[test]
fn clocks_start_at_boot_and_at_the_beginning_of_the_world() {
    let outcome = stage(vec![Act::TellTime])
        .on(0, Cue::Boot, [Act::TellTime, Act::Work(70, 7)])
        .on(0, Cue::Ring(7), [Act::TellTime])
        .with(Trigger::OnDelivery(nth(1, 0, GO, 1)), crash(CrashPoint::After(1)), 50)
        .run();
    let time = |monotonic: u64, wall: u64| Said::Time { monotonic: ms(monotonic), wall: at(wall) };
    let told = [time(0, 0), time(70, 70), time(110, 110), time(0, 160), time(70, 230)];
    assert_eq!(outcome.said(0), told);
}

/// Role 1 tells role 0 to go at 100 ms; role 0 does `acts` when it hears it.
fn stage(acts: Vec<Act>) -> Plan<Script> {
    let script = Script::default()
        .on(0, Cue::Boot, [Act::Recall])
        .on(1, Cue::Boot, [Act::Work(100, GO)])
        .on(1, Cue::Ring(GO), [Act::Send(0, GO)])
        .on(0, Cue::Hear(GO), acts);
    Plan::calm(script, 0..2)
}

/// The same, with a crash of role 0 for 50 ms.
fn go(acts: Vec<Act>, point: CrashPoint) -> Outcome<Script> {
    stage(acts).with(Trigger::At(at(50)), crash(point), 50).run()
}

fn crash(point: CrashPoint) -> Misfortune {
    Misfortune::Crash { role: Role(0), point }
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (1..100_u16).prop_map(Act::Append),
        Just(Act::Sync),
        Just(Act::Send(1, REPLY)),
        Just(Act::Work(100, ALARM)),
        (1..100_u16).prop_map(Act::Note),
    ]
}

/// What role 0 did on its cue, as far as a trace tells.
fn effects(outcome: &Outcome<Script>) -> Vec<Act> {
    let cue = |what: &Happening<Script>| {
        matches!(what, Happening::Delivered(_, _, Line { kind: GO, .. }))
    };
    let go = outcome.trace.iter().find(|event| cue(&event.what)).map(|event| event.event);
    let of_go = outcome.trace.iter().filter(|event| Some(event.event) == go);
    of_go
        .filter_map(|event| match &event.what {
            Happening::Appended(record) => Some(Act::Append(*record)),
            Happening::Synced => Some(Act::Sync),
            Happening::Sent(sent, line, _) => Some(Act::Send(sent.to.0, line.kind)),
            Happening::Noted(Said::Noted(number)) => Some(Act::Note(*number)),
            _ => None,
        })
        .collect()
}

fn visible(acts: &[Act]) -> Vec<Act> {
    acts.iter().filter(|act| !matches!(act, Act::Work(..))).copied().collect()
}

fn appended(acts: &[Act]) -> Vec<u16> {
    acts.iter().filter_map(|act| if let Act::Append(r) = act { Some(*r) } else { None }).collect()
}

fn durable(acts: &[Act]) -> Vec<u16> {
    let synced = acts.iter().rposition(|act| *act == Act::Sync).unwrap_or(0);
    appended(&acts[..synced])
}

fn losses(outcome: &Outcome<Script>) -> Vec<usize> {
    let lost = |what: &Happening<Script>| {
        if let Happening::Crashed(lost) = what { Some(*lost) } else { None }
    };
    outcome.trace.iter().filter_map(|event| lost(&event.what)).collect()
}
