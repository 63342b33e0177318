//! The least that an event can cost: one entry taken from the queue, one keyed
//! draw, one entry scheduled, and nothing that an actor or a network would do.
//! Entries are as large as what a world schedules for ping-saga.

use sim::{Domain, Draw, Draws, EventQueue, Seed, VirtualTime};

use crate::ping_saga::{LATENCY, PATIENCE, RETRY};

/// A queue that always holds the same number of entries, with the mix of
/// delays that ping-saga has: ten latencies, four retries, one patience.
pub(crate) struct LowerBound {
    queue: EventQueue<Entry>,
    draws: Draws,
}

impl LowerBound {
    /// With so many `entries`, run until the mix of what waits is steady.
    pub(crate) fn new(entries: u64) -> Self {
        let mut bound = Self { queue: EventQueue::default(), draws: Seed(1).draws(Domain(2)) };
        for entry in 0..entries {
            let at = delay(bound.draws.draw(Domain(3), &[entry]));
            bound.queue.push(VirtualTime::from_nanos(at), [entry; ENTRY_WORDS]);
        }
        bound.events(entries * 20);
        bound
    }

    /// Lets so many events pass.
    pub(crate) fn events(&mut self, events: u64) {
        for event in 0..events {
            let (at, entry) = self.queue.pop().expect("each event schedules another");
            let draw = self.draws.draw(Domain(4), &[entry[0], at.as_nanos(), event]);
            self.queue.push(VirtualTime::from_nanos(at.as_nanos() + delay(draw)), entry);
        }
    }
}

type Entry = [u64; ENTRY_WORDS];

/// A message on its way: who sends it to whom, its ordinal, itself (two
/// words), its digest and its cause.
const ENTRY_WORDS: usize = 6;

/// A delay as one of ping-saga's fifteen events would have it, in nanoseconds.
fn delay(draw: Draw) -> u64 {
    let [low, high] = LATENCY.map(|span| span.as_nanos() as u64);
    // The kind of event from the low bits, because the span uses up the high ones.
    match ((draw.bits() & 0xFFFF_FFFF) * 15) >> 32 {
        0..10 => draw.between(low, high),
        10..14 => RETRY.as_nanos() as u64,
        _ => PATIENCE.as_nanos() as u64,
    }
}
