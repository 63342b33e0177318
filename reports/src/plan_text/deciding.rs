//! Who decides, and what goes wrong with whoever is asked, in a sentence.

use model::decision::Restraint;
use scenarios::plan::{DeciderPlan, DecisionPlan};
use sim::Rate;

use super::rates;
use crate::brief::Brief;

/// How it is decided, and by whom.
pub(super) fn policy(decisions: &DecisionPlan) -> String {
    let who = if decisions.decider.is_some() { "a decider that is asked" } else { "workers" };
    let most = decisions.up_to.0.map(|most| format!(", up to {most} minor units"));
    let most = most.unwrap_or_default();
    let limits = decisions.limits.as_ref().map_or(String::new(), limits);
    let reasons = if decisions.explained { " with their reasons" } else { "" };
    format!(
        "{who} by the {} policy{most}{limits}, written down{reasons} before they are carried out",
        decisions.policy
    )
}

/// How much is decided in a minute, and how fast payments are moved.
fn limits(limits: &Restraint) -> String {
    let count = |most: Option<u32>, what: &str| most.map(|most| format!(", {most} {what}"));
    let dwell = limits.dwell.map(|dwell| format!(", dwelling for {}", Brief::from(dwell)));
    let probe = limits.probe_every.map(|n| format!(", one of {n} at home"));
    [
        count(limits.tenant_a_minute, "a minute and tenant"),
        count(limits.model_a_minute, "a minute and model"),
        count(limits.moved_a_minute, "moved a minute"),
        dwell,
        probe,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What goes wrong at the decider.
pub(super) fn decider(decider: &DeciderPlan) -> String {
    let mut said = rates(&[
        ("late", decider.late),
        ("mute", decider.mute),
        ("stale", decider.stale),
        ("garbled", decider.garbled),
        ("outside", decider.outside),
        ("adverse", decider.adverse),
    ]);
    if decider.late != Rate::NEVER {
        said.push_str(&format!("; late is up to {}", Brief::from(decider.late_max)));
    }
    if let Some(swap) = decider.swap {
        said.push_str(&format!("; another model from {swap}"));
    }
    said
}
