//! The event queue: what happens next, in a total order.

mod slab;

use crate::time::VirtualTime;

use slab::{List, Slab};

/// Items by time, and among equal times in the order in which they were
/// scheduled.
///
/// Its one rule: nothing is scheduled before the time that was popped last. In
/// return, a push and a pop cost the same however many items wait, and in a
/// steady state nothing is allocated.
///
/// A hierarchical timing wheel (Varghese and Lauck, 1987), read as a radix
/// tree: a time is eleven digits of base 64, and an item waits in the list for
/// the highest digit in which its time differs from the time popped last, and
/// for what that digit is. So whatever has the same time waits in one list, in
/// the order of scheduling, and the next item is in the lowest list of the
/// lowest level that holds any. No item is ever compared with another, only
/// with the earliest of its list.
#[derive(Clone, Debug)]
pub struct EventQueue<T> {
    slab: Slab<T>,
    /// A list for each value of each digit, the lowest digit first.
    wheels: Vec<Wheel>,
    /// Which digits have an item waiting, a bit each.
    occupied: u32,
    /// The time popped last.
    now: u64,
    len: usize,
}

/// The lists of one digit.
#[derive(Clone, Debug)]
struct Wheel {
    /// Which of them hold an item, a bit each.
    occupied: u64,
    lists: [List; RADIX],
}

impl<T> Default for EventQueue<T> {
    fn default() -> Self {
        Self { slab: Slab::default(), wheels: Vec::new(), occupied: 0, now: 0, len: 0 }
    }
}

impl<T> EventQueue<T> {
    /// Schedules `item` for `at`, which must not lie before the time popped
    /// last: that is a bug of the caller, and `item` comes next.
    #[inline(always)]
    pub fn push(&mut self, at: VirtualTime, item: T) {
        let at = at.as_nanos();
        debug_assert!(at >= self.now, "scheduled for {at} ns, and it is {} ns already", self.now);
        let at = at.max(self.now);
        let node = self.slab.keep(at, item);
        self.len += 1;
        self.enlist(node, at);
    }

    /// Takes the next item and its time; `None` if there is none.
    #[inline]
    pub fn pop(&mut self) -> Option<(VirtualTime, T)> {
        self.pop_until(VirtualTime::END, |_| ())
    }

    /// The same, if it is due by `last`. Where very many items wait, `glance` sees
    /// some of those that come soon, so that what they will need can be fetched from
    /// memory together, and not one after another when they come.
    #[inline(always)]
    pub(crate) fn pop_until(
        &mut self,
        last: VirtualTime,
        glance: impl FnMut(&T),
    ) -> Option<(VirtualTime, T)> {
        let (level, digit) = self.first()?;
        let wheel = &mut self.wheels[level];
        let list = &mut wheel.lists[digit];
        if list.earliest > last.as_nanos() {
            return None;
        }
        self.now = list.earliest;
        self.len -= 1;
        let mut node = list.first;
        let more = list.first != list.last;
        if level == 0 && more {
            list.first = self.slab.next(node);
        } else {
            wheel.occupied &= !(1 << digit);
            self.occupied &= !(u32::from(wheel.occupied == 0) << level);
            if more {
                let list = *list;
                if level <= SOON && self.len > MANY {
                    self.look_ahead(list, glance);
                }
                node = self.scatter(list);
            }
        }
        Some((VirtualTime::from_nanos(self.now), self.slab.release(node)))
    }

    /// The time of the next item; `None` if there is none.
    #[inline]
    pub fn next_at(&self) -> Option<VirtualTime> {
        let (level, digit) = self.first()?;
        Some(VirtualTime::from_nanos(self.wheels[level].lists[digit].earliest))
    }

    /// The number of scheduled items.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is scheduled.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The list that holds the next item: its level, and its digit there.
    #[inline]
    fn first(&self) -> Option<(usize, usize)> {
        let level = self.occupied.trailing_zeros() as usize;
        let wheel = self.wheels.get(level)?;
        Some((level, wheel.occupied.trailing_zeros() as usize % RADIX))
    }

    /// Puts `node` behind whatever waits in the list that `at` belongs to.
    fn enlist(&mut self, node: u32, at: u64) {
        // The lowest bit makes no difference to the level, and equal times have one.
        let level = ((at ^ self.now) | 1).ilog2() / DIGIT_BITS;
        let digit = (at >> (level * DIGIT_BITS)) as usize % RADIX;
        if level as usize >= self.wheels.len() {
            self.wheels.resize_with(level as usize + 1, Wheel::default);
        }
        self.occupied |= 1 << level;
        let wheel = &mut self.wheels[level as usize];
        let list = &mut wheel.lists[digit];
        if wheel.occupied & 1 << digit == 0 {
            wheel.occupied |= 1 << digit;
            *list = List { first: node, last: node, earliest: at };
        } else {
            self.slab.link(list.last, node);
            list.last = node;
            list.earliest = list.earliest.min(at);
        }
    }

    /// Takes the earliest node out of `list`, and moves the others to where
    /// they belong from there on: to lower levels, and equal times in order.
    fn scatter(&mut self, list: List) -> u32 {
        let mut earliest = None;
        let mut node = list.first;
        loop {
            let (at, next) = self.slab.time_and_next(node);
            if at == self.now && earliest.is_none() {
                earliest = Some(node);
            } else {
                self.enlist(node, at);
            }
            if node == list.last {
                return earliest.expect("the earliest of a list is in it");
            }
            node = next;
        }
    }

    /// Looks at every item of `list`: so each is in the cache by the time it is
    /// popped, and the processor waits for many of them at once instead of one
    /// by one.
    fn look_ahead(&self, list: List, mut glance: impl FnMut(&T)) {
        let mut node = list.first;
        let mut whole = true;
        loop {
            let item = self.slab.item(node);
            whole &= item.is_some();
            item.into_iter().for_each(&mut glance);
            if node == list.last {
                break;
            }
            node = self.slab.next(node);
        }
        assert!(whole, "a node in a list has an item");
    }
}

impl Default for Wheel {
    fn default() -> Self {
        Self { occupied: 0, lists: [List::default(); RADIX] }
    }
}

/// The bits of a digit. Eleven digits of six bits cover all 64 bits of a time.
const DIGIT_BITS: u32 = 6;
const RADIX: usize = 1 << DIGIT_BITS;

/// The items of a list of this level or below are popped within 17 ms, before
/// they would have left the cache again.
const SOON: usize = 3;

/// So many items do not stay in a cache beside what they need.
const MANY: usize = 4_096;
