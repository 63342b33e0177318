//! In how many captures a payment is taken: what is shipped in parts is charged
//! in parts.

use serde::{Deserialize, Serialize};

use crate::money::Amount;

/// The captures of a payment, as shares of it in basis points. Together they
/// may be less than the whole: what is left is never taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Captures([u16; Self::MAX]);

impl Captures {
    /// The most captures of one payment.
    pub const MAX: usize = 3;
    /// Everything at once.
    pub const AT_ONCE: Self = Self([0; Self::MAX]);

    /// One capture for each of `shares`; all of it at once where there are
    /// none. `None` if there are too many, one of them is nothing, they exceed
    /// the whole, or a single one is the whole.
    pub fn of(shares: &[u16]) -> Option<Self> {
        let sum = shares.iter().map(|share| u32::from(*share)).sum::<u32>();
        let whole = shares.len() == 1 && sum == WHOLE;
        if shares.len() > Self::MAX || shares.contains(&0) || sum > WHOLE || whole {
            return None;
        }
        let mut captures = Self::AT_ONCE;
        captures.0[..shares.len()].copy_from_slice(shares);
        Some(captures)
    }

    /// The shares; none if everything is taken at once.
    pub fn shares(&self) -> &[u16] {
        let count = self.0.iter().position(|share| *share == 0).unwrap_or(Self::MAX);
        &self.0[..count]
    }

    /// Whether all of it is taken at once.
    pub fn is_at_once(&self) -> bool {
        *self == Self::AT_ONCE
    }

    /// How many captures there are, at least 1.
    pub fn count(&self) -> u8 {
        self.shares().len().max(1) as u8
    }

    /// What capture number `nth`, from 0 on, takes of `whole`: nothing beyond
    /// the last.
    pub fn part(&self, nth: u8, whole: Amount) -> Amount {
        self.until(nth + 1, whole) - self.until(nth, whole)
    }

    /// Those of them that take something of `whole`, and at least the first: where those
    /// before have taken all of it nothing is left, and a provider refuses to take nothing.
    #[must_use]
    pub fn of_whole(&self, whole: Amount) -> Self {
        let takes = |nth: &u8| self.part(*nth, whole) > Amount::ZERO;
        let taking = (0..self.count()).take_while(takes).count().max(1);
        let mut captures = *self;
        captures.0.iter_mut().skip(taking).for_each(|share| *share = 0);
        captures
    }

    /// What all of them take of `whole`.
    pub fn sum(&self, whole: Amount) -> Amount {
        self.until(self.count(), whole)
    }

    /// What the first `count` captures take of `whole`. Each takes something as
    /// long as there is something.
    fn until(&self, count: u8, whole: Amount) -> Amount {
        if self.is_at_once() {
            return if count == 0 { Amount::ZERO } else { whole };
        }
        let (mut taken, mut shares) = (Amount::ZERO, 0);
        for share in self.shares().iter().take(usize::from(count)) {
            shares += i128::from(*share);
            let cut = Amount(whole.0 * shares / i128::from(WHOLE));
            taken = cut.max(taken + Amount(1)).min(whole);
        }
        taken
    }
}

/// The whole, in basis points.
const WHOLE: u32 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_cut_so_that_no_minor_unit_is_lost_and_none_is_empty() {
        let table: &[(&[u16], i128, &[i128])] = &[
            (&[], 999, &[999, 0]),
            (&[5_000, 5_000], 999, &[499, 500, 0]),
            (&[3_333, 3_333, 3_334], 100, &[33, 33, 34]),
            (&[6_000], 999, &[599, 0]),
            (&[5_000, 3_000], 1_000, &[500, 300, 0]),
            (&[1, 1, 9_998], 3, &[1, 1, 1]),
            (&[1, 1], 1, &[1, 0, 0]),
        ];
        for (shares, whole, parts) in table {
            let captures = Captures::of(shares).expect("shares of a whole");
            let cut =
                (0..parts.len() as u8).map(|nth| i128::from(captures.part(nth, Amount(*whole))));
            assert_eq!(cut.collect::<Vec<_>>(), *parts, "{shares:?} of {whole}");
            let sum = Amount(parts.iter().sum());
            assert_eq!(captures.sum(Amount(*whole)), sum);
            assert_eq!(captures.shares(), *shares);
        }
    }

    /// Two cents were taken in three parts. The provider refused to take the third, of
    /// nothing; that answer was lost, a query found two cents taken, and what was done to
    /// close the authorization after the last capture was never done. So it went with four
    /// cents, too: the first capture took three of them, and the second the last.
    #[test]
    fn no_capture_takes_nothing() {
        let table: &[(&[u16], i128, &[u16])] = &[
            (&[], 1, &[]),
            (&[2_150, 2_044, 3_247], 2, &[2_150, 2_044]),
            (&[2_150, 2_044, 3_247], 3, &[2_150, 2_044, 3_247]),
            (&[5_000, 5_000], 1, &[5_000]),
            (&[8_390, 627, 983], 4, &[8_390, 627]),
        ];
        for (shares, whole, kept) in table {
            let captures = Captures::of(shares).expect("shares of a whole");
            let cut = captures.of_whole(Amount(*whole));
            assert_eq!(cut.shares(), *kept, "{shares:?} of {whole}");
            assert_eq!(cut.sum(Amount(*whole)), captures.sum(Amount(*whole)));
            assert!((0..cut.count()).all(|nth| cut.part(nth, Amount(*whole)) > Amount::ZERO));
        }
    }

    #[test]
    fn shares_that_are_no_captures_are_refused() {
        let refused: [&[u16]; 4] = [&[0], &[10_000], &[6_000, 4_001], &[1, 1, 1, 1]];
        for shares in refused {
            assert_eq!(Captures::of(shares), None, "{shares:?}");
        }
    }
}
