//! How small findings get, and how long that takes: every planted defect of the bank, in
//! the worlds that a score would look for it in, each scenario in its turn.
//!
//! `cargo bench --package pennywise-scenarios --bench shrinking` prints a line for each
//! defect, the medians and 95th percentiles of all, and whether they are within the bars.
//! With `-- --each` it prints every finding, with `-- --plans` the plans too; with
//! `-- --findings=4` it shrinks so many of each defect, with `-- --trials=500` it looks
//! through so many trials for them, and with `-- --payments=2000` every world has so many
//! payments. A word without dashes is the name of the only defect to look for.

#[expect(dead_code, reason = "other benchmarks, which it is shared with, use all of it")]
#[path = "../../sim/benches/stopwatch.rs"]
mod stopwatch;

use std::time::Duration;

use model::{Change, Changes, Defect, Defects};
use rayon::{ThreadPool, ThreadPoolBuilder};
use scenarios::score::{Arena, Arenas};
use scenarios::shrink::{Budget, Shrunk, Without, shrink};
use scenarios::{Fingerprint, PaymentSystem, Plan, trial};
use sim::Seed;

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Findings of one defect, if nobody says.
const FINDINGS: usize = 8;
/// Trials in which they are looked for, if nobody says.
const TRIALS: u64 = 4_000;
const CANDIDATES: u64 = 50_000;
const THREADS: usize = 2;

/// The most operations and faults that are left: of half of the findings, and of 95 in a
/// hundred.
const BARS: [(usize, usize, usize); 2] = [(50, 4, 2), (95, 8, 4)];

fn main() {
    if !told("--bench") {
        return;
    }
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let pool = ThreadPoolBuilder::new().num_threads(THREADS).build().expect("threads can be had");
    let arenas = Arenas::new(Seed(1), None);
    let mut all = Vec::new();
    let mut without = Vec::new();
    for story in Defect::ALL.iter().filter(|s| only.as_deref().is_none_or(|only| only == s.name)) {
        let measured = measure(story.defect, arenas.of(story.defect), &pool);
        for one in &measured {
            if told("--each") {
                println!("{:<28} {:<26} {}", story.name, one.shrunk.plan.scenario, one.line());
            }
            if told("--plans") {
                println!(
                    "{:#?}\n{:#?}\n{:#?}",
                    one.shrunk.plan, one.shrunk.minimal, one.shrunk.ranges
                );
            }
        }
        println!("{:<42} {}", story.name, summary(&measured));
        if measured.is_empty() {
            without.push(story.name);
        }
        all.extend(measured);
    }
    println!("{:<42} {}", "all", summary(&all));
    print_bars(&all, &without);
    for change in Change::ALL {
        let survive = all.iter().filter(|one| one.survives(change)).count();
        println!("after {change:?}, {survive} of {} say the same", all.len());
    }
}

fn told(flag: &str) -> bool {
    std::env::args().any(|argument| argument == flag)
}

fn number(flag: &str) -> Option<u64> {
    std::env::args().find_map(|argument| argument.strip_prefix(flag)?.parse().ok())
}

/// Whether findings get as small as they have to.
fn print_bars(all: &[Measured], without: &[&str]) {
    let word = |held| if held { "held" } else { "MISSED" };
    for (percent, operations_max, faults_max) in BARS {
        let operations = quantile(all, percent, |one| one.operations() as u128);
        let faults = quantile(all, percent, |one| one.faults() as u128);
        let held = operations <= operations_max as u128 && faults <= faults_max as u128;
        println!(
            "bar: {percent} % have at most {operations_max} operations and {faults_max} faults: \
             {operations} and {faults}, {}",
            word(held)
        );
    }
    let large = all.iter().filter(|one| !one.is_minimal()).count();
    println!("bar: nothing can be left out: of {large}, something can, {}", word(large == 0));
    let slips = all.iter().filter(|one| one.has_slipped()).count();
    println!("bar: none fails otherwise than it did: {slips} do, {}", word(slips == 0));
    println!("without any finding: {}", without.join(", "));
}

struct Measured {
    seed: Seed,
    target: Fingerprint,
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

    /// Whether it shows anything else than what was to be shrunk.
    fn has_slipped(&self) -> bool {
        self.shrunk.violation.fingerprint() != self.target
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

fn measure(defect: Defect, arena: &Arena, pool: &ThreadPool) -> Vec<Measured> {
    let defects = Defects::NONE.with(defect);
    let found = (0..number("--trials=").unwrap_or(TRIALS)).filter_map(|index| {
        let plan = plan(arena, index);
        let first = trial::violations(&plan, defects, |_| true);
        Some((first.first()?.fingerprint(), plan))
    });
    let findings = number("--findings=").map_or(FINDINGS, |findings| findings as usize);
    let shrunk = found.take(findings).filter_map(|(target, plan)| {
        let mut shrunk = None;
        let picos = stopwatch::picos_each(1, || {
            let budget = Budget { candidates: CANDIDATES, go_on: &mut |_| true };
            shrunk = shrink(&plan, defects, &target, budget, pool);
        });
        let took = Duration::from_nanos(picos / 1_000);
        Some(Measured { seed: plan.seed, target, shrunk: shrunk?, took })
    });
    shrunk.collect()
}

/// Trial `index` of the first range of a score.
fn plan(arena: &Arena, index: u64) -> Plan {
    let Some(payments) = number("--payments=") else { return arena.plan(0, index, Defects::NONE) };
    let (scenario, seed) = arena.deal(0, index);
    let mut scenario = scenario.clone();
    scenario.workload.operations = payments as u32;
    Plan::draw(&scenario, seed)
}

fn summary(measured: &[Measured]) -> String {
    let of = |value: fn(&Measured) -> u128| {
        format!("{:>3} {:>4}", quantile(measured, 50, value), quantile(measured, 95, value))
    };
    format!(
        "{:>4} findings; median, 95th: operations {}, faults {}, ms {}, tried {}; minimal {}",
        measured.len(),
        of(|one| one.operations() as u128),
        of(|one| one.faults() as u128),
        of(|one| one.took.as_millis()),
        of(|one| u128::from(one.shrunk.tried)),
        measured.iter().filter(|one| one.is_minimal()).count(),
    )
}

/// The least value that `percent` of them are not above; 0 of none.
fn quantile(measured: &[Measured], percent: usize, value: fn(&Measured) -> u128) -> u128 {
    let mut values: Vec<_> = measured.iter().map(value).collect();
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values.get(rank - 1).copied().unwrap_or(0)
}
