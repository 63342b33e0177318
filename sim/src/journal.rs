//! An actor's durable log.

/// Records in the order in which they were appended; those up to the last sync
/// survive a crash.
#[derive(Clone, Debug)]
pub struct Journal<R> {
    records: Vec<R>,
    synced: usize,
}

impl<R> Default for Journal<R> {
    fn default() -> Self {
        Self { records: Vec::new(), synced: 0 }
    }
}

impl<R> Journal<R> {
    /// Every record, the unsynced tail included.
    pub fn records(&self) -> &[R] {
        &self.records
    }

    /// The records that a crash would not lose.
    pub fn durable(&self) -> &[R] {
        &self.records[..self.synced]
    }

    /// Adds a record behind the others; it is lost in a crash until a sync.
    pub fn append(&mut self, record: R) {
        self.records.push(record);
    }

    /// Makes all records durable, and returns those that were not.
    pub fn sync(&mut self) -> &[R] {
        let newly = self.synced;
        self.synced = self.records.len();
        &self.records[newly..]
    }

    /// How many records a crash would lose.
    pub fn unsynced(&self) -> usize {
        self.records.len() - self.synced
    }

    /// Loses the unsynced tail; returns how many records that were.
    pub fn crash(&mut self) -> usize {
        let lost = self.unsynced();
        self.records.truncate(self.synced);
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_keeps_what_was_synced_and_loses_the_rest() {
        let mut journal = Journal::default();
        journal.append('a');
        journal.append('b');
        assert_eq!(journal.sync(), ['a', 'b']);
        journal.append('c');
        assert_eq!(journal.crash(), 1);
        assert_eq!(journal.records(), ['a', 'b']);
        assert!(journal.sync().is_empty());
    }
}
