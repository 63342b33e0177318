//! The rails of a scenario: by which schemes payouts leave, and what becomes of
//! them there.

use model::{Day, Rail};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim::Rate;

use crate::span::Span;

/// A rail, reached by a bank of its own: payments.md F19 to F21.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RailSettings {
    /// Which scheme.
    pub rail: RailKind,
    /// Its holidays, such as `2024-07-04`.
    #[serde(default)]
    pub holidays: Vec<Day>,
    /// Accounts that other banks do not know.
    #[serde(default)]
    pub rejected: Rate,
    /// Other banks that can't be reached; by another rail they may be.
    #[serde(default)]
    pub offline: Rate,
    /// Messages that are handled and not answered.
    #[serde(default)]
    pub unanswered: Rate,
    /// Other banks that answer late.
    #[serde(default)]
    pub late: Rate,
    /// How late at most.
    #[serde(default)]
    pub late_max: Span,
    /// How long an investigation takes at most.
    #[serde(default)]
    pub investigation_max: Span,
    /// Recalls that are accepted.
    #[serde(default)]
    pub recall_accepted: Rate,
    /// Other banks that never answer: T+1 tells.
    #[serde(default)]
    pub deemed: Rate,
    /// Money that comes back within two banking days.
    #[serde(default)]
    pub returned: Rate,
    /// Money that comes back within sixty days.
    #[serde(default)]
    pub unauthorized: Rate,
}

/// A scheme by which money leaves.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RailKind {
    /// One by one, at any time.
    Instant,
    /// In files that leave at a cut-off.
    Batch,
}

/// The days on one of which a world begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// The first.
    pub first: Day,
    /// The last.
    pub last: Day,
}

impl RailKind {
    /// The habits of the rail, with these holidays.
    pub fn rail(self, holidays: &[Day]) -> Rail {
        let [instant, batch] = Rail::cast();
        let mut rail = match self {
            Self::Instant => instant,
            Self::Batch => batch,
        };
        rail.calendar.holidays = holidays.to_vec();
        rail.calendar.holidays.sort_unstable();
        rail.calendar.holidays.dedup();
        rail
    }
}
