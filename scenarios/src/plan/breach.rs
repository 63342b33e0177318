//! A broken word in a plan: F31, a provider that takes what it had refused or
//! voided.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a provider breaks its word about a try at a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BreachPlan {
    /// How long after whoever asked has come to know that the try is over: that may
    /// take as long as anything is resolved.
    pub after: Duration,
}
