//! What a boot finds on its disk: the intact records, and evidence of the rest.

use serde::{Deserialize, Serialize};

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// Its sync was reported, and it is not on the disk yet.
    Unwritten,
    /// It is not there. In the middle, the chain of checksums shows it; at the
    /// end nothing does.
    Missing,
    /// Its frame is shorter than its length says: a write was cut off.
    Torn,
    /// Its checksum does not fit.
    Corrupt,
}

/// A place in a journal where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gap {
    /// How many intact records lie before it.
    pub before: usize,
    /// What is wrong.
    pub flaw: Flaw,
}

/// A journal as a boot reads it. What to make of a gap is the actor's decision:
/// a torn end was never reported durable and may be cut off; a corrupt record
/// or a hole in the middle was, and what depends on it can't be trusted.
#[derive(Clone, Copy, Debug)]
pub struct Recovered<'a, R> {
    records: &'a [R],
    gaps: &'a [Gap],
}

impl<'a, R> Recovered<'a, R> {
    pub(crate) fn new(records: &'a [R], gaps: &'a [Gap]) -> Self {
        Self { records, gaps }
    }

    /// Every intact record, in order, as if there were no gap between them.
    pub fn records(&self) -> &'a [R] {
        self.records
    }

    /// The intact records before the first gap: where a reader that trusts
    /// nothing behind a gap stops.
    pub fn before_gap(&self) -> &'a [R] {
        let end = self.gaps.iter().map(|gap| gap.before).min().unwrap_or(self.records.len());
        &self.records[..end]
    }

    /// What is wrong, and where, in order.
    pub fn gaps(&self) -> &'a [Gap] {
        self.gaps
    }

    /// Whether nothing is seen to be wrong but a torn end, which was never
    /// reported durable.
    pub fn is_whole(&self) -> bool {
        self.gaps.iter().all(|gap| gap.flaw == Flaw::Torn && gap.before == self.records.len())
    }
}
