//! What each of several merchants bears of what goes back of a payment that was
//! split over them.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::identity::Merchant;
use crate::money::Amount;
use crate::share::share;
use crate::split::Split;

/// Amounts of the merchants besides the one that is paid, who has the rest of the
/// whole. There are none where a payment is for one merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares([(Merchant, u64); Split::OTHERS_MAX]);

impl Default for Shares {
    fn default() -> Self {
        Self::NONE
    }
}

/// None have no digest.
impl Hash for Shares {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if !self.is_none() {
            self.0.hash(state);
        }
    }
}

impl Shares {
    /// Nobody else has any.
    pub const NONE: Self = Self([(Merchant(0), 0); Split::OTHERS_MAX]);

    /// Whether nobody else has any.
    pub fn is_none(&self) -> bool {
        self.0.iter().all(|(_, amount)| *amount == 0)
    }

    /// The others that have something, and how much.
    pub fn others(&self) -> impl Iterator<Item = (Merchant, Amount)> + use<> {
        let others = self.0.into_iter().filter(|(_, amount)| *amount > 0);
        others.map(|(merchant, amount)| (merchant, Amount(i128::from(amount))))
    }

    /// How much they have together.
    pub fn sum(&self) -> Amount {
        self.0.iter().map(|(_, amount)| Amount(i128::from(*amount))).sum()
    }

    /// What the others got of a payment to the merchant `paid`, of which
    /// `captured` was taken out of `whole`: what was booked of it.
    pub fn got(split: &Split, paid: Merchant, (captured, whole): (Amount, Amount)) -> Self {
        if split.is_whole() {
            return Self::NONE;
        }
        let parts = split.parts(paid, whole);
        let weights: Vec<_> = parts.iter().map(|(_, amount)| *amount).collect();
        let mut shares = Self::NONE;
        let got = parts.iter().zip(share(captured, &weights)).skip(1);
        for (slot, ((merchant, _), amount)) in shares.0.iter_mut().zip(got) {
            *slot = (*merchant, minor_units(amount));
        }
        shares
    }

    /// These, each made what `change` makes of it, and of whose it is.
    #[must_use]
    pub fn each(&self, change: impl Fn(Merchant, Amount) -> Amount) -> Self {
        let mut shares = *self;
        for (merchant, amount) in &mut shares.0 {
            if *amount > 0 {
                *amount = minor_units(change(*merchant, Amount(i128::from(*amount))));
            }
        }
        shares
    }

    /// What `merchant` has of them.
    pub fn share_of(&self, merchant: Merchant) -> Amount {
        self.others().filter(|(other, _)| *other == merchant).map(|(_, amount)| amount).sum()
    }

    /// What each bears of `amount` that goes back of `left`, of which these are
    /// the others' part. All of it is borne, and by nobody more than it has left.
    pub fn of(&self, amount: Amount, left: Amount) -> Self {
        if self.is_none() {
            return Self::NONE;
        }
        let mut weights = vec![left - self.sum()];
        weights.extend(self.0.iter().map(|(_, amount)| Amount(i128::from(*amount))));
        let mut shares = *self;
        for ((_, mine), borne) in
            shares.0.iter_mut().zip(share(amount, &weights).into_iter().skip(1))
        {
            *mine = minor_units(borne);
        }
        shares
    }

    /// What is left of these without `other`, which are of the same merchants.
    #[must_use]
    pub fn less(&self, other: &Self) -> Self {
        let mut left = *self;
        for ((_, mine), (_, theirs)) in left.0.iter_mut().zip(other.0) {
            *mine = mine.saturating_sub(theirs);
        }
        left
    }

    /// These and `other` together, which are of the same merchants.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = *self;
        for (mine, (merchant, theirs)) in both.0.iter_mut().zip(other.0) {
            if theirs > 0 {
                *mine = (merchant, mine.1.saturating_add(theirs));
            }
        }
        both
    }

    /// Whether nobody has more of these than of `other`.
    pub fn fit(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|((_, mine), (_, theirs))| *mine <= theirs)
    }
}

/// Nobody is paid more than that.
fn minor_units(amount: Amount) -> u64 {
    u64::try_from(amount.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unit_after_the_other_goes_back_until_each_has_given_what_it_got() {
        let [one, two, three] = [1, 2, 3].map(Merchant);
        let split = Split::over(&[(two, 3_333), (three, 3_333)]).expect("a split");
        let whole = Amount(100);
        let got = Shares::got(&split, one, (whole, whole));
        assert_eq!(got.others().collect::<Vec<_>>(), [(two, Amount(33)), (three, Amount(33))]);
        let mut given = Shares::NONE;
        for gone in 0..100 {
            let bears = got.less(&given).of(Amount(1), Amount(100 - gone));
            assert!(bears.fit(&got.less(&given)) && bears.sum() <= Amount(1));
            given = given.and(&bears);
        }
        assert_eq!(given, got);
    }

    #[test]
    fn one_merchant_bears_all_of_it() {
        let got = Shares::got(&Split::default(), Merchant(1), (Amount(9), Amount(9)));
        assert!(got.is_none() && got.of(Amount(5), Amount(9)).is_none());
    }
}
