//! What the trials of a campaign have seen, added up.

mod record;

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::rare::is_rare;
use super::{FaultKind, Mark, Seen, Step, excuse};

pub(crate) use record::TallyRecord;

/// In how many trials each thing was seen. Adding up knows no order, so that it comes to the
/// same for any number of threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    cells: Vec<[u64; Step::COUNT]>,
    marks: Vec<u64>,
    touched: u64,
    trials: u64,
}

/// What has to be seen and was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// How much has to be seen.
    pub required: usize,
    /// How much besides can be, and is seldom.
    pub rare: usize,
    /// How much of that was seen.
    pub rarely: usize,
    /// The steps that each kind of fault never struck in.
    pub cells: Vec<(FaultKind, Vec<Step>)>,
    /// What else never happened.
    pub marks: Vec<Mark>,
    /// The share of trials in which a disturbance met work in flight, in percent, if that is
    /// less than it has to be.
    pub touched: Option<u64>,
    /// The share of payments that succeeded, in percent, if that is less than it has to be.
    pub succeeded: Option<u64>,
}

impl Default for Tally {
    fn default() -> Self {
        let cells = vec![[0; Step::COUNT]; FaultKind::COUNT];
        Self { cells, marks: vec![0; Mark::ALL.len()], touched: 0, trials: 0 }
    }
}

impl Tally {
    /// Takes in what a trial has seen.
    pub fn take(&mut self, seen: &Seen) {
        for (kind, row) in FaultKind::all().zip(&mut self.cells) {
            let mut left = seen.cells[kind.place()];
            while left != 0 {
                row[left.trailing_zeros() as usize] += 1;
                left &= left - 1;
            }
        }
        let mut left = seen.marks;
        while left != 0 {
            self.marks[left.trailing_zeros() as usize] += 1;
            left &= left - 1;
        }
        self.touched += u64::from(seen.touched);
        self.trials += 1;
    }

    /// Takes in what another campaign has seen.
    pub fn add(&mut self, other: &Self) {
        for (row, others) in self.cells.iter_mut().zip(&other.cells) {
            row.iter_mut().zip(others).for_each(|(sum, count)| *sum += count);
        }
        self.marks.iter_mut().zip(&other.marks).for_each(|(sum, count)| *sum += count);
        self.touched += other.touched;
        self.trials += other.trials;
    }

    /// In how many trials a fault of this kind struck while the step was in flight.
    pub fn cell(&self, kind: FaultKind, step: Step) -> u64 {
        self.cells[kind.place()][step.place()]
    }

    /// In how many trials this happened.
    pub fn mark(&self, mark: Mark) -> u64 {
        self.marks[mark as usize]
    }

    /// The share of trials in which a disturbance met work in flight, in percent.
    pub fn touched(&self) -> u64 {
        self.touched * 100 / self.trials.max(1)
    }

    /// Whether something new has become improbable: by Good and Turing, the chance that the
    /// next trial sees something for the first time is the number of things that were seen in
    /// one trial only, in so many trials. One more is counted, so that few trials which saw
    /// everything twice prove nothing.
    pub fn is_saturated(&self) -> bool {
        let counts = self.cells.iter().flatten().chain(&self.marks);
        let once = counts.filter(|count| **count == 1).count() as u64;
        (once + 1) * SATURATED < self.trials
    }

    /// What has to be seen in a large campaign over the catalog and was not.
    pub fn missing(&self) -> Missing {
        let mut missing = Missing::default();
        for kind in FaultKind::all() {
            let possible = Step::all().filter(|step| excuse(kind, *step).is_none());
            let (rare, required): (Vec<_>, Vec<_>) =
                possible.partition(|step| is_rare(kind, *step));
            missing.rare += rare.len();
            missing.rarely += rare.iter().filter(|step| self.cell(kind, **step) > 0).count();
            missing.required += required.len();
            let never: Vec<_> =
                required.into_iter().filter(|step| self.cell(kind, *step) == 0).collect();
            if !never.is_empty() {
                missing.cells.push((kind, never));
            }
        }
        let required = Mark::ALL.iter().copied().filter(|mark| !mark.is_rare());
        missing.required += required.clone().count();
        missing.marks = required.filter(|mark| self.mark(*mark) == 0).collect();
        missing.touched = Some(self.touched()).filter(|share| *share < TOUCHED_MIN);
        missing
    }

    /// The cells that were seen though they are excused: their reasons don't hold.
    pub fn refuted(&self) -> Vec<(FaultKind, Step)> {
        let all = FaultKind::all().flat_map(|kind| Step::all().map(move |step| (kind, step)));
        all.filter(|(kind, step)| self.cell(*kind, *step) > 0 && excuse(*kind, *step).is_some())
            .collect()
    }
}

impl Missing {
    /// How much it is.
    pub fn count(&self) -> usize {
        self.cells.iter().map(|(_, steps)| steps.len()).sum::<usize>() + self.marks.len()
    }

    /// Whether anything is missing.
    pub fn is_any(&self) -> bool {
        self.count() > 0 || self.touched.is_some() || self.succeeded.is_some()
    }
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown {
            faults: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
            marks: BTreeMap<&'static str, u64>,
            touched: u64,
        }
        let row = |kind: FaultKind| {
            Step::all().map(move |step| (step.name(), self.cell(kind, step))).collect()
        };
        Shown {
            faults: FaultKind::all().map(|kind| (kind.name(), row(kind))).collect(),
            marks: Mark::ALL.iter().map(|mark| (mark.name(), self.mark(*mark))).collect(),
            touched: self.touched,
        }
        .serialize(to)
    }
}

/// A campaign is saturated if less than one in so many further trials would see something new.
pub const SATURATED: u64 = 1_000;

/// In how many of a hundred trials a disturbance has to meet work in flight, or else most of
/// them test little.
const TOUCHED_MIN: u64 = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_is_saturated_when_little_was_seen_only_once() {
        let mut often = Seen::NOTHING;
        often.mark(Mark::Succeeded);
        let mut tally = Tally::default();
        (0..=SATURATED).for_each(|_| tally.take(&often));
        assert!(tally.is_saturated());
        let mut once = Seen::NOTHING;
        once.mark(Mark::Takeover);
        tally.take(&once);
        assert!(!tally.is_saturated(), "one in a thousand trials may yet see another new thing");
        (0..SATURATED).for_each(|_| tally.take(&often));
        assert!(tally.is_saturated());
    }

    #[test]
    fn a_few_trials_that_saw_the_same_are_no_saturation() {
        let mut tally = Tally::default();
        (0..SATURATED).for_each(|_| tally.take(&Seen::NOTHING));
        assert!(!tally.is_saturated());
    }
}
