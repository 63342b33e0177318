//! What an operation of a plan is for.

use model::workflow::PaymentWorkflow;
use model::workflow::payin_card::PAYIN_CARD;
use serde::{Deserialize, Serialize};

/// What a customer wants, and so which workflow has to bring it about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To pay by card.
    #[default]
    PayIn,
}

impl Purpose {
    /// The workflow that it comes to.
    pub fn workflow(&self) -> &'static PaymentWorkflow {
        match self {
            Self::PayIn => &PAYIN_CARD,
        }
    }
}
