//! A dispute in a plan: F22, business that is never healed.

use std::time::Duration;

use model::{DisputeEvent, DisputeState};
use serde::{Deserialize, Serialize};

/// How a customer disputes what was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DisputePlan {
    /// How long after the authorization.
    pub after: Duration,
    /// How long the merchant may take to answer.
    pub answer_within: Duration,
    /// How long after that the customer's bank decides.
    pub decided_after: Duration,
    /// For whom it decides, if the merchant has sent evidence.
    pub won: bool,
}

impl DisputePlan {
    /// What happens next to a dispute that stands so, and when, over a charge
    /// that was made at `made_at`; `None` once it is over.
    pub fn next(&self, state: DisputeState, made_at: Duration) -> Option<(Duration, DisputeEvent)> {
        let opened_at = made_at + self.after;
        let respond_by = opened_at + self.answer_within;
        match state {
            DisputeState::Absent => Some((opened_at, DisputeEvent::Opened)),
            DisputeState::Opened => Some((respond_by, DisputeEvent::Accepted)),
            DisputeState::EvidenceSubmitted | DisputeState::PreArbitration => {
                let event = if self.won { DisputeEvent::Won } else { DisputeEvent::Lost };
                Some((respond_by + self.decided_after, event))
            }
            DisputeState::Won | DisputeState::WonFinally | DisputeState::Lost => None,
        }
    }
}
