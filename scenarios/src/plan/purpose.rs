//! What an operation of a plan is for.

use model::workflow::PaymentWorkflow;
use model::{Order, PayIn};
use serde::{Deserialize, Serialize};

/// What a customer wants, and so which workflow has to bring it about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To pay by card.
    PayIn(PayIn),
}

impl Default for Purpose {
    fn default() -> Self {
        Self::PayIn(PayIn::default())
    }
}

impl Purpose {
    /// The workflow that it comes to.
    pub fn workflow(&self) -> &'static PaymentWorkflow {
        self.order().workflow()
    }

    /// What the system is asked to do with the money.
    pub const fn order(&self) -> Order {
        Order::PayIn(self.pay_in())
    }

    /// How the payment is taken.
    pub const fn pay_in(&self) -> PayIn {
        let Self::PayIn(pay_in) = self;
        *pay_in
    }
}
