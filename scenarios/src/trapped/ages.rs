//! How long things lasted: counts by classes, so that a million take no more
//! room than one.

mod record;

use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

pub(crate) use record::AgesRecord;

/// A distribution of spans of time. Sixteen classes make up each doubling, and
/// a share is told as the end of its class: it is too high by a sixteenth at
/// most, and never higher than the longest, which is exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ages {
    counts: Box<[u64; CLASSES]>,
    longest: u64,
}

impl Default for Ages {
    fn default() -> Self {
        Self { counts: Box::new([0; CLASSES]), longest: 0 }
    }
}

impl Ages {
    /// Takes one in.
    pub(crate) fn take(&mut self, nanos: u64) {
        self.counts[class(nanos)] += 1;
        self.longest = self.longest.max(nanos);
    }

    /// Takes all of `other` in.
    pub(crate) fn add(&mut self, other: &Self) {
        for (ours, theirs) in self.counts.iter_mut().zip(other.counts.iter()) {
            *ours += theirs;
        }
        self.longest = self.longest.max(other.longest);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The longest of all; zero if there are none.
    pub fn longest(&self) -> Duration {
        Duration::from_nanos(self.longest)
    }

    /// How many last no longer than each of `limits`, which rise, and longer than the one
    /// before; the last number is that of all that last longer still. What lies in the
    /// class of a limit counts as no longer.
    pub fn classes<const N: usize>(&self, limits: [Duration; N]) -> Vec<u64> {
        let ends = limits.map(|limit| class(u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX)));
        let mut counts = vec![0; N + 1];
        for (class, count) in self.counts.iter().enumerate() {
            counts[ends.iter().filter(|end| **end < class).count()] += count;
        }
        counts
    }

    /// So many percent of all last no longer than this; zero if there are none.
    pub fn percentile(&self, percent: u64) -> Duration {
        let count = self.count();
        let rank = (u128::from(count) * u128::from(percent)).div_ceil(100);
        let mut below = 0;
        let found = self.counts.iter().position(|count| {
            below += u128::from(*count);
            below >= rank && below > 0
        });
        Duration::from_nanos(found.map_or(0, |class| end(class).min(self.longest)))
    }
}

impl Serialize for Ages {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nanos = |span: Duration| span.as_nanos() as u64;
        let mut told = serializer.serialize_struct("Ages", 4)?;
        told.serialize_field("count", &self.count())?;
        told.serialize_field("p50_nanos", &nanos(self.percentile(50)))?;
        told.serialize_field("p99_nanos", &nanos(self.percentile(99)))?;
        told.serialize_field("longest_nanos", &self.longest)?;
        told.end()
    }
}

/// The class of a span: by its highest bit and the four below it.
const fn class(nanos: u64) -> usize {
    let doublings = (nanos | 1).ilog2().saturating_sub(FINENESS);
    (((doublings as u64) << FINENESS) + (nanos >> doublings)) as usize
}

/// The longest span of a class.
const fn end(class: usize) -> u64 {
    let doublings = (class as u64 >> FINENESS).saturating_sub(1);
    let begins = (class as u64 - (doublings << FINENESS)) << doublings;
    begins + ((1 << doublings) - 1)
}

const FINENESS: u32 = 4;
const CLASSES: usize = class(u64::MAX) + 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_span_lies_in_its_class_and_classes_are_narrow() {
        for bit in 0..64 {
            for nanos in [1_u64 << bit, (1 << bit) - 1, (1 << bit) + (1 << bit) / 3] {
                let class = class(nanos);
                assert!(nanos <= end(class) && end(class) - nanos <= nanos / 16, "{nanos}");
                assert!(class == 0 || end(class - 1) < nanos, "{nanos}");
            }
        }
        assert_eq!(end(CLASSES - 1), u64::MAX);
    }

    #[test]
    fn everything_lies_in_one_class_of_some_limits() {
        let mut ages = Ages::default();
        for millis in [0, 999, 1_000, 9_000, 70_000, 700_000] {
            ages.take(millis * 1_000_000);
        }
        let limits = [1, 10, 60].map(Duration::from_secs);
        assert_eq!(ages.classes(limits), [3, 1, 0, 2]);
        assert_eq!(Ages::default().classes(limits), [0; 4]);
    }

    #[test]
    fn percentiles_are_those_of_all_that_were_taken() {
        let mut ages = Ages::default();
        assert_eq!((ages.count(), ages.percentile(99)), (0, Duration::ZERO));
        let (mut odd, mut even) = (Ages::default(), Ages::default());
        for millis in 1..=1_000 {
            let half = if millis % 2 == 1 { &mut odd } else { &mut even };
            half.take(millis * 1_000_000);
        }
        ages.add(&odd);
        ages.add(&even);
        assert_eq!((ages.count(), ages.longest()), (1_000, Duration::from_secs(1)));
        for (percent, millis) in [(1, 10), (50, 500), (99, 990)] {
            let (told, exact) = (ages.percentile(percent), Duration::from_millis(millis));
            assert!(exact <= told && told <= exact + exact / 16, "{percent}: {told:?}");
        }
        assert_eq!(ages.percentile(100), ages.longest());
    }
}
