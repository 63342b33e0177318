//! The door to the saga engine, a workflow to try it on, and the words in which
//! the tables of [`crate::saga`] are written.

use model::Defects;
use model::saga::{Class, Next, Phase, Saga, SagaEntry, StepSpec, Try, TryState, Undo, Workflow};

/// A journey: booked, then paid, then ticketed.
pub(crate) static JOURNEY: Workflow = Workflow {
    name: "journey",
    steps: &[
        step("hotel", Class::Compensatable, Undo::InDoubt),
        step("seats", Class::Stateless, Undo::Nothing),
        step("flight", Class::Compensatable, Undo::OnceDefinite),
        step("car", Class::Compensatable, Undo::InDoubt),
        step("pay", Class::Pivot, Undo::Nothing),
        step("ticket", Class::Retriable, Undo::Nothing),
        step("mail", Class::Retriable, Undo::Nothing),
    ],
};

/// A tour: after the first town is paid, each further one may be left out.
pub(crate) static TOUR: Workflow = Workflow {
    name: "tour",
    steps: &[
        step("book", Class::Compensatable, Undo::InDoubt),
        step("rome", Class::Pivot, Undo::Nothing),
        step("siena", Class::Optional, Undo::Nothing),
        step("turin", Class::Optional, Undo::Nothing),
        step("home", Class::Retriable, Undo::Nothing),
        step("album", Class::Optional, Undo::Nothing),
    ],
};

const fn step(name: &'static str, class: Class, undo: Undo) -> StepSpec {
    StepSpec { name, class, undo }
}

/// Says `table` to a fresh saga of `workflow`.
pub(crate) fn check(workflow: &'static Workflow, table: &str) {
    let mut saga = Saga::new(workflow, Defects::NONE);
    for line in table.lines().filter(|line| !line.trim().is_empty()) {
        let (entry, expected) = line.split_once("=>").expect("an expectation");
        let before = seen(&saga);
        let legal = match entry.split_whitespace().collect::<Vec<_>>()[..] {
            [] => true,
            ["...", last] => carry_through(&mut saga, find(workflow, last)),
            ["doubt"] => saga.apply(SagaEntry::Doubt).is_ok(),
            ["unwind"] => saga.apply(SagaEntry::Unwind).is_ok(),
            [verb, which] => saga.apply(read(verb, find(workflow, which))).is_ok(),
            _ => panic!("no line of a table: {line}"),
        };
        match expected.trim() {
            "illegal" => {
                assert!(!legal, "{line} is taken");
                assert_eq!(seen(&saga), before, "{line} changes nothing");
            }
            next => {
                assert!(legal, "{line} is refused");
                assert_eq!(spell(workflow, saga.next()), next, "{line}");
            }
        }
    }
}

/// Every entry about `which`.
pub(crate) fn entries(which: Try) -> [SagaEntry; 7] {
    [
        SagaEntry::Intent(which),
        SagaEntry::Done(which),
        SagaEntry::Refused(which),
        SagaEntry::UndoIntent(which),
        SagaEntry::Undone(which),
        SagaEntry::TooLate(which),
        SagaEntry::Unwind,
    ]
}

/// Everything that can be seen of a saga.
pub(crate) fn seen(saga: &Saga) -> (Phase, Next, Vec<(Try, TryState)>) {
    (saga.phase(), saga.next(), saga.tries().to_vec())
}

fn carry_through(saga: &mut Saga, last: Try) -> bool {
    (0..=last.step).map(|step| Try { step, attempt: 1 }).all(|which| {
        saga.apply(SagaEntry::Intent(which)).is_ok() && saga.apply(SagaEntry::Done(which)).is_ok()
    })
}

fn read(verb: &str, which: Try) -> SagaEntry {
    match verb {
        "intent" => SagaEntry::Intent(which),
        "done" => SagaEntry::Done(which),
        "refused" => SagaEntry::Refused(which),
        "undo" => SagaEntry::UndoIntent(which),
        "undone" => SagaEntry::Undone(which),
        "too-late" => SagaEntry::TooLate(which),
        verb => panic!("{verb} is no entry"),
    }
}

fn find(workflow: &Workflow, which: &str) -> Try {
    let (name, attempt) = which.split_once('/').unwrap_or((which, "1"));
    let step = workflow.steps.iter().position(|step| step.name == name).expect("a step");
    Try { step: step as u8, attempt: attempt.parse().expect("an attempt") }
}

fn spell(workflow: &Workflow, next: Next) -> String {
    let (verb, which) = match next {
        Next::Begin(which) => ("begin", which),
        Next::Await(which) => ("await", which),
        Next::Choose(which) => ("choose", which),
        Next::BeginUndo(which) => ("begin-undo", which),
        Next::AwaitUndo(which) => ("await-undo", which),
        Next::Stuck(which) => ("stuck", which),
        Next::Done => return "done".to_owned(),
        Next::Compensated => return "compensated".to_owned(),
    };
    let name = workflow.steps[usize::from(which.step)].name;
    let attempt = if which.attempt == 1 { String::new() } else { format!("/{}", which.attempt) };
    format!("{verb} {name}{attempt}")
}
