//! Who decides where there is a choice, as scenario files say it.

use model::decision::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim::Rate;

use super::Scenario;
use crate::span::Span;

/// Who decides which provider is tried next, and what is done about a doubt:
/// payments.md 5.4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionSettings {
    /// How it is decided.
    pub policy: Policy,
    /// The decider that is asked over the network; without it workers decide
    /// themselves, by the policy.
    #[serde(default)]
    pub decider: Option<DeciderSettings>,
    /// The largest amount that may be decided about, in minor units: above it the
    /// built-in rules choose, and a person is told. Without it, any amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    pub up_to: Option<u64>,
}

/// What goes wrong with a decider: payments.md F30.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeciderSettings {
    /// Answers that come late.
    pub late: Rate,
    /// How late at most; thirty seconds is the most.
    pub late_max: Span,
    /// Questions that are never answered.
    pub mute: Rate,
    /// Answers to the question before.
    pub stale: Rate,
    /// Answers that name no action, or whose score is no number.
    pub garbled: Rate,
    /// Answers that are not among what is allowed.
    pub outside: Rate,
    /// Answers of an adversary.
    pub adverse: Rate,
    /// How often a seed has a model swapped for one that nobody approved.
    pub swapped: Rate,
}

impl Scenario {
    /// Whether a decider is asked over the network.
    pub fn has_decider(&self) -> bool {
        self.decisions.as_ref().is_some_and(|decisions| decisions.decider.is_some())
    }
}
