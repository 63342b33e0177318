//! What a bank and the others behind it do, in a row of a plan.

use scenarios::plan::BankPlan;
use sim::Rate;

use super::rates;
use crate::brief::Brief;

/// The rail, and the rates that are not zero.
pub(super) fn says(bank: &BankPlan) -> String {
    let mut said = rates(&[
        ("rejected", bank.rejected),
        ("offline", bank.offline),
        ("unanswered", bank.unanswered),
        ("late", bank.late),
        ("deemed", bank.deemed),
        ("returned", bank.returned),
        ("unauthorized", bank.unauthorized),
    ]);
    if bank.late != Rate::NEVER {
        said.push_str(&format!("; late is up to {}", Brief::from(bank.late_max)));
    }
    if !bank.investigation_max.is_zero() {
        said.push_str(&format!("; looks for up to {}", Brief::from(bank.investigation_max)));
    }
    format!("{}: {said}", bank.rail.name)
}
