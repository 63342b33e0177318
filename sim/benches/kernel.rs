//! What the kernel costs on ping-saga, beside the least that it could cost.
//!
//! `cargo bench --package pennywise-sim` prints criterion's figures and then a
//! table of ratios. The figures of a shared machine wander by a fifth from run
//! to run; a ratio is of medians that were measured by turns in one run.

mod lower_bound;
mod ping_saga;
mod stopwatch;

use std::ops::Range;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput};
use sim::{Ending, World};

use lower_bound::LowerBound;
use ping_saga::PingSaga;
use stopwatch::{hundredths, median, picos_each};

/// The numbers of entries that wait in the queue, to see what size costs.
const ENTRIES: [u64; 2] = [100, 100_000];

/// About so many tenths of an entry wait for each customer: its message, its
/// patience, and the retries that turned out to be idle.
const ENTRIES_A_CUSTOMER_X10: u64 = 71;

/// Events in one measurement: long enough for a clock, short enough that what
/// the world remembers of finished payments stays about what it was.
const STRETCH: u64 = 200_000;

const ROUNDS: u64 = 21;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    whole_runs(&mut criterion);
    by_queue_size(&mut criterion);
    criterion.final_summary();
    if std::env::args().any(|argument| argument == "--bench") {
        print_ratios();
    }
}

fn whole_runs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ping-saga");
    for (name, saga) in [("big", PingSaga::BIG), ("small", PingSaga::SMALL)] {
        let mut seed = 0;
        group.throughput(Throughput::Elements(whole_run(saga, seed)));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                seed += 1;
                whole_run(saga, seed)
            });
        });
    }
    group.finish();
}

fn by_queue_size(criterion: &mut Criterion) {
    for entries in ENTRIES {
        let mut group = criterion.benchmark_group(format!("{entries}-entries"));
        group.throughput(Throughput::Elements(STRETCH));
        let mut bound = LowerBound::new(entries);
        group.bench_function("lower-bound", |bencher| bencher.iter(|| bound.events(STRETCH)));
        let saga = endless(entries);
        let warm = warmed_up(&saga, entries);
        group.bench_function("kernel", |bencher| {
            bencher.iter_batched_ref(|| warm.clone(), stretch, BatchSize::PerIteration);
        });
        group.finish();
    }
}

fn print_ratios() {
    println!("\nNanoseconds per event, medians of {ROUNDS} rounds by turns:");
    println!("{:<24}{:>8}{:>13}{:>8}", "", "kernel", "lower bound", "ratio");
    for entries in ENTRIES {
        let saga = endless(entries);
        let warm = warmed_up(&saga, entries);
        print_row(&format!("{entries} entries"), entries, |_| {
            let mut world = warm.clone();
            picos_each(STRETCH, || stretch(&mut world))
        });
    }
    print_row("ping-saga big", 150, |seed| picos_a_run(PingSaga::BIG, seed..seed + 1));
    print_row("ping-saga small", 30, |seed| {
        picos_a_run(PingSaga::SMALL, seed * 500..(seed + 1) * 500)
    });
    print_recording();
}

/// What it costs to record everything that happens.
fn print_recording() {
    let run = |seed, recorded: bool| {
        let mut events = 0;
        picos_each(1, || events = one_run(PingSaga::BIG, seed, recorded)) / events
    };
    let (fast, recorded): (Vec<u64>, Vec<u64>) =
        (0..ROUNDS).map(|seed| (run(seed, false), run(seed, true))).unzip();
    let (fast, recorded) = (median(fast), median(recorded));
    let [fast_ns, recorded_ns] = [fast, recorded].map(|picos| hundredths(picos, 1_000));
    println!("\n{:<24}{:>8}{:>13}{:>8}", "", "recorded", "not", "ratio");
    println!(
        "{:<24}{recorded_ns:>8}{fast_ns:>13}{:>8}",
        "ping-saga big",
        hundredths(recorded, fast)
    );
}

/// Measures `kernel` and the lower bound with so many entries by turns.
fn print_row(name: &str, entries: u64, mut kernel: impl FnMut(u64) -> u64) {
    let mut bound = LowerBound::new(entries);
    let rounds =
        (0..ROUNDS).map(|round| (kernel(round), picos_each(STRETCH, || bound.events(STRETCH))));
    let (kernels, bounds): (Vec<u64>, Vec<u64>) = rounds.unzip();
    let (kernel, bound) = (median(kernels), median(bounds));
    let [kernel_ns, bound_ns] = [kernel, bound].map(|picos| hundredths(picos, 1_000));
    println!("{name:<24}{kernel_ns:>8}{bound_ns:>13}{:>8}", hundredths(kernel, bound));
}

/// Picoseconds per event of whole runs, their set-up included.
fn picos_a_run(saga: PingSaga, seeds: Range<u64>) -> u64 {
    let mut events = 0;
    picos_each(1, || events = seeds.map(|seed| whole_run(saga, seed)).sum()) / events
}

/// The events of one run of `saga`, its set-up included, nobody watching.
fn whole_run(saga: PingSaga, seed: u64) -> u64 {
    one_run(saga, seed, false)
}

fn one_run(saga: PingSaga, seed: u64, recorded: bool) -> u64 {
    let world = World::new(&saga, saga.run(seed));
    let mut world = if recorded { world.recorded() } else { world };
    assert_eq!(world.run(&mut ()), Ending::Rest);
    world.events()
}

/// As many customers as make so many entries, who never stop paying.
fn endless(entries: u64) -> PingSaga {
    PingSaga { customers: entries * 10 / ENTRIES_A_CUSTOMER_X10, payments: u64::from(u32::MAX) }
}

/// A world in which the customers have long ceased to march in step.
fn warmed_up(saga: &PingSaga, entries: u64) -> World<'_, PingSaga> {
    let mut world = World::new(saga, saga.run(1));
    (0..entries * 50).for_each(|_| assert_eq!(world.step(&mut ()), None));
    world
}

fn stretch(world: &mut World<'_, PingSaga>) {
    (0..STRETCH).for_each(|_| assert_eq!(world.step(&mut ()), None));
}
