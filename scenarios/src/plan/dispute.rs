//! A dispute in a plan: F22, business that is never healed.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use model::{DisputeEvent, DisputeState};
use serde::{Deserialize, Serialize};

/// How a customer disputes what was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputePlan {
    /// How long after the authorization.
    pub after: Duration,
    /// How long the merchant may take to answer.
    pub answer_within: Duration,
    /// How long after that the customer's bank decides.
    pub decided_after: Duration,
    /// For whom it decides, if the merchant has sent evidence.
    pub won: bool,
    /// How the bank objects once the merchant has won, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objection: Option<ObjectionPlan>,
}

/// How a customer's bank takes a dispute to pre-arbitration that was won.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectionPlan {
    /// How long after it was won: at least
    /// [`OBJECTS_AFTER_MIN`](model::OBJECTS_AFTER_MIN).
    pub after: Duration,
    /// How long after that it is decided for good.
    pub decided_after: Duration,
    /// For whom.
    pub won: bool,
}

/// One that nobody objects to has the digest of what was known first.
impl Hash for DisputePlan {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { after, answer_within, decided_after, won, objection } = self;
        (after, answer_within, decided_after, won).hash(state);
        if let Some(objection) = objection {
            objection.hash(state);
        }
    }
}

impl DisputePlan {
    /// What happens next to a dispute that stands so, and when, over a charge
    /// that was made at `made_at`, and `won_at` if it was won; `None` once it is
    /// over.
    pub fn next(
        &self,
        state: DisputeState,
        made_at: Duration,
        won_at: Option<Duration>,
    ) -> Option<(Duration, DisputeEvent)> {
        let opened_at = made_at + self.after;
        let respond_by = opened_at + self.answer_within;
        let decided = |won| if won { DisputeEvent::Won } else { DisputeEvent::Lost };
        let objection = || self.objection.zip(won_at);
        match state {
            DisputeState::Absent => Some((opened_at, DisputeEvent::Opened)),
            DisputeState::Opened => Some((respond_by, DisputeEvent::Accepted)),
            DisputeState::EvidenceSubmitted => {
                Some((respond_by + self.decided_after, decided(self.won)))
            }
            DisputeState::Won => {
                let (objection, won_at) = objection()?;
                Some((won_at + objection.after, DisputeEvent::PreArbitrationOpened))
            }
            DisputeState::PreArbitration => {
                let (objection, won_at) = objection()?;
                let decided_at = won_at + objection.after + objection.decided_after;
                Some((decided_at, decided(objection.won)))
            }
            DisputeState::WonFinally | DisputeState::Lost => None,
        }
    }

    /// How long after the authorization nothing happens to it any more.
    pub(crate) fn lasts(&self) -> Duration {
        let first = self.after + self.answer_within + self.decided_after;
        first + self.objection.map_or(Duration::ZERO, |o| o.after + o.decided_after)
    }
}
