//! The score of the harness: how many of the known bugs it catches, by what, and how
//! soon.
//!
//! Each defect is planted in turn. The trials of a *range* of seeds are dealt over the
//! catalog, one scenario after the other (`score/arena.rs`), up to the first in which
//! any invariant does not hold (`score/hunt.rs`). There are five ranges, which share
//! no seed; a defect counts as found if it is found in most of them, so that the
//! median of the trials that it took is one that was seen.

mod arena;
mod hunt;

use std::collections::BTreeMap;

use model::{Defect, Defects, Ease};
use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Serialize;
use sim::{Digest, DigestValue, SAMPLERS, Seed};

use crate::catalog;
use crate::invariant::Invariant;
use crate::strategy::Strategy;
use crate::trial::{self, Trial};

pub use arena::{Arena, Arenas};

/// How many ranges of seeds there are.
pub const RANGES: usize = 5;

/// How many trials of a range there are at most, if nobody says.
pub const BUDGET: u64 = 20_000;

/// The trials of the first range of which it is counted what they show first.
pub const COUNTED: u64 = 1_000;

/// The trials of either slice of a [`Basis`].
pub const SLICE: u64 = 200;

/// The share of all defects that has to be found, in percent; of those of the first
/// wave, all.
pub const BAR: u64 = 95;

/// How many of the defects are caught, by what, and how soon: plain data for reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Score {
    /// What it is the score of.
    pub basis: Basis,
    /// The most trials of each range; `None` if time was the limit.
    pub budget: Option<u64>,
    /// What became of each defect, by name.
    pub rows: Vec<Row>,
}

/// What a score was taken of. Where it is another, so is the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// The seed of all seeds.
    pub master_seed: Seed,
    /// How it is looked for them.
    pub strategy: Strategy,
    /// The version of all samplers.
    pub samplers: u16,
    /// How many scenarios there are.
    pub scenarios: u64,
    /// And how many of them two-phase commit can do.
    pub two_phase_scenarios: u64,
    /// How many invariants there are.
    pub invariants: u64,
    /// How many defects there are.
    pub defects: u64,
    /// How many trials are behind each digest.
    pub slice: u64,
    /// The digest of the first trials without any defect.
    pub reference: DigestValue,
    /// In how many of these some invariant did not hold.
    pub reference_violated: u64,
    /// The digest of as many trials with each defect planted in turn.
    pub planted: DigestValue,
}

/// What became of one defect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Which.
    pub defect: Defect,
    /// Where each range showed it first; `None` where it did not.
    pub detections: [Option<Detection>; RANGES],
    /// The trials that every range was looked through for it, at most.
    pub tried: u64,
    /// How often each invariant was the first that did not hold, in the first trials of
    /// the first range.
    pub matrix: BTreeMap<Invariant, u64>,
    /// How many trials those are.
    pub counted: u64,
    /// How small its repro gets, from the first finding of the first range.
    pub repro: Option<Repro>,
}

/// The first trial of a range that shows a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Detection {
    /// The range, from 0.
    pub range: usize,
    /// How many trials it took, this one included.
    pub trials: u64,
    /// What did not hold first.
    pub invariant: Invariant,
    /// The seed of the trial.
    pub seed: Seed,
}

/// The size of a shrunk repro.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Repro {
    /// What customers attempt in it.
    pub operations: u64,
    /// What goes wrong in it, each thing named for itself.
    pub faults: u64,
    /// Whether it could be smaller still: the search was stopped.
    pub stopped: bool,
}

/// What to score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// How it is looked for them.
    pub strategy: Strategy,
    /// Which defects, in the order of their list.
    pub defects: Defects,
    /// The seed of all seeds.
    pub master_seed: Seed,
    /// The most trials of each range; `None` for as long as it may take.
    pub budget: Option<u64>,
}

/// What is being hunted.
#[derive(Clone, Copy, Debug)]
pub struct Hunting {
    /// Which defect.
    pub defect: Defect,
    /// Its place among those that were asked for, from 0.
    pub at: usize,
    /// The trials of each range that were looked through for it.
    pub trials: u64,
}

/// How a hunt goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// With more trials.
    Go,
    /// With the next defect: this one has had its share.
    Next,
    /// Not at all.
    Stop,
}

/// Hunts for each defect that is asked for, as `turn` says before each batch of trials;
/// those whose turn did not come have no row. The outcome is the same for any number of
/// threads in `pool`.
pub fn run(asked: &Asked, pool: &ThreadPool, mut turn: impl FnMut(Hunting) -> Turn) -> Score {
    let arenas = Arenas::new(asked.master_seed, Some(asked.strategy));
    let basis = Basis::of(&arenas, asked.master_seed, asked.strategy, pool);
    let budget = asked.budget.unwrap_or(u64::from(u32::MAX));
    let mut rows = Vec::new();
    for (at, defect) in asked.defects.iter().enumerate() {
        let mut taken = |trials| turn(Hunting { defect, at, trials });
        if taken(0) == Turn::Stop {
            break;
        }
        rows.push(hunt::hunt(defect, arenas.of(defect), budget, pool, taken));
    }
    Score { basis, budget: asked.budget, rows }
}

