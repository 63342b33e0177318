//! The event queue: what happens next, in a total order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::time::VirtualTime;

/// Items by time, and among equal times in the order in which they were
/// scheduled. Items stay put in a slab; the heap moves small keys only.
#[derive(Clone, Debug)]
pub struct EventQueue<T> {
    heap: BinaryHeap<Reverse<(VirtualTime, u64, u32)>>,
    slab: Vec<Option<T>>,
    free: Vec<u32>,
    scheduled: u64,
}

impl<T> Default for EventQueue<T> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), slab: Vec::new(), free: Vec::new(), scheduled: 0 }
    }
}

impl<T> EventQueue<T> {
    /// Schedules `item` for `at`.
    pub fn push(&mut self, at: VirtualTime, item: T) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slab.push(None);
            (self.slab.len() - 1) as u32
        });
        self.slab[slot as usize] = Some(item);
        self.heap.push(Reverse((at, self.scheduled, slot)));
        self.scheduled += 1;
    }

    /// Takes the next item and its time; `None` if there is none.
    pub fn pop(&mut self) -> Option<(VirtualTime, T)> {
        let Reverse((at, _, slot)) = self.heap.pop()?;
        self.free.push(slot);
        let item = self.slab[slot as usize].take();
        Some((at, item.expect("a scheduled slot holds its item until it is popped")))
    }

    /// The time of the next item; `None` if there is none.
    pub fn next_at(&self) -> Option<VirtualTime> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// The number of scheduled items.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is scheduled.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}
