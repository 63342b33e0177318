//! Fees and tax: stateless, versioned, pure. The result is journaled once, at
//! the quote, and never computed again.

use serde::{Deserialize, Serialize};

use crate::money::Amount;

/// What a payment costs its merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quote {
    /// The version of the calculation.
    pub version: u16,
    /// What the merchant pays for the service.
    pub fee: Amount,
    /// Tax on the fee.
    pub tax: Amount,
}

/// The quote for a payment of `amount`: 2.9 % and 30 minor units, and 20 % tax
/// on that, but never more than the payment itself.
pub fn quote(amount: Amount) -> Quote {
    let fee = (amount.basis_points(290) + Amount(30)).min(amount.basis_points(5_000));
    Quote { version: 1, fee, tax: fee.basis_points(2_000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fee_and_tax_never_exceed_the_payment() {
        for amount in (1..2_000).chain([1_000_000, 99_999_999_999]) {
            let quote = quote(Amount(amount));
            assert!(quote.fee + quote.tax <= Amount(amount), "{amount}: {quote:?}");
            assert!(quote.fee >= Amount::ZERO && quote.tax >= Amount::ZERO);
        }
    }
}
