//! Amounts in minor units, and money: an amount with its currency.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::currency::{Currency, UnknownCurrency};

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

/// What can't be read as [`Money`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMoney {
    /// There is no amount with a currency.
    #[error("`{0}` is no money: expected an amount and a currency, such as `12.30 EUR`")]
    Malformed(String),
    /// The currency is none that is known.
    #[error(transparent)]
    Currency(#[from] UnknownCurrency),
    /// The minor units have too few digits, or too many.
    #[error(
        "`{given}` has not as many digits behind the point as its currency: expected `{example}`"
    )]
    Digits {
        /// What was given.
        given: String,
        /// An amount of that currency.
        example: Money,
    },
}

impl FromStr for Money {
    type Err = NotMoney;

    /// Reads what [`Display`](fmt::Display) prints.
    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let malformed = || NotMoney::Malformed(text.to_owned());
        let (number, code) = text.split_once(' ').ok_or_else(malformed)?;
        let currency: Currency = code.parse()?;
        let unsigned = number.strip_prefix('-').unwrap_or(number);
        let (major, minor) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if major.is_empty() || !digits(major) || !digits(minor) {
            return Err(malformed());
        }
        let exponent = currency.exponent();
        if minor.len() != exponent as usize || unsigned.contains('.') != (exponent > 0) {
            let amount = Amount(123 * 10_i128.pow(exponent) / 10);
            let example = Money { amount, currency };
            return Err(NotMoney::Digits { given: text.to_owned(), example });
        }
        let sign = if number.starts_with('-') { "-" } else { "" };
        let amount = format!("{sign}{major}{minor}").parse().map_err(|_| malformed())?;
        Ok(Self { amount: Amount(amount), currency })
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
            (-123, Currency::Usd, "-1.23 USD"),
            (1_230, Currency::Jpy, "1230 JPY"),
            (1_230, Currency::Kwd, "1.230 KWD"),
        ] {
            let money = Money { amount: Amount(minor), currency };
            assert_eq!(money.to_string(), shown);
            assert_eq!(shown.parse(), Ok(money));
        }
    }

    #[test]
    fn what_is_no_money_is_refused_with_an_example() {
        for (text, words) in [
            ("", "such as `12.30 EUR`"),
            ("12.30", "such as `12.30 EUR`"),
            ("twelve EUR", "such as `12.30 EUR`"),
            ("-.30 EUR", "such as `12.30 EUR`"),
            ("--1.30 EUR", "such as `12.30 EUR`"),
            ("12.30 EURO", "such as EUR"),
            ("12.3 EUR", "expected `12.30 EUR`"),
            ("12. JPY", "expected `12 JPY`"),
            ("12.30 KWD", "expected `12.300 KWD`"),
            ("999999999999999999999999999999999999999.00 EUR", "such as `12.30 EUR`"),
        ] {
            let error = text.parse::<Money>().expect_err("no money").to_string();
            assert!(error.contains(words), "{text}: {error}");
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
