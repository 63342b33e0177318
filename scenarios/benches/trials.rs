//! What a whole payment trial costs, beside the least that its events could
//! cost.
//!
//! `cargo bench --package pennywise-scenarios --bench trials` prints criterion's
//! figures and then three tables: each scenario with 20 payments beside the lower
//! bound, judged beside unwatched, and one worker beside two, in processor time where
//! the platform tells it. The figures of a shared machine wander by a fifth from run to
//! run; a ratio is of medians that were measured by turns in one run.
//!
//! With `-- --judged=calm-day` or `-- --unwatched=calm-day` it runs one round of that
//! scenario and prints nothing, for whoever counts its instructions.

#[path = "../../sim/benches/lower_bound.rs"]
mod lower_bound;
#[expect(dead_code, reason = "the kernel's benchmarks, which it is shared with, use all of it")]
#[path = "../../sim/benches/ping_saga.rs"]
mod ping_saga;
mod processor_time;
#[path = "../../sim/benches/stopwatch.rs"]
mod stopwatch;

use std::ops::Range;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use model::Defects;
use rayon::ThreadPoolBuilder;
use scenarios::{Scenario, campaign, catalog, trial};
use sim::Seed;

use lower_bound::LowerBound;
use stopwatch::{hundredths, median, picos_each};

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Payments in a trial.
const PAYMENTS: u32 = 20;

/// About as many entries as wait in the queue of such a trial.
const ENTRIES: u64 = 100;

/// Events in one measurement of the lower bound: processor time is told in
/// steps of some milliseconds.
const STRETCH: u64 = 5_000_000;

const ROUNDS: u64 = 11;
const TRIALS_A_ROUND: u64 = 200;

fn main() {
    let scenarios: Vec<Scenario> = catalog::all().iter().map(twenty_payments).collect();
    if let Some((run, scenario)) = one_round(&scenarios) {
        return run(scenario, 0..TRIALS_A_ROUND);
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    whole_trials(&mut criterion, &scenarios);
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        print_events(&scenarios);
        print_judging(&scenarios);
        print_workers(&scenarios);
    }
}

type Round = fn(&Scenario, Range<u64>);

/// What to run of which scenario, if nothing else is asked for.
fn one_round(scenarios: &[Scenario]) -> Option<(Round, &Scenario)> {
    let rounds: [(&str, Round); 2] = [("--judged=", judged), ("--unwatched=", unwatched)];
    std::env::args().find_map(|argument| {
        let (round, name) = rounds
            .iter()
            .find_map(|(flag, round)| Some((*round, argument.strip_prefix(*flag)?)))?;
        Some((round, scenarios.iter().find(|scenario| scenario.name == name)?))
    })
}

fn judged(scenario: &Scenario, seeds: Range<u64>) {
    run(scenario, seeds);
}

fn unwatched(scenario: &Scenario, seeds: Range<u64>) {
    for seed in seeds {
        trial::run_blinded(scenario, Seed(seed));
    }
}

fn twenty_payments(scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    scenario.workload.operations = PAYMENTS;
    scenario
}

fn whole_trials(criterion: &mut Criterion, scenarios: &[Scenario]) {
    let mut group = criterion.benchmark_group("trial");
    for scenario in scenarios {
        let mut seed = 0;
        group.throughput(Throughput::Elements(1));
        group.bench_function(&scenario.name, |bencher| {
            bencher.iter(|| {
                seed += 1;
                trial::run(scenario, Seed(seed), Defects::NONE)
            });
        });
    }
    group.finish();
}

