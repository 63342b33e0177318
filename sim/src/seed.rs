//! The number that decides everything.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::draw::{Domain, Draw, Draws};
use crate::rate::Rate;

/// The only source of chance of a trial. Prints as `0x` and 16 hex digits;
/// hex and decimal parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Seed(pub u64);

/// What can't be read as a [`Seed`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no seed: expected a whole number below 2^64, in decimal or as `0x` and hex digits, such as `42` or `0x000000000000002a`"
)]
pub struct NotASeed(String);

impl Seed {
    /// The seed of trial `index` of `name` under this master seed.
    pub fn derive(self, name: &str, index: u64) -> Self {
        let mut digest = Digest::new();
        digest.word(self.0);
        digest.bytes(name.as_bytes());
        digest.word(index);
        Self(digest.finish().0[0])
    }

    /// The key of the in-run draws of `domain`.
    pub fn draws(self, domain: Domain) -> Draws {
        let mut stream = self.stream(domain);
        Draws::new([stream.draw().0, stream.draw().0])
    }

    /// The sequence of draws of `domain`, for what is decided before a run.
    pub fn stream(self, domain: Domain) -> Stream {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.0.to_le_bytes());
        key[8..16].copy_from_slice(&domain.0.to_le_bytes());
        Stream(ChaCha8Rng::from_seed(key))
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}", self.0)
    }
}

impl FromStr for Seed {
    type Err = NotASeed;

    fn from_str(text: &str) -> Result<Self, NotASeed> {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
        let parsed = match text.strip_prefix("0x") {
            Some(hex) if digits(hex) => u64::from_str_radix(hex, 16),
            None if digits(text) => text.parse(),
            _ => return Err(NotASeed(text.to_owned())),
        };
        parsed.map(Self).map_err(|_| NotASeed(text.to_owned()))
    }
}

impl TryFrom<String> for Seed {
    type Error = NotASeed;

    fn try_from(text: String) -> Result<Self, NotASeed> {
        text.parse()
    }
}

impl From<Seed> for String {
    fn from(seed: Seed) -> Self {
        seed.to_string()
    }
}

/// A ChaCha8 stream of draws: the stable expansion of a seed from which plans
/// are drawn, one after another.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The next 64 uniform bits.
    pub fn draw(&mut self) -> Draw {
        Draw(self.0.next_u64())
    }

    /// Whether something that happens at `rate` happens this time.
    pub fn chance(&mut self, rate: Rate) -> bool {
        rate.hits(self.draw())
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        self.draw().between(low, high)
    }

    /// A span from `low` to `high`.
    pub fn span(&mut self, low: Duration, high: Duration) -> Duration {
        self.draw().span(low, high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_parses_in_hex_and_in_decimal_and_prints_in_hex() {
        for text in ["42", "0x2a", "0x000000000000002a"] {
            let seed: Seed = text.parse().unwrap();
            assert_eq!(seed.to_string(), "0x000000000000002a");
        }
    }

    #[test]
    fn what_is_no_seed_is_refused() {
        for text in
            ["", "0x", "-1", "+1", "1e3", "0xfffffffffffffffff", "18446744073709551616", "2a"]
        {
            assert!(text.parse::<Seed>().is_err(), "{text} was taken for a seed");
        }
    }
}
