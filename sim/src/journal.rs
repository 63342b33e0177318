//! An actor's durable log, as frames on one or two copies of a disk.
//!
//! Each record stands for a frame with a length and a checksum, chained to the
//! one before; so a reader can tell a whole record from a torn or corrupt one,
//! and sees where one is missing in the middle. What it can't see is that
//! records are missing at the end: that looks like a shorter journal.

use crate::recovered::{Flaw, Gap, Recovered};

/// Records in the order in which they were appended; those up to the last
/// honest sync survive a crash.
#[derive(Clone, Debug)]
pub struct Journal<R> {
    records: Vec<R>,
    synced: usize,
    /// What is wrong with single records on single copies; nearly always empty.
    flaws: Vec<Blemish>,
    gaps: Vec<Gap>,
    copies: u8,
}

/// What is wrong with one record on one copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blemish {
    pub(crate) record: usize,
    pub(crate) copy: u8,
    pub(crate) flaw: Flaw,
}

/// What strikes a disk at a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// So many of the unsynced records are whole, and the next is torn.
    Torn(u16),
    /// The record with this index, modulo their number, is corrupt.
    Corrupt(u32),
    /// The last so many records are not there.
    Old(u16),
}

/// What a crash did to a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loss<R> {
    /// How many records are gone that were not durable.
    pub(crate) unsynced: usize,
    /// Records that were durable, and are gone.
    pub(crate) durable: Vec<R>,
    /// How many records are durable that no sync had made so: the last ones.
    pub(crate) kept: usize,
}

impl<R> Default for Journal<R> {
    fn default() -> Self {
        Self { records: Vec::new(), synced: 0, flaws: Vec::new(), gaps: Vec::new(), copies: 1 }
    }
}

impl<R> Journal<R> {
    /// An empty journal, each of whose records is written to two copies.
    pub fn mirrored() -> Self {
        Self { copies: 2, ..Self::default() }
    }

    /// Every record, the unsynced tail included.
    pub fn records(&self) -> &[R] {
        &self.records
    }

    /// The records that are on at least one intact copy, read from the disk:
    /// a sync that lied adds none, whatever it reported.
    pub fn durable(&self) -> &[R] {
        &self.records[..self.solid()]
    }

