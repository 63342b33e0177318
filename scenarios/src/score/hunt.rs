//! The hunt for one defect: five ranges of trials, each up to the first that shows it.

use std::collections::BTreeMap;
use std::ops::Range;

use model::{Defect, Defects};
use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::arena::Arena;
use super::{COUNTED, Detection, RANGES, Repro, Row, Turn};
use crate::invariant::Invariant;
use crate::shrink::{self, Budget};
use crate::trial::{self, broken};

/// Looks for `defect` in at most `budget` trials of each range, batch by batch,
/// as `turn`, which is told how many trials of each range are done, says. The outcome is
/// the same for any number of threads in `pool`.
pub(super) fn hunt(
    defect: Defect,
    arena: &Arena,
    budget: u64,
    pool: &ThreadPool,
    mut turn: impl FnMut(u64) -> Turn,
) -> Row {
    let hunt = Hunt { defect, arena, pool };
    let mut firsts = Vec::new();
    let mut goes_on = true;
    while goes_on && (firsts.len() as u64) < COUNTED.min(budget) {
        let done = firsts.len() as u64;
        firsts.extend(hunt.counted(done..COUNTED.min(budget).min(done + COUNTED_BATCH)));
        goes_on = turn(firsts.len() as u64) == Turn::Go;
    }
    let counted = firsts.len() as u64;
    let mut detections = [None; RANGES];
    detections[0] = firsts.iter().position(Option::is_some).and_then(|at| firsts[at]);
    let (mut tried, mut batch) = (0, BATCH_MIN);
    while tried < budget && detections.iter().any(Option::is_none) {
        if turn(tried) != Turn::Go {
            break;
        }
        let trials = tried..budget.min(tried + batch);
        tried = trials.end;
        for (range, detection) in detections.iter_mut().enumerate() {
            let known = if range == 0 { counted } else { 0 };
            if detection.is_none() {
                *detection = hunt.first(range, trials.start.max(known)..trials.end.max(known));
            }
        }
        batch = (batch * 2).min(BATCH_MAX);
    }
    let mut matrix: BTreeMap<Invariant, u64> = BTreeMap::new();
    for found in firsts.iter().flatten() {
        *matrix.entry(found.invariant).or_default() += 1;
    }
    let repro = detections[0].and_then(|first| hunt.shrink(first, &mut turn));
    Row { defect, detections, tried, matrix, counted, repro }
}

struct Hunt<'h> {
    defect: Defect,
    arena: &'h Arena,
    pool: &'h ThreadPool,
}

impl Hunt<'_> {
    /// What each of these trials of the first range shows first.
    fn counted(&self, trials: Range<u64>) -> Vec<Option<Detection>> {
        let each = || trials.into_par_iter().map(|index| self.shows(0, index)).collect();
        self.pool.install(each)
    }

    /// The first of these trials that shows anything.
    fn first(&self, range: usize, trials: Range<u64>) -> Option<Detection> {
        let first = || trials.into_par_iter().find_map_first(|index| self.shows(range, index));
        self.pool.install(first)
    }

    fn shows(&self, range: usize, index: u64) -> Option<Detection> {
        let (scenario, seed) = self.arena.deal(range, index);
        let planted = Defects::NONE.with(self.defect);
        let found = broken::named(scenario, seed, planted, || {
            let plan = self.arena.plan(range, index, planted);
            trial::violations(&plan, planted, |_| true)
        });
        let invariant = found.first()?.invariant;
        Some(Detection { range, trials: index + 1, invariant, seed })
    }

    /// How small the plan gets that showed it.
    fn shrink(&self, found: Detection, turn: &mut impl FnMut(u64) -> Turn) -> Option<Repro> {
        let planted = Defects::NONE.with(self.defect);
        let plan = self.arena.plan(found.range, found.trials - 1, planted);
        let shown = trial::violations(&plan, planted, |_| true);
        let target = shown.first()?.fingerprint();
        let go_on = &mut |_| turn(found.trials) == Turn::Go;
        let budget = Budget { candidates: CANDIDATES_MAX, go_on };
        let shrunk = shrink::shrink(&plan, planted, &target, budget, self.pool)?;
        Some(Repro {
            operations: shrunk.plan.operations.len() as u64,
            faults: shrunk.plan.named_faults() as u64,
            stopped: shrunk.stopped,
        })
    }
}

/// Few trials first, since most defects show at once; then more, so that no thread
/// waits for another.
const BATCH_MIN: u64 = 32;
const BATCH_MAX: u64 = 1_024;

/// How many trials are counted between two looks at the clock.
const COUNTED_BATCH: u64 = 250;

/// The most candidates for the smallest repro of one defect.
const CANDIDATES_MAX: u64 = 20_000;
