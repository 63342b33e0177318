//! A broken word in a plan: F31, a provider that takes what it had refused or
//! voided.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a provider breaks its word about a try at a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BreachPlan {
    /// How long after the try it takes what it has refused or voided; at once, if
    /// it refuses or voids that later. Whoever asked may be in doubt about the try
    /// then.
    pub after: Duration,
}
