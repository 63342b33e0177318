//! What an operation of a plan is for.

use model::gatekeeper::KeyEndpoint;
use model::workflow::PaymentWorkflow;
use model::workflow::refund::REFUND;
use model::{Order, PayIn, PayoutOrder, Token};
use serde::{Deserialize, Serialize};

/// What a customer wants, and so which workflow has to bring it about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To pay by card.
    PayIn(PayIn),
    /// To have a balance paid out to an account elsewhere, which the instrument
    /// stands for.
    Payout(PayoutOrder),
    /// To be given back what was paid, or a part of it.
    Refund {
        /// The instrument of the payment.
        of: Token,
    },
}

impl Default for Purpose {
    fn default() -> Self {
        Self::PayIn(PayIn::default())
    }
}

impl Purpose {
    /// What is ordered of the house; `None` of a refund: who has its money, the
    /// house knows.
    pub const fn order(&self) -> Option<Order> {
        match self {
            Self::PayIn(pay_in) => Some(Order::PayIn(*pay_in)),
            Self::Payout(order) => Some(Order::Payout(*order)),
            Self::Refund { .. } => None,
        }
    }

    /// The workflow that it comes to.
    pub fn workflow(&self) -> &'static PaymentWorkflow {
        self.order().map_or(&REFUND, |order| order.workflow())
    }

    /// Whether it takes money out.
    pub const fn is_payout(&self) -> bool {
        matches!(self, Self::Payout(_))
    }

    /// The instrument of the payment that is given back, if it is a refund.
    pub const fn refunds(&self) -> Option<Token> {
        match self {
            Self::PayIn(_) | Self::Payout(_) => None,
            Self::Refund { of } => Some(*of),
        }
    }

    /// Where it is asked for.
    pub(crate) const fn endpoint(&self) -> KeyEndpoint {
        match self {
            Self::PayIn(_) | Self::Payout(_) => KeyEndpoint::Create,
            Self::Refund { .. } => KeyEndpoint::Refund,
        }
    }

    /// How the payment is taken, if it is one: all at once where nothing is said.
    pub fn pay_in(&self) -> PayIn {
        match self {
            Self::PayIn(pay_in) => *pay_in,
            Self::Payout(_) | Self::Refund { .. } => PayIn::default(),
        }
    }
}
