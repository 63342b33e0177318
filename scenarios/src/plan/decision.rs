//! Who decides where there is a choice, and what goes wrong with whoever is
//! asked: payments.md 5.4 and F30.

use std::time::Duration;

use model::decision::{Policy, Restraint};
use model::{Amount, Aside};
use serde::{Deserialize, Serialize};
use sim::{Rate, VirtualTime};

/// Who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DecisionPlan {
    /// How.
    pub policy: Policy,
    /// What goes wrong with the decider that is asked over the network; `None`
    /// if workers decide themselves, by the policy.
    pub decider: Option<DeciderPlan>,
    /// The largest amount that is decided about, in minor units.
    #[serde(default)]
    pub up_to: Aside<u64>,
    /// How much is decided in a minute, and how fast payments are moved.
    #[serde(default)]
    pub limits: Aside<Restraint>,
    /// Whether each decision tells what else there was, and what stood out.
    #[serde(default)]
    pub explained: bool,
}

impl DecisionPlan {
    /// Workers decide by `policy`, about anything and without limits.
    pub const fn by(policy: Policy) -> Self {
        let (up_to, limits) = (Aside::NONE, Aside::NONE);
        Self { policy, decider: None, up_to, limits, explained: false }
    }

    /// The largest amount that is decided about, if there is one.
    pub fn limit(&self) -> Option<Amount> {
        self.up_to.0.map(|most| Amount(i128::from(most)))
    }
}

/// What goes wrong with the decider until heal, question by question: F30.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeciderPlan {
    /// Answers that come late.
    pub late: Rate,
    /// How late at most.
    pub late_max: Duration,
    /// Questions that are never answered.
    pub mute: Rate,
    /// Answers to the question before.
    pub stale: Rate,
    /// Answers that name no action.
    pub garbled: Rate,
    /// Answers that are not among what is allowed.
    pub outside: Rate,
    /// Answers of an adversary.
    pub adverse: Rate,
    /// From when on another model answers, which nobody has approved.
    pub swap: Option<VirtualTime>,
}
