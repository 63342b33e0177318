//! The search for a smaller plan that fails in the same way: candidates side by
//! side, the first that does taken, in an order that no number of threads
//! changes.

use std::collections::{BTreeMap, BTreeSet};

use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use sim::Digest;

use super::quarry::{Outcome, Quarry};
use super::{Budget, Slipped};
use crate::fingerprint::Fingerprint;
use crate::plan::Plan;

/// A search under way.
pub(super) struct Search<'s> {
    /// The smallest plan so far that fails in the same way.
    pub(super) plan: Plan,
    pub(super) quarry: Quarry,
    pool: &'s ThreadPool,
    go_on: &'s mut (dyn FnMut(u64) -> bool + 's),
    candidates_max: u64,
    /// Candidates that were run.
    pub(super) tried: u64,
    /// Whether the budget is spent, or somebody wants the best so far.
    pub(super) stopped: bool,
    /// What became of the candidates that were run.
    known: BTreeMap<u64, Outcome>,
    pub(super) slipped: Vec<Slipped>,
    seen: BTreeSet<Fingerprint>,
}

impl<'s> Search<'s> {
    pub(super) fn new(
        plan: Plan,
        quarry: Quarry,
        budget: Budget<'s>,
        pool: &'s ThreadPool,
    ) -> Self {
        let seen = BTreeSet::from([quarry.target]);
        Self {
            plan,
            quarry,
            pool,
            go_on: budget.go_on,
            candidates_max: budget.candidates,
            tried: 0,
            stopped: false,
            known: BTreeMap::new(),
            slipped: Vec::new(),
            seen,
        }
    }

    /// Takes the first of `candidates` that fails in the same way; tells which
    /// it was.
    pub(super) fn take_first(
        &mut self,
        candidates: impl IntoIterator<Item = Plan>,
    ) -> Option<usize> {
        let mut candidates = candidates.into_iter();
        let mut before = 0;
        loop {
            let batch: Vec<_> = candidates.by_ref().take(BATCH).collect();
            if batch.is_empty() || self.stopped {
                return None;
            }
            let same = self.same(&batch).iter().position(|same| *same);
            let count = batch.len();
            if let Some(at) = same {
                self.plan = batch.into_iter().nth(at).unwrap_or_else(|| self.plan.clone());
                return Some(before + at);
            }
            before += count;
        }
    }

    /// Takes this candidate if it fails in the same way.
    pub(super) fn take(&mut self, candidate: Plan) -> bool {
        self.take_first([candidate]).is_some()
    }

    /// Which of `candidates` fail in the same way. None of them is taken.
    pub(super) fn same(&mut self, candidates: &[Plan]) -> Vec<bool> {
        self.outcomes(candidates).into_iter().map(|outcome| outcome == Outcome::Same).collect()
    }

    /// What becomes of each of `candidates`; passes, once the search is stopped.
    pub(super) fn outcomes(&mut self, candidates: &[Plan]) -> Vec<Outcome> {
        let names: Vec<_> = candidates.iter().map(Digest::of).collect();
        for batch in (0..candidates.len()).collect::<Vec<_>>().chunks(BATCH) {
            self.run(candidates, &names, batch);
        }
        names.iter().map(|name| self.known.get(name).copied().unwrap_or(Outcome::Passes)).collect()
    }

    /// Runs those of a batch that were not run before.
    fn run(&mut self, candidates: &[Plan], names: &[u64], batch: &[usize]) {
        let fresh: BTreeMap<u64, usize> = batch
            .iter()
            .filter(|at| !self.known.contains_key(&names[**at]))
            .map(|at| (names[*at], *at))
            .collect();
        if fresh.is_empty() {
            return;
        }
        self.stopped |= self.tried >= self.candidates_max || !(self.go_on)(self.tried);
        if self.stopped {
            return;
        }
        self.tried += fresh.len() as u64;
        let quarry = &self.quarry;
        let fresh: Vec<_> = fresh.into_iter().collect();
        let outcomes: Vec<_> = self.pool.install(|| {
            fresh
                .into_par_iter()
                .map(|(name, at)| (name, at, quarry.outcome(&candidates[at])))
                .collect()
        });
        for (name, at, outcome) in outcomes {
            self.known.insert(name, outcome);
            if let Outcome::Other(fingerprint, defects) = outcome
                && self.slipped.len() < SLIPPED_MAX
                && self.seen.insert(fingerprint)
            {
                let plan = candidates[at].clone();
                self.slipped.push(Slipped { fingerprint, plan, defects });
            }
        }
    }
}

/// Candidates that are run side by side.
pub(super) const BATCH: usize = 4;
/// The most other findings that are kept.
const SLIPPED_MAX: usize = 16;
