//! Division of whole numbers, with a word for where the remainder goes.

use crate::money::Amount;

/// Where a quotient goes that is no whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the next lower whole number.
    Down,
    /// To the next higher one.
    Up,
    /// To the nearest one, and from the middle to the even one, so that many
    /// of them are off in neither direction.
    HalfEven,
}

impl Rounding {
    /// `amount` times `numerator` by `denominator`, which is above zero.
    pub(crate) fn scale(self, amount: Amount, numerator: u64, denominator: u64) -> Amount {
        let (whole, divisor) = (amount.0 * i128::from(numerator), i128::from(denominator));
        let (down, rest) = (whole.div_euclid(divisor), whole.rem_euclid(divisor));
        let up = match self {
            Self::Down => false,
            Self::Up => rest > 0,
            Self::HalfEven => rest * 2 > divisor || rest * 2 == divisor && down % 2 != 0,
        };
        Amount(down + i128::from(up))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotient_goes_where_its_rounding_says() {
        for (amount, by, down, up, even) in [
            (10, 4, 2, 3, 2),
            (14, 4, 3, 4, 4),
            (11, 4, 2, 3, 3),
            (9, 4, 2, 3, 2),
            (8, 4, 2, 2, 2),
            (0, 4, 0, 0, 0),
            (-10, 4, -3, -2, -2),
            (-11, 4, -3, -2, -3),
        ] {
            for (rounding, expected) in
                [(Rounding::Down, down), (Rounding::Up, up), (Rounding::HalfEven, even)]
            {
                let quotient = rounding.scale(Amount(amount), 1, by);
                assert_eq!(quotient, Amount(expected), "{amount} / {by}, {rounding:?}");
            }
        }
    }
}
