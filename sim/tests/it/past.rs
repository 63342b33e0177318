//! The causal past of a moment: what had a hand in it, and nothing else.
//!
//! The scripts say what each edge is for; the property says what all of them
//! come to: a fault outside the past of an answer can be left out, and the answer
//! comes at the same moment.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sim::{
    CrashPoint, Happening, Misfortune, Past, Role, Subject, Trace, TraceEvent, Trigger, VirtualTime,
};

use crate::plan::{Outcome, Plan, at, nth};
use crate::script::{Act, Cue, Script};
use crate::strategy::{any_plan, cases};
use crate::tally::{Entry, Reminder, Said, Seen, Tally};

const ASK: u16 = 5;
const ANSWER: u16 = 6;
const OTHER: u16 = 7;

#[test]
fn a_past_goes_back_over_messages_and_timers_to_the_boot() {
    let plan = asker().on(1, Cue::Hear(ASK), [Act::Send(0, ANSWER)]);
    assert_eq!(
        told(&plan, 0, Cue::Hear(ANSWER)),
        ["0 boots", "1 boots", "0 is reminded of 1", "1 receives 5", "0 receives 6"]
    );
}

#[test]
fn what_an_actor_did_before_in_the_same_matter_is_part_of_it_and_other_matters_are_not() {
    let plan = Plan::calm(Script::default(), 0..3)
        .on(0, Cue::Boot, [Act::Work(100, 1), Act::Work(150, 2)])
        .on(0, Cue::Ring(1), [Act::Send(1, ASK)])
        .on(0, Cue::Ring(2), [Act::Send(1, ANSWER)])
        .on(2, Cue::Boot, [Act::Work(120, 3)])
        .on(2, Cue::Ring(3), [Act::SendAbout(1, OTHER, 9)]);
    assert_eq!(
        told(&plan, 1, Cue::Hear(ANSWER)),
        [
            "0 boots",
            "1 boots",
            "0 is reminded of 1",
            "1 receives 5",
            "0 is reminded of 2",
            "1 receives 6"
        ]
    );
}

#[test]
fn an_answer_that_never_came_is_why_a_timer_had_to_fire() {
    // Lost on its way, and its loss has a cause of its own.
    let lost = asker().on(1, Cue::Hear(ASK), [Act::Send(0, ANSWER)]).with(
        Trigger::OnSend(nth(1, 0, ANSWER, 1)),
        Misfortune::Drop,
        0,
    );
    let without_it =
        ["0 boots", "1 boots", "0 is reminded of 1", "1 receives 5", "0 is reminded of 2"];
    let told_of_it = told(&lost, 0, Cue::Ring(2));
    assert!(told_of_it.contains(&"255 fault 1 strikes".to_owned()), "{told_of_it:?}");
    assert_eq!(past(&lost, 0, Cue::Ring(2)).faults().collect::<Vec<_>>(), [1]);
    // Never given.
    let silent = asker();
    assert_eq!(told(&silent, 0, Cue::Ring(2)), without_it);
    // In the air.
    let late = asker().on(1, Cue::Hear(ASK), [Act::Send(0, ANSWER)]).with(
        Trigger::OnSend(nth(1, 0, ANSWER, 1)),
        Misfortune::Delay,
        500,
    );
    assert!(told(&late, 0, Cue::Ring(2)).contains(&"1 receives 5".to_owned()));
    // Nobody there.
    let crash = Misfortune::CrashAll { roles: Role(1).into() };
    let down = asker().with(Trigger::At(at(50)), crash, 400);
    let told = told(&down, 0, Cue::Ring(2));
    assert!(told.contains(&"1 can't be reached by 5".to_owned()), "{told:?}");
    assert!(told.contains(&"1 fault 1 strikes".to_owned()), "{told:?}");
}

#[test]
fn what_befell_an_actor_counts_from_the_boot_before_it_met_the_matter() {
    let crash = Misfortune::Crash { role: Role(1), point: CrashPoint::AtOnce };
    let crashed_at = |moments: &[u64]| {
        let plan = Plan::calm(Script::default(), 0..2)
            .on(0, Cue::Boot, [Act::Work(100, 1), Act::Work(300, 2)])
            .on(0, Cue::Ring(1), [Act::Send(1, ASK)])
            .on(0, Cue::Ring(2), [Act::Send(1, ANSWER)]);
        let crash = |plan: Plan<Script>, when: &u64| plan.with(Trigger::At(at(*when)), crash, 10);
        let plan = moments.iter().fold(plan, crash);
        past(&plan, 1, Cue::Hear(ANSWER)).faults().collect::<Vec<_>>()
    };
    assert_eq!(crashed_at(&[200]), [1]);
    assert_eq!(crashed_at(&[50]), [1]);
    // It booted again before it ever heard of the matter.
    assert_eq!(crashed_at(&[20, 50]), [2]);
    assert!(crashed_at(&[400]).is_empty());
}

