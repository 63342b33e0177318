//! Who decides where there is a choice, as scenario files say it.

use model::decision::{Policy, Restraint};
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
    /// How much is decided in a minute, and how fast payments may be moved between
    /// providers: beyond that the built-in rules choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LimitSettings")]
    pub limits: Option<LimitSettings>,
    /// Whether each decision tells those who audit it what else there was, and what
    /// stood out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub explained: bool,
}

/// What each worker lets others decide: payments.md 5.4, E3 and E4.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// The most decisions about payments of one tenant in a minute; zero sets no limit.
    pub tenant_a_minute: u32,
    /// The most decisions of one version of a model in a minute; zero sets no limit.
    pub model_a_minute: u32,
    /// The most payments that are moved from one provider in a minute; zero sets no limit.
    pub moved_a_minute: u32,
    /// How long what is moved goes to the same provider.
    pub dwell: Span,
    /// Of so many payments for a provider, one is tried there whatever is decided; zero
    /// is none.
    pub probe_every: u32,
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

impl DecisionSettings {
    /// Workers decide by `policy`, about anything and without limits.
    pub const fn by(policy: Policy) -> Self {
        Self { policy, decider: None, up_to: None, limits: None, explained: false }
    }

    /// Whether whoever everything is moved away from is tried all the same now and then.
    pub(crate) fn probes(&self) -> bool {
        self.limits.as_ref().is_some_and(|limits| limits.probe_every > 0)
    }
}

impl LimitSettings {
    /// What a worker goes by.
    pub(crate) fn restraint(&self) -> Restraint {
        let some = |most: u32| Some(most).filter(|most| *most > 0);
        Restraint {
            tenant_a_minute: some(self.tenant_a_minute),
            model_a_minute: some(self.model_a_minute),
            moved_a_minute: some(self.moved_a_minute),
            dwell: Some(self.dwell.0).filter(|dwell| !dwell.is_zero()),
            probe_every: some(self.probe_every),
        }
    }
}

impl Scenario {
    /// Whether a decider is asked over the network.
    pub fn has_decider(&self) -> bool {
        self.decisions.as_ref().is_some_and(|decisions| decisions.decider.is_some())
    }
}
