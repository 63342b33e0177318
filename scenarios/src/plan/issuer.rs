//! What the banks of customers are to answer.

use std::time::Duration;

use model::{Decline, IssuerAnswer};
use serde::{Deserialize, Serialize};
use sim::{Draw, Rate};

/// What issuers answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IssuerPlan {
    /// Declines that another try may not meet.
    pub decline_soft: Rate,
    /// Declines for good.
    pub decline_hard: Rate,
    /// Approvals of a part.
    pub partial: Rate,
    /// Answers that come later.
    pub deferred: Rate,
    /// How much later at most.
    pub deferred_max: Duration,
    /// Captures that are declined.
    pub capture_declined: Rate,
    /// Refunds that come to nothing.
    pub refund_failed: Rate,
    /// Refunds that succeed and come back days later.
    pub refund_returned: Rate,
}

impl IssuerPlan {
    /// What the issuer says to an authorization with this draw.
    pub fn answer(&self, draw: Draw) -> IssuerAnswer {
        if self.decline_hard.hits(draw.split(HARD)) {
            return IssuerAnswer::Decline(Decline::Hard);
        }
        if self.decline_soft.hits(draw.split(SOFT)) {
            return IssuerAnswer::Decline(Decline::Soft);
        }
        if self.partial.hits(draw.split(PARTIAL)) {
            return IssuerAnswer::ApprovePart(draw.split(SHARE).between(1_000, 9_000) as u32);
        }
        if self.deferred.hits(draw.split(DEFERRED)) {
            let after = draw.split(WHEN).span(DEFERRED_MIN, self.deferred_max.max(DEFERRED_MIN));
            return IssuerAnswer::Later(after, !self.decline_soft.hits(draw.split(THEN)));
        }
        IssuerAnswer::Approve
    }
}

const HARD: u64 = 101;
const SOFT: u64 = 102;
const PARTIAL: u64 = 103;
const SHARE: u64 = 104;
const DEFERRED: u64 = 105;
const WHEN: u64 = 106;
const THEN: u64 = 107;
const DEFERRED_MIN: Duration = Duration::from_secs(30);
