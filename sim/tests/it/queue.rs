//! The event queue against a heap, which compares what the queue does not.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use proptest::prelude::*;
use sim::{EventQueue, VirtualTime};

use crate::strategy::cases;

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn items_come_in_order_of_time_and_then_of_scheduling(moves in moves()) {
        let (mut queue, mut oracle) = (EventQueue::default(), Oracle::default());
        let mut left_behind = Vec::new();
        for (item, step) in moves.into_iter().enumerate() {
            match step {
                Move::Push(delay) => {
                    let at = oracle.now.saturating_add(delay);
                    queue.push(VirtualTime::from_nanos(at), item);
                    oracle.push(at, item);
                }
                Move::Pop => {
                    prop_assert_eq!(queue.next_at().map(VirtualTime::as_nanos), oracle.next_at());
                    prop_assert_eq!(pop(&mut queue), oracle.pop());
                }
                Move::Copy => {
                    let copy = queue.clone();
                    left_behind.push((std::mem::replace(&mut queue, copy), oracle.clone()));
                }
            }
            let len = oracle.heap.len();
            prop_assert_eq!((queue.len(), queue.is_empty()), (len, len == 0));
        }
        left_behind.push((queue, oracle));
        for (mut queue, mut oracle) in left_behind {
            let items: Vec<_> = std::iter::from_fn(|| pop(&mut queue)).collect();
            prop_assert_eq!(items, std::iter::from_fn(|| oracle.pop()).collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_end_of_time_can_be_scheduled() {
    let mut queue = EventQueue::default();
    let end = VirtualTime::from_nanos(u64::MAX);
    queue.push(end, 'z');
    queue.push(VirtualTime::ZERO, 'a');
    queue.push(end, 'y');
    let items = std::iter::from_fn(|| queue.pop()).map(|(_, item)| item);
    assert_eq!(items.collect::<String>(), "azy");
}

#[test]
fn items_of_one_moment_keep_their_order_wherever_they_waited_for_it() {
    let moment = 1_u64 << 40;
    for early in [0, 1, 63, 64, 4_095, 1 << 30] {
        let mut queue = EventQueue::default();
        queue.push(VirtualTime::from_nanos(moment), 1);
        queue.push(VirtualTime::from_nanos(moment - early), 0);
        assert_eq!(pop(&mut queue), Some((moment - early, if early == 0 { 1 } else { 0 })));
        queue.push(VirtualTime::from_nanos(moment), 2);
        queue.push(VirtualTime::from_nanos(moment), 3);
        let rest: Vec<_> = std::iter::from_fn(|| pop(&mut queue)).map(|(_, item)| item).collect();
        assert_eq!(rest, if early == 0 { [0, 2, 3] } else { [1, 2, 3] }, "{early} ns early");
    }
}

/// Checked where assertions are; elsewhere it would cost each push.
#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "scheduled for 9 ns, and it is 10 ns already")]
fn the_past_can_not_be_scheduled() {
    let mut queue = EventQueue::default();
    queue.push(VirtualTime::from_nanos(10), ());
    queue.pop();
    queue.push(VirtualTime::from_nanos(9), ());
}

/// What a caller may do with a queue.
#[derive(Clone, Copy, Debug)]
enum Move {
    /// So many nanoseconds after what was popped last, as in a world.
    Push(u64),
    Pop,
    /// Goes on with a copy; the original must not notice.
    Copy,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![60 => delay().prop_map(Move::Push), 39 => Just(Move::Pop), 1 => Just(Move::Copy)];
    prop::collection::vec(one, 0..800)
}

/// Small delays make many equal times; large ones cross digits of the wheel,
/// up to the end of time.
fn delay() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => 0..4_u64,
        6 => 0..1_000_000_000_u64,
        3 => prop::sample::select(vec![200_000_000, 1_000_000_000, 1 << 40]),
        2 => (0..64_u32).prop_map(|bit| 1 << bit),
        1 => Just(u64::MAX),
    ]
}

/// The order itself: the least pair of time and number.
#[derive(Clone, Debug, Default)]
struct Oracle {
    heap: BinaryHeap<Reverse<(u64, usize)>>,
    now: u64,
}

impl Oracle {
    /// Items are numbered in the order of scheduling.
    fn push(&mut self, at: u64, item: usize) {
        self.heap.push(Reverse((at, item)));
    }

    fn next_at(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    fn pop(&mut self) -> Option<(u64, usize)> {
        let Reverse((at, item)) = self.heap.pop()?;
        self.now = at;
        Some((at, item))
    }
}

fn pop<T>(queue: &mut EventQueue<T>) -> Option<(u64, T)> {
    queue.pop().map(|(at, item)| (at.as_nanos(), item))
}
