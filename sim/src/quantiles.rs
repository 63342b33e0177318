//! Distributions of spans of time as integer quantile tables.

use std::time::Duration;

use crate::draw::Draw;
use crate::time::nanos;

/// A distribution given by points (share of the samples in parts per million,
/// span that they stay below), straight lines between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantiles {
    points: Vec<(u64, u64)>,
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
        Ok(Self { points: points.collect() })
    }

    /// Every span from `low` to `high` equally likely.
    pub fn uniform(low: Duration, high: Duration) -> Self {
        Self { points: vec![(0, nanos(low)), (1_000_000, nanos(high.max(low)))] }
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
            if whole < point.0 {
                let into = (share - (before.0 << 44)) >> 20;
                let (width, rise) = (point.0 - before.0, point.1 - before.1);
                // Shifted before it is divided, which comes to the same and mostly
                // fits a word: to divide two of them costs ten times as much.
                let risen = (u128::from(rise) * u128::from(into)) >> 24;
                let above = match u64::try_from(risen) {
                    Ok(risen) => risen / width,
                    Err(_) => (risen / u128::from(width)) as u64,
                };
                return before.1 + above;
            }
            before = *point;
        }
        before.1
    }

    /// The longest span that can come out, in nanoseconds.
    pub fn longest(&self) -> u64 {
        self.points[self.points.len() - 1].1
    }
}
