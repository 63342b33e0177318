//! Who decides, and what the decider is like, as a table.

use model::Aside;
use model::decision::{Policy, Restraint};
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

/// Who decides, as a file says it; what is left out never happens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionTable {
    policy: Policy,
    up_to: Option<u64>,
    /// Whether a decider is asked over the network.
    #[serde(default)]
    decider: bool,
    #[serde(default)]
    late: Rate,
    late_max: Option<Spanned<Span>>,
    #[serde(default)]
    mute: Rate,
    #[serde(default)]
    stale: Rate,
    #[serde(default)]
    garbled: Rate,
    #[serde(default)]
    outside: Rate,
    #[serde(default)]
    adverse: Rate,
    swap: Option<Spanned<Span>>,
    tenant_a_minute: Option<u32>,
    model_a_minute: Option<u32>,
    moved_a_minute: Option<u32>,
    dwell: Option<Spanned<Span>>,
    probe_every: Option<u32>,
    #[serde(default)]
    explained: bool,
}

/// The lines of the table of `decisions`.
pub(super) fn lines(decisions: &DecisionPlan) -> Vec<String> {
    let mut lines = vec![format!("policy = {}", quoted(decisions.policy.story().name))];
    lines.extend(decisions.up_to.0.map(|most| format!("up_to = {most}")));
    if let Some(limits) = decisions.limits.as_ref() {
        let counts = [
            ("tenant_a_minute", limits.tenant_a_minute),
            ("model_a_minute", limits.model_a_minute),
            ("moved_a_minute", limits.moved_a_minute),
            ("probe_every", limits.probe_every),
        ];
        let counts = counts.into_iter().filter_map(|(name, most)| Some((name, most?)));
        lines.extend(counts.map(|(name, most)| format!("{name} = {most}")));
        lines.extend(limits.dwell.and_then(|dwell| most("dwell", dwell)));
    }
    lines.extend(decisions.explained.then(|| "explained = true".to_owned()));
    let Some(decider) = decisions.decider else { return lines };
    lines.push("decider = true".to_owned());
    lines.extend(rate("late", decider.late));
    lines.extend(most("late_max", decider.late_max));
    lines.extend(rate("mute", decider.mute));
    lines.extend(rate("stale", decider.stale));
    lines.extend(rate("garbled", decider.garbled));
    lines.extend(rate("outside", decider.outside));
    lines.extend(rate("adverse", decider.adverse));
    let swap = decider.swap.map(|at| quoted(&since_beginning(at).to_string()));
    lines.extend(swap.map(|at| format!("swap = {at}")));
    lines
}

/// Who decides by what a file says.
///
/// # Errors
/// If a span is out of bounds, or something is said of a decider that nobody asks.
pub(super) fn decisions(table: Spanned<DecisionTable>) -> Result<DecisionPlan, Wrong> {
    let (place, mut table) = (table.span(), table.into_inner());
    let swap = match table.swap {
        Some(_) => Some(VirtualTime::ZERO.after(span(&mut table.swap, "swap", CHAOS_MAX)?)),
        None => None,
    };
    let decider = DeciderPlan {
        late: table.late,
        late_max: span(&mut table.late_max, "late_max", DECISION_LATE_MAX)?,
        mute: table.mute,
        stale: table.stale,
        garbled: table.garbled,
        outside: table.outside,
        adverse: table.adverse,
        swap,
    };
    if !table.decider && decider != DeciderPlan::default() {
        let problem = "nobody asks the decider that this is said of, unless `decider = true`";
        return Err(Wrong::new(place, problem));
    }
    let decider = table.decider.then_some(decider);
    let dwell = match table.dwell {
        Some(_) => Some(span(&mut table.dwell, "dwell", CHAOS_MAX)?),
        None => None,
    };
    let limits = Restraint {
        tenant_a_minute: table.tenant_a_minute,
        model_a_minute: table.model_a_minute,
        moved_a_minute: table.moved_a_minute,
        dwell,
        probe_every: table.probe_every,
    };
    Ok(DecisionPlan {
        decider,
        up_to: Aside(table.up_to),
        limits: Aside(Some(limits).filter(|limits| *limits != Restraint::default())),
        explained: table.explained,
        ..DecisionPlan::by(table.policy)
    })
}
