//! Two protocols, the same plans: what each makes of the same customers, the same
//! providers and the same misfortunes.

mod meter;

use std::collections::BTreeMap;
use std::time::Duration;

use model::{Currency, Defects};
use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Serialize;
use sim::Seed;

use crate::judge::Violation;
use crate::plan::{Plan, Protocol};
use crate::settings::Scenario;
use crate::system::PaymentSystem;
use crate::trapped::{AmountTime, Pool};
use crate::trial::{self, Verdict};

pub use meter::Measured;
pub(crate) use meter::Meter;

/// The scenarios that are compared if none is named: a calm day, the loss of
/// whoever decides, crashes and partitions.
pub const SCENARIOS: [&str; 4] =
    ["calm-day", "coordinator-loss", "orchestrator-crash-loop", "sick-network"];

/// How long an account may be locked before it counts as blocked: L08. Two-phase
/// commit promises no bound, so that this is told and never a violation.
pub const LOCKED_MAX: Duration = Duration::from_secs(120);

/// What two protocols made of one scenario: plain data for reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The scenario's name.
    pub scenario: String,
    /// Pairs of trials that were run.
    pub pairs: u64,
    /// Those of them that compare nothing, because some fault struck in one trial
    /// and found nobody to strike in the other.
    pub voided: u64,
    /// Each protocol, in the order in which they were named.
    pub sides: Vec<Side>,
}

/// What one protocol made of it, in the pairs that count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Which.
    pub protocol: Protocol,
    /// What customers attempted.
    pub operations: u64,
    /// How that ended, counted.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// How long it took from an attempt until its client saw how it ended.
    pub time_to_final: Spread,
    /// How long the ledger held money for a payment.
    pub holds: Spread,
    /// How long accounts were locked, so that other payments could not go on.
    pub locks: Spread,
    /// How many of the locks lasted longer than [`LOCKED_MAX`].
    pub locked_too_long: u64,
    /// How often a request met an account that was locked.
    pub blocked: u64,
    /// How much money was held for how long, by currency: minor units times
    /// seconds.
    pub trapped: BTreeMap<Currency, AmountTime>,
    /// Payments that were committed when their provider took back what it had
    /// promised.
    pub revoked: u64,
    /// Trials in which an invariant did not hold.
    pub violated: u64,
    /// Trials of which nothing can be concluded.
    pub inconclusive: u64,
    /// The first violation, and its seed.
    pub first_violation: Option<(Seed, Violation)>,
    #[serde(skip)]
    spans: Measured,
}

/// How long things lasted: exact ranks, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many there were.
    pub count: u64,
    /// Of a hundred, fifty lasted no longer.
    pub p50: u64,
    /// Ninety.
    pub p90: u64,
    /// Ninety-nine.
    pub p99: u64,
    /// The longest of all.
    pub longest: u64,
    /// All together.
    pub total: u128,
}

/// Runs `count` pairs of trials of `scenario` under `master`, batch by batch, until
/// all are done or `go_on`, which is told how many are, says no. The outcome is the
/// same for any number of threads in `pool`.
pub fn run(
    scenario: &Scenario,
    protocols: [Protocol; 2],
    master: Seed,
    count: u64,
    pool: &ThreadPool,
    mut go_on: impl FnMut(u64) -> bool,
) -> Comparison {
    let mut comparison = Comparison::new(scenario, protocols);
    while comparison.pairs < count {
        let batch = comparison.pairs..count.min(comparison.pairs + BATCH);
        let pairs: Vec<[Half; 2]> = pool.install(|| {
            let indexes = batch.into_par_iter();
            let seeds = indexes.map(|index| master.derive(&scenario.name, index));
            seeds.map(|seed| protocols.map(|protocol| half(scenario, seed, protocol))).collect()
        });
        for pair in &pairs {
            comparison.add(pair);
        }
        if !go_on(comparison.pairs) {
            break;
        }
    }
    for side in &mut comparison.sides {
        side.close();
    }
    comparison
}

/// One trial of a pair.
struct Half {
    seed: Seed,
    verdict: Verdict,
    outcomes: BTreeMap<&'static str, u64>,
    operations: u64,
    trapped: Vec<(Currency, AmountTime)>,
    revoked: u64,
    never_struck: Vec<u32>,
    measured: Measured,
}