fn print_events(scenarios: &[Scenario]) {
    println!("\nTrials of {PAYMENTS} payments, set-up and judgement included, on one core;");
    println!("medians of {ROUNDS} rounds by turns:\n");
    println!(
        "{:<26}{:>10}{:>12}{:>11}{:>13}{:>8}",
        "", "trials/s", "events per", "ns per", "lower bound", "ratio"
    );
    println!("{:<26}{:>10}{:>12}{:>11}{:>13}{:>8}", "", "", "payment", "event", "ns", "");
    let mut bound = LowerBound::new(ENTRIES);
    for scenario in scenarios {
        let (mut trials, mut events_each, mut bounds) = (Vec::new(), Vec::new(), Vec::new());
        let mut events_of_all = 0;
        for round in 0..ROUNDS {
            let seeds = round * TRIALS_A_ROUND..(round + 1) * TRIALS_A_ROUND;
            let mut events = 0;
            let ran = picos(|| events = run(scenario, seeds));
            trials.push(ran / TRIALS_A_ROUND);
            events_each.push(ran / events);
            bounds.push(picos(|| bound.events(STRETCH)) / STRETCH);
            events_of_all += events;
        }
        let payments = ROUNDS * TRIALS_A_ROUND * u64::from(PAYMENTS);
        let (event, bound) = (median(events_each), median(bounds));
        println!(
            "{:<26}{:>10}{:>12}{:>11}{:>13}{:>8}",
            scenario.name,
            1_000_000_000_000 / median(trials),
            events_of_all / payments,
            event / 1_000,
            hundredths(bound, 1_000),
            hundredths(event, bound)
        );
    }
}

/// What all invariants together cost: the same trials once more, while nobody watches.
fn print_judging(scenarios: &[Scenario]) {
    println!("\nMicroseconds per trial, and what of them all invariants together take:\n");
    println!("{:<26}{:>10}{:>12}{:>10}", "", "judged", "unwatched", "share");
    let (mut all_judged, mut all_unwatched) = (0, 0);
    for scenario in scenarios {
        let mut measured = [Vec::new(), Vec::new()];
        for round in 0..ROUNDS {
            let seeds = round * TRIALS_A_ROUND..(round + 1) * TRIALS_A_ROUND;
            for (times, run) in measured.iter_mut().zip([judged as Round, unwatched]) {
                times.push(picos(|| run(scenario, seeds.clone())) / TRIALS_A_ROUND);
            }
        }
        let [with, without] = measured.map(median);
        print_share(&scenario.name, with, without);
        all_judged += with;
        all_unwatched += without;
    }
    print_share("all", all_judged, all_unwatched);
}

fn print_share(name: &str, judged: u64, unwatched: u64) {
    println!(
        "{name:<26}{:>10}{:>12}{:>8} %",
        judged / 1_000_000,
        unwatched / 1_000_000,
        judged.saturating_sub(unwatched) * 100 / judged.max(1)
    );
}

/// The picoseconds that `work` ran on a processor, or took where that is not
/// told.
fn picos(work: impl FnOnce()) -> u64 {
    let before = processor_time::nanos();
    let elapsed = picos_each(1, work);
    let ran = before.zip(processor_time::nanos()).map(|(before, after)| (after - before) * 1_000);
    ran.unwrap_or(elapsed)
}

/// The events of the trials of these seeds.
fn run(scenario: &Scenario, seeds: Range<u64>) -> u64 {
    seeds.map(|seed| trial::run(scenario, Seed(seed), Defects::NONE).events).sum()
}

/// Processor time, not elapsed time: what a second worker costs the first.
fn print_workers(scenarios: &[Scenario]) {
    println!("\nProcessor time per trial of a campaign, in microseconds, by workers:\n");
    println!("{:<26}{:>10}{:>10}{:>8}", "", "1", "2", "ratio");
    // Built once: a thread that ends takes its time along.
    let pools = [1, 2].map(|workers| {
        let pool = ThreadPoolBuilder::new().num_threads(workers).build();
        pool.expect("a machine that runs a benchmark has threads")
    });
    for scenario in scenarios {
        let mut by_workers = [Vec::new(), Vec::new()];
        for round in 0..ROUNDS {
            for (times, pool) in by_workers.iter_mut().zip(&pools) {
                let before = processor_time::nanos();
                let outcome = campaign::run(
                    scenario,
                    Seed(round),
                    TRIALS_A_ROUND * 2,
                    Defects::NONE,
                    pool,
                    |_| true,
                );
                let Some((before, after)) = before.zip(processor_time::nanos()) else {
                    println!("this platform does not tell the processor time of threads");
                    return;
                };
                times.push((after - before) / outcome.trials);
            }
        }
        let [one, two] = by_workers.map(median);
        println!(
            "{:<26}{:>10}{:>10}{:>8}",
            scenario.name,
            one / 1_000,
            two / 1_000,
            hundredths(two, one)
        );
    }
}
