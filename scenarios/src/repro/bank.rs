//! What banks are like, as tables.

use model::Day;
use serde::Deserialize;
use sim::Rate;
use toml::Spanned;

use super::bounds::SPAN_MAX;
use super::line::{quoted, span};
use super::provider::{most, rate};
use crate::invalid::Wrong;
use crate::plan::BankPlan;
use crate::settings::RailKind;
use crate::span::Span;

/// A bank as a file says it; what is left out never happens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BankTable {
    rail: RailKind,
    #[serde(default)]
    holidays: Vec<Day>,
    #[serde(default)]
    rejected: Rate,
    #[serde(default)]
    offline: Rate,
    #[serde(default)]
    unanswered: Rate,
    #[serde(default)]
    late: Rate,
    late_max: Option<Spanned<Span>>,
    investigation_max: Option<Spanned<Span>>,
    #[serde(default)]
    recall_accepted: Rate,
    #[serde(default)]
    deemed: Rate,
    #[serde(default)]
    returned: Rate,
    #[serde(default)]
    unauthorized: Rate,
}

/// The lines of the table of `bank`.
pub(super) fn lines(bank: &BankPlan) -> Vec<String> {
    let mut lines = vec![format!("rail = {}", quoted(&bank.rail.name))];
    let holidays = &bank.rail.calendar.holidays;
    if !holidays.is_empty() {
        let holidays: Vec<_> = holidays.iter().map(|day| quoted(&day.to_string())).collect();
        lines.push(format!("holidays = [{}]", holidays.join(", ")));
    }
    lines.extend(rate("rejected", bank.rejected));
    lines.extend(rate("offline", bank.offline));
    lines.extend(rate("unanswered", bank.unanswered));
    lines.extend(rate("late", bank.late));
    lines.extend(most("late_max", bank.late_max));
    lines.extend(most("investigation_max", bank.investigation_max));
    lines.extend(rate("recall_accepted", bank.recall_accepted));
    lines.extend(rate("deemed", bank.deemed));
    lines.extend(rate("returned", bank.returned));
    lines.extend(rate("unauthorized", bank.unauthorized));
    lines
}

impl BankTable {
    /// What the table says.
    ///
    /// # Errors
    /// If a span is out of bounds.
    pub(super) fn bank(mut self) -> Result<BankPlan, Wrong> {
        Ok(BankPlan {
            rail: self.rail.rail(&self.holidays),
            rejected: self.rejected,
            offline: self.offline,
            unanswered: self.unanswered,
            late: self.late,
            late_max: span(&mut self.late_max, "late_max", SPAN_MAX)?,
            investigation_max: span(&mut self.investigation_max, "investigation_max", SPAN_MAX)?,
            recall_accepted: self.recall_accepted,
            deemed: self.deemed,
            returned: self.returned,
            unauthorized: self.unauthorized,
        })
    }
}
