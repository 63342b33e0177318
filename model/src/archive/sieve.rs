//! Tells of most ids that they are not kept, without looking for them.

/// A Bloom filter whose bits for one id lie in one word (Putze, Sanders and
/// Singler, 2007): about one in thirty of the ids that were never added passes.
#[derive(Clone, Debug, Default)]
pub(super) struct Sieve {
    /// A power of two of them, or none.
    words: Vec<u64>,
    added: usize,
}

impl Sieve {
    /// Whether `id` may have been added; surely not, if it says no.
    pub(super) fn may_have(&self, id: u64) -> bool {
        let Some(place) = self.place(id) else { return false };
        let bits = bits(id);
        self.words[place] & bits == bits
    }

    /// Adds `ids`; all that were added before come from `before` if there is no
    /// room left.
    pub(super) fn add<'i>(
        &mut self,
        ids: impl ExactSizeIterator<Item = &'i u64>,
        before: impl Iterator<Item = &'i u64>,
    ) {
        self.added += ids.len();
        let needed = (self.added * BITS_EACH).div_ceil(64).next_power_of_two();
        if needed > self.words.len() {
            self.words = vec![0; needed];
            before.for_each(|id| self.mark(*id));
        }
        ids.for_each(|id| self.mark(*id));
    }

    /// The bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.words.len() * size_of::<u64>()
    }

    fn mark(&mut self, id: u64) {
        if let Some(place) = self.place(id) {
            self.words[place] |= bits(id);
        }
    }

    fn place(&self, id: u64) -> Option<usize> {
        let mask = self.words.len().checked_sub(1)?;
        Some((id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask)
    }
}

/// Four bits of a word.
fn bits(id: u64) -> u64 {
    let spread = id.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 40;
    (0..4).fold(0, |bits, n| bits | 1 << (spread >> (6 * n) & 63))
}

const BITS_EACH: usize = 10;
