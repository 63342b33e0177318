//! What is left of things that are finished: few bytes each, found by id.

mod sieve;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use sieve::Sieve;

/// Values by id, of things that don't change any more.
///
/// Sorted runs, as a log-structured store has them: a batch becomes a run, and
/// runs are merged so that each is at least twice as long as the next one. An
/// id costs its eight bytes and its value's, and copies of an archive share
/// their runs: a snapshot in a journal and the actor that wrote it hold them
/// once.
#[derive(Debug)]
pub struct Archive<V> {
    /// The longest first.
    runs: Vec<Arc<Run<V>>>,
    /// Of all that is kept; a copy makes its own when it keeps more.
    sieve: Option<Sieve>,
}

#[derive(Debug)]
struct Run<V> {
    ids: Vec<u64>,
    values: Vec<V>,
    /// Of all that is in it, so that nobody has to hash it twice.
    digest: u64,
}

impl<V> Default for Archive<V> {
    fn default() -> Self {
        Self { runs: Vec::new(), sieve: None }
    }
}

impl<V> Clone for Archive<V> {
    fn clone(&self) -> Self {
        Self { runs: self.runs.clone(), sieve: None }
    }
}

impl<V: Clone + Hash> Archive<V> {
    /// What is kept under `id`.
    pub fn get(&self, id: u64) -> Option<&V> {
        if self.sieve.as_ref().is_some_and(|sieve| !sieve.may_have(id)) {
            return None;
        }
        self.runs.iter().find_map(|run| {
            let at = run.find(id)?;
            run.values.get(at)
        })
    }

    /// Keeps `batch`; of what has an id that is kept already, the older stays.
    pub fn keep(&mut self, mut batch: Vec<(u64, V)>) {
        batch.sort_by_key(|(id, _)| *id);
        batch.dedup_by_key(|(id, _)| *id);
        batch.retain(|(id, _)| self.get(*id).is_none());
        if batch.is_empty() {
            return;
        }
        let mut run = Run::new(batch.into_iter());
        self.sift(&run);
        while let Some(longer) = self.runs.pop_if(|last| last.ids.len() < run.ids.len() * 2) {
            run = longer.merged(&run);
        }
        self.runs.push(Arc::new(run));
    }

    fn sift(&mut self, fresh: &Run<V>) {
        let kept = || self.runs.iter().flat_map(|run| &run.ids);
        let sieve = self.sieve.get_or_insert_with(|| {
            let mut sieve = Sieve::default();
            self.runs.iter().for_each(|run| sieve.add(run.ids.iter(), kept()));
            sieve
        });
        sieve.add(fresh.ids.iter(), kept());
    }

    /// All that is kept, in an order that means nothing.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.runs.iter().flat_map(|run| &run.values)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.runs.iter().map(|run| run.ids.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The bytes that it takes, shared ones included; not what values have elsewhere.
    pub fn bytes(&self) -> usize {
        let sieve = self.sieve.as_ref().map_or(0, Sieve::bytes);
        self.len() * (size_of::<u64>() + size_of::<V>()) + sieve
    }
}

impl<V: Clone + Hash> Run<V> {
    fn new(sorted: impl ExactSizeIterator<Item = (u64, V)>) -> Self {
        let mut ids = Vec::with_capacity(sorted.len());
        let mut values = Vec::with_capacity(sorted.len());
        for (id, value) in sorted {
            ids.push(id);
            values.push(value);
        }
        let mut run = Self { ids, values, digest: 0 };
        run.digest = run.digested();
        run
    }

    /// Where `id` is.
    ///
    /// Ids are hashes, so that their values tell about where they are: in a
    /// long run, which no cache holds, that takes two or three looks instead of
    /// twenty. After a few the rest is halved, whatever the ids are.
    fn find(&self, id: u64) -> Option<usize> {
        let (mut from, mut to) = (0, self.ids.len());
        for _ in 0..GUESSES_MAX {
            if to - from <= NEIGHBOURS {
                break;
            }
            let (low, high) = (self.ids[from], self.ids[to - 1]);
            if id < low || id > high {
                return None;
            }
            let share = u128::from(id - low) * (to - from - 1) as u128 / u128::from(high - low);
            let guess = from + share as usize;
            // The guess is off by about the root of what there is, to either
            // side: whichever it is, most of the rest is cut off.
            let off = (to - from).isqrt().max(NEIGHBOURS / 4);
            if self.ids[guess] <= id {
                let beyond = (guess + off).min(to - 1);
                let is_past = self.ids[beyond] > id;
                (from, to) = if is_past { (guess, beyond) } else { (beyond, to) };
            } else {
                let before = guess.saturating_sub(off).max(from);
                let is_past = self.ids[before] > id;
                (from, to) = if is_past { (from, before) } else { (before, guess) };
            }
        }
        let at = self.ids[from..to].binary_search(&id).ok()?;
        Some(from + at)
    }

