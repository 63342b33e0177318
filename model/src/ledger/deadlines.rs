//! When holds expire.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::identity::TransferId;

/// Holds by the moment when their time is over. One that was resolved stays
/// until then, and is passed over.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Deadlines(BTreeSet<(Duration, TransferId)>);

impl Deadlines {
    /// `hold` expires at `at`.
    pub(super) fn add(&mut self, hold: TransferId, at: Duration) {
        self.0.insert((at, hold));
    }

    /// The next hold whose time is over at `now`; it is not minded any more.
    pub(super) fn pop(&mut self, now: Duration) -> Option<TransferId> {
        let (at, hold) = *self.0.first()?;
        (at <= now).then(|| {
            self.0.pop_first();
            hold
        })
    }

    /// All of them, the earliest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Duration, TransferId)> {
        self.0.iter().copied()
    }
}
