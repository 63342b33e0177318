//! Amounts in minor units, and the currencies that they are in.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// An amount in minor units of some currency; 128 bits, so that no sum of
/// real payments overflows.
///
/// It lies where any word may lie: aligned by itself, it would leave gaps in
/// every message and record that has one, and those are moved all the time.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "i128", into = "i128")]
#[repr(Rust, packed(8))]
pub struct Amount(pub i128);

impl From<i128> for Amount {
    fn from(minor: i128) -> Self {
        Self(minor)
    }
}

impl From<Amount> for i128 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// This share of the amount in basis points (hundredths of a percent),
    /// rounded half away from zero.
    pub fn basis_points(self, points: u32) -> Self {
        let scaled = self.0 * i128::from(points);
        let half = if scaled < 0 { -5_000 } else { 5_000 };
        Self((scaled + half) / 10_000)
    }
}

impl Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Amount {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Amount {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// A currency, with the number of digits of its minor unit (ISO 4217).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Euro, cents.
    Eur,
    /// Japanese yen, no minor unit.
    Jpy,
    /// Kuwaiti dinar, thousandths.
    Kwd,
    /// United States dollar, cents.
    Usd,
}

impl Currency {
    /// Digits behind the decimal point.
    pub const fn exponent(self) -> u32 {
        match self {
            Self::Jpy => 0,
            Self::Eur | Self::Usd => 2,
            Self::Kwd => 3,
        }
    }

    /// The three-letter code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Eur => "EUR",
            Self::Jpy => "JPY",
            Self::Kwd => "KWD",
            Self::Usd => "USD",
        }
    }
}

/// An amount with its currency. Prints in major units: `12.30 EUR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Money {
    /// How much, in minor units.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = self.currency.exponent();
        let unit = 10_u128.pow(exponent);
        let minor = self.amount.0.unsigned_abs();
        let sign = if self.amount.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}", minor / unit)?;
        if exponent > 0 {
            write!(f, ".{:0width$}", minor % unit, width = exponent as usize)?;
        }
        write!(f, " {}", self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_prints_in_major_units_with_the_digits_of_its_currency() {
        for (minor, currency, shown) in [
            (1_230, Currency::Eur, "12.30 EUR"),
            (-5, Currency::Usd, "-0.05 USD"),
            (1_230, Currency::Jpy, "1230 JPY"),
            (1_230, Currency::Kwd, "1.230 KWD"),
        ] {
            assert_eq!(Money { amount: Amount(minor), currency }.to_string(), shown);
        }
    }

    #[test]
    fn a_share_is_rounded_half_away_from_zero() {
        for (amount, points, share) in
            [(100, 50, 1), (99, 50, 0), (-100, 50, -1), (10_000, 290, 290)]
        {
            assert_eq!(Amount(amount).basis_points(points), Amount(share));
        }
    }
}
