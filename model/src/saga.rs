//! The saga engine: a workflow as data, and where one run of it stands. It
//! knows nothing of payments.
//!
//! Sagas: Garcia-Molina and Salem, 1987. Before the pivot everything that was
//! intended can be undone, in the reverse order of the intents; after it there
//! is only forward.

mod phase;

use serde::{Deserialize, Serialize};

use crate::defect::{Defect, Defects};

pub use phase::{Before, IllegalPhaseEvent, Phase, PhaseEvent};

/// A workflow: its steps in order.
#[derive(Debug, PartialEq, Eq)]
pub struct Workflow {
    /// What it is called.
    pub name: &'static str,
    /// What it does, in this order.
    pub steps: &'static [StepSpec],
}

impl Workflow {
    /// Whether after this try there is no way back.
    pub fn is_pivot(&self, which: Try) -> bool {
        let step = self.steps.get(usize::from(which.step));
        step.is_some_and(|step| step.class == Class::Pivot)
    }
}

/// One step of a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepSpec {
    /// What it is called.
    pub name: &'static str,
    /// What may happen after it.
    pub class: Class,
    /// How it is undone.
    pub undo: Undo,
}

/// What a step is in the saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It can be undone.
    Compensatable,
    /// Once it is done there is no way back.
    Pivot,
    /// It must succeed in the end.
    Retriable,
    /// It lies past the pivot, and may come to nothing: then those like it that
    /// come next are passed over, and what comes after them goes on.
    Optional,
    /// It has no effect outside.
    Stateless,
}

/// How a step is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    /// There is nothing to undo.
    Nothing,
    /// By an operation that also works, and blocks the step, when the step has
    /// not happened yet.
    InDoubt,
    /// By an operation that needs to know first whether the step happened.
    OnceDefinite,
}

/// One try at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Try {
    /// The step's place in the workflow.
    pub step: u8,
    /// The how-manieth try at it, from 1.
    pub attempt: u8,
}

/// What is written down about a saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SagaEntry {
    /// A try may be made from now on; its undo is registered with it.
    Intent(Try),
    /// The try did what it should.
    Done(Try),
    /// The try did nothing, definitely.
    Refused(Try),
    /// The try will be undone, from now on.
    UndoIntent(Try),
    /// Nothing of the try is left, nor will come; nor did a pivot come that was
    /// in doubt.
    Undone(Try),
    /// The try can't be undone: it had passed the point of no return. So had a
    /// pivot that was in doubt: then the try stands as it is.
    TooLate(Try),
    /// Forward is over: everything is undone.
    Unwind,
    /// What is awaited is not known for so long that a person looks.
    Doubt,
    /// The try did nothing, definitely, and never will: past the point of no
    /// return it is made anew, by another operation.
    Anew(Try),
}

/// Where a try stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TryState {
    /// It may have happened.
    Intended,
    /// It happened.
    Done,
    /// It did not happen.
    Refused,
    /// It is being undone.
    Undoing,
    /// It was undone, or kept from happening.
    Undone,
    /// It resisted its undo.
    Irreversible,
}

/// What a saga needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The intent of this try, then the try.
    Begin(Try),
    /// The outcome of this try.
    Await(Try),
    /// A choice: this try came to nothing. Another one, or unwinding?
    Choose(Try),
    /// The intent to undo this try, then its undo.
    BeginUndo(Try),
    /// The outcome of this undo.
    AwaitUndo(Try),
    /// A person: this try resisted its undo.
    Stuck(Try),
    /// Nothing: every step is done.
    Done,
    /// Nothing: everything is undone.
    Compensated,
}

/// An entry that does not fit where the saga stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a saga in phase {phase:?} that needs {next:?} can't take {entry:?}")]
pub struct IllegalEntry {
    /// Where it stands.
    pub phase: Phase,
    /// What it needs.
    pub next: Next,
    /// What it was given.
    pub entry: SagaEntry,
}

/// One run of a workflow, as the fold of its entries.
#[derive(Clone, Debug)]
pub struct Saga {
    workflow: &'static Workflow,
    tries: Vec<(Try, TryState)>,
    phase: Phase,
    next: Next,
    defects: Defects,
}

impl Saga {
    /// A copy, in the room of `left`, which nobody needs any more.
    pub(crate) fn copy_in_room_of(&self, left: &mut Self) -> Self {
        let mut tries = std::mem::take(&mut left.tries);
        tries.clone_from(&self.tries);
        Self { tries, ..*self }
    }

