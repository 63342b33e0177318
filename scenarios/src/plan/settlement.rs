//! Settlement in a plan: what was agreed on with whoever writes files, and what
//! goes wrong with single files (payments.md F18): business, which nothing heals.

use std::time::Duration;

use model::posting::refund::RefundShortfall;
use model::{Amount, Calendar, Contract, Currency, Money, Teller, Tenant};
use serde::{Deserialize, Serialize};

/// How providers and banks settle.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SettlementPlan {
    /// What providers keep.
    pub contract: Contract,
    /// When providers write their files; banks go by the calendar of their rail.
    pub calendar: Calendar,
    /// How many banking days a line may be behind what it tells of.
    pub overdue_after: u8,
    /// What becomes of a refund of more than its merchants have available.
    pub refund_shortfall: RefundShortfall,
    /// What goes wrong.
    pub mishaps: Vec<FileMishap>,
}

/// Something that goes wrong with one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileMishap {
    /// Its number among all faults of the plan.
    pub id: u32,
    /// Who writes the file.
    pub teller: Teller,
    /// The how-manieth file of its writer it is, from 1.
    pub file: u32,
    /// What.
    pub what: Mishap,
}

/// What goes wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mishap {
    /// It is sent so much later.
    Late(Duration),
    /// A line is left out; it comes so many days later.
    MissingLine(Slip),
    /// What a line tells is paid twice; it is taken back so many days later.
    DuplicateLine(Slip),
    /// The whole file is sent once more, so much later.
    DuplicateFile(Duration),
    /// So much more is kept of a line than was agreed on, in minor units; it
    /// comes back so many days later.
    FeeOff(Slip, i32),
    /// So much is paid, or taken if it is below zero, for nothing that was asked
    /// for; it is undone so many days later.
    Adjustment(AdjustmentPlan),
    /// The cut-off is so much earlier.
    CutOffShift(Duration),
    /// The first sending breaks off in the middle.
    Truncated,
    /// What a line paid is exchanged, for which nobody asked; it is undone so many days
    /// later.
    Conversion(ConversionPlan),
}

/// A mistake in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slip {
    /// In which line: the how-manieth that can have it, from 0, counted round.
    pub line: u8,
    /// How many days later it is mended; 0: never.
    pub days: u8,
}

/// A line for nothing that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AdjustmentPlan {
    /// Whose account.
    pub tenant: Tenant,
    /// In what currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount: i32,
    /// How many days later it is undone; 0: never.
    pub days: u8,
}

/// An exchange of what a line paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConversionPlan {
    /// Of which line, of those that paid another currency, and for how long.
    pub slip: Slip,
    /// Into what currency.
    pub currency: Currency,
    /// How many thousandths of a whole unit of that each whole unit comes to.
    pub thousandths: u16,
}

impl ConversionPlan {
    /// What `paid` comes to, rounded as its writer likes it.
    pub(crate) fn comes_to(&self, paid: Money) -> Amount {
        let unit = |currency: Currency| 10_i128.pow(currency.exponent());
        let whole = i128::from(paid.amount) * i128::from(self.thousandths) * unit(self.currency);
        Amount(whole / (1_000 * unit(paid.currency)))
    }
}

impl Mishap {
    /// What files and reports call it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Late(_) => "file-late",
            Self::MissingLine(_) => "line-missing",
            Self::DuplicateLine(_) => "line-duplicated",
            Self::DuplicateFile(_) => "file-duplicated",
            Self::FeeOff(..) => "fee-off",
            Self::Adjustment(_) => "adjustment-line",
            Self::CutOffShift(_) => "cut-off-shifted",
            Self::Truncated => "file-truncated",
            Self::Conversion(_) => "line-converted",
        }
    }

    /// Every name, in order.
    pub const NAMES: [&'static str; 9] = [
        "file-late",
        "line-missing",
        "line-duplicated",
        "file-duplicated",
        "fee-off",
        "adjustment-line",
        "cut-off-shifted",
        "file-truncated",
        "line-converted",
    ];
}

impl SettlementPlan {
    /// What goes wrong with the `file`-th file of `teller`.
    pub fn mishaps(&self, teller: Teller, file: u32) -> impl Iterator<Item = &FileMishap> {
        self.mishaps.iter().filter(move |mishap| (mishap.teller, mishap.file) == (teller, file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_converted_comes_to_whole_units_by_the_rate_and_no_more() {
        let slip = Slip { line: 0, days: 0 };
        for (paid, from, thousandths, currency, comes_to) in [
            (975, Currency::Usd, 1_000, Currency::Eur, 975),
            (975, Currency::Usd, 500, Currency::Eur, 487),
            (975, Currency::Usd, 1_500, Currency::Jpy, 14),
            (99, Currency::Usd, 1_000, Currency::Jpy, 0),
            (14, Currency::Jpy, 1_000, Currency::Usd, 1_400),
            (975, Currency::Usd, 1_001, Currency::Kwd, 9_759),
            (975, Currency::Usd, 0, Currency::Eur, 0),
        ] {
            let plan = ConversionPlan { slip, currency, thousandths };
            let paid = Money { amount: Amount(paid), currency: from };
            assert_eq!(plan.comes_to(paid), Amount(comes_to), "{paid} in {currency}");
        }
    }
}
