//! What merchants have at hand for a chargeback that is lost, or for a refund.

use serde::{Deserialize, Serialize};

use crate::account::AccountName;
use crate::identity::Merchant;
use crate::money::Amount;
use crate::shares::Shares;

/// Who bears what of something that merchants pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burden {
    /// The merchant that was paid.
    pub merchant: Merchant,
    /// What it bears.
    pub paid: Amount,
    /// What others bear that the payment was split over.
    pub shares: Shares,
}

/// How much of its share each merchant of a lost chargeback, or of a refund, pays from
/// what it has available; it owes the rest (payments.md 1.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AtHand {
    /// The merchant that was paid.
    paid: u64,
    /// The others.
    others: Shares,
}

impl AtHand {
    /// Nobody has anything.
    pub const NONE: Self = Self { paid: 0, others: Shares::NONE };

    /// As much of each share of `burden` as its merchant has available.
    pub fn of(burden: &Burden, available: impl Fn(Merchant) -> Amount) -> Self {
        let least = |merchant, share: Amount| share.min(available(merchant).max(Amount::ZERO));
        let paid = u64::try_from(least(burden.merchant, burden.paid).0);
        Self { paid: paid.unwrap_or_default(), others: burden.shares.each(least) }
    }

    /// What is taken from the merchant that was paid.
    pub fn paid(&self) -> Amount {
        Amount(i128::from(self.paid))
    }

    /// What is taken from the others that have something.
    pub const fn others(&self) -> &Shares {
        &self.others
    }

    /// What is taken from all of them.
    pub fn sum(&self) -> Amount {
        self.paid() + self.others.sum()
    }

    /// Whether nobody pays more than its share of `burden`.
    pub(crate) fn fits(&self, burden: &Burden) -> bool {
        self.paid() <= burden.paid && self.others.fit(&burden.shares)
    }
}

impl Burden {
    /// Those who bear it.
    pub fn merchants(&self) -> impl Iterator<Item = Merchant> + use<> {
        let others = self.shares.others().map(|(merchant, _)| merchant);
        std::iter::once(self.merchant).chain(others)
    }

    /// The accounts of those who bear it, with what they have available.
    pub fn available(&self) -> impl Iterator<Item = AccountName> + use<> {
        self.merchants().map(AccountName::MerchantAvailable)
    }
}