    /// What a boot finds.
    pub fn recovered(&self) -> Recovered<'_, R> {
        Recovered::new(&self.records, &self.gaps)
    }

    /// Adds a record behind the others; it is lost in a crash until a sync.
    pub fn append(&mut self, record: R) {
        self.records.push(record);
    }

    /// Makes all records durable, and returns those that were not.
    pub fn sync(&mut self) -> &[R] {
        let newly = self.solid();
        self.synced = self.records.len();
        self.flaws.retain(|blemish| blemish.flaw != Flaw::Unwritten);
        &self.records[newly..]
    }

    /// Puts `record` in place of all, durable on every copy; returns those that
    /// were not durable before.
    pub(crate) fn compact(&mut self, record: R) -> Vec<R> {
        let newly = self.records.split_off(self.solid());
        let copies = self.copies;
        *self = Self { records: vec![record], synced: 1, copies, ..Self::default() };
        newly
    }

    /// A sync that leaves each record unwritten on the copy that `struck`
    /// names for it; returns the records that are durable all the same.
    pub(crate) fn lying_sync(&mut self, struck: impl Fn(usize) -> u8) -> &[R] {
        let newly = self.solid();
        let flaw = Flaw::Unwritten;
        let unsynced = self.synced..self.records.len();
        self.flaws.extend(unsynced.map(|record| Blemish { record, copy: struck(record), flaw }));
        self.synced = self.records.len();
        let solid = self.solid();
        &self.records[newly.min(solid)..solid]
    }

    /// How many records a crash would lose that no sync was reported for.
    pub fn unsynced(&self) -> usize {
        self.records.len() - self.synced
    }

    /// Loses the unsynced tail; returns how many records that were.
    pub fn crash(&mut self) -> usize {
        self.crash_with(&[], |_| 0).unsynced
    }

    /// Loses the unsynced tail, does all the `damage` besides, and reads what
    /// is left: each record from a copy where it is intact. `struck` is the
    /// atlas: the one copy on which the record with this index may be struck.
    pub(crate) fn crash_with(
        &mut self,
        damage: &[Damage],
        struck: impl Fn(usize) -> u8,
    ) -> Loss<R> {
        let (tail, solid) = (self.unsynced(), self.solid());
        let torn =
            damage.iter().find_map(|d| if let Damage::Torn(k) = d { Some(*k) } else { None });
        // Other damage besides: then nothing of the tail got as far as the disk.
        let keep = torn.filter(|_| tail > 0 && damage.len() == 1);
        let kept = keep.map_or(0, |keep| usize::from(keep) % tail);
        let whole = self.synced + kept;
        self.records.truncate(whole);
        for blemish in &mut self.flaws {
            if blemish.flaw == Flaw::Unwritten {
                blemish.flaw = Flaw::Missing;
            }
        }
        for (record, flaw) in damage.iter().flat_map(|damage| damage.strikes(whole)) {
            let copy = struck(record);
            let same = |b: &Blemish| b.record == record && b.copy == copy;
            self.flaws.retain(|blemish| !same(blemish));
            self.flaws.push(Blemish { record, copy, flaw });
        }
        let mut gone = self.read_what_is_left();
        // What a sync lied about was never durable.
        let lied = gone.partition_point(|(record, _)| *record < solid);
        let unsynced = tail - kept + (gone.len() - lied);
        gone.truncate(lied);
        let durable = gone.into_iter().map(|(_, record)| record).collect();
        self.synced = self.records.len();
        if torn.is_some() && tail > 0 {
            self.gaps.push(Gap { before: self.records.len(), flaw: Flaw::Torn });
        }
        Loss { unsynced, durable, kept }
    }

    /// The actor has read its journal: it cut off a torn end, and copied what
    /// was intact on one copy to the other.
    pub(crate) fn mended(&mut self) {
        self.gaps.retain(|gap| gap.flaw == Flaw::Corrupt);
    }

    /// How many records, from the first on, are synced and on an intact copy.
    fn solid(&self) -> usize {
        if self.flaws.is_empty() || self.copies > 1 {
            return self.synced;
        }
        self.flaws.iter().map(|blemish| blemish.record).fold(self.synced, usize::min)
    }

    /// Takes out every record that no copy has intact, and leaves a gap where
    /// a reader would see one; returns those records with their indices.
    fn read_what_is_left(&mut self) -> Vec<(usize, R)> {
        let mut lost = Vec::new();
        if self.flaws.is_empty() {
            return lost;
        }
        let mut flaws = std::mem::take(&mut self.flaws);
        flaws.sort_by_key(|blemish| (blemish.record, blemish.copy));
        let mut left = Vec::with_capacity(self.records.len());
        let mut gaps = Vec::new();
        let mut old_gaps = std::mem::take(&mut self.gaps).into_iter().peekable();
        let mut missing = None;
        for (index, record) in self.records.drain(..).enumerate() {
            while let Some(gap) = old_gaps.next_if(|gap| gap.before <= index) {
                gaps.push(Gap { before: left.len(), ..gap });
            }
            let here = flaws.iter().filter(|blemish| blemish.record == index);
            if here.clone().count() < usize::from(self.copies) {
                gaps.extend(missing.take());
                left.push(record);
                continue;
            }
            let flaw = here.map(|blemish| blemish.flaw).next().unwrap_or(Flaw::Missing);
            let gap = Gap { before: left.len(), flaw };
            match flaw {
                // Nobody sees that the end is missing; the chain shows a hole.
                Flaw::Missing | Flaw::Unwritten => missing = Some(gap),
                Flaw::Corrupt | Flaw::Torn => gaps.push(gap),
            }
            lost.push((index, record));
        }
        gaps.extend(old_gaps.filter(|gap| gap.before <= left.len()));
        self.records = left;
        self.gaps = gaps;
        lost
    }
}

