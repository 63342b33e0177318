//! Who decides, and what goes wrong with whoever is asked, in a sentence.

use scenarios::plan::{DeciderPlan, DecisionPlan};
use sim::Rate;

use super::rates;
use crate::brief::Brief;

/// How it is decided, and by whom.
pub(super) fn policy(decisions: &DecisionPlan) -> String {
    let who = if decisions.decider.is_some() { "a decider that is asked" } else { "workers" };
    let most = decisions.up_to.0.map(|most| format!(", up to {most} minor units"));
    let most = most.unwrap_or_default();
    format!(
        "{who} by the {} policy{most}, written down before they are carried out",
        decisions.policy
    )
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
