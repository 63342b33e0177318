//! Distributions of spans of time as integer quantile tables.

use std::time::Duration;

use crate::draw::Draw;
use crate::time::nanos;

/// A distribution given by points (share of the samples in parts per million,
/// span that they stay below), straight lines between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantiles {
    points: Vec<Point>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Point {
    /// Of the samples, in parts per million.
    share: u64,
    /// What they stay below, in nanoseconds.
    span: u64,
    /// 2^64 by the parts per million that lie between this point and the one
    /// before, so that nothing is divided where a span is drawn.
    reciprocal: u64,
}

/// Why a table of quantiles was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadQuantiles {
    /// The first point is not at 0, or the last not at 1,000,000.
    #[error("a quantile table starts at 0 and ends at 1,000,000 parts per million")]
    Incomplete,
    /// A point does not lie after the one before it.
    #[error(
        "point {0} of a quantile table lies before the one that precedes it: shares must rise and spans must not fall"
    )]
    OutOfOrder(usize),
}

impl Quantiles {
    /// The distribution through `points`.
    ///
    /// # Errors
    /// If the points do not run from 0 to 1,000,000 or do not rise.
    pub fn new(points: &[(u32, Duration)]) -> Result<Self, BadQuantiles> {
        let ends = (points.first().map(|p| p.0), points.last().map(|p| p.0));
        if ends != (Some(0), Some(1_000_000)) {
            return Err(BadQuantiles::Incomplete);
        }
        let falls = |pair: &[(u32, Duration)]| pair[1].0 <= pair[0].0 || pair[1].1 < pair[0].1;
        if let Some(at) = points.windows(2).position(falls) {
            return Err(BadQuantiles::OutOfOrder(at + 1));
        }
        let points = points.iter().map(|(ppm, span)| (u64::from(*ppm), nanos(*span)));
        Ok(Self::through(&points.collect::<Vec<_>>()))
    }

    /// Every span from `low` to `high` equally likely.
    pub fn uniform(low: Duration, high: Duration) -> Self {
        Self::through(&[(0, nanos(low)), (1_000_000, nanos(high.max(low)))])
    }

    /// Always `span`.
    pub fn constant(span: Duration) -> Self {
        Self::uniform(span, span)
    }

    /// The span that `draw` falls on, in nanoseconds.
    #[inline]
    pub fn sample(&self, draw: Draw) -> u64 {
        // 44 bits below a million parts: the share, and 2^-44 of a part as fraction.
        let share = ((u128::from(draw.0) * 1_000_000) >> 20) as u64;
        let whole = share >> 44;
        let mut before = self.points[0];
        for point in &self.points[1..] {
            if whole < point.share {
                let into = (share - (before.share << 44)) >> 20;
                let (width, rise) = (point.share - before.share, point.span - before.span);
                // Shifted before it is divided, which comes to the same and mostly
                // fits a word.
                let risen = (u128::from(rise) * u128::from(into)) >> 24;
                let above = match u64::try_from(risen) {
                    Ok(risen) => divide(risen, width, point.reciprocal),
                    Err(_) => (risen / u128::from(width)) as u64,
                };
                return before.span + above;
            }
            before = *point;
        }
        before.span
    }

    /// The longest span that can come out, in nanoseconds.
    pub fn longest(&self) -> u64 {
        self.points[self.points.len() - 1].span
    }

    /// The table of these shares and spans, which rise.
    fn through(points: &[(u64, u64)]) -> Self {
        let mut before = 0;
        let point = |&(share, span): &(u64, u64)| {
            let width = share - std::mem::replace(&mut before, share);
            Point { share, span, reciprocal: u64::MAX / width.max(1) }
        };
        Self { points: points.iter().map(point).collect() }
    }
}

/// `dividend` by `divisor`, whose reciprocal is 2^64 by it, rounded down or less
/// by one: a product is an order of magnitude quicker than a quotient.
#[inline]
fn divide(dividend: u64, divisor: u64, reciprocal: u64) -> u64 {
    let mut quotient = ((u128::from(dividend) * u128::from(reciprocal)) >> 64) as u64;
    // It is too small by two at most.
    while dividend - quotient * divisor >= divisor {
        quotient += 1;
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::fold;

    #[test]
    fn a_product_with_the_reciprocal_divides_exactly() {
        let dividends = (0..2_000).map(|n| fold(n, 0x9E37_79B9_7F4A_7C15) >> (n % 64));
        let edges = [0, 1, 999_999, 1_000_000, 1_000_001, u64::MAX - 1, u64::MAX];
        for dividend in dividends.chain(edges) {
            for divisor in [1, 2, 3, 7, 64, 10_000, 499_999, 500_000, 999_999, 1_000_000] {
                let quotient = divide(dividend, divisor, u64::MAX / divisor);
                assert_eq!(quotient, dividend / divisor, "{dividend} by {divisor}");
                let multiple = dividend / divisor * divisor;
                let exact = divide(multiple, divisor, u64::MAX / divisor);
                assert_eq!(exact, dividend / divisor, "{multiple} by {divisor}");
            }
        }
    }
}
