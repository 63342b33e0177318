//! A kernel in its stride allocates next to nothing. A binary of its own: the
//! allocator that counts serves a whole process.

#[expect(dead_code, reason = "the benchmarks, which it is shared with, use all of it")]
#[path = "../benches/ping_saga.rs"]
mod ping_saga;

use sim::World;

use ping_saga::PingSaga;

/// What remains is tables that double, which gets rarer the longer a run is.
#[test]
fn a_warm_kernel_allocates_at_most_once_in_a_thousand_events() {
    let saga = PingSaga::BIG;
    let mut world = World::new(&saga, saga.run(1));
    let mut events = |count: u64| (0..count).for_each(|_| assert_eq!(world.step(&mut ()), None));
    events(20_000);
    let counted = allocation_counter::measure(|| events(EVENTS));
    assert!(
        counted.count_total <= EVENTS / 1_000,
        "{} allocations of {} bytes in {EVENTS} events",
        counted.count_total,
        counted.bytes_total
    );
    println!("{} allocations in {EVENTS} events", counted.count_total);
}

const EVENTS: u64 = 100_000;
