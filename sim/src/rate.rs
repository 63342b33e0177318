//! How often something happens, in parts per million.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::draw::Draw;

/// A probability in parts per million, from never to always. Written `5%`,
/// `0.02%`, or `never`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Rate(u32);

/// What can't be read as a [`Rate`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no rate: expected a percentage from 0% to 100% with at most four decimals, such as `5%` or `0.02%`"
)]
pub struct NotARate(String);

impl Rate {
    /// It never happens.
    pub const NEVER: Self = Self(0);
    /// It always happens.
    pub const ALWAYS: Self = Self(1_000_000);

    /// `ppm` times in a million; always if that is more than a million.
    pub const fn per_million(ppm: u32) -> Self {
        Self(if ppm > 1_000_000 { 1_000_000 } else { ppm })
    }

    /// How many times in a million.
    pub const fn ppm(self) -> u32 {
        self.0
    }

    /// Whether `draw` falls within the rate.
    #[inline]
    pub fn hits(self, draw: Draw) -> bool {
        self.0 > 0 && draw.below(1_000_000) < u64::from(self.0)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 10_000, self.0 % 10_000);
        if part == 0 {
            return write!(f, "{whole}%");
        }
        let decimals = format!("{part:04}");
        write!(f, "{whole}.{}%", decimals.trim_end_matches('0'))
    }
}

impl FromStr for Rate {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        parse(text).ok_or_else(|| NotARate(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Rate> {
    if text == "never" {
        return Some(Rate::NEVER);
    }
    let number = text.strip_suffix('%')?.trim_end();
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 4 {
        return None;
    }
    let whole = whole.parse::<u32>().ok().filter(|whole| *whole <= 100)?;
    let decimals = format!("{decimals:0<4}").parse::<u32>().ok()?;
    Some(whole * 10_000 + decimals).filter(|ppm| *ppm <= 1_000_000).map(Rate)
}

impl TryFrom<String> for Rate {
    type Error = NotARate;

    fn try_from(text: String) -> Result<Self, NotARate> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Rate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "How often something happens: a percentage from 0% to 100% with at \
                            most four decimals, such as `5%` or `0.02%`, or `never`.",
            "type": "string",
            "pattern": r"^(never|0*(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?) *%)$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_reads_and_prints_as_a_percentage() {
        for (text, ppm) in [
            ("0%", 0),
            ("never", 0),
            ("5%", 50_000),
            ("0.02%", 200),
            ("12.3456%", 123_456),
            ("100%", 1_000_000),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!(rate.ppm(), ppm);
            assert_eq!(rate.to_string().parse::<Rate>(), Ok(rate));
        }
    }

    #[test]
    fn what_is_no_percentage_is_refused_with_an_example() {
        for text in ["", "5", "101%", "100.1%", "-1%", "1.23456%", "%", ".5%", "five%", "1.%"] {
            let error = text.parse::<Rate>().unwrap_err().to_string();
            assert!(error.contains("such as `5%`"), "{text}: {error}");
        }
    }
}