    /// The two of them, which have no id in common.
    fn merged(&self, other: &Self) -> Self {
        let length = self.ids.len() + other.ids.len();
        let mut ids = Vec::with_capacity(length);
        let mut values = Vec::with_capacity(length);
        let (mut mine, mut theirs) = (0, 0);
        while ids.len() < length {
            let first = match (self.ids.get(mine), other.ids.get(theirs)) {
                (Some(mine), Some(theirs)) => mine < theirs,
                (mine, _) => mine.is_some(),
            };
            let (run, at) = if first { (self, &mut mine) } else { (other, &mut theirs) };
            ids.push(run.ids[*at]);
            values.push(run.values[*at].clone());
            *at += 1;
        }
        // The order of merging follows from the batches, and so does this.
        let digest = self.digest.rotate_left(1) ^ other.digest;
        Self { ids, values, digest }
    }

    fn digested(&self) -> u64 {
        let mut hasher = Words(self.ids.len() as u64);
        for (id, value) in self.ids.iter().zip(&self.values) {
            hasher.write_u64(*id);
            value.hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// A hasher that takes integers by their values, so that every platform agrees.
struct Words(u64);

impl Hasher for Words {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u8(&mut self, i: u8) {
        self.write_u64(u64::from(i));
    }

    fn write_u16(&mut self, i: u16) {
        self.write_u64(u64::from(i));
    }

    fn write_u32(&mut self, i: u32) {
        self.write_u64(u64::from(i));
    }

    fn write_u64(&mut self, i: u64) {
        self.0 = (self.0 ^ i).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    }

    fn write_usize(&mut self, i: usize) {
        self.write_u64(i as u64);
    }

    fn write_isize(&mut self, i: isize) {
        self.write_u64(i as i64 as u64);
    }
}

impl<V> Hash for Archive<V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for run in &self.runs {
            state.write_u64(run.ids.len() as u64);
            state.write_u64(run.digest);
        }
    }
}

impl<V: Clone + Hash + PartialEq> PartialEq for Archive<V> {
    /// Whether they keep the same, however it is split into runs.
    fn eq(&self, other: &Self) -> bool {
        let within = |run: &Arc<Run<V>>| {
            let mut each = run.ids.iter().zip(&run.values);
            each.all(|(id, value)| other.get(*id) == Some(value))
        };
        self.len() == other.len() && self.runs.iter().all(within)
    }
}

impl<V: Clone + Hash + Eq> Eq for Archive<V> {}

/// So few ids lie side by side in memory.
const NEIGHBOURS: usize = 16;

/// How often a place is guessed before halving is surer.
const GUESSES_MAX: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_every_batch_in_a_few_runs() {
        let mut archive = Archive::default();
        let id = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        for batch in 0..100 {
            archive.keep((0..50).map(|n| (id(batch * 50 + n), n)).collect());
            assert!(archive.runs.is_sorted_by(|a, b| a.ids.len() >= b.ids.len() * 2));
        }
        assert_eq!(archive.len(), 5_000);
        assert!(archive.runs.len() <= 8, "{} runs", archive.runs.len());
        for n in 0..5_000 {
            assert_eq!(archive.get(id(n)), Some(&(n % 50)));
        }
        assert_eq!(archive.get(1), None);
        let copy = archive.clone();
        let strange = |n: &u64| archive.sieve.as_ref().is_some_and(|sieve| sieve.may_have(id(*n)));
        assert!((5_000..15_000).filter(strange).count() < 500, "most of them are held back");
        archive.keep(vec![(1, 1)]);
        assert_eq!((archive.get(1), copy.get(1)), (Some(&1), None));
        assert!((0..5_000).all(|n| archive.get(id(n)) == copy.get(id(n))));
    }

    #[test]
    fn what_was_kept_first_stays_and_batches_make_no_difference() {
        let mut one = Archive::default();
        one.keep(vec![(1, 'a'), (2, 'b'), (3, 'c')]);
        let mut other = Archive::default();
        other.keep(vec![(3, 'c'), (1, 'a')]);
        other.keep(vec![(2, 'b'), (1, 'z')]);
        other.keep(Vec::new());
        assert_eq!(one, other);
        other.keep(vec![(4, 'd')]);
        assert_ne!(one, other);
    }

    #[test]
    fn every_id_is_found_however_unevenly_they_lie() {
        let even = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let shapes: [fn(u64) -> u64; 4] =
            [|n| n, |n| n * n * n, |n| u64::MAX - n * n, |n| 1 << (n % 64)];
        for shape in shapes.into_iter().chain([even as fn(u64) -> u64]) {
            let mut archive = Archive::default();
            archive.keep((0..3_000).map(|n| (shape(n), n)).collect());
            let known: std::collections::BTreeSet<_> = (0..3_000).map(shape).collect();
            for id in (0..3_000).map(shape) {
                for near in [id.saturating_sub(1), id, id.saturating_add(1)] {
                    assert_eq!(archive.get(near).is_some(), known.contains(&near));
                }
            }
        }
    }
}