/// A worker asked a provider, which crashed over the question, and then crashed
/// itself; another took over, and nobody told that the first would have been answered
/// in time.
#[test]
fn who_crashes_over_a_question_keeps_its_sender_from_hearing_more() {
    let crash = Misfortune::Crash { role: Role(1), point: CrashPoint::Unsynced };
    let plan = Plan::calm(Script::default(), 0..3)
        .on(0, Cue::Boot, [Act::Work(100, 1)])
        .on(0, Cue::Ring(1), [Act::Send(2, OTHER), Act::Send(1, ASK)])
        .on(1, Cue::Hear(ASK), [Act::Append(1), Act::Sync, Act::Send(0, ANSWER)])
        .on(2, Cue::Boot, [Act::Work(200, 2)])
        .on(2, Cue::Ring(2), [Act::Send(0, OTHER)])
        .with(Trigger::At(at(50)), crash, 400);
    let told = told(&plan, 2, Cue::Ring(2));
    assert!(told.contains(&"1 receives 5".to_owned()), "{told:?}");
    assert!(told.contains(&"1 crashes".to_owned()), "{told:?}");
    assert_eq!(past(&plan, 2, Cue::Ring(2)).faults().collect::<Vec<_>>(), [1]);
}

#[test]
fn the_past_of_no_moment_is_empty() {
    let trace = Trace { events: asker().run().trace };
    let past = Past::of(&trace, &[], &[], |_| true);
    assert!(past.is_empty() && !past.contains(1));
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn a_past_is_closed_lies_before_its_moments_and_grows_with_them(
        plan in any_plan(),
        which in any::<prop::sample::Index>(),
    ) {
        let id = which.get(&plan.system.operations).id;
        let outcome = plan.run();
        let Some(answered) = answered(&outcome, id) else { return Ok(()) };
        let trace = Trace { events: outcome.trace };
        let of = |moments: &[u64]| Past::of(&trace, &plan.faults, moments, |h| is_about(h, id));
        let past = of(&[answered.1]);
        for happened in trace.events.iter().filter(|happened| past.contains(happened.event)) {
            prop_assert!(happened.event <= answered.1);
            prop_assert!(happened.cause == 0 || past.contains(happened.cause), "{happened:?}");
        }
        let all: Vec<_> = past.events().collect();
        prop_assert_eq!(&of(&all), &past);
        let half = of(&all[..all.len() / 2]);
        prop_assert!(half.events().all(|event| past.contains(event)));
    }

    #[test]
    fn a_fault_outside_the_past_of_an_answer_has_no_hand_in_when_it_comes(
        plan in any_plan().prop_filter("nothing to remove", |plan| !plan.faults.is_empty()),
        which in any::<prop::sample::Index>(),
        fault in any::<prop::sample::Index>(),
    ) {
        let id = which.get(&plan.system.operations).id;
        let fault = fault.get(&plan.faults).id;
        let with = plan.run();
        let Some(before) = answered(&with, id) else { return Ok(()) };
        let trace = Trace { events: with.trace };
        let past = Past::of(&trace, &plan.faults, &[before.1], |h| is_about(h, id));
        if past.faults().any(|known| known == fault) {
            return Ok(());
        }
        let mut less = plan.clone();
        less.faults.retain(|known| known.id != fault);
        let without = less.run();
        // Without it, another may strike elsewhere and have a hand in it then.
        if strikes(&without.trace, fault) == strikes(&trace.events, fault) {
            let after = answered(&without, id);
            prop_assert_eq!(after.map(|(at, _)| at), Some(before.0), "fault {}", fault);
        }
    }
}

/// When this operation was written down as answered, and in which event.
fn answered(outcome: &Outcome<Tally>, id: u64) -> Option<(VirtualTime, u64)> {
    let written = |happened: &&TraceEvent<Tally>| matches!(happened.what, Happening::Appended(Entry::Answered(about)) if about == id);
    outcome.trace.iter().find(written).map(|happened| (happened.at, happened.event))
}