    /// A run that has not begun.
    pub fn new(workflow: &'static Workflow, defects: Defects) -> Self {
        let tries = Vec::with_capacity(8);
        let (phase, next) = (Phase::Forward, Next::Done);
        let mut saga = Self { workflow, tries, phase, next, defects };
        saga.next = saga.need();
        saga
    }

    /// Where it stands.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The workflow that it runs.
    pub fn workflow(&self) -> &'static Workflow {
        self.workflow
    }

    /// Every try so far, in the order of the intents.
    pub fn tries(&self) -> &[(Try, TryState)] {
        &self.tries
    }

    /// Where this try stands; `None` if it was never intended.
    pub fn state(&self, which: Try) -> Option<TryState> {
        self.tries.iter().find(|(known, _)| *known == which).map(|(_, state)| *state)
    }

    /// The latest try at `step`.
    pub fn latest(&self, step: u8) -> Option<(Try, TryState)> {
        self.tries.iter().rev().find(|(known, _)| known.step == step).copied()
    }

    /// What it needs next.
    pub fn next(&self) -> Next {
        self.next
    }

    /// An undo under way comes first; then forward, the first step that is not
    /// done since the step before it was; or back, the latest try that is not
    /// undone.
    fn need(&self) -> Next {
        if let Some((which, state)) = self.undo_under_way() {
            return match state {
                TryState::Undoing => Next::AwaitUndo(which),
                _ => Next::Stuck(which),
            };
        }
        if self.is_going_back() { self.backward() } else { self.forward() }
    }

    /// Takes `entry` in.
    ///
    /// # Errors
    /// If it does not fit where the saga stands; nothing changes.
    pub fn apply(&mut self, entry: SagaEntry) -> Result<(), IllegalEntry> {
        let (phase, next) = (self.phase, self.next);
        self.take(entry).ok_or(IllegalEntry { phase, next, entry })?;
        self.next = self.need();
        match self.next {
            Next::Done => self.meet(PhaseEvent::AllDone),
            Next::Compensated => self.meet(PhaseEvent::AllUndone),
            _ => {}
        }
        Ok(())
    }

    fn take(&mut self, entry: SagaEntry) -> Option<()> {
        match entry {
            SagaEntry::Intent(which) if self.may_intend(which) => {
                self.tries.push((which, TryState::Intended));
                Some(())
            }
            SagaEntry::Intent(_) => None,
            // The undo under way will tell what the pivot in doubt came to.
            SagaEntry::Done(which) | SagaEntry::Refused(which)
                if self.undo_under_way().is_some() && self.doubtful_pivot() == Some(which) =>
            {
                None
            }
            SagaEntry::Done(which) => {
                self.shift(which, TryState::Intended, TryState::Done)?;
                self.meet(PhaseEvent::Certainty);
                if self.spec(which).class == Class::Pivot {
                    self.meet(PhaseEvent::Pivot);
                }
                Some(())
            }
            SagaEntry::Refused(which) if self.spec(which).class == Class::Retriable => None,
            SagaEntry::Refused(which) => {
                self.shift(which, TryState::Intended, TryState::Refused)?;
                self.meet(PhaseEvent::Certainty);
                Some(())
            }
            SagaEntry::Anew(which) if self.spec(which).class == Class::Retriable => {
                self.shift(which, TryState::Intended, TryState::Refused)?;
                self.meet(PhaseEvent::Certainty);
                Some(())
            }
            SagaEntry::Anew(_) => None,
            SagaEntry::UndoIntent(which) => {
                let may = self.may_undo(which);
                let unbegun = may && self.unbegun() == Some(which);
                if self.defects.pick(Defect::UndoByPlan, || false, || unbegun) {
                    self.tries.push((which, TryState::Undoing));
                    return Some(());
                }
                let from = self.state(which).filter(|_| may)?;
                self.shift(which, from, TryState::Undoing)
            }
            SagaEntry::Undone(which) => {
                self.shift(which, TryState::Undoing, TryState::Undone)?;
                self.meet(PhaseEvent::Certainty);
                self.meet(PhaseEvent::UndoResumed);
                match self.doubtful_pivot() {
                    Some(pivot) => self.shift(pivot, TryState::Intended, TryState::Refused),
                    None => Some(()),
                }
            }
            SagaEntry::TooLate(which) => {
                let passed = self.doubtful_pivot().filter(|_| !self.is_going_back());
                if let Some(pivot) = passed {
                    self.shift(which, TryState::Undoing, TryState::Done)?;
                    self.meet(PhaseEvent::Certainty);
                    self.meet(PhaseEvent::Pivot);
                    return self.shift(pivot, TryState::Intended, TryState::Done);
                }
                self.shift(which, TryState::Undoing, TryState::Irreversible)?;
                self.meet(PhaseEvent::Certainty);
                self.meet(PhaseEvent::UndoStuck);
                Some(())
            }
            SagaEntry::Unwind => {
                self.may_unwind().then_some(())?;
                let next = self.phase.direction().next(PhaseEvent::Unwind);
                let anyway = || Ok(Phase::Compensating);
                self.phase = self.defects.pick(Defect::UndoPastPivot, || next, anyway).ok()?;
                Some(())
            }
            SagaEntry::Doubt => {
                let event = match self.next {
                    Next::AwaitUndo(_) if self.phase == Phase::Compensating => {
                        PhaseEvent::UndoStuck
                    }
                    Next::Await(_) | Next::AwaitUndo(_) => PhaseEvent::Doubt,
                    _ => return None,
                };
                self.phase = self.phase.next(event).ok()?;
                Some(())
            }
        }
    }

    /// Changes the phase, if this is an event that it can meet.
    fn meet(&mut self, event: PhaseEvent) {
        self.phase = self.phase.next(event).unwrap_or(self.phase);
    }

    fn is_going_back(&self) -> bool {
        let phase = self.phase.direction();
        matches!(phase, Phase::Compensating | Phase::CompStuck | Phase::Compensated)
    }

    /// Whether this try is the one that comes next.
    fn may_intend(&self, which: Try) -> bool {
        match self.next() {
            Next::Begin(needed) => needed == which,
            Next::Choose(dead) => which == self.another(dead.step) || self.may_wrongly_turn(which),
            Next::Await(doubtful) => self.may_wrongly_go_on(doubtful, which),
            _ => false,
        }
    }

    /// Whether a defect tries another step than the one that came to nothing.
    fn may_wrongly_turn(&self, which: Try) -> bool {
        self.defects.has(Defect::FiveHundredIsNotExecuted) && which == self.another(which.step)
    }

    /// Whether a defect tries something else while something is in doubt.
    fn may_wrongly_go_on(&self, doubtful: Try, which: Try) -> bool {
        let wrong = [Defect::RecoveryMeansNewAttempt, Defect::BreakerReroutesInflight];
        let wrong = wrong.into_iter().any(|wrong| self.defects.has(wrong));
        (wrong && which == self.another(doubtful.step))
            || (self.defects.has(Defect::AgentReplans) && which == self.another(which.step))
    }

    /// Whether everything can still be undone: going forward, and the pivot
    /// is not in doubt.
    pub fn may_unwind(&self) -> bool {
        let doubtful = || self.defects.pick(Defect::CancelRace, || self.pivot_in_doubt(), || false);
        let right = || self.phase.direction() == Phase::Forward && !doubtful();
        self.defects.pick(Defect::UndoPastPivot, right, || !self.is_going_back())
    }

    fn forward(&self) -> Next {
        let (mut from, mut passing_over) = (0, false);
        for (step, spec) in (0..).zip(self.workflow.steps) {
            passing_over &= spec.class == Class::Optional;
            if passing_over {
                continue;
            }
            let since = &self.tries[from..];
            let latest = since.iter().rposition(|(known, _)| known.step == step);
            let Some(at) = latest else {
                return Next::Begin(self.another(step));
            };
            let (which, state) = since[at];
            match self.as_taken(state) {
                TryState::Done => from += at + 1,
                TryState::Intended => return Next::Await(which),
                TryState::Refused if spec.class == Class::Optional => passing_over = true,
                _ => return Next::Choose(which),
            }
        }
        let left = self.defects.pick(Defect::VoidAfterCapture, || None, || self.left_over());
        left.map_or(Next::Done, Next::BeginUndo)
    }

    /// As what a try counts that came to this: what it came to, unless past the pivot
    /// somebody undoes what led there.
    fn as_taken(&self, state: TryState) -> TryState {
        let undoes = self.defects.has(Defect::VoidAfterCapture);
        let passed = undoes && self.phase.direction() == Phase::ForwardOnly;
        if passed && state == TryState::Undone { TryState::Done } else { state }
    }

    /// What was done before the pivot and for it, for who takes that to be left over.
    fn left_over(&self) -> Option<Try> {
        let pivot =
            self.tries.iter().rposition(|(which, _)| self.spec(*which).class == Class::Pivot)?;
        let before = self.tries[..pivot].iter().rev();
        let mut steps = before.filter(|(which, _)| self.spec(*which).class != Class::Pivot);
        let (which, state) = steps.next()?;
        let voidable = *state == TryState::Done && self.spec(*which).undo == Undo::InDoubt;
        voidable.then_some(*which)
    }

    /// The last step that can be undone and was never begun, for who undoes by the plan.
    fn unbegun(&self) -> Option<Try> {
        let steps =
            (0..self.workflow.steps.len() as u8).rev().zip(self.workflow.steps.iter().rev());
        let undoable = steps.filter(|(_, spec)| spec.undo == Undo::InDoubt);
        let never = |step: &u8| self.latest(*step).is_none();
        undoable.map(|(step, _)| step).find(never).map(|step| Try { step, attempt: 1 })
    }

    fn backward(&self) -> Next {
        let by_plan = || self.unbegun();
        if let Some(which) = self.defects.pick(Defect::UndoByPlan, || None, by_plan) {
            return Next::BeginUndo(which);
        }
        for (which, state) in self.tries.iter().rev() {
            let undo = self.spec(*which).undo;
            match (state, undo) {
                (TryState::Refused | TryState::Undone, _) | (_, Undo::Nothing) => {}
                (TryState::Intended, Undo::OnceDefinite) => return Next::Await(*which),
                (TryState::Intended, _) => {
                    let registered =
                        self.defects.pick(Defect::CompRegisteredAfter, || true, || false);
                    if registered {
                        return Next::BeginUndo(*which);
                    }
                }
                _ => return Next::BeginUndo(*which),
            }
        }
        Next::Compensated
    }

    /// Whether the point of no return may have been passed.
    fn pivot_in_doubt(&self) -> bool {
        self.doubtful_pivot().is_some()
    }

    /// The try of which it is in doubt whether it passed the point of no return.
    pub fn doubtful_pivot(&self) -> Option<Try> {
        let doubtful = |(which, state): &&(Try, TryState)| {
            self.spec(*which).class == Class::Pivot && *state == TryState::Intended
        };
        self.tries.iter().find(doubtful).map(|(which, _)| *which)
    }

    /// Whether this try is the one to undo: of all that was intended after it
    /// nothing is left, and the point of no return lies ahead. Where it is in
    /// doubt whether that was passed, an undo that needs no certainty settles it.
    fn may_undo(&self, which: Try) -> bool {
        if self.may_wrongly_undo(which) {
            return true;
        }
        let due = self.undo_under_way().is_none() && self.backward() == Next::BeginUndo(which);
        let doubtful = self.pivot_in_doubt() && self.spec(which).undo != Undo::InDoubt;
        let forward = self.phase.direction() == Phase::Forward && !doubtful;
        due && (forward || self.is_going_back())
    }

    /// Whether a defect undoes what it takes to come next.
    fn may_wrongly_undo(&self, which: Try) -> bool {
        self.defects.has(Defect::VoidAfterCapture) && self.next == Next::BeginUndo(which)
    }

    /// The undo that has to end before anything else goes on, or that never can.
    fn undo_under_way(&self) -> Option<(Try, TryState)> {
        let unsettled = |state| matches!(state, TryState::Undoing | TryState::Irreversible);
        self.tries.iter().find(|(_, state)| unsettled(*state)).copied()
    }

    /// The try at `step` that comes after all that were made.
    fn another(&self, step: u8) -> Try {
        let attempt = self.latest(step).map_or(1, |(latest, _)| latest.attempt.saturating_add(1));
        Try { step, attempt }
    }

    fn shift(&mut self, which: Try, from: TryState, to: TryState) -> Option<()> {
        let found = self.tries.iter_mut().find(|(known, state)| *known == which && *state == from);
        found?.1 = to;
        Some(())
    }

    fn spec(&self, which: Try) -> &'static StepSpec {
        &self.workflow.steps[usize::from(which.step) % self.workflow.steps.len()]
    }
}
