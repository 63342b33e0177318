//! A span of time as people write it: `350ms`, `5s`, `10m`, `7d`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::fmt::friendly::{Designator, SpanPrinter};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A span of time in a scenario file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(pub Duration);

/// What can't be read as a [`Span`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASpan {
    /// It is no number with a unit.
    #[error(
        "`{0}` is no span of time: expected a number with a unit, such as `350ms`, `5s`, `10m`, `2h` or `24h 30m`"
    )]
    Malformed(String),
    /// No world lasts that long.
    #[error("`{0}` is too long: expected at most {most}", most = Span::MAX)]
    TooLong(String),
}

impl Span {
    /// The longest: 500 days, so that sums of a few never overflow, and a damaged
    /// digit is told from a plan.
    pub const MAX: Self = Self::seconds(500 * 86_400);

    /// A span of whole seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }
}

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let wrong = || NotASpan::Malformed(text.to_owned());
        let span: SignedDuration = text.parse().map_err(|_| wrong())?;
        let span = Duration::try_from(span).map(Self).map_err(|_| wrong())?;
        if span > Self::MAX { Err(NotASpan::TooLong(text.to_owned())) } else { Ok(span) }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = SignedDuration::try_from(self.0).unwrap_or(SignedDuration::MAX);
        // Microseconds in letters that every keyboard has.
        let printer = SpanPrinter::new().designator(Designator::HumanTime);
        f.write_str(&printer.duration_to_string(&span))
    }
}

impl TryFrom<String> for Span {
    type Error = NotASpan;

    fn try_from(text: String) -> Result<Self, NotASpan> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A span of time, at most 12000h: numbers with units, the largest \
                            first, such as `350ms`, `5s`, `10m`, `2h` or `24h 30m`.",
            "type": "string",
            "pattern": pattern(),
        })
    }
}

/// What a span looks like: whole numbers of units, each smaller than the one before.
fn pattern() -> String {
    let units = ["h", "m", "s", "ms", "us", "ns"];
    let from = |first: usize| {
        let smaller = units[first + 1..].iter().map(|unit| format!("( ?[0-9]+{unit})?"));
        format!("[0-9]+{}{}", units[first], smaller.collect::<String>())
    };
    let alternatives: Vec<_> = (0..units.len()).map(from).collect();
    format!("^({})$", alternatives.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_as_people_write_it_and_prints_what_it_reads() {
        for (text, millis) in [
            ("350ms", 350),
            ("5s", 5_000),
            ("10m", 600_000),
            ("2h", 7_200_000),
            ("24h 30m", 88_200_000),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.0, Duration::from_millis(millis), "{text}");
            assert_eq!(span.to_string(), text);
            assert_eq!(span.to_string().parse(), Ok(span));
        }
    }

    #[test]
    fn a_span_prints_to_the_nanosecond() {
        for (nanos, text) in [(0, "0s"), (1, "1ns"), (3_001_002_003, "3s 1ms 2us 3ns")] {
            let span = Span(Duration::from_nanos(nanos));
            assert_eq!(span.to_string(), text);
            assert_eq!(text.parse(), Ok(span));
        }
    }

    #[test]
    fn what_is_no_span_is_refused_with_examples() {
        for text in ["", "5", "-5s", "five seconds", "5 parsecs"] {
            let error = text.parse::<Span>().unwrap_err().to_string();
            assert!(error.contains("such as `350ms`"), "{text}: {error}");
        }
        for text in ["12001h", "18446744073709551615s", "99999999999999999999h"] {
            let error = text.parse::<Span>().unwrap_err();
            assert!(!error.to_string().is_empty(), "{text}");
        }
    }
}
