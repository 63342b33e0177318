//! How a world settles, and what goes wrong with single files, in words.

use model::Money;
use model::posting::refund::RefundShortfall;
use scenarios::party::{self, teller_role};
use scenarios::plan::{FileMishap, Mishap, SettlementPlan, Slip};

use crate::brief::Brief;
use crate::number::counted;

/// What was agreed on.
pub(super) fn says(plan: &SettlementPlan) -> String {
    let (whole, part) = (plan.contract.fee_bps / 100, plan.contract.fee_bps % 100);
    let days = counted(plan.overdue_after.into(), "banking day");
    let owed = match plan.refund_shortfall {
        RefundShortfall::Refuse => "",
        RefundShortfall::Owed => "; merchants owe what they lack for refunds",
    };
    format!(
        "files every banking day; providers keep {whole}.{part:02}%; overdue after {days}{owed}"
    )
}

/// What goes wrong with a file, in a sentence.
pub(super) fn sentence(mishap: &FileMishap) -> String {
    let (who, nth) = (party::name(teller_role(mishap.teller)), mishap.file);
    let file = format!("file {nth} of {who}");
    let mended = |days: u8| match days {
        0 => "for good".to_owned(),
        days => format!("until it is mended {} later", counted(days.into(), "day")),
    };
    match mishap.what {
        Mishap::Late(late) => format!("{file} is sent {} late", Brief::from(late)),
        Mishap::MissingLine(Slip { days, .. }) => {
            format!("{file} leaves a line out, {}", mended(days))
        }
        Mishap::DuplicateLine(Slip { days, .. }) => {
            format!("{file} pays something twice, {}", mended(days))
        }
        Mishap::DuplicateFile(later) => {
            format!("{file} is sent once more {} later", Brief::from(later))
        }
        Mishap::FeeOff(Slip { days, .. }, by) => {
            format!("{file} takes {by} minor units more for a line, {}", mended(days))
        }
        Mishap::Adjustment(plan) => {
            let money = Money { amount: i128::from(plan.amount).into(), currency: plan.currency };
            format!("{file} adjusts {} by {money}, {}", plan.tenant, mended(plan.days))
        }
        Mishap::CutOffShift(shift) => {
            format!("the cut-off of {file} is {} early", Brief::from(shift))
        }
        Mishap::Conversion(plan) => {
            let rate = format!("{}.{:03}", plan.thousandths / 1_000, plan.thousandths % 1_000);
            let (currency, end) = (plan.currency, mended(plan.slip.days));
            format!("{file} converts what a line paid into {currency} at {rate}, {end}")
        }
        Mishap::Truncated => format!("{file} breaks off in the middle when it is first sent"),
    }
}
