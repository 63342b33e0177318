//! The risk service: a verdict per operation, with a velocity counter that has
//! to be released when the payment comes to nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::identity::OperationId;

/// A request to the risk service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskRequest {
    /// Judge the payment.
    Assess {
        /// The key that makes it count once.
        operation: OperationId,
    },
    /// Take the payment out of the count, and never count it.
    Release {
        /// The operation of the assessment.
        operation: OperationId,
    },
}

/// An answer of the risk service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskReply {
    /// Go ahead.
    Approve,
    /// Stop.
    Reject,
    /// A person looks at it; ask again.
    Review,
    /// It is out of the count.
    Released,
}

/// A verdict as it will be drawn by the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Approve or reject at once.
    Now(bool),
    /// Review, and approve or reject at this time.
    At(Duration, bool),
}

/// A change that has to be durable before it is told to anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskEntry {
    /// This operation was assessed.
    Assessed(OperationId, Verdict),
    /// This operation was released.
    Released(OperationId),
}

/// The state of the risk service.
#[derive(Clone, Debug, Default)]
pub struct RiskDesk {
    verdicts: BTreeMap<OperationId, Option<Verdict>>,
}

impl RiskDesk {
    /// Answers `request`; `verdict` is what a new assessment will come to. The
    /// entry, where there is one, has to be durable before the answer leaves.
    pub fn answer(
        &mut self,
        request: RiskRequest,
        now: Duration,
        verdict: Verdict,
    ) -> (RiskReply, Option<RiskEntry>) {
        match request {
            RiskRequest::Assess { operation } => match self.verdicts.get(&operation) {
                Some(known) => (known.map_or(RiskReply::Reject, |v| reply(v, now)), None),
                None => {
                    let entry = RiskEntry::Assessed(operation, verdict);
                    self.restore(entry);
                    (reply(verdict, now), Some(entry))
                }
            },
            RiskRequest::Release { operation } => {
                if self.verdicts.get(&operation) == Some(&None) {
                    return (RiskReply::Released, None);
                }
                let entry = RiskEntry::Released(operation);
                self.restore(entry);
                (RiskReply::Released, Some(entry))
            }
        }
    }

    /// Puts back what an earlier answer changed.
    pub fn restore(&mut self, entry: RiskEntry) {
        match entry {
            RiskEntry::Assessed(operation, verdict) => {
                self.verdicts.insert(operation, Some(verdict));
            }
            RiskEntry::Released(operation) => {
                self.verdicts.insert(operation, None);
            }
        }
    }
}

fn reply(verdict: Verdict, now: Duration) -> RiskReply {
    match verdict {
        Verdict::Now(true) => RiskReply::Approve,
        Verdict::Now(false) => RiskReply::Reject,
        Verdict::At(at, _) if now < at => RiskReply::Review,
        Verdict::At(_, approves) => reply(Verdict::Now(approves), now),
    }
}
