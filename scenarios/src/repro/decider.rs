//! Who decides, and what the decider is like, as a file says it.

use model::decision::Policy;
use serde::Deserialize;
use sim::{Rate, VirtualTime};
use toml::Spanned;

use super::bounds::CHAOS_MAX;
use super::fault::since_beginning;
use super::line::{quoted, span};
use super::provider::{most, rate};
use crate::bounds::DECISION_LATE_MAX;
use crate::invalid::Wrong;
use crate::plan::{DeciderPlan, DecisionPlan};
use crate::span::Span;

/// The decider as a file says it; what is left out never happens.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DeciderTable {
    late: Rate,
    late_max: Option<Spanned<Span>>,
    mute: Rate,
    stale: Rate,
    garbled: Rate,
    outside: Rate,
    adverse: Rate,
    swap: Option<Spanned<Span>>,
}

/// The lines of the table of `decider`.
pub(super) fn lines(decider: &DeciderPlan) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(rate("late", decider.late));
    lines.extend(most("late_max", decider.late_max));
    lines.extend(rate("mute", decider.mute));
    lines.extend(rate("stale", decider.stale));
    lines.extend(rate("garbled", decider.garbled));
    lines.extend(rate("outside", decider.outside));
    lines.extend(rate("adverse", decider.adverse));
    let swap = decider.swap.map(|at| format!("swap = {}", quoted(&since_beginning(at).to_string())));
    lines.extend(swap);
    lines
}

/// Who decides by what a file says.
///
/// # Errors
/// If there is a decider and no policy, or a span is out of bounds.
pub(super) fn decisions(
    policy: Option<Policy>,
    decider: Option<Spanned<DeciderTable>>,
) -> Result<Option<DecisionPlan>, Wrong> {
    let Some(policy) = policy else {
        return match decider {
            None => Ok(None),
            Some(decider) => {
                let problem = "a decider decides by a policy: expected `policy = \"rules\"` or the like";
                Err(Wrong::new(decider.span(), problem))
            }
        };
    };
    let decider = decider.map(|decider| decider.into_inner().decider()).transpose()?;
    Ok(Some(DecisionPlan { policy, decider }))
}

impl DeciderTable {
    fn decider(mut self) -> Result<DeciderPlan, Wrong> {
        let swap = match self.swap {
            Some(_) => Some(VirtualTime::ZERO.after(span(&mut self.swap, "swap", CHAOS_MAX)?)),
            None => None,
        };
        Ok(DeciderPlan {
            late: self.late,
            late_max: span(&mut self.late_max, "late_max", DECISION_LATE_MAX)?,
            mute: self.mute,
            stale: self.stale,
            garbled: self.garbled,
            outside: self.outside,
            adverse: self.adverse,
            swap,
        })
    }
}
