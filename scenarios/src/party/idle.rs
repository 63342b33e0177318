//! What waits to be put away: things that are over, since when.

use std::collections::VecDeque;
use std::time::Duration;

/// When a party compacts its journal.
#[derive(Clone, Copy, Debug)]
pub struct Compaction {
    /// How long something has to be over before it is put away: by then no
    /// copy of a message about it can arrive any more.
    pub idle: Duration,
    /// How many such things gather before a snapshot is worth it.
    pub batch: usize,
}

/// Things in the order in which they were over.
#[derive(Clone, Debug)]
pub(super) struct Idle<T> {
    since: VecDeque<(Duration, T)>,
}

impl<T> Idle<T> {
    /// Nothing that is over yet.
    pub(super) fn new() -> Self {
        Self { since: VecDeque::new() }
    }

    /// `thing` is over at `now`; never earlier than the one before.
    pub(super) fn add(&mut self, now: Duration, thing: T) {
        self.since.push_back((now, thing));
    }

    /// What can be put away at `now`, once there is so much of it that writing
    /// a snapshot of the `live` rest costs little for each.
    pub(super) fn ripe(
        &mut self,
        now: Duration,
        compaction: &Compaction,
        live: usize,
    ) -> Option<Vec<T>> {
        let ripe = |(since, _): &(Duration, T)| *since + compaction.idle <= now;
        let enough = compaction.batch.max(live / 4).max(1);
        if !self.since.get(enough - 1).is_some_and(ripe) {
            return None;
        }
        let count = self.since.partition_point(ripe);
        Some(self.since.drain(..count).map(|(_, thing)| thing).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_put_away_in_batches_once_they_are_over_for_long_enough() {
        let compaction = Compaction { idle: Duration::from_secs(10), batch: 3 };
        let mut idle = Idle::new();
        (0..5).for_each(|n| idle.add(Duration::from_secs(n), n));
        let mut at = |seconds, live| idle.ripe(Duration::from_secs(seconds), &compaction, live);
        assert_eq!(at(11, 0), None, "two are ripe");
        assert_eq!(at(13, 20), None, "four are, among many that would be written anew");
        assert_eq!(at(13, 16), Some(vec![0, 1, 2, 3]));
        assert_eq!(at(99, 0), None);
    }
}
