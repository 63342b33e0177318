//! Spans of time, short enough for a line.

use std::fmt;
use std::time::Duration;

/// A span of time by its two largest units: `12d 3h`, `5m 30s`, `1.250s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brief {
    nanos: u128,
}

impl Brief {
    /// The span of so many nanoseconds.
    pub const fn nanos(nanos: u128) -> Self {
        Self { nanos }
    }
}

impl From<Duration> for Brief {
    fn from(span: Duration) -> Self {
        Self { nanos: span.as_nanos() }
    }
}

impl fmt::Display for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.nanos / 1_000_000;
        let seconds = millis / 1_000;
        if let Some(((large, one), (small, other))) =
            UNITS.iter().zip(&UNITS[1..]).find(|((_, unit), _)| seconds >= *unit)
        {
            write!(f, "{}{large}", seconds / one)?;
            return match seconds % one / other {
                0 => Ok(()),
                rest => write!(f, " {rest}{small}"),
            };
        }
        match (seconds, millis % 1_000) {
            (0, 0) if self.nanos > 0 => write!(f, "{}µs", self.nanos / 1_000),
            (0, millis) => write!(f, "{millis}ms"),
            (seconds, 0) => write!(f, "{seconds}s"),
            (seconds, millis) => write!(f, "{seconds}.{millis:03}s"),
        }
    }
}

const UNITS: [(&str, u128); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_by_its_two_largest_units() {
        for (millis, shown) in [
            (0, "0ms"),
            (350, "350ms"),
            (1_250, "1.250s"),
            (5_000, "5s"),
            (60_000, "1m"),
            (90_000, "1m 30s"),
            (3_723_004, "1h 2m"),
            (90_000_000, "1d 1h"),
            (86_400_000 * 400, "400d"),
        ] {
            assert_eq!(Brief::from(Duration::from_millis(millis)).to_string(), shown);
        }
        assert_eq!(Brief::nanos(12_345).to_string(), "12µs");
    }
}