fn half(scenario: &Scenario, seed: Seed, protocol: Protocol) -> Half {
    let by = Scenario { protocol: Some(protocol), ..scenario.clone() };
    let system = PaymentSystem::new(Plan::draw(&by, seed), Defects::NONE);
    let (trial, revoked, measured) = trial::run_measured(&system);
    let held = trial.trapped.currencies.iter();
    let held = held.map(|within| (within.currency, within.level(Pool::Held).amount_time));
    Half {
        seed,
        operations: trial.plan.operations.len() as u64,
        trapped: held.collect(),
        verdict: trial.verdict,
        outcomes: trial.outcomes,
        revoked,
        never_struck: trial.never_struck,
        measured,
    }
}

impl Comparison {
    /// A comparison over `scenario` of which nothing has run yet.
    pub fn new(scenario: &Scenario, protocols: [Protocol; 2]) -> Self {
        let sides = protocols.map(Side::new).into();
        Self { scenario: scenario.name.clone(), pairs: 0, voided: 0, sides }
    }

    /// Takes a pair in; pairs come in the order of their indexes.
    fn add(&mut self, pair: &[Half; 2]) {
        self.pairs += 1;
        for (side, half) in self.sides.iter_mut().zip(pair) {
            side.judge(half);
        }
        if pair[0].never_struck != pair[1].never_struck {
            self.voided += 1;
            return;
        }
        for (side, half) in self.sides.iter_mut().zip(pair) {
            side.add(half);
        }
    }
}

impl Side {
    fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            operations: 0,
            outcomes: BTreeMap::new(),
            time_to_final: Spread::default(),
            holds: Spread::default(),
            locks: Spread::default(),
            locked_too_long: 0,
            blocked: 0,
            trapped: BTreeMap::new(),
            revoked: 0,
            violated: 0,
            inconclusive: 0,
            first_violation: None,
            spans: Measured::default(),
        }
    }

    /// How many of what customers attempted succeeded.
    pub fn succeeded(&self) -> u64 {
        self.outcomes.get("succeeded").copied().unwrap_or(0)
    }

    /// Takes a verdict in: of pairs that compare nothing, too.
    fn judge(&mut self, half: &Half) {
        match &half.verdict {
            Verdict::Held => {}
            Verdict::Violated(violations) => {
                self.violated += 1;
                if let (None, Some(first)) = (&self.first_violation, violations.first()) {
                    self.first_violation = Some((half.seed, first.clone()));
                }
            }
            Verdict::Inconclusive(_) => self.inconclusive += 1,
        }
    }

    fn add(&mut self, half: &Half) {
        self.operations += half.operations;
        self.revoked += half.revoked;
        for (name, count) in &half.outcomes {
            *self.outcomes.entry(name).or_default() += count;
        }
        for (currency, held) in &half.trapped {
            self.trapped.entry(*currency).or_default().0 += held.0;
        }
        self.spans.add(&half.measured);
    }

    fn close(&mut self) {
        let spans = &mut self.spans;
        self.time_to_final = Spread::of(&mut spans.to_final);
        self.holds = Spread::of(&mut spans.holds);
        self.locks = Spread::of(&mut spans.locks);
        self.blocked = spans.blocked;
        let longest = LOCKED_MAX.as_nanos();
        let too_long = spans.locks.iter().filter(|span| u128::from(**span) > longest);
        self.locked_too_long = too_long.count() as u64;
    }
}

impl Spread {
    fn of(spans: &mut [u64]) -> Self {
        spans.sort_unstable();
        let rank = |percent: usize| {
            let rank = (spans.len() * percent).div_ceil(100);
            spans.get(rank.saturating_sub(1)).copied().unwrap_or(0)
        };
        Self {
            count: spans.len() as u64,
            p50: rank(50),
            p90: rank(90),
            p99: rank(99),
            longest: spans.last().copied().unwrap_or(0),
            total: spans.iter().map(|span| u128::from(*span)).sum(),
        }
    }
}

/// Pairs that are run side by side before they are added up.
const BATCH: u64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_smallest_span_that_so_many_do_not_exceed() {
        let mut spans: Vec<u64> = (1..=200).rev().collect();
        let spread = Spread::of(&mut spans);
        assert_eq!((spread.p50, spread.p90, spread.p99), (100, 180, 198));
        assert_eq!((spread.longest, spread.total, spread.count), (200, 20_100, 200));
        assert_eq!(Spread::of(&mut []), Spread::default());
        assert_eq!(Spread::of(&mut [7]).p99, 7);
    }
}
