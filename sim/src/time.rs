//! Virtual time: the only time a world has.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment in a world, in nanoseconds since the world began.
///
/// 64 bits of nanoseconds reach 584 years, far past any horizon.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct VirtualTime(u64);

impl VirtualTime {
    /// The beginning of every world.
    pub const ZERO: Self = Self(0);

    /// The end of time, which nothing reaches.
    pub const END: Self = Self(u64::MAX);

    /// The moment `nanos` nanoseconds after the beginning.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the beginning.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The moment `span` later; the end of time where that would lie beyond it.
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(nanos(span)))
    }

    /// How long after `earlier` this moment lies; zero if it lies before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// `span` in whole nanoseconds, at most `u64::MAX`.
pub(crate) fn nanos(span: Duration) -> u64 {
    span.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(span.subsec_nanos()))
}

/// `1d 02:03:04.567890`, days only where there are any, to the microsecond.
impl fmt::Display for VirtualTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0 / 1_000;
        let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        let (hours, minutes) = (minutes / 60, minutes % 60);
        let (days, hours) = (hours / 24, hours % 24);
        if days > 0 {
            write!(f, "{days}d ")?;
        }
        write!(f, "{hours:02}:{minutes:02}:{seconds:02}.{micros:06}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_prints_as_a_clock_would_show_it() {
        for (nanos, shown) in [
            (0, "00:00:00.000000"),
            (1_234_567, "00:00:00.001234"),
            (3_723_000_000_000, "01:02:03.000000"),
            (90_000_000_000_000, "1d 01:00:00.000000"),
        ] {
            assert_eq!(VirtualTime::from_nanos(nanos).to_string(), shown);
        }
    }

    #[test]
    fn time_stops_at_its_end_instead_of_wrapping() {
        let end = VirtualTime::from_nanos(u64::MAX);
        assert_eq!(end.after(Duration::from_secs(1)), end);
        assert_eq!(VirtualTime::ZERO.since(end), Duration::ZERO);
    }
}