impl Basis {
    /// What a score under `master`, by this strategy, would be taken of.
    pub fn new(master: Seed, strategy: Strategy, pool: &ThreadPool) -> Self {
        Self::of(&Arenas::new(master, Some(strategy)), master, strategy, pool)
    }

    fn of(arenas: &Arenas, master_seed: Seed, strategy: Strategy, pool: &ThreadPool) -> Self {
        let (reference, reference_violated) = slice(pool, |index| {
            trial::run_plan(arenas.sagas().plan(0, index, Defects::NONE), Defects::NONE)
        });
        let (planted, _) = slice(pool, |index| {
            let defect = Defect::ALL[index as usize % Defect::ALL.len()].defect;
            let planted = Defects::NONE.with(defect);
            trial::run_plan(arenas.of(defect).plan(0, index, planted), planted)
        });
        Self {
            master_seed,
            strategy,
            samplers: SAMPLERS,
            scenarios: catalog::all().len() as u64,
            two_phase_scenarios: arenas.two_phase().scenarios(),
            invariants: Invariant::ALL.len() as u64,
            defects: Defect::ALL.len() as u64,
            slice: SLICE,
            reference,
            reference_violated,
            planted,
        }
    }
}

/// The digest of some trials, and in how many of them some invariant did not hold.
fn slice(pool: &ThreadPool, run: impl Fn(u64) -> Trial + Sync) -> (DigestValue, u64) {
    let trials: Vec<_> = pool.install(|| (0..SLICE).into_par_iter().map(&run).collect());
    let mut digest = Digest::new();
    for trial in &trials {
        digest.word(trial.digest.0[0]);
        digest.word(trial.digest.0[1]);
    }
    let violated = trials.iter().filter(|trial| !trial.violations().is_empty()).count();
    (digest.finish(), violated as u64)
}

impl Row {
    /// The median of the trials that it took to find it; `None` if most ranges did not.
    pub fn median(&self) -> Option<u64> {
        let mut trials: Vec<_> = self.detections.iter().flatten().map(|d| d.trials).collect();
        trials.sort_unstable();
        trials.get(RANGES / 2).copied()
    }

    /// Whether it is found: in most ranges.
    pub fn is_found(&self) -> bool {
        self.median().is_some()
    }

    /// In how many ranges it was found.
    pub fn ranges(&self) -> usize {
        self.detections.iter().flatten().count()
    }

    /// The invariants that found it first in some range, those of the earlier ranges
    /// first.
    pub fn found_by(&self) -> Vec<Invariant> {
        let mut found = Vec::new();
        for detection in self.detections.iter().flatten() {
            if !found.contains(&detection.invariant) {
                found.push(detection.invariant);
            }
        }
        found
    }

    /// Whether this invariant is expected to catch it.
    pub fn expects(&self, invariant: Invariant) -> bool {
        self.defect.story().caught_by.contains(&invariant.to_string().as_str())
    }

    /// Those that found it first in some range although others were expected to.
    pub fn unexpected(&self) -> Vec<Invariant> {
        self.found_by().into_iter().filter(|invariant| !self.expects(*invariant)).collect()
    }
}

/// Some of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// So many.
    pub part: u64,
    /// Of so many.
    pub whole: u64,
}

impl Share {
    /// In percent, rounded down; of nothing, all.
    pub fn percent(self) -> u64 {
        (self.part * 100).checked_div(self.whole).unwrap_or(100)
    }
}

impl Score {
    /// How many of those of the first wave are found.
    pub fn first_wave(&self) -> Share {
        self.share(|row| row.defect.story().first_wave)
    }

    /// How many of all are found.
    pub fn all(&self) -> Share {
        self.share(|_| true)
    }

    /// The median of the medians of all defects that take as much; `None` if there is
    /// none, or most are not found.
    pub fn median(&self, ease: Ease) -> Option<u64> {
        let rows = self.rows.iter().filter(|row| row.defect.story().ease == ease);
        let mut medians: Vec<_> = rows.map(|row| row.median().unwrap_or(u64::MAX)).collect();
        medians.sort_unstable();
        medians.get(medians.len() / 2).copied().filter(|median| *median < u64::MAX)
    }

    /// Whether all is found that has to be: the first wave, and [`BAR`] percent of all.
    pub fn meets_its_bar(&self) -> bool {
        let (first_wave, all) = (self.first_wave(), self.all());
        first_wave.part == first_wave.whole && all.part * 100 >= all.whole * BAR
    }

    /// Invariants that were never the first to catch anything.
    pub fn idle(&self) -> Vec<Invariant> {
        let caught = |invariant: &Invariant| {
            let by = |row: &Row| {
                row.matrix.contains_key(invariant) || row.found_by().contains(invariant)
            };
            self.rows.iter().any(by)
        };
        let all = Invariant::ALL.iter().map(|story| story.code);
        all.filter(|invariant| !caught(invariant)).collect()
    }

    fn share(&self, counts: impl Fn(&Row) -> bool) -> Share {
        let rows = || self.rows.iter().filter(|row| counts(row));
        let found = rows().filter(|row| row.is_found()).count();
        Share { part: found as u64, whole: rows().count() as u64 }
    }
}
