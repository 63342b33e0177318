//! What a payment costs, worked out once and then journaled: whoever needs it
//! later reads it in the journal, by whatever version it was made.

use serde::{Deserialize, Serialize};

use crate::fees::fee;
use crate::money::{Amount, Money};
use crate::share::share;
use crate::tax::tax;

/// The version of the calculators. What one has worked out once, it always
/// will; a change is a new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Version {
    /// Rounds half away from zero, and takes the same number of minor units in
    /// every currency.
    First = 1,
    /// Rounds half to even, and knows thousandths.
    Second = 2,
}

impl Version {
    /// The one that new payments are quoted by.
    pub const CURRENT: Self = Self::First;

    /// The one of a release of the code that works prices out: of the first, or of the
    /// next. Either reads what the other has worked out.
    pub const fn of_release(release: u8) -> Self {
        if release == 0 { Self::CURRENT } else { Self::Second }
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::CURRENT
    }
}

/// What a payment costs its merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quote {
    /// The version of the calculation.
    pub version: Version,
    /// What the merchant pays for the service.
    pub fee: Amount,
    /// Tax on the fee.
    pub tax: Amount,
}

/// The quote for a payment of `money`; fee and tax never exceed it.
pub fn quote(version: Version, money: Money) -> Quote {
    let fee = fee(version, money);
    Quote { version, fee, tax: tax(version, fee) }
}

impl Quote {
    /// What of it is for `part` of a payment of `whole`: nobody pays more of it
    /// than its share.
    pub fn of_part(&self, part: Amount, whole: Amount) -> Self {
        if part >= whole {
            return *self;
        }
        let scaled = |cost: Amount| Amount(cost.0 * part.0 / whole.0);
        Self { version: self.version, fee: scaled(self.fee), tax: scaled(self.tax) }
    }

    /// What each of several merchants bears of it, who get `amounts` of the
    /// payment. The parts sum to the whole exactly, and nobody bears more than
    /// it gets.
    pub fn split(&self, amounts: &[Amount]) -> Vec<Self> {
        // Fee and tax are shared out together, or both could round up and
        // exceed an amount of one minor unit.
        let costs = share(self.fee + self.tax, amounts);
        let taxes = share(self.tax, &costs);
        let parts = costs.into_iter().zip(taxes);
        parts.map(|(cost, tax)| Self { version: self.version, fee: cost - tax, tax }).collect()
    }
}
