//! How providers and banks settle in a scenario, and what may go wrong with
//! their files: payments.md F18.

use model::Calendar;
use model::posting::refund::RefundShortfall;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim::Rate;

use crate::schema::ShortfallName;
use crate::span::Span;

/// Settlement: where a scenario has it, a payment is over when it is settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileSettings {
    /// What providers keep of a capture, in hundredths of a percent.
    #[serde(default)]
    pub fee_bps: u16,
    /// How many banking days a line may be behind what it tells of.
    #[serde(default = "two")]
    pub overdue_after: u8,
    /// What becomes of a refund of more than its merchants have available: the ledger
    /// refuses it, or they owe what is short.
    #[serde(default)]
    #[schemars(with = "ShortfallName")]
    pub refund_shortfall: RefundShortfall,
    /// What goes wrong with files, how often in a file.
    #[serde(default)]
    pub faults: FileFaultSettings,
}

/// What goes wrong with files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FileFaultSettings {
    /// Sent late.
    pub late: Rate,
    /// How late at most.
    pub late_max: Span,
    /// A line left out.
    pub missing_line: Rate,
    /// Something paid twice.
    pub duplicate_line: Rate,
    /// Sent twice.
    pub duplicate_file: Rate,
    /// Another fee than was agreed on.
    pub fee_off: Rate,
    /// A line for nothing that was asked for.
    pub adjustment: Rate,
    /// A cut-off that is earlier than usual.
    pub cut_off_shift: Rate,
    /// Broken off in the middle.
    pub truncated: Rate,
    /// What a line paid exchanged for another currency, for which nobody asked.
    pub conversion: Rate,
    /// Mistakes that are never mended.
    pub never_mended: Rate,
}

/// When providers write their files: at 17:00 UTC of every day but weekends.
pub(crate) fn calendar() -> Calendar {
    Calendar {
        zone_minutes: 0,
        cut_off_minutes: 17 * 60,
        opening_minutes: 8 * 60,
        rests_on: vec![model::Weekday::Saturday, model::Weekday::Sunday],
        holidays: Vec::new(),
    }
}

const fn two() -> u8 {
    2
}
