//! A 128-bit digest that is the same on every platform.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::draw::{avalanche, fold};

/// The value of a digest, printed as 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DigestValue(pub [u64; 2]);

impl fmt::Display for DigestValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.0[0], self.0[1])
    }
}

/// A running digest of a trace: two lanes of folded multiplies with different
/// constants, each of which sees every word.
///
/// It tells traces apart; it is no cryptographic hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    lanes: [u64; 2],
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

impl Digest {
    /// The digest of nothing.
    pub const fn new() -> Self {
        Self { lanes: [0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344] }
    }

    /// Adds a word.
    #[inline]
    pub fn word(&mut self, word: u64) {
        self.lanes[0] = fold(self.lanes[0] ^ word, 0x9E37_79B9_7F4A_7C15).rotate_left(29) ^ word;
        self.lanes[1] =
            fold(self.lanes[1] ^ word, 0xD6E8_FEB8_6659_FD93).rotate_left(17).wrapping_add(word);
    }

    /// Adds two words, for one multiply a lane. The lanes meet them the other
    /// way round, so that no pair that silences one lane silences both.
    #[inline]
    pub fn pair(&mut self, one: u64, other: u64) {
        let [a, b] = self.lanes;
        self.lanes[0] = fold(a ^ one, other ^ 0x9E37_79B9_7F4A_7C15).rotate_left(29) ^ one;
        self.lanes[1] =
            fold(b ^ other, one ^ 0xD6E8_FEB8_6659_FD93).rotate_left(23).wrapping_add(other);
    }

    /// Adds bytes, little-endian words at a time, and their number.
    pub fn bytes(&mut self, bytes: &[u8]) {
        words(bytes, |word| self.word(word));
    }

    /// The digest of everything added so far.
    pub fn finish(&self) -> DigestValue {
        let [a, b] = self.lanes;
        DigestValue([avalanche(a ^ b.rotate_left(32)), avalanche(b.wrapping_add(a))])
    }

    /// The digest of one value, in a word.
    #[inline]
    pub fn of(value: &impl Hash) -> u64 {
        let mut lane = Lane::default();
        value.hash(&mut lane);
        lane.finish()
    }
}

/// One lane of a digest, as a [`Hasher`] that takes every integer as one 64-bit
/// word of its value, so that a derived `Hash` gives the same digest on any
/// platform; except that slices, arrays and vectors of integers wider than a
/// byte hash their memory, and so differ where bytes are in another order or a
/// `usize` in another width.
#[derive(Clone, Copy, Debug)]
struct Lane(u64);

impl Default for Lane {
    fn default() -> Self {
        Self(0x243F_6A88_85A3_08D3)
    }
}

impl Lane {
    #[inline]
    fn word(&mut self, word: u64) {
        self.0 = fold(self.0 ^ word, 0x9E37_79B9_7F4A_7C15).rotate_left(29) ^ word;
    }
}

impl Hasher for Lane {
    fn finish(&self) -> u64 {
        avalanche(self.0)
    }

    fn write(&mut self, bytes: &[u8]) {
        words(bytes, |word| self.word(word));
    }

    fn write_u8(&mut self, i: u8) {
        self.word(u64::from(i));
    }

    fn write_u16(&mut self, i: u16) {
        self.word(u64::from(i));
    }

    fn write_u32(&mut self, i: u32) {
        self.word(u64::from(i));
    }

    fn write_u64(&mut self, i: u64) {
        self.word(i);
    }

    fn write_u128(&mut self, i: u128) {
        self.word(i as u64);
        self.word((i >> 64) as u64);
    }

    fn write_usize(&mut self, i: usize) {
        self.word(i as u64);
    }

    fn write_i8(&mut self, i: i8) {
        self.word(i64::from(i) as u64);
    }

    fn write_i16(&mut self, i: i16) {
        self.word(i64::from(i) as u64);
    }

    fn write_i32(&mut self, i: i32) {
        self.word(i64::from(i) as u64);
    }

    fn write_i64(&mut self, i: i64) {
        self.word(i as u64);
    }

    fn write_i128(&mut self, i: i128) {
        self.write_u128(i as u128);
    }

    fn write_isize(&mut self, i: isize) {
        self.word(i as i64 as u64);
    }
}

/// Hands out `bytes` as little-endian words, and their number.
fn words(bytes: &[u8], mut take: impl FnMut(u64)) {
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        take(u64::from_le_bytes(word));
    }
    take(bytes.len() as u64);
}
