//! What a merchant pays for the service: stateless, versioned, pure.

use crate::money::{Amount, Money};
use crate::quote::Version;
use crate::rounding::Rounding;

/// The fee for a payment of `money`: 2.9 % and a fixed part, but never more
/// than half of the payment.
pub fn fee(version: Version, money: Money) -> Amount {
    let amount = money.amount;
    match version {
        Version::First => (amount.basis_points(290) + Amount(30)).min(amount.basis_points(5_000)),
        Version::Second => {
            let share = |points| Rounding::HalfEven.scale(amount, points, 10_000);
            // About the same value: ten thousandths of a dinar are few cents.
            let fixed = if money.currency.exponent() > 2 { 100 } else { 30 };
            (share(290) + Amount(fixed)).min(share(5_000))
        }
    }
}
