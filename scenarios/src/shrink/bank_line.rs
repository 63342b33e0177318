//! What a bank does at a rate, as lines that can be taken out of a plan.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sim::Rate;

use crate::plan::BankPlan;

/// What a bank, or another behind it, does at a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BankLine {
    /// F20: it answers nothing.
    Unanswered,
    /// F20: other banks answer late.
    Late,
    /// F20: investigations take their time.
    Investigation,
    /// F21: other banks never answer.
    Deemed,
    /// Other banks know no such account.
    Rejected,
    /// Other banks can't be reached.
    Offline,
    /// F19, within two banking days.
    Returned,
    /// F19, within sixty days.
    Unauthorized,
    /// F20: recalls are accepted.
    RecallAccepted,
}

impl BankLine {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Unanswered,
        Self::Late,
        Self::Investigation,
        Self::Deemed,
        Self::Rejected,
        Self::Offline,
        Self::Returned,
        Self::Unauthorized,
        Self::RecallAccepted,
    ];

    /// What files call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unanswered => "unanswered",
            Self::Late => "late",
            Self::Investigation => "investigation",
            Self::Deemed => "deemed",
            Self::Rejected => "rejected",
            Self::Offline => "offline",
            Self::Returned => "returned",
            Self::Unauthorized => "unauthorized",
            Self::RecallAccepted => "recall-accepted",
        }
    }

    pub(super) fn is_on(self, bank: &BankPlan) -> bool {
        match self.rate(&mut bank.clone()) {
            Some(rate) => *rate > Rate::NEVER,
            None => !bank.investigation_max.is_zero(),
        }
    }

    pub(super) fn calm(self, bank: &mut BankPlan) {
        match self {
            Self::Late => bank.late_max = Duration::ZERO,
            Self::Investigation => bank.investigation_max = Duration::ZERO,
            _ => {}
        }
        if let Some(rate) = self.rate(bank) {
            *rate = Rate::NEVER;
        }
    }

    /// The rate of anything but investigations, which have a length.
    fn rate(self, bank: &mut BankPlan) -> Option<&mut Rate> {
        Some(match self {
            Self::Unanswered => &mut bank.unanswered,
            Self::Late => &mut bank.late,
            Self::Investigation => return None,
            Self::Deemed => &mut bank.deemed,
            Self::Rejected => &mut bank.rejected,
            Self::Offline => &mut bank.offline,
            Self::Returned => &mut bank.returned,
            Self::Unauthorized => &mut bank.unauthorized,
            Self::RecallAccepted => &mut bank.recall_accepted,
        })
    }
}
