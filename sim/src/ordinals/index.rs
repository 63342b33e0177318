//! Which line of counters is the first of a subject.

use crate::draw::fold;

/// Lines by subject. Operations of a plan are numbered from somewhere near
/// zero, and so are found in a row; any other subject in an open-addressing
/// table of blocks, in which subjects that follow each other are together.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// One more than the line of each subject below its length; zero if it has
    /// none.
    row: Vec<u32>,
    /// How many of them have one.
    in_row: usize,
    /// A power of two of them, or none.
    blocks: Vec<Block>,
    used: usize,
}

/// The lines of some subjects in a row; half as long as a cache line.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(32))]
struct Block {
    /// One more than the number of the row; zero if the block is free.
    key: u64,
    /// One more than the number of each line; zero if there is none.
    lines: [u32; SUBJECTS as usize],
}

impl Index {
    /// The line of `subject`.
    #[inline]
    pub(super) fn find(&self, subject: u64) -> Option<usize> {
        let line = match self.row.get(in_row(subject)) {
            Some(line) => *line,
            None => self.blocks.get(self.block(subject))?.lines[place(subject)],
        };
        (line as usize).checked_sub(1)
    }

    /// Puts in the line of a subject that has none yet.
    pub(super) fn insert(&mut self, subject: u64, line: usize) {
        let line = u32::try_from(line + 1).expect("fewer than 2^32 lines");
        let row_max = (self.in_row * SPARE_IN_ROW + ROW_MIN) as u64;
        if subject >= self.row.len() as u64 && subject < row_max {
            self.lengthen(subject);
        }
        if let Some(place) = self.row.get_mut(in_row(subject)) {
            *place = line;
            self.in_row += 1;
        } else {
            self.insert_block(subject, line);
        }
    }

    /// Makes the row reach past `subject`, with what else is known up to there.
    #[cold]
    fn lengthen(&mut self, subject: u64) {
        let len = (in_row(subject) + 1).next_power_of_two().max(ROW_MIN);
        self.row.resize(len, 0);
        for block in self.blocks.iter().filter(|block| block.key != 0) {
            let first = (block.key - 1).saturating_mul(SUBJECTS);
            for (within, line) in (0..SUBJECTS).zip(block.lines) {
                if line != 0
                    && let Some(place) = self.row.get_mut(in_row(first.saturating_add(within)))
                    && *place == 0
                {
                    *place = line;
                    self.in_row += 1;
                }
            }
        }
    }

    fn insert_block(&mut self, subject: u64, line: u32) {
        if (self.used + 1) * 3 > self.blocks.len() * 2 {
            self.grow();
        }
        let at = self.block(subject);
        let block = &mut self.blocks[at];
        self.used += usize::from(block.key == 0);
        block.key = key(subject);
        block.lines[place(subject)] = line;
    }

    /// Where the block of `subject` is, or could be; past the end if there are
    /// none.
    #[inline]
    fn block(&self, subject: u64) -> usize {
        self.place_of(key(subject))
    }

    #[inline]
    fn place_of(&self, key: u64) -> usize {
        let mask = self.blocks.len().wrapping_sub(1);
        let mut at = fold(key ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93) as usize & mask;
        while self.blocks.get(at).is_some_and(|block| block.key != key && block.key != 0) {
            at = (at + 1) & mask;
        }
        at
    }

    #[cold]
    fn grow(&mut self) {
        let doubled = vec![Block::default(); (self.blocks.len() * 2).max(BLOCKS_MIN)];
        for block in std::mem::replace(&mut self.blocks, doubled) {
            if block.key != 0 {
                let at = self.place_of(block.key);
                self.blocks[at] = block;
            }
        }
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.row.len() * size_of::<u32>() + self.blocks.len() * size_of::<Block>()
    }
}

/// The place of `subject` in a row; past the end of any if it is too great.
#[inline]
fn in_row(subject: u64) -> usize {
    usize::try_from(subject).unwrap_or(usize::MAX)
}

#[inline]
fn key(subject: u64) -> u64 {
    subject / SUBJECTS + 1
}

#[inline]
fn place(subject: u64) -> usize {
    (subject % SUBJECTS) as usize
}

/// As many as fill half a cache line, beside the key.
const SUBJECTS: u64 = 6;
const BLOCKS_MIN: usize = 8;
const ROW_MIN: usize = 64;

/// The row may be so many times as long as there are subjects in it.
const SPARE_IN_ROW: usize = 4;
