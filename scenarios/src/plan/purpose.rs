//! What an operation of a plan is for.

use model::workflow::PaymentWorkflow;
use model::{Order, PayoutOrder};
use serde::{Deserialize, Serialize};

/// What a customer wants, and so which workflow has to bring it about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To pay by card.
    #[default]
    PayIn,
    /// To have a balance paid out to an account elsewhere, which the instrument
    /// stands for.
    Payout(PayoutOrder),
}

impl Purpose {
    /// What is ordered.
    pub const fn order(&self) -> Order {
        match self {
            Self::PayIn => Order::PayIn,
            Self::Payout(order) => Order::Payout(*order),
        }
    }

    /// The workflow that it comes to.
    pub fn workflow(&self) -> &'static PaymentWorkflow {
        self.order().workflow()
    }

    /// Whether it takes money out.
    pub const fn is_payout(&self) -> bool {
        matches!(self, Self::Payout(_))
    }
}
