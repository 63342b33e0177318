//! Ids that were seen, and nothing else about them.

/// A set of ids that are hashes themselves.
///
/// An open-addressing table without removal: an id costs about twelve bytes,
/// and nothing walks over them, so that no order can leak.
#[derive(Clone, Debug, Default)]
pub(super) struct IdSet {
    /// A power of two of them, or none; zero where nothing is.
    places: Vec<u64>,
    used: usize,
    has_zero: bool,
}

impl IdSet {
    /// Whether `id` is among them.
    pub(super) fn contains(&self, id: u64) -> bool {
        if id == 0 {
            return self.has_zero;
        }
        !self.places.is_empty() && self.places[self.find(id)] == id
    }

    /// Adds `id`.
    pub(super) fn insert(&mut self, id: u64) {
        if id == 0 {
            self.has_zero = true;
            return;
        }
        if (self.used + 1) * 4 > self.places.len() * 3 {
            self.grow();
        }
        let place = self.find(id);
        self.used += usize::from(self.places[place] == 0);
        self.places[place] = id;
    }

    /// The bytes that they take.
    pub(super) fn bytes(&self) -> usize {
        self.places.len() * size_of::<u64>()
    }

    /// Where `id` is, or could be.
    fn find(&self, id: u64) -> usize {
        let mask = self.places.len() - 1;
        let spread = id.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut at = (spread >> 32) as usize & mask;
        while self.places[at] != 0 && self.places[at] != id {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let larger = vec![0; (self.places.len() * 2).max(PLACES_MIN)];
        let old = std::mem::replace(&mut self.places, larger);
        for id in old.into_iter().filter(|id| *id != 0) {
            let place = self.find(id);
            self.places[place] = id;
        }
    }
}

const PLACES_MIN: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_what_was_added_and_nothing_else() {
        let mut ids = IdSet::default();
        assert!(!ids.contains(0) && !ids.contains(7));
        let added = || (0..5_000_u64).map(|n| n * n);
        added().for_each(|id| ids.insert(id));
        added().for_each(|id| ids.insert(id));
        let square = |id: &u64| id.isqrt().pow(2) == *id;
        assert!((0..30_000).all(|id| ids.contains(id) == square(&id)));
        assert_eq!(ids.used, 4_999, "all but zero take a place, once");
    }
}
