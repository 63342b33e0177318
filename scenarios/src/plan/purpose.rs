//! What an operation of a plan is for.

use model::Token;
use model::gatekeeper::KeyEndpoint;
use model::workflow::PaymentWorkflow;
use model::workflow::payin_card::PAYIN_CARD;
use model::workflow::refund::REFUND;
use serde::{Deserialize, Serialize};

/// What a customer wants, and so which workflow has to bring it about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To pay by card.
    #[default]
    PayIn,
    /// To be given back what was paid, or a part of it.
    Refund {
        /// The instrument of the payment.
        of: Token,
    },
}

impl Purpose {
    /// The workflow that it comes to.
    pub fn workflow(&self) -> &'static PaymentWorkflow {
        match self {
            Self::PayIn => &PAYIN_CARD,
            Self::Refund { .. } => &REFUND,
        }
    }

    /// The instrument of the payment that is given back, if it is a refund.
    pub const fn refunds(&self) -> Option<Token> {
        match self {
            Self::PayIn => None,
            Self::Refund { of } => Some(*of),
        }
    }

    /// Where it is asked for.
    pub(crate) const fn endpoint(&self) -> KeyEndpoint {
        match self {
            Self::PayIn => KeyEndpoint::Create,
            Self::Refund { .. } => KeyEndpoint::Refund,
        }
    }
}
