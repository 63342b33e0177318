//! What each strategy is worth: how many trials it takes to see a known bug, with each
//! strategy and each defect of the bank.

use model::{Defect, Defects};
use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Serialize;
use sim::Seed;

use crate::score::{Arena, Arenas};
use crate::strategy::{Corpus, Strategy};
use crate::trial::{self, broken};

/// How many ranges of seeds, which share none, each pair is looked for in.
pub const RANGES: usize = 9;

/// What to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which defects, in the order of their list.
    pub defects: Defects,
    /// Which strategies, in this order.
    pub strategies: Vec<Strategy>,
    /// The seed of all seeds.
    pub master_seed: Seed,
    /// The most trials of each range.
    pub budget: u64,
}

/// How many trials it took: plain data for reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ablation {
    /// The seed of all seeds.
    pub master_seed: Seed,
    /// The most trials of each range.
    pub budget: u64,
    /// The strategies that were compared, by name.
    pub strategies: Vec<&'static str>,
    /// How many scenarios the trials were dealt over.
    pub scenarios: u64,
    /// What each defect took.
    pub rows: Vec<Row>,
}

/// What one defect took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Which.
    pub defect: Defect,
    /// By each strategy, in each range: the number of the first trial that shows it, from
    /// 1; `None` where none of the budget does.
    pub trials: Vec<[Option<u64>; RANGES]>,
}

/// Looks for each defect by each strategy, as long as `go_on` says so: it is told which is the
/// next. The outcome is the same for any number of threads in `pool`.
pub fn run(asked: &Asked, pool: &ThreadPool, mut go_on: impl FnMut(Defect) -> bool) -> Ablation {
    let arenas = asked
        .strategies
        .iter()
        .map(|strategy| (*strategy, Arenas::new(asked.master_seed, Some(*strategy))));
    let arenas: Vec<_> = arenas.collect();
    let mut rows = Vec::new();
    for defect in asked.defects.iter() {
        if !go_on(defect) {
            break;
        }
        let hunts = arenas.iter().flat_map(|(strategy, arenas)| {
            (0..RANGES).map(|range| Hunt {
                defect,
                strategy: *strategy,
                arena: arenas.of(defect),
                range,
            })
        });
        let hunts: Vec<_> = hunts.collect();
        let found: Vec<_> =
            pool.install(|| hunts.into_par_iter().map(|hunt| hunt.first(asked.budget)).collect());
        let trials = found.chunks_exact(RANGES).map(|found| {
            let mut ranges = [None; RANGES];
            ranges.copy_from_slice(found);
            ranges
        });
        rows.push(Row { defect, trials: trials.collect() });
    }
    Ablation {
        master_seed: asked.master_seed,
        budget: asked.budget,
        strategies: asked.strategies.iter().map(|strategy| strategy.story().name).collect(),
        scenarios: arenas.first().map_or(0, |(_, arenas)| arenas.sagas().scenarios()),
        rows,
    }
}

impl Row {
    /// The median over the ranges of what it took by the strategy with this number, where
    /// what the budget did not show took all of it.
    pub fn median(&self, strategy: usize, budget: u64) -> u64 {
        let mut trials = self.trials[strategy].map(|trials| trials.unwrap_or(budget));
        trials.sort_unstable();
        trials[RANGES / 2]
    }
}

/// One defect, by one strategy, in one range.
struct Hunt<'h> {
    defect: Defect,
    strategy: Strategy,
    arena: &'h Arena,
    range: usize,
}

impl Hunt<'_> {
    /// The number of the first trial that shows it.
    fn first(&self, budget: u64) -> Option<u64> {
        match self.strategy {
            Strategy::Feedback => self.first_of_generations(budget),
            _ => (0..budget).find(|index| self.shows(*index)).map(|index| index + 1),
        }
    }

    fn shows(&self, index: u64) -> bool {
        let planted = Defects::NONE.with(self.defect);
        let (scenario, seed) = self.arena.deal(self.range, index);
        broken::named(scenario, seed, planted, || {
            let plan = self.arena.plan(self.range, index, planted);
            !trial::violations(&plan, planted, |_| true).is_empty()
        })
    }

    /// The same where each scenario learns from the generations before.
    fn first_of_generations(&self, budget: u64) -> Option<u64> {
        let planted = Defects::NONE.with(self.defect);
        let scenarios = self.arena.scenarios();
        let mut corpora = vec![Corpus::default(); scenarios as usize];
        let mut learned = Vec::new();
        for index in 0..budget {
            let at = (index % scenarios) as usize;
            let (scenario, seed) = self.arena.deal(self.range, index);
            let trial = broken::named(scenario, seed, planted, || {
                trial::run_plan(corpora[at].plan(scenario, seed, planted), planted)
            });
            if !trial.violations().is_empty() {
                return Some(index + 1);
            }
            learned.push((at, trial));
            if (index + 1) % (scenarios * ROUNDS) == 0 {
                learned.drain(..).for_each(|(at, trial)| corpora[at].learn(&trial));
            }
        }
        None
    }
}

/// A generation has so many trials of each scenario.
const ROUNDS: u64 = 1;
