//! Over which merchants a payment is split: a marketplace takes one payment for
//! the goods of several.

use serde::{Deserialize, Serialize};

use crate::identity::Merchant;
use crate::money::Amount;
use crate::share::share;

/// What other merchants get of a payment, in basis points; the one that is
/// paid gets the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Split([(Merchant, u16); Self::OTHERS_MAX]);

impl Default for Split {
    fn default() -> Self {
        Self([(Merchant(0), 0); Self::OTHERS_MAX])
    }
}

impl Split {
    /// The most merchants besides the one that is paid.
    pub const OTHERS_MAX: usize = 3;

    /// These get these shares. `None` if there are too many, one of them gets
    /// nothing or is there twice, or nothing is left.
    pub fn over(others: &[(Merchant, u16)]) -> Option<Self> {
        let sum = others.iter().map(|(_, share)| u32::from(*share)).sum::<u32>();
        let nothing = others.iter().any(|(_, share)| *share == 0);
        let twice = (1..others.len()).any(|at| others[..at].iter().any(|o| o.0 == others[at].0));
        if others.len() > Self::OTHERS_MAX || nothing || twice || sum >= WHOLE {
            return None;
        }
        let mut split = Self::default();
        split.0[..others.len()].copy_from_slice(others);
        Some(split)
    }

    /// The others and their shares.
    pub fn others(&self) -> &[(Merchant, u16)] {
        let count = self.0.iter().position(|(_, share)| *share == 0).unwrap_or(Self::OTHERS_MAX);
        &self.0[..count]
    }

    /// Whether there is nobody else.
    pub fn is_whole(&self) -> bool {
        self.others().is_empty()
    }

    /// What each merchant gets of `whole`, of which `paid` is the one that is
    /// paid. The parts sum to the whole exactly.
    pub fn parts(&self, paid: Merchant, whole: Amount) -> Vec<(Merchant, Amount)> {
        let others = self.others().iter().copied();
        let left = WHOLE - others.clone().map(|(_, share)| u32::from(share)).sum::<u32>();
        let mut shares = vec![(paid, left)];
        shares.extend(others.map(|(merchant, share)| (merchant, u32::from(share))));
        let weights: Vec<_> = shares.iter().map(|(_, share)| Amount(i128::from(*share))).collect();
        let amounts = share(whole, &weights);
        shares.into_iter().map(|(merchant, _)| merchant).zip(amounts).collect()
    }
}

/// The whole, in basis points.
const WHOLE: u32 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_is_paid_gets_what_the_others_leave() {
        let [one, two, three] = [1, 2, 3].map(Merchant);
        let split = Split::over(&[(two, 3_333), (three, 3_333)]).expect("a split");
        let parts = split.parts(one, Amount(100));
        assert_eq!(parts, [(one, Amount(34)), (two, Amount(33)), (three, Amount(33))]);
        assert_eq!(Split::default().parts(one, Amount(7)), [(one, Amount(7))]);
    }

    #[test]
    fn what_is_no_split_is_refused() {
        let [two, three] = [2, 3].map(Merchant);
        let refused: [&[(Merchant, u16)]; 3] =
            [&[(two, 0)], &[(two, 10_000)], &[(two, 1), (three, 1), (two, 1)]];
        for others in refused {
            assert_eq!(Split::over(others), None, "{others:?}");
        }
    }
}