impl Damage {
    /// Which of `whole` records it strikes, and how.
    fn strikes(self, whole: usize) -> impl Iterator<Item = (usize, Flaw)> {
        let (struck, flaw) = match self {
            Self::Torn(_) => (0..0, Flaw::Torn),
            Self::Corrupt(_) if whole == 0 => (0..0, Flaw::Corrupt),
            Self::Corrupt(record) => {
                let record = record as usize % whole;
                (record..record + 1, Flaw::Corrupt)
            }
            Self::Old(records) => {
                (whole.saturating_sub(usize::from(records))..whole, Flaw::Missing)
            }
        };
        struck.map(move |record| (record, flaw))
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

    #[test]
    fn a_compacted_journal_is_one_durable_record_and_goes_on_from_there() {
        let mut journal = journal(Journal::mirrored(), "ab", "c");
        assert_eq!(journal.compact('S'), ['c']);
        journal.append('d');
        assert_eq!(journal.sync(), ['d']);
        journal.append('e');
        assert_eq!(journal.crash(), 1);
        assert_eq!(journal.durable(), ['S', 'd']);
    }

    #[test]
    fn a_torn_tail_keeps_some_whole_records_and_the_evidence_of_one_that_is_not() {
        for (keep, left) in [(0, "abc"), (1, "abcd"), (2, "abcde"), (3, "abc"), (7, "abcd")] {
            let mut journal = journal(Journal::default(), "abc", "def");
            let loss = journal.crash_with(&[Damage::Torn(keep)], |_| 0);
            let records = journal.records().iter().collect::<String>();
            assert_eq!((records.as_str(), loss.kept), (left, left.len() - 3), "{keep}");
            assert_eq!(journal.durable(), journal.records());
            let recovered = journal.recovered();
            assert_eq!(recovered.gaps(), [Gap { before: left.len(), flaw: Flaw::Torn }]);
            assert!(recovered.is_whole());
            journal.mended();
            assert!(journal.recovered().gaps().is_empty());
        }
    }

    #[test]
    fn a_corrupt_record_is_a_gap_that_every_boot_finds() {
        for (record, left, before) in [(0, "bc", 0), (1, "ac", 1), (2, "ab", 2), (4, "ac", 1)] {
            let mut journal = journal(Journal::default(), "abc", "");
            let loss = journal.crash_with(&[Damage::Corrupt(record)], |_| 0);
            assert_eq!(loss.durable.len(), 1);
            for _ in 0..2 {
                let recovered = journal.recovered();
                assert_eq!(recovered.records().iter().collect::<String>(), left);
                assert_eq!(recovered.before_gap().len(), before);
                assert_eq!(recovered.gaps(), [Gap { before, flaw: Flaw::Corrupt }]);
                assert!(!recovered.is_whole());
                journal.mended();
                journal.crash();
            }
        }
    }

    #[test]
    fn an_old_generation_looks_like_a_shorter_journal() {
        for (records, left) in [(0, "abc"), (1, "ab"), (3, ""), (9, "")] {
            let mut journal = journal(Journal::default(), "abc", "d");
            journal.crash_with(&[Damage::Old(records)], |_| 0);
            assert_eq!(journal.records().iter().collect::<String>(), left);
            assert!(journal.recovered().is_whole());
        }
    }

    #[test]
    fn a_lying_sync_loses_in_a_crash_what_no_honest_one_wrote() {
        let mut journal = journal(Journal::default(), "a", "bc");
        assert!(journal.lying_sync(|_| 0).is_empty());
        assert_eq!((journal.unsynced(), journal.durable()), (0, &['a'][..]));
        let mut honest = journal.clone();
        assert_eq!(honest.sync(), ['b', 'c']);
        honest.crash();
        assert_eq!(honest.records(), ['a', 'b', 'c']);
        let loss = journal.crash_with(&[], |_| 0);
        assert_eq!(journal.records(), ['a']);
        assert_eq!(loss, Loss { unsynced: 2, durable: vec![], kept: 0 });
        assert!(journal.recovered().gaps().is_empty());
    }

    #[test]
    fn what_is_lost_on_one_copy_is_read_from_the_other() {
        let struck = |record: usize| (record % 2) as u8;
        let mut journal = journal(Journal::mirrored(), "ab", "cd");
        assert_eq!(journal.lying_sync(struck), ['c', 'd']);
        let damage = [Damage::Old(3), Damage::Corrupt(0), Damage::Torn(0)];
        let loss = journal.crash_with(&damage, struck);
        assert_eq!(loss, Loss { unsynced: 0, durable: vec![], kept: 0 });
        assert_eq!(journal.durable(), ['a', 'b', 'c', 'd']);
        assert!(journal.recovered().gaps().is_empty());
    }

    #[test]
    fn a_record_that_is_struck_on_both_copies_is_lost() {
        let mut journal = journal(Journal::mirrored(), "abc", "");
        let other = |damage: &[Damage], journal: &mut Journal<char>, copy| {
            for (record, flaw) in damage.iter().flat_map(|damage| damage.strikes(3)) {
                journal.flaws.push(Blemish { record, copy, flaw });
            }
        };
        other(&[Damage::Corrupt(1)], &mut journal, 0);
        assert_eq!(journal.crash_with(&[Damage::Corrupt(1)], |_| 1).durable, ['b']);
        assert_eq!(journal.recovered().gaps(), [Gap { before: 1, flaw: Flaw::Corrupt }]);
    }

    fn journal(mut journal: Journal<char>, synced: &str, tail: &str) -> Journal<char> {
        synced.chars().for_each(|record| journal.append(record));
        journal.sync();
        tail.chars().for_each(|record| journal.append(record));
        journal
    }
}
