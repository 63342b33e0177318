//! How small findings get, and how long that takes: every planted defect in
//! every built-in scenario, some seeds each.
//!
//! `cargo bench --package pennywise-scenarios --bench shrinking` prints a line
//! for each defect and scenario, and the medians and 95th percentiles of all.
//! With `-- --each` it prints every finding, with `-- --plans` the plans too, and
//! with `-- --payments=2000` every world has so many payments.

#[expect(dead_code, reason = "other benchmarks, which it is shared with, use all of it")]
#[path = "../../sim/benches/stopwatch.rs"]
mod stopwatch;

use std::time::Duration;

use model::{Change, Changes, Defect, Defects};
use rayon::{ThreadPool, ThreadPoolBuilder};
use scenarios::shrink::{Budget, Shrunk, Without, shrink};
use scenarios::{Fingerprint, PaymentSystem, Plan, Scenario, catalog, trial};
use sim::Seed;

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Findings of one defect in one scenario.
const FINDINGS: usize = 4;
/// Seeds in which they are looked for.
const SEEDS: u64 = 300;
const CANDIDATES: u64 = 50_000;
const THREADS: usize = 2;

fn main() {
    let told = |flag: &str| std::env::args().any(|argument| argument == flag);
    if !told("--bench") {
        return;
    }
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let pool = ThreadPoolBuilder::new().num_threads(THREADS).build().expect("threads can be had");
    let payments = std::env::args()
        .find_map(|argument| argument.strip_prefix("--payments=")?.parse::<u32>().ok());
    let scenarios: Vec<_> = catalog::all()
        .iter()
        .map(|scenario| {
            let mut scenario = scenario.clone();
            if let Some(payments) = payments {
                scenario.workload.operations = payments;
            }
            scenario
        })
        .collect();
    let mut all = Vec::new();
    for story in Defect::ALL.iter().filter(|s| only.as_deref().is_none_or(|only| only == s.name)) {
        for scenario in &scenarios {
            let measured = measure(story.defect, scenario, &pool);
            for one in &measured {
                if told("--each") {
                    println!("{:<28} {:<26} {}", story.name, scenario.name, one.line());
                }
                if told("--plans") {
                    println!(
                        "{:#?}\n{:#?}\n{:#?}",
                        one.shrunk.plan, one.shrunk.minimal, one.shrunk.ranges
                    );
                }
            }
            if !measured.is_empty() {
                println!("{:<28} {:<26} {}", story.name, scenario.name, summary(&measured));
            }
            all.extend(measured);
        }
    }
    println!("{:<28} {:<26} {}", "all", "", summary(&all));
    for change in Change::ALL {
        let survive = all.iter().filter(|one| one.survives(change)).count();
        println!("after {change:?}, {survive} of {} say the same", all.len());
    }
}

struct Measured {
    seed: Seed,
    shrunk: Shrunk,
    took: Duration,
}

impl Measured {
    fn operations(&self) -> usize {
        self.shrunk.plan.operations.len()
    }

    fn faults(&self) -> usize {
        self.shrunk.minimal.iter().filter(|proof| proof.line.is_fault()).count()
    }

    fn is_minimal(&self) -> bool {
        let same = |proof: &scenarios::shrink::Proof| proof.without == Without::FailsTheSame;
        !self.shrunk.stopped && !self.shrunk.minimal.iter().any(same)
    }

    fn survives(&self, change: Change) -> bool {
        let Shrunk { plan, defects, violation, .. } = &self.shrunk;
        let system = PaymentSystem::new(plan.clone(), *defects);
        let trial = trial::run_system(&system.changed(Changes::NONE.with(change)));
        let first = trial.violations().first().map(|violation| violation.fingerprint());
        first == Some(violation.fingerprint())
    }

    fn line(&self) -> String {
        let lines = self.shrunk.minimal.iter().map(|proof| proof.line.to_string());
        format!(
            "{} {:<40} {} ops {} faults, {} ms, {} tried, minimal {}, slipped {}, lost by {:?}: {}",
            self.seed,
            self.shrunk.violation.fingerprint().to_string(),
            self.operations(),
            self.faults(),
            self.took.as_millis(),
            self.shrunk.tried,
            self.is_minimal(),
            self.shrunk.slipped.len(),
            Change::ALL.iter().filter(|change| !self.survives(**change)).collect::<Vec<_>>(),
            lines.collect::<Vec<_>>().join(", ")
        )
    }
}

fn measure(defect: Defect, scenario: &Scenario, pool: &ThreadPool) -> Vec<Measured> {
    let defects = Defects::NONE.with(defect);
    let seeds = (0..SEEDS).map(|n| Seed(1).derive(&scenario.name, n));
    let found = seeds.filter_map(|seed| Some((seed, finding(scenario, seed, defects)?)));
    let shrunk = found.take(FINDINGS).filter_map(|(seed, (plan, target))| {
        let mut shrunk = None;
        let picos = stopwatch::picos_each(1, || {
            let budget = Budget { candidates: CANDIDATES, go_on: &mut |_| true };
            shrunk = shrink(&plan, defects, &target, budget, pool);
        });
        Some(Measured { seed, shrunk: shrunk?, took: Duration::from_nanos(picos / 1_000) })
    });
    shrunk.collect()
}

fn finding(scenario: &Scenario, seed: Seed, defects: Defects) -> Option<(Plan, Fingerprint)> {
    let plan = Plan::draw(scenario, seed);
    let first = trial::violations(&plan, defects, |_| true);
    Some((plan, first.first()?.fingerprint()))
}

fn summary(measured: &[Measured]) -> String {
    let of = |value: fn(&Measured) -> u128| {
        let mut values: Vec<_> = measured.iter().map(value).collect();
        values.sort_unstable();
        let at = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100).max(1);
            values.get(rank - 1).copied().unwrap_or(0)
        };
        format!("{:>3} {:>4}", at(50), at(95))
    };
    format!(
        "{:>3} findings; median, 95th: operations {}, faults {}, ms {}, tried {}; minimal {}",
        measured.len(),
        of(|one| one.operations() as u128),
        of(|one| one.faults() as u128),
        of(|one| one.took.as_millis()),
        of(|one| u128::from(one.shrunk.tried)),
        measured.iter().filter(|one| one.is_minimal()).count(),
    )
}
