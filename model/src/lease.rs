//! The lease of a payment: which worker may go on with it, and which came
//! before (payments.md D8).

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the orchestrator's workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkerId(pub u8);

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker {}", self.0 + 1)
    }
}

/// What a worker holds a payment by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lease {
    /// Greater than that of every lease of the payment before: whoever has
    /// seen it refuses the others.
    pub epoch: u32,
    /// Who holds it.
    pub owner: WorkerId,
    /// The first epoch from which on nobody else held the payment: of what was
    /// sent under one before, its owner knows nothing.
    pub since: u32,
}

impl Lease {
    /// The lease that `owner` gets after the `latest`, which is over or its own.
    pub fn after(latest: Option<Self>, owner: WorkerId) -> Self {
        let epoch = latest.map_or(1, |lease| lease.epoch + 1);
        let unbroken = latest.filter(|lease| lease.owner == owner);
        Self { epoch, owner, since: unbroken.map_or(epoch, |lease| lease.since) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_rise_and_a_tenure_lasts_until_somebody_else_holds_the_payment() {
        let mut latest = None;
        for (owner, epoch, since) in [(0, 1, 1), (0, 2, 1), (2, 3, 3), (2, 4, 3), (0, 5, 5)] {
            let owner = WorkerId(owner);
            let lease = Lease::after(latest, owner);
            assert_eq!(lease, Lease { epoch, owner, since });
            latest = Some(lease);
        }
    }
}
