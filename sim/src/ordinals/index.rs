//! Which line of counters is the first of a subject.

use crate::draw::fold;

/// Lines by subject. The subjects themselves stand in the lines.
///
/// An open-addressing table of blocks, each as long as a cache line. Subjects
/// that follow each other, as the operations of a plan do, are in one block.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// A power of two of them, or none.
    blocks: Vec<Block>,
    used: usize,
}

#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Block([Entry; ENTRIES]);

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// Mostly enough to see that a line is of another subject.
    tag: u32,
    /// One more than the number of the line; zero if there is none.
    line: u32,
}

impl Index {
    /// The line of `subject`, of those that may be its own the one that `is`.
    #[inline]
    pub(super) fn find(&self, subject: u64, is: impl Fn(usize) -> bool) -> Option<usize> {
        if self.blocks.is_empty() {
            return None;
        }
        let hash = hash(subject);
        let tag = tag(hash, subject);
        for step in 0.. {
            let block = &self.blocks[self.block(hash, step)].0;
            for place in places(subject) {
                let entry = block[place];
                let line = (entry.line as usize).checked_sub(1)?;
                if entry.tag == tag && is(line) {
                    return Some(line);
                }
            }
        }
        None
    }

    /// Whether it has to be rebuilt before another is put in.
    pub(super) fn is_full(&self) -> bool {
        (self.used + 1) * 4 > self.blocks.len() * ENTRIES * 3
    }

    /// Puts in the line of a subject that has none yet.
    pub(super) fn insert(&mut self, subject: u64, line: usize) {
        let hash = hash(subject);
        let line = u32::try_from(line + 1).expect("fewer than 2^32 lines");
        self.used += 1;
        for step in 0.. {
            let block = self.block(hash, step);
            let block = &mut self.blocks[block].0;
            if let Some(place) = places(subject).find(|place| block[*place].line == 0) {
                block[place] = Entry { tag: tag(hash, subject), line };
                return;
            }
        }
    }

    /// Twice as large, with these lines of these subjects.
    #[cold]
    pub(super) fn rebuild(&mut self, lines: impl Iterator<Item = (u64, usize)>) {
        self.blocks = vec![Block::default(); (self.blocks.len() * 2).max(BLOCKS_MIN)];
        self.used = 0;
        lines.for_each(|(subject, line)| self.insert(subject, line));
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.blocks.len() * size_of::<Block>()
    }

    /// Where the search goes in its so-manieth step: to each block once.
    #[inline]
    fn block(&self, hash: u64, step: usize) -> usize {
        (hash as usize).wrapping_add(step * (step + 1) / 2) & (self.blocks.len() - 1)
    }
}

/// In which order the places of a block are looked at.
#[inline]
fn places(subject: u64) -> impl Iterator<Item = usize> {
    let begin = subject as usize % ENTRIES;
    (begin..begin + ENTRIES).map(|place| place % ENTRIES)
}

/// The same for subjects of one block.
#[inline]
fn hash(subject: u64) -> u64 {
    fold((subject / ENTRIES as u64) ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93)
}

#[inline]
fn tag(hash: u64, subject: u64) -> u32 {
    (hash >> 32) as u32 ^ subject as u32
}

const ENTRIES: usize = 8;
const BLOCKS_MIN: usize = 8;
