//! What a candidate has to show, and what it must not.
//!
//! A candidate counts only if the violation that is hunted comes *first*, or
//! behind such as came before it in the plan that the hunt began with. What
//! breaks first is the cause of much that breaks later, so a candidate that
//! breaks elsewhere before is another finding, even if the one that is hunted
//! follows from it.
//!
//! Where several defects are planted, the one that causes the finding is kept
//! and the others are bystanders: a candidate counts only if it passes with the
//! bystanders alone, as the plan did that the hunt began with; where that plan
//! failed with them in another way, a candidate may too, but not in this way.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use model::Defects;

use crate::fingerprint::Fingerprint;
use crate::plan::Plan;
use crate::trial;

/// The violation that is hunted.
#[derive(Clone, Debug)]
pub(super) struct Quarry {
    pub(super) target: Fingerprint,
    /// What may come before it.
    pub(super) before: BTreeSet<Fingerprint>,
    /// What is planted.
    pub(super) defects: Defects,
    pub(super) bystanders: Option<Bystanders>,
}

/// Defects that must not be the cause, as they were not from the beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bystanders {
    defects: Defects,
    /// Whether they broke something else in the plan that the hunt began with.
    break_else: bool,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It fails in the same way.
    Same,
    /// It fails first in this way, with these defects planted.
    Other(Fingerprint, Defects),
    /// It passes, or nothing can be concluded.
    Passes,
}

impl Quarry {
    /// The violation `target` of `plan`, if it has it with `defects` planted.
    pub(super) fn of(plan: &Plan, defects: Defects, target: Fingerprint) -> Option<Self> {
        let mut before = BTreeSet::new();
        let violations = trial::violations(plan, defects, |v| v.fingerprint() == target);
        for violation in violations {
            if violation.fingerprint() == target {
                return Some(Self { target, before, defects, bystanders: None });
            }
            before.insert(violation.fingerprint());
        }
        None
    }

    /// The same violation, with as few of the defects planted as cause it.
    pub(super) fn with_few_defects(mut self, plan: &Plan) -> Self {
        let planted = self.defects;
        let mut alone = planted.iter().map(|defect| Defects::NONE.with(defect));
        if let Some(cause) = alone.find(|cause| self.fails_with(plan, *cause)) {
            self.defects = cause;
        } else {
            for defect in planted.iter() {
                let others = self.defects.without(defect);
                if self.fails_with(plan, others) {
                    self.defects = others;
                }
            }
        }
        let others = planted.except(self.defects);
        let broken = violations_caught(plan, others, |fingerprint| *fingerprint == self.target);
        let innocent = !planted.is_empty() && !broken.contains(&self.target);
        let bystanders = Bystanders { defects: others, break_else: !broken.is_empty() };
        self.bystanders = innocent.then_some(bystanders);
        self
    }

    /// What becomes of `plan`. A world that breaks counts as one that passes.
    pub(super) fn outcome(&self, plan: &Plan) -> Outcome {
        match self.hunt(plan, self.defects) {
            Outcome::Same => {}
            other => return other,
        }
        let Some(Bystanders { defects, break_else }) = self.bystanders else {
            return Outcome::Same;
        };
        let slips = |fingerprint: &Fingerprint| !break_else || *fingerprint == self.target;
        match violations_caught(plan, defects, slips).into_iter().find(slips) {
            Some(fingerprint) => Outcome::Other(fingerprint, defects),
            None => Outcome::Same,
        }
    }

    fn fails_with(&self, plan: &Plan, defects: Defects) -> bool {
        self.hunt(plan, defects) == Outcome::Same
    }

    fn hunt(&self, plan: &Plan, defects: Defects) -> Outcome {
        let decides = |fingerprint: &Fingerprint| !self.before.contains(fingerprint);
        match violations_caught(plan, defects, decides).into_iter().find(decides) {
            Some(fingerprint) if fingerprint == self.target => Outcome::Same,
            Some(fingerprint) => Outcome::Other(fingerprint, defects),
            None => Outcome::Passes,
        }
    }
}

/// The violations of `plan` up to the first that `decides`; none if it breaks.
fn violations_caught(
    plan: &Plan,
    defects: Defects,
    decides: impl Fn(&Fingerprint) -> bool,
) -> Vec<Fingerprint> {
    let run = || trial::violations(plan, defects, |v| decides(&v.fingerprint()));
    let violations = catch_unwind(AssertUnwindSafe(run)).unwrap_or_default();
    violations.iter().map(|violation| violation.fingerprint()).collect()
}
