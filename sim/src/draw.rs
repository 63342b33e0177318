//! Keyed chance: a draw is a function of a key, a domain and the identity of
//! the thing it is for, never the next number of a sequence.
//!
//! So the fate of one message does not depend on whether another was sent, and
//! a removal from a plan stays local. The mixer is the folded multiply that
//! wyhash and foldhash are built on, finished with the avalanche of SplitMix64
//! (Steele, Lea and Flood, 2014). It resists accident, not an adversary.

use std::time::Duration;

use crate::time::nanos;

/// A named family of draws, so that two uses of one identity are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain(pub u64);

/// The key of all draws of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    key: [u64; 2],
}

/// The version of the keyed hash and of every sampler on top of it
/// ([`Draw`]'s, [`Rate::hits`](crate::Rate::hits),
/// [`Quantiles::sample`](crate::Quantiles::sample)): what a plan was drawn
/// with and has to be run with. The published test vectors
/// ([`vectors`](crate::vectors)) hold for it.
pub const SAMPLERS: u16 = 1;

impl Draws {
    /// The draws that `key` stands for.
    pub const fn new(key: [u64; 2]) -> Self {
        Self { key }
    }

    /// The draw of `domain` for the thing that `identity` names.
    #[inline]
    pub fn draw(&self, domain: Domain, identity: &[u64]) -> Draw {
        self.of(domain).draw(identity)
    }

    /// The draws of `domain`, for whoever makes many.
    #[inline]
    pub(crate) const fn of(&self, domain: Domain) -> DomainDraws {
        let [first, key] = self.key;
        DomainDraws { start: fold(first ^ domain.0, MULTIPLIERS[0]) ^ key, key }
    }
}

/// The key of all draws of one domain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DomainDraws {
    start: u64,
    key: u64,
}

impl DomainDraws {
    /// The draw for the thing that `identity` names.
    #[inline]
    pub(crate) fn draw(&self, identity: &[u64]) -> Draw {
        let mut state = self.start;
        for word in identity {
            state = fold(state ^ word, MULTIPLIERS[1]).rotate_left(23) ^ self.key;
        }
        Draw(avalanche(state ^ identity.len() as u64))
    }
}

/// 64 uniform bits, and the integer samplers that turn them into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw(pub u64);

impl Draw {
    /// The bits themselves.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// A further draw that belongs to the same thing, for `purpose`.
    #[inline]
    pub fn split(self, purpose: u64) -> Self {
        Self(avalanche(fold(
            self.0 ^ MULTIPLIERS[2],
            purpose.wrapping_mul(2).wrapping_add(1) ^ MULTIPLIERS[1],
        )))
    }

    /// A number below `bound`; 0 if `bound` is 0. Multiply-shift (Lemire,
    /// 2019) without rejection: the bias is below `bound` in 2^64.
    #[inline]
    pub fn below(self, bound: u64) -> u64 {
        ((u128::from(self.0) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included; `low` if `high` is less.
    #[inline]
    pub fn between(self, low: u64, high: u64) -> u64 {
        // The whole range has 2^64 numbers, one more than a word can bound.
        let numbers = u128::from(high.saturating_sub(low)) + 1;
        low + ((u128::from(self.0) * numbers) >> 64) as u64
    }

    /// A span from `low` to `high`, to the nanosecond.
    pub fn span(self, low: Duration, high: Duration) -> Duration {
        Duration::from_nanos(self.between(nanos(low), nanos(high)))
    }

    /// One of `choices`; `None` if there are none.
    pub fn pick<T>(self, choices: &[T]) -> Option<&T> {
        choices.get(self.below(choices.len() as u64) as usize)
    }

    /// The index of one of `weights`, each as likely as its weight; `None` if
    /// all weigh nothing.
    pub fn weighted(self, weights: &[u64]) -> Option<usize> {
        let total = weights.iter().map(|weight| u128::from(*weight)).sum::<u128>();
        let (over, low) = (total >> 64, u128::from(total as u64));
        let bits = u128::from(self.0);
        let mut left = bits * over + ((bits * low) >> 64);
        weights.iter().position(|weight| {
            let weight = u128::from(*weight);
            let hit = left < weight;
            left = left.saturating_sub(weight);
            hit
        })
    }
}

const MULTIPLIERS: [u64; 3] = [0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93, 0xA076_1D64_78BD_642F];

/// Both halves of the 128-bit product, folded into one word.
#[inline]
pub(crate) const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128).wrapping_mul(b as u128);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The finalizer of SplitMix64.
#[inline]
pub(crate) const fn avalanche(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
