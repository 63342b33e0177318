//! Trapped funds as a file keeps them.

use std::time::Duration;

use model::{Amount, Currency};
use serde::{Deserialize, Serialize};

use super::NotAPart;
use crate::trapped::{AgesRecord, AmountTime, Level, Trapped, TrappedIn};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrappedRecord {
    currencies: Vec<(Currency, Vec<LevelRecord>)>,
    holds: AgesRecord,
    ends: AgesRecord,
    doubts: u64,
    doubt_longest: Duration,
}

/// One pool, in the order of all.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelRecord {
    most: Amount,
    at_end: Amount,
    minor_nanos: i128,
}

impl From<Trapped> for TrappedRecord {
    fn from(trapped: Trapped) -> Self {
        let levels = |of: &TrappedIn| of.levels.into_iter().map(LevelRecord::from).collect();
        Self {
            currencies: trapped.currencies.iter().map(|of| (of.currency, levels(of))).collect(),
            holds: (&trapped.holds).into(),
            ends: (&trapped.ends).into(),
            doubts: trapped.doubts,
            doubt_longest: trapped.doubt_longest,
        }
    }
}

impl TryFrom<TrappedRecord> for Trapped {
    type Error = NotAPart;

    fn try_from(record: TrappedRecord) -> Result<Self, NotAPart> {
        let currencies: Option<Vec<_>> = record.currencies.into_iter().map(trapped_in).collect();
        let currencies = currencies.ok_or(NotAPart::Trapped)?;
        // They are looked up by their order.
        if !currencies.is_sorted_by(|one, other| one.currency < other.currency) {
            return Err(NotAPart::Trapped);
        }
        Ok(Self {
            currencies,
            holds: record.holds.try_into()?,
            ends: record.ends.try_into()?,
            doubts: record.doubts,
            doubt_longest: record.doubt_longest,
            series: Vec::new(),
        })
    }
}

fn trapped_in((currency, levels): (Currency, Vec<LevelRecord>)) -> Option<TrappedIn> {
    let levels: Vec<_> = levels.into_iter().map(Level::from).collect();
    Some(TrappedIn { currency, levels: levels.try_into().ok()? })
}

impl From<Level> for LevelRecord {
    fn from(Level { most, at_end, amount_time }: Level) -> Self {
        Self { most, at_end, minor_nanos: amount_time.0 }
    }
}

impl From<LevelRecord> for Level {
    fn from(LevelRecord { most, at_end, minor_nanos }: LevelRecord) -> Self {
        Self { most, at_end, amount_time: AmountTime(minor_nanos) }
    }
}
