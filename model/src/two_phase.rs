//! Two-phase commit: the protocol that the saga is compared with (payments.md
//! 1.9).
//!
//! A [`Coordinator`] asks every [`Participant`] to prepare, one after the other
//! and always in the same order, so that transactions can't wait for each
//! other's locks in a circle. Once all have said yes it writes COMMIT down, and
//! nothing else: what has no such record is aborted (presumed abort). Whoever has
//! said yes may do nothing but wait and ask. That is what makes it safe, and what
//! blocks it.

mod coordinator;
mod locks;
mod participant;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::identity::PaymentId;

pub use coordinator::{Coordinator, CoordinatorAct, CoordinatorEvent, IllegalCoordinatorEvent};
pub use locks::{Locked, Locks};
pub use participant::{IllegalParticipantEvent, Participant, ParticipantAct, ParticipantEvent};

/// A transaction: the how-manieth try at a payment, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Transaction {
    /// The payment.
    pub payment: PaymentId,
    /// Which try at it.
    pub attempt: u8,
}

impl fmt::Display for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "try {} at {}", self.attempt, self.payment)
    }
}

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// All of it happens.
    Commit,
    /// Nothing of it does.
    Abort,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Commit => "COMMIT",
            Self::Abort => "ABORT",
        })
    }
}

/// Who takes part in every transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Branch {
    /// The shard of the ledger with the accounts of merchants.
    Merchants,
    /// The shard of the ledger with what comes in from customers.
    Customers,
    /// The adapter in front of the providers.
    Providers,
}

impl Branch {
    /// Every one, in the order in which they are asked to prepare: the one that
    /// reaches outside last, so that it is asked only about what can be booked.
    pub const ALL: [Self; 3] = [Self::Merchants, Self::Customers, Self::Providers];
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Merchants => "the merchants' shard",
            Self::Customers => "the customers' shard",
            Self::Providers => "the adapter of the providers",
        })
    }
}

/// Some of the branches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Branches(u8);

impl Branches {
    /// None.
    pub const NONE: Self = Self(0);
    /// All.
    pub const ALL: Self = Self(0b111);

    /// This one too.
    #[must_use]
    pub const fn with(self, branch: Branch) -> Self {
        Self(self.0 | 1 << branch as u8)
    }

    /// Whether this one is among them.
    pub const fn has(self, branch: Branch) -> bool {
        self.0 >> branch as u8 & 1 == 1
    }

    /// The first `count` that are asked to prepare.
    pub fn first(count: usize) -> Self {
        Branch::ALL.into_iter().take(count).fold(Self::NONE, Self::with)
    }

    /// Those that are not among them.
    #[must_use]
    pub const fn others(self) -> Self {
        Self(!self.0 & Self::ALL.0)
    }

    /// Each of them, in order.
    pub fn iter(self) -> impl Iterator<Item = Branch> {
        Branch::ALL.into_iter().filter(move |branch| self.has(*branch))
    }
}
