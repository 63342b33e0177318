//! What goes wrong at the decider at a rate, as lines that can be taken out of a
//! plan.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sim::Rate;

use crate::plan::{DeciderPlan, Plan};

/// What a decider does at a rate, or from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeciderLine {
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
}

impl DeciderLine {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Late, Self::Mute, Self::Stale, Self::Garbled, Self::Outside, Self::Adverse];

    /// What files call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Mute => "mute",
            Self::Stale => "stale",
            Self::Garbled => "garbled",
            Self::Outside => "outside",
            Self::Adverse => "adverse",
        }
    }

    /// Those that are on in `plan`.
    pub(super) fn on(plan: &Plan) -> impl Iterator<Item = Self> {
        let decider = plan.decisions.and_then(|decisions| decisions.decider);
        Self::ALL.into_iter().filter(move |line| {
            decider.is_some_and(|mut decider| *line.rate(&mut decider) > Rate::NEVER)
        })
    }

    pub(super) fn calm(self, decider: &mut DeciderPlan) {
        *self.rate(decider) = Rate::NEVER;
        if self == Self::Late {
            decider.late_max = Duration::ZERO;
        }
    }

    fn rate(self, decider: &mut DeciderPlan) -> &mut Rate {
        match self {
            Self::Late => &mut decider.late,
            Self::Mute => &mut decider.mute,
            Self::Stale => &mut decider.stale,
            Self::Garbled => &mut decider.garbled,
            Self::Outside => &mut decider.outside,
            Self::Adverse => &mut decider.adverse,
        }
    }
}
