//! Which trials of a campaign are whose, where several machines share it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of several shares of a campaign: of `count` shards number `number`, from 1, has every
/// trial whose index leaves `number - 1` when it is divided by `count`. So every trial is in
/// one shard, and each has as many as any other, up to one. Written `2/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    count: u32,
    number: u32,
}

/// What can't be read as a [`Shard`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no shard: expected its number, from 1, and how many there are, at most {SHARDS_MAX}, such as `2/8`"
)]
pub struct NotAShard(String);

impl NotAShard {
    /// Of this text.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Shard {
    /// The only one, which has every trial.
    pub const WHOLE: Self = Self { count: 1, number: 1 };

    /// Shard `number`, from 1, of `count`; `None` if there is none.
    pub const fn new(number: u64, count: u64) -> Option<Self> {
        if number < 1 || number > count || count > SHARDS_MAX {
            return None;
        }
        Some(Self { count: count as u32, number: number as u32 })
    }

    /// All shards of a campaign that is cut as this one was, in order.
    pub fn all(self) -> impl Iterator<Item = Self> {
        (1..=self.count).map(move |number| Self { number, ..self })
    }

    /// Its number, from 1.
    pub const fn number(self) -> u64 {
        self.number as u64
    }

    /// How many shards there are.
    pub const fn count(self) -> u64 {
        self.count as u64
    }

    /// How many of the first `trials` of a campaign are its own.
    pub const fn share(self, trials: u64) -> u64 {
        trials.saturating_sub(self.number() - 1).div_ceil(self.count())
    }

    /// The place in the campaign of its trial `nth`, both from 0.
    pub const fn index(self, nth: u64) -> u64 {
        nth * self.count() + self.number() - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let number = |part: &str| part.parse().ok().filter(|_| digits(part));
        let parsed = text.split_once('/');
        let parsed = parsed.and_then(|(n, count)| Self::new(number(n)?, number(count)?));
        parsed.ok_or_else(|| NotAShard::new(text))
    }
}

impl TryFrom<String> for Shard {
    type Error = NotAShard;

    fn try_from(text: String) -> Result<Self, NotAShard> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

/// More machines than anybody has.
const SHARDS_MAX: u64 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trial_is_in_one_shard_and_shares_are_even() {
        for count in 1..=7 {
            for trials in 0..=20 {
                let mut dealt: Vec<u64> = Vec::new();
                for shard in Shard::new(1, count).unwrap().all() {
                    let share = shard.share(trials);
                    assert!(share == trials / count || share == trials.div_ceil(count));
                    dealt.extend((0..share).map(|nth| shard.index(nth)));
                }
                dealt.sort_unstable();
                assert_eq!(dealt, (0..trials).collect::<Vec<_>>(), "{trials} over {count}");
            }
        }
    }

    #[test]
    fn a_shard_reads_as_it_prints_and_what_is_none_is_refused() {
        for text in ["1/1", "2/8", "100000/100000"] {
            assert_eq!(text.parse::<Shard>().unwrap().to_string(), text);
        }
        for text in ["", "1", "0/3", "4/3", "1/0", "-1/3", "+1/3", "1/3/5", "a/b", "1/100001"] {
            let told = text.parse::<Shard>().unwrap_err().to_string();
            assert!(told.contains("such as `2/8`"), "{told}");
        }
    }
}
