//! The event queue against a sorted list.

use proptest::prelude::*;
use sim::{EventQueue, VirtualTime};

use crate::strategy::cases;

proptest! {
    #![proptest_config(cases(300))]

    /// Nothing is scheduled before what was popped last, as in a world. Small
    /// delays make many equal times, large ones cross any bucket a queue may have.
    #[test]
    fn items_come_in_order_of_time_and_then_of_scheduling(
        moves in prop::collection::vec(prop::option::weighted(0.6, delay()), 0..600),
    ) {
        let (mut queue, mut list) = (EventQueue::default(), Vec::<(u64, usize)>::new());
        let mut now = 0;
        for (item, delay) in moves.into_iter().enumerate() {
            if let Some(delay) = delay {
                let at = now + delay;
                queue.push(VirtualTime::from_nanos(at), item);
                list.push((at, item));
                list.sort_unstable();
            } else {
                let next = if list.is_empty() { None } else { Some(list.remove(0)) };
                prop_assert_eq!(queue.next_at().map(VirtualTime::as_nanos), next.map(|n| n.0));
                prop_assert_eq!(queue.pop().map(|(at, item)| (at.as_nanos(), item)), next);
                now = next.map_or(now, |(at, _)| at);
            }
            prop_assert_eq!((queue.len(), queue.is_empty()), (list.len(), list.is_empty()));
        }
        let mut copy = queue.clone();
        let rest = std::iter::from_fn(|| copy.pop()).map(|(at, item)| (at.as_nanos(), item));
        prop_assert_eq!(rest.collect::<Vec<_>>(), list);
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

fn delay() -> impl Strategy<Value = u64> {
    prop_oneof![0..4_u64, 0..1_000_000_000_u64, Just(1 << 40)]
}
