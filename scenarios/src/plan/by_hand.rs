//! A refund by hand in a plan: F28, somebody in the dashboard of a provider.

use std::time::Duration;

use model::ChargeId;
use serde::{Deserialize, Serialize};

/// How somebody gives back by hand, at the provider, what was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ByHandPlan {
    /// How long after the authorization.
    pub after: Duration,
    /// How much of it, in basis points; what is left of it if that is less.
    pub share: u16,
}

/// What a plan has in store for one charge, and when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DueByHand {
    pub(crate) charge: ChargeId,
    pub(crate) at: Duration,
    pub(crate) share: u16,
}
