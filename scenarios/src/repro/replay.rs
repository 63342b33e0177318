//! A repro, run again: whether it still shows what it showed.

use std::fmt;

use model::Defects;

use super::{Departure, Repro};
use crate::trial::{self, Trial, Verdict};

/// What a replay came to, in a word or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// The violation that the repro is about.
    SameViolation,
    /// A violation of another kind, and not that one.
    OtherViolation,
    /// Every invariant held, and everything struck that struck before.
    Passes,
    /// Every invariant held, but a fault that struck before did not: what it
    /// waits for never happened, so nothing was proven.
    Stale,
    /// A limit was hit.
    Inconclusive,
}

/// A repro, run again.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// What it came to.
    pub answer: Answer,
    /// The run itself.
    pub trial: Trial,
    /// Faults that struck when the repro was written and did not this time, by
    /// id. With other defects planted than then this is no surprise.
    pub missed: Vec<u32>,
    /// Where the run departs from the one that was recorded; `None` if it does
    /// not, if none was recorded, or if that had other defects planted.
    pub departure: Option<Departure>,
}

impl Answer {
    /// Those that a repro can expect.
    pub const EXPECTED: [Self; 3] = [Self::SameViolation, Self::OtherViolation, Self::Passes];

    /// What files and reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SameViolation => "same violation",
            Self::OtherViolation => "other violation",
            Self::Passes => "passes",
            Self::Stale => "stale",
            Self::Inconclusive => "inconclusive",
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Repro {
    /// Runs it with `planted`, and compares with what it is about.
    pub fn replay(&self, planted: Defects) -> Replayed {
        let as_written = planted == self.planted;
        let (trial, departure) = match &self.recording {
            Some(recording) if as_written => recording.follow(self.plan.clone(), planted),
            _ => (trial::run_plan(self.plan.clone(), planted), None),
        };
        let known = self.recording.as_ref().map_or(&[][..], |recording| &recording.unstruck);
        let missed: Vec<_> =
            trial.never_struck.iter().copied().filter(|id| !known.contains(id)).collect();
        let answer = self.answer(&trial, as_written && !missed.is_empty());
        Replayed { answer, trial, missed, departure }
    }

    fn answer(&self, trial: &Trial, is_stale: bool) -> Answer {
        match &trial.verdict {
            Verdict::Violated(seen)
                if seen.iter().any(|one| one.fingerprint() == self.violation) =>
            {
                Answer::SameViolation
            }
            Verdict::Violated(_) => Answer::OtherViolation,
            Verdict::Inconclusive(_) => Answer::Inconclusive,
            Verdict::Held if is_stale => Answer::Stale,
            Verdict::Held => Answer::Passes,
        }
    }
}
