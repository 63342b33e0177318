//! The parties of two-phase commit, where a world runs that and not the saga:
//! coordinators in place of the orchestrator's workers, and three participants
//! that they speak to. Machines keep their roles: what was the store's is that of
//! the merchants' shard then.

pub(crate) mod adapter;
pub(crate) mod coordinator;
mod deal;
pub(crate) mod entry;
mod errand;
pub(crate) mod front;
pub(crate) mod shard;

use model::two_phase::{Branch, Transaction};
use sim::Role;

use super::{LEDGER, STORE};
use crate::system::Timer;

/// The adapter in front of the providers.
pub const ADAPTER: Role = Role(120);

/// Who plays this part.
pub(crate) const fn branch_role(branch: Branch) -> Role {
    match branch {
        Branch::Merchants => STORE,
        Branch::Customers => LEDGER,
        Branch::Providers => ADAPTER,
    }
}

/// A reminder about a transaction, the how-manieth.
fn reminder(transaction: Transaction, round: u32) -> Timer {
    let number = u32::from(transaction.attempt) << ROUND_BITS | round & ROUNDS;
    Timer::Payment(transaction.payment, number)
}

/// Which transaction a reminder is about, and the how-manieth it is.
fn reminded(payment: model::PaymentId, number: u32) -> (Transaction, u32) {
    let attempt = (number >> ROUND_BITS) as u8;
    (Transaction { payment, attempt }, number & ROUNDS)
}

const ROUND_BITS: u32 = 24;
const ROUNDS: u32 = (1 << ROUND_BITS) - 1;