/// A past that holds everything would let the properties pass, and one that holds
/// nothing would not be worth telling.
#[test]
fn a_past_is_a_small_part_of_what_happened_before_and_few_faults_have_a_hand_in_it() {
    let mut runner = TestRunner::new(cases(1));
    let (mut inside, mut before, mut outside, mut faults) = (0, 0, 0, 0);
    for _ in 0..200 {
        let plan = any_plan().new_tree(&mut runner).unwrap().current();
        let outcome = plan.run();
        for operation in &plan.system.operations {
            let Some((_, event)) = answered(&outcome, operation.id) else { continue };
            let trace = Trace { events: outcome.trace.clone() };
            let concerns = |h: &TraceEvent<Tally>| is_about(h, operation.id);
            let past = Past::of(&trace, &plan.faults, &[event], concerns);
            inside += past.len();
            before += event as usize;
            faults += plan.faults.len();
            outside += plan.faults.len() - past.faults().count();
        }
    }
    assert!(inside * 4 < before, "{inside} of {before} events");
    assert!(inside * 50 > before, "{inside} of {before} events");
    assert!(outside * 3 > faults * 2 && outside * 50 < faults * 49, "{outside} of {faults} faults");
}

/// When every fault but one struck, and whom what they armed crashed.
fn strikes(trace: &[TraceEvent<Tally>], but: u32) -> Vec<(VirtualTime, Role, Option<u32>)> {
    let struck = trace
        .iter()
        .filter(|happened| matches!(happened.what, Happening::Struck(_) | Happening::Crashed(_)));
    let told = struck.map(|happened| (happened.at, happened.role, happened.fault));
    told.filter(|(_, _, fault)| *fault != Some(but)).collect()
}

fn is_about(happened: &TraceEvent<Tally>, operation: u64) -> bool {
    match &happened.what {
        Happening::Delivered(_, _, said)
        | Happening::Undeliverable(_, said)
        | Happening::Bounced(_, said)
        | Happening::Sent(_, said, _) => {
            let (Said::Add { id, .. } | Said::Added { id, .. }) = said;
            *id == operation
        }
        Happening::TimerFired(Reminder::Due(id) | Reminder::Ask(id))
        | Happening::Appended(Entry::Asked(id) | Entry::Answered(id) | Entry::Counted(id, _))
        | Happening::Noted(Seen::Counted(id) | Seen::Answered(id) | Seen::Refused(id)) => {
            *id == operation
        }
        Happening::Forced(forcing) => forcing.subject == Subject(operation),
        _ => false,
    }
}

/// Role 0 asks role 1 at 100 ms, and looks whether it was answered at 200 ms.
fn asker() -> Plan<Script> {
    Plan::calm(Script::default(), 0..2)
        .on(0, Cue::Boot, [Act::Work(100, 1)])
        .on(0, Cue::Ring(1), [Act::Send(1, ASK), Act::Work(100, 2)])
        .on(0, Cue::Ring(2), [Act::Send(1, OTHER)])
}

/// The past of the first time that `role` met `cue`, in the matter of subject 0.
fn past(plan: &Plan<Script>, role: u8, cue: Cue) -> Past {
    let trace = Trace { events: plan.run().trace };
    let moment = trace.events.iter().find(|happened| {
        let met = match (&happened.what, cue) {
            (Happening::Delivered(_, _, line), Cue::Hear(kind)) => line.kind == kind,
            (Happening::TimerFired(number), Cue::Ring(wanted)) => *number == wanted,
            _ => false,
        };
        met && happened.role == Role(role)
    });
    let moment = moment.expect("the script has that cue").event;
    Past::of(&trace, &plan.faults, &[moment], |happened| match &happened.what {
        Happening::Delivered(_, _, line)
        | Happening::Undeliverable(_, line)
        | Happening::Sent(_, line, _) => line.about == 0,
        _ => false,
    })
}

/// The same, a line per event.
fn told(plan: &Plan<Script>, role: u8, cue: Cue) -> Vec<String> {
    let past = past(plan, role, cue);
    let trace = plan.run().trace;
    let mut last = 0;
    let firsts = trace.into_iter().filter(|happened| {
        let first = happened.event != last;
        last = happened.event;
        first && past.contains(happened.event)
    });
    firsts.map(|happened| format!("{} {}", happened.role.0, words(&happened.what))).collect()
}

fn words(what: &Happening<Script>) -> String {
    match what {
        Happening::Delivered(_, _, line) => format!("receives {}", line.kind),
        Happening::Undeliverable(_, line) => format!("can't be reached by {}", line.kind),
        Happening::Crashed(_) => "crashes".to_owned(),
        other => other.to_string(),
    }
}
