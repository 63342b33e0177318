//! Who decides, and what goes wrong with whoever is asked, as lines that can be
//! taken out of a plan.

use std::fmt;
use std::time::Duration;

use model::Aside;
use serde::{Deserialize, Serialize};
use sim::Rate;

use crate::plan::{DeciderPlan, Plan};

/// Who decides, or what a decider does at a rate or from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionLine {
    /// F30: it answers late.
    Late,
    /// F30: it answers nothing.
    Mute,
    /// F30: it answers the question before.
    Stale,
    /// F30: its answer names no action.
    Garbled,
    /// F30: its answer is not among what is allowed.
    Outside,
    /// F30: it answers what an adversary would.
    Adverse,
    /// F30: its model is swapped.
    Swap,
    /// That a decider is asked over the network.
    Decider,
    /// That somebody decides, and writes it down.
    Policy,
    /// That it is not decided about large amounts.
    Limit,
    /// That only so much is decided in a minute, or moved.
    Restraint,
    /// That each decision tells its reasons.
    Reasons,
}

impl DecisionLine {
    /// What a decider does at a rate, in `plan`.
    pub(super) fn rates(plan: &Plan) -> impl Iterator<Item = Self> {
        let decider = plan.decisions.and_then(|decisions| decisions.decider);
        let all =
            [Self::Late, Self::Mute, Self::Stale, Self::Garbled, Self::Outside, Self::Adverse];
        all.into_iter().filter(move |line| {
            let rate =
                |mut decider| line.rate(&mut decider).is_some_and(|rate| *rate > Rate::NEVER);
            decider.is_some_and(rate)
        })
    }

    /// What else `plan` says of who decides.
    pub(super) fn settings(plan: &Plan) -> impl Iterator<Item = Self> {
        let decider = plan.decisions.and_then(|decisions| decisions.decider);
        let swap = decider.and_then(|decider| decider.swap).map(|_| Self::Swap);
        let asked = decider.map(|_| Self::Decider);
        let limit = plan.decisions.and_then(|decisions| decisions.up_to.0).map(|_| Self::Limit);
        let restraint = plan.decisions.and_then(|decisions| decisions.limits.0);
        let restraint = restraint.map(|_| Self::Restraint);
        let reasons = plan.decisions.filter(|decisions| decisions.explained);
        let told = restraint.into_iter().chain(reasons.map(|_| Self::Reasons));
        let policy = plan.decisions.map(|_| Self::Policy);
        swap.into_iter().chain(asked).chain(limit).chain(told).chain(policy)
    }

    pub(super) fn calm(self, plan: &mut Plan) {
        let Some(decisions) = &mut plan.decisions else { return };
        match (self, &mut decisions.decider) {
            (Self::Policy, _) => plan.decisions = None,
            (Self::Limit, _) => decisions.up_to = Aside::NONE,
            (Self::Restraint, _) => decisions.limits = Aside::NONE,
            (Self::Reasons, _) => decisions.explained = false,
            (Self::Decider, decider) => *decider = None,
            (Self::Swap, Some(decider)) => decider.swap = None,
            (line, Some(decider)) => {
                if line == Self::Late {
                    decider.late_max = Duration::ZERO;
                }
                if let Some(rate) = line.rate(decider) {
                    *rate = Rate::NEVER;
                }
            }
            (_, None) => {}
        }
    }

    fn rate(self, decider: &mut DeciderPlan) -> Option<&mut Rate> {
        Some(match self {
            Self::Late => &mut decider.late,
            Self::Mute => &mut decider.mute,
            Self::Stale => &mut decider.stale,
            Self::Garbled => &mut decider.garbled,
            Self::Outside => &mut decider.outside,
            Self::Adverse => &mut decider.adverse,
            Self::Swap
            | Self::Decider
            | Self::Policy
            | Self::Limit
            | Self::Restraint
            | Self::Reasons => return None,
        })
    }
}

impl fmt::Display for DecisionLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Late => "the rate of late answers of the decider",
            Self::Mute => "the rate of questions that the decider leaves unanswered",
            Self::Stale => "the rate of stale answers of the decider",
            Self::Garbled => "the rate of garbled answers of the decider",
            Self::Outside => "the rate of forbidden answers of the decider",
            Self::Adverse => "the rate of adverse answers of the decider",
            Self::Swap => "the swap of the decider's model",
            Self::Decider => "that a decider is asked",
            Self::Policy => "that somebody decides",
            Self::Limit => "that it is not decided about large amounts",
            Self::Restraint => "that only so much is decided in a minute",
            Self::Reasons => "that decisions tell their reasons",
        })
    }
}
