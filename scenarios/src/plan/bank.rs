//! A bank in a plan: its rail, and what other banks make of what goes over it;
//! and what customers have to be paid out.

use std::time::Duration;

use model::{Customer, Money, Rail, Tenant};
use serde::{Deserialize, Serialize};
use sim::Rate;

/// A bank in a plan. All of it is business, which nothing heals.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BankPlan {
    /// How money goes from it.
    pub rail: Rail,
    /// Other banks that know no such account.
    pub rejected: Rate,
    /// Other banks that can't be reached; by another rail they may be.
    pub offline: Rate,
    /// F20: messages that are handled and not answered.
    pub unanswered: Rate,
    /// F20: other banks that answer late.
    pub late: Rate,
    /// F20: how late at most.
    pub late_max: Duration,
    /// F20: how long an investigation takes at most.
    pub investigation_max: Duration,
    /// F20: recalls that are accepted.
    pub recall_accepted: Rate,
    /// F21: other banks that never answer.
    pub deemed: Rate,
    /// F19: money that comes back within two banking days.
    pub returned: Rate,
    /// F19: money that comes back within sixty days.
    pub unauthorized: Rate,
}

/// What a customer has in one currency when a world begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CustomerBalance {
    /// Of which tenant.
    pub tenant: Tenant,
    /// Who.
    pub customer: Customer,
    /// How much; it lies at the first bank.
    pub money: Money,
}

impl BankPlan {
    /// A bank with this rail, at which everything goes well.
    pub fn calm(rail: Rail) -> Self {
        let never = Rate::NEVER;
        Self {
            rail,
            rejected: never,
            offline: never,
            unanswered: never,
            late: never,
            late_max: Duration::ZERO,
            investigation_max: Duration::ZERO,
            recall_accepted: never,
            deemed: never,
            returned: never,
            unauthorized: never,
        }
    }
}
