//! What a reader sees of a trace.

use sim::{CrashPoint, Misfortune, Role, Roles, Trigger};

use crate::plan::{Outcome, Plan, at, nth};
use crate::script::{Act, Cue, Script};

/// Every kind of happening, in the words that reports use.
#[test]
fn a_trace_reads_like_a_story() {
    let everybody = Roles::from_iter([Role(0), Role(1)]);
    let cut = Misfortune::Partition { from: everybody, to: everybody, both_ways: false };
    let crash = Misfortune::Crash { role: Role(1), point: CrashPoint::Unsynced };
    let plan = Plan::calm(Script::default(), 0..2)
        .on(0, Cue::Boot, [Act::Work(100, 1), Act::Work(145, 2), Act::Work(200, 2)])
        .on(0, Cue::Ring(1), [Act::Send(1, 5), Act::Sync])
        .on(0, Cue::Ring(2), [Act::Send(1, 6)])
        .on(1, Cue::Hear(5), [Act::Note(9), Act::Append(7), Act::Sync])
        .with(Trigger::OnSend(nth(0, 1, 5, 1)), Misfortune::Duplicate, 15)
        .with(Trigger::OnDelivery(nth(0, 1, 5, 1)), crash, 10)
        .with(Trigger::At(at(150)), cut, 100);
    assert_eq!(story(&plan.run()), STORY);
}

#[test]
fn what_a_handler_does_has_the_number_of_its_handler_and_causes_come_first() {
    let plan = Plan::calm(Script::default(), 0..2)
        .on(0, Cue::Boot, [Act::Send(1, 5), Act::Note(1), Act::Append(1), Act::Sync])
        .on(1, Cue::Hear(5), [Act::Work(10, 1)]);
    let outcome = plan.run();
    for event in &outcome.trace {
        assert!(event.cause <= event.event, "{event:?}");
        let own = outcome.trace.iter().find(|other| other.event == event.event).unwrap();
        assert_eq!(own.role, event.role);
        let cause = outcome.trace.iter().find(|other| other.event == event.cause);
        assert!(cause.is_some_and(|cause| cause.at <= event.at) || event.cause == 0);
    }
    let numbers = outcome.trace.iter().map(|event| event.event).collect::<Vec<_>>();
    assert!(numbers.is_sorted());
    assert_eq!(numbers.last(), Some(&outcome.events));
}

const STORY: [&str; 24] = [
    "00:00:00.000000 0: boots",
    "00:00:00.000000 1: boots",
    "00:00:00.100000 0: is reminded of 1",
    "00:00:00.100000 255: fault 1 strikes",
    "00:00:00.100000 0: sends Line { kind: 5, about: 0 }",
    "00:00:00.100000 0: syncs its journal",
    "00:00:00.110000 1: receives Line { kind: 5, about: 0 }",
    "00:00:00.110000 1: fault 2 strikes",
    "00:00:00.110000 1: notes Noted(9)",
    "00:00:00.110000 1: appends 7",
    "00:00:00.110000 1: crashes, 1 unsynced records lost",
    "00:00:00.120000 1: boots",
    "00:00:00.125000 1: receives copy 1 of Line { kind: 5, about: 0 }",
    "00:00:00.125000 1: notes Noted(9)",
    "00:00:00.125000 1: appends 7",
    "00:00:00.125000 1: syncs its journal",
    "00:00:00.145000 0: is reminded of 2",
    "00:00:00.145000 0: sends Line { kind: 6, about: 0 }",
    "00:00:00.150000 0: fault 3 strikes",
    "00:00:00.155000 1: can't be reached by Line { kind: 6, about: 0 }",
    "00:00:00.200000 0: is reminded of 2",
    "00:00:00.200000 0: sends, in vain, Line { kind: 6, about: 0 }",
    "00:00:00.250000 0: fault 3 ends",
    "00:00:01.000000 255: every fault ends",
];

fn story(outcome: &Outcome<Script>) -> Vec<String> {
    let line =
        |event: &sim::TraceEvent<Script>| format!("{} {}: {}", event.at, event.role.0, event.what);
    outcome.trace.iter().map(line).collect()
}
