//! What customers do in a scenario.

use model::Currency;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim::Rate;

use crate::load::OPERATIONS_MAX;
use crate::party::CLIENTS_MAX;
use crate::span::Span;

/// What customers do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// The number of payments.
    #[schemars(range(min = 1, max = OPERATIONS_MAX))]
    pub operations: u32,
    /// The number of clients, at most 64.
    #[schemars(range(min = 1, max = CLIENTS_MAX))]
    pub clients: u8,
    /// The number of tenants.
    #[schemars(range(min = 1))]
    pub tenants: u16,
    /// The number of merchants of each tenant.
    #[schemars(range(min = 1))]
    pub merchants: u16,
    /// What they pay in.
    #[schemars(length(min = 1))]
    pub currencies: Vec<Currency>,
    /// The smallest payment, in minor units.
    #[schemars(range(min = 1))]
    pub amount_min: u32,
    /// The largest payment, in minor units.
    pub amount_max: u32,
    /// How long it takes until the last payment is begun.
    pub spread: Span,
    /// How much each merchant may process, in minor units.
    #[schemars(range(min = 1))]
    pub limit: u64,
    /// How often money is to be paid out, and not in.
    #[serde(default)]
    pub payouts: Rate,
    /// The number of customers of each tenant who have a balance.
    #[serde(default)]
    pub customers: u16,
    /// How much each of them has, in minor units.
    #[serde(default)]
    pub balance: u64,
    /// How often a customer wants back what was paid out.
    #[serde(default)]
    pub recall: Rate,
    /// How long after it was asked for at most.
    #[serde(default = "recall_after_max")]
    pub recall_after_max: Span,
    /// How often a customer clicks twice.
    #[serde(default)]
    pub click_again: Rate,
    /// How often an earlier key is used again for another amount.
    #[serde(default)]
    pub reuse_key: Rate,
    /// How often an earlier order is asked for once more under a key of its own.
    #[serde(default)]
    pub new_key: Rate,
    /// How often a key is used again after the lifetime of its first use.
    #[serde(default)]
    pub reuse_expired: Rate,
    /// How often that is for the order of the first use.
    #[serde(default)]
    pub reorder: Rate,
    /// How often a shop makes its request again and again until the reply is
    /// final.
    #[serde(default)]
    pub insist: Rate,
    /// How often a payment is taken in several captures, or only in part.
    #[serde(default)]
    pub captures: Rate,
    /// How long after its order a parcel leaves at most, when its part of such a
    /// payment is taken; at once, where nothing is said.
    #[serde(default)]
    pub ship_after_max: Span,
    /// How often a payment is split over several merchants.
    #[serde(default)]
    pub split: Rate,
    /// How often a merchant gets another currency than the customer pays.
    #[serde(default)]
    pub exchange: Rate,
    /// How often a customer cancels.
    #[serde(default)]
    pub cancel: Rate,
    /// How long after the payment the customer cancels at most.
    #[serde(default = "cancel_after_max")]
    pub cancel_after_max: Span,
    /// How often a payment is to be given back.
    #[serde(default)]
    pub refund: Rate,
    /// How often only a part of it is.
    #[serde(default)]
    pub refund_part: Rate,
    /// How often a refund is asked for once more under a key of its own.
    #[serde(default)]
    pub refund_again: Rate,
    /// How long after the payment it is given back at most.
    #[serde(default = "refund_after_max")]
    pub refund_after_max: Span,
}

fn cancel_after_max() -> Span {
    Span::seconds(20)
}

fn recall_after_max() -> Span {
    Span::seconds(3_600)
}

fn refund_after_max() -> Span {
    Span::seconds(300)
}
