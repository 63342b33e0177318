//! What holds of a saga after any legal sequence of entries.

use model::Defects;
use model::saga::{Next, Phase, Saga, SagaEntry, Try, TryState, Undo, Workflow};
use model::workflow::payin_captures::PAYIN_CAPTURES;
use model::workflow::payin_card::PAYIN_CARD;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::cases::cases;
use crate::saga_desk::{JOURNEY, entries, seen};

proptest! {
    #![proptest_config(cases(800))]

    #[test]
    fn everything_intended_and_not_refused_is_undone_once_in_reverse(run in any_run()) {
        let mut saga = run.saga();
        let mut undone = Undone::default();
        for choice in &run.choices {
            let entry = pick(&mut saga, *choice, NOT_STUCK);
            undone.note(&saga, entry);
        }
        let passed = !complete(&mut saga, &mut undone, &run.answers);
        let owed = |(which, state): &(Try, TryState)| {
            undoable(&saga, *which) && *state != TryState::Refused
        };
        for (which, state) in saga.tries().iter().filter(|try_at| owed(try_at)) {
            let expected = if passed && !undone.begun.contains(which) {
                TryState::Done
            } else {
                TryState::Undone
            };
            prop_assert_eq!(*state, expected, "{:?}", which);
            let times = undone.ended.iter().filter(|ended| *ended == which).count();
            prop_assert_eq!(times, usize::from(*state == TryState::Undone));
        }
    }

    #[test]
    fn an_illegal_entry_changes_nothing(run in any_run()) {
        let mut saga = run.saga();
        for choice in &run.choices {
            let before = seen(&saga);
            for entry in every_entry(&saga) {
                let mut tried = saga.clone();
                if tried.apply(entry).is_err() {
                    prop_assert_eq!(seen(&tried), before.clone(), "{:?}", entry);
                }
            }
            pick(&mut saga, *choice, ANYTHING);
        }
    }

    #[test]
    fn past_the_pivot_no_undo_is_ever_legal(run in any_run()) {
        let mut saga = run.saga();
        for choice in &run.choices {
            if saga.phase() == Phase::ForwardOnly {
                let backward = |entry: &SagaEntry| matches!(
                    entry,
                    SagaEntry::UndoIntent(_) | SagaEntry::Undone(_) | SagaEntry::Unwind
                );
                let legal = legal(&saga, ANYTHING);
                prop_assert!(!legal.iter().any(backward), "{legal:?}");
            }
            pick(&mut saga, *choice, NOT_STUCK);
        }
    }

    #[test]
    fn a_saga_is_the_fold_of_its_entries(run in any_run()) {
        let mut saga = run.saga();
        let mut again = run.saga();
        for choice in &run.choices {
            if let Some(entry) = pick(&mut saga, *choice, ANYTHING) {
                prop_assert_eq!(again.apply(entry), Ok(()));
            }
        }
        prop_assert_eq!(seen(&saga), seen(&again));
    }
}

/// A workflow, the choices among the entries that are legal, and the answers
/// to what is still in doubt in the end.
#[derive(Clone, Debug)]
struct AnyRun {
    workflow: &'static Workflow,
    choices: Vec<(Index, bool)>,
    answers: Vec<bool>,
}

impl AnyRun {
    fn saga(&self) -> Saga {
        Saga::new(self.workflow, Defects::NONE)
    }
}

fn any_run() -> impl Strategy<Value = AnyRun> {
    let workflow = prop::sample::select(vec![&PAYIN_CARD.saga, &PAYIN_CAPTURES.saga, &JOURNEY]);
    let choices = prop::collection::vec((any::<Index>(), prop::bool::weighted(0.1)), 0..30);
    let answers = prop::collection::vec(any::<bool>(), 4);
    (workflow, choices, answers).prop_map(|(workflow, choices, answers)| AnyRun {
        workflow,
        choices,
        answers,
    })
}

/// The undos of a run, checked as they come.
#[derive(Default)]
struct Undone {
    begun: Vec<Try>,
    ended: Vec<Try>,
}

impl Undone {
    /// Takes note of an entry that `after` has just taken.
    fn note(&mut self, after: &Saga, entry: Option<SagaEntry>) {
        match entry {
            Some(SagaEntry::UndoIntent(which)) => {
                let later = after.tries().iter().skip_while(|(known, _)| *known != which).skip(1);
                for (known, state) in later.filter(|(known, _)| undoable(after, *known)) {
                    let gone = matches!(state, TryState::Undone | TryState::Refused);
                    assert!(gone, "{which:?} is undone before {known:?}, which is {state:?}");
                }
                assert!(!self.begun.contains(&which), "{which:?} is undone twice");
                self.begun.push(which);
            }
            Some(SagaEntry::Undone(which)) => self.ended.push(which),
            _ => {}
        }
    }
}

/// Unwinds, if that is still possible, and does what is needed to the end.
/// Returns whether everything was undone.
fn complete(saga: &mut Saga, undone: &mut Undone, answers: &[bool]) -> bool {
    let mut answers = answers.iter().cycle();
    for _ in 0..100 {
        if saga.phase() == Phase::Forward && saga.may_unwind() {
            assert_eq!(saga.apply(SagaEntry::Unwind), Ok(()));
        }
        let entry = match saga.next() {
            Next::Begin(which) => SagaEntry::Intent(which),
            Next::Await(which) if answers.next() == Some(&true) => SagaEntry::Done(which),
            Next::Await(which) => match saga.phase() {
                Phase::ForwardOnly => SagaEntry::Done(which),
                _ => SagaEntry::Refused(which),
            },
            Next::BeginUndo(which) => SagaEntry::UndoIntent(which),
            Next::AwaitUndo(which) => SagaEntry::Undone(which),
            Next::Compensated => return true,
            Next::Done => return false,
            other => panic!("a saga that is neither stuck nor forward needs {other:?}"),
        };
        assert_eq!(saga.apply(entry), Ok(()), "what it needs, it takes");
        undone.note(saga, Some(entry));
    }
    panic!("it goes round in circles: {saga:?}");
}

/// Applies one of the entries that are legal, if any is; what ends a run early
/// only where the choice says so.
fn pick(saga: &mut Saga, choice: (Index, bool), filter: Filter) -> Option<SagaEntry> {
    let (which, ends) = choice;
    let mut legal = legal(saga, filter);
    legal.retain(|entry| ends || !matches!(entry, SagaEntry::Unwind | SagaEntry::TooLate(_)));
    let entry = (!legal.is_empty()).then(|| *which.get(&legal))?;
    saga.apply(entry).ok()?;
    Some(entry)
}

fn legal(saga: &Saga, filter: Filter) -> Vec<SagaEntry> {
    let fits = |entry: &SagaEntry| saga.clone().apply(*entry).is_ok();
    every_entry(saga).into_iter().filter(filter).filter(fits).collect()
}

/// Every entry about every try that could exist soon.
fn every_entry(saga: &Saga) -> Vec<SagaEntry> {
    let steps = 0..saga.workflow().steps.len() as u8;
    let tries = steps.flat_map(|step| (1..4).map(move |attempt| Try { step, attempt }));
    let about = tries.flat_map(|which| entries(which).into_iter().take(6));
    about.chain([SagaEntry::Unwind]).collect()
}

type Filter = fn(&SagaEntry) -> bool;

const ANYTHING: Filter = |_| true;
const NOT_STUCK: Filter = |entry| !matches!(entry, SagaEntry::TooLate(_));

fn undoable(saga: &Saga, which: Try) -> bool {
    saga.workflow().steps[usize::from(which.step)].undo != Undo::Nothing
}
