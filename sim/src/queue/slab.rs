//! Where items wait: they stay put while lists of small nodes are re-linked.

/// Items and the nodes that link them, side by side; what was released is used
/// again before anything is allocated.
#[derive(Clone, Debug)]
pub(super) struct Slab<T> {
    /// Apart from the items, because lists are walked without looking at those.
    nodes: Vec<Node>,
    items: Vec<Place<T>>,
    /// The node released last; the others hang on to it.
    free: u32,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// Nanoseconds since the world began.
    at: u64,
    /// The node behind this one; means nothing in the last of a list.
    next: u32,
}

/// Begins with a cache line, so that a small item is in one alone.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Place<T>(Option<T>);

/// First in, first out; of at least one node.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct List {
    pub(super) first: u32,
    pub(super) last: u32,
    /// The earliest time of any node in it.
    pub(super) earliest: u64,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { nodes: Vec::new(), items: Vec::new(), free: NOBODY }
    }
}

impl<T> Slab<T> {
    /// Keeps `item` until it is released; returns its node, linked to none.
    #[inline(always)]
    pub(super) fn keep(&mut self, at: u64, item: T) -> u32 {
        if self.free == NOBODY {
            self.grow();
        }
        let node = self.free;
        let place = &mut self.nodes[node as usize];
        self.free = place.next;
        place.at = at;
        // Nothing was there, and what is forgotten need not be asked what it is.
        std::mem::forget(self.items[node as usize].0.replace(item));
        node
    }

    /// Makes one more place, and frees it.
    #[cold]
    fn grow(&mut self) {
        self.free = u32::try_from(self.nodes.len()).expect("fewer than 2^32 items wait");
        self.nodes.push(Node { at: 0, next: NOBODY });
        self.items.push(Place(None));
    }

    /// Hands back the item of `node`, which is in no list any more.
    #[inline]
    pub(super) fn release(&mut self, node: u32) -> T {
        self.nodes[node as usize].next = self.free;
        self.free = node;
        self.items[node as usize].0.take().expect("a node in a list has an item")
    }

    /// The node behind `node` in its list.
    #[inline]
    pub(super) fn next(&self, node: u32) -> u32 {
        self.nodes[node as usize].next
    }

    #[inline]
    pub(super) fn time_and_next(&self, node: u32) -> (u64, u32) {
        let Node { at, next } = self.nodes[node as usize];
        (at, next)
    }

    #[inline]
    pub(super) fn item(&self, node: u32) -> Option<&T> {
        self.items[node as usize].0.as_ref()
    }

    /// Puts `next` behind `node`.
    #[inline]
    pub(super) fn link(&mut self, node: u32, next: u32) {
        self.nodes[node as usize].next = next;
    }
}

const NOBODY: u32 = u32::MAX;
