//! What a saga is to do with the money of its intent, and so which workflow it
//! runs.

use serde::{Deserialize, Serialize};

use crate::identity::{BankId, ChargeId, Customer, PaymentId, ProviderId, RailId};
use crate::workflow::PaymentWorkflow;
use crate::workflow::payin_card::PAYIN_CARD;
use crate::workflow::payout_rail::PAYOUT_RAIL;
use crate::workflow::refund::REFUND;

/// An order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// A customer pays by card.
    #[default]
    PayIn,
    /// Money that was captured for another payment goes back.
    Refund(RefundOrder),
    /// A customer's balance is paid out to an account elsewhere.
    Payout(PayoutOrder),
}

/// What a refund gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RefundOrder {
    /// The payment that it was captured for.
    pub of: PaymentId,
    /// Who has captured it.
    pub provider: ProviderId,
    /// As which charge.
    pub charge: ChargeId,
}

/// Whose balance is paid out, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PayoutOrder {
    /// Whose.
    pub customer: Customer,
    /// By which bank, whose rail that is.
    pub bank: BankId,
    /// By which other bank, once the first has definitely not sent it.
    pub other: Option<BankId>,
}

impl PayoutOrder {
    /// The bank of the `attempt`-th try; `None` if there is none left.
    pub fn bank_of(&self, attempt: u8) -> Option<BankId> {
        match attempt {
            1 => Some(self.bank),
            2 => self.other,
            _ => None,
        }
    }

    /// The rail that `bank` is reached by: each is a bank's own.
    pub const fn rail_of(bank: BankId) -> RailId {
        RailId(bank.0)
    }
}

impl Order {
    /// The workflow that carries it out.
    pub fn workflow(&self) -> &'static PaymentWorkflow {
        match self {
            Self::PayIn => &PAYIN_CARD,
            Self::Refund(_) => &REFUND,
            Self::Payout(_) => &PAYOUT_RAIL,
        }
    }

    /// Who has the money, where that is known from the beginning.
    pub const fn provider(&self) -> Option<ProviderId> {
        match self {
            Self::PayIn | Self::Payout(_) => None,
            Self::Refund(refund) => Some(refund.provider),
        }
    }

    /// As which charge.
    pub const fn charge(&self) -> Option<ChargeId> {
        match self {
            Self::PayIn | Self::Payout(_) => None,
            Self::Refund(refund) => Some(refund.charge),
        }
    }

    /// The payment whose money it moves on, if it begins with one.
    pub const fn parent(&self) -> Option<PaymentId> {
        match self {
            Self::PayIn | Self::Payout(_) => None,
            Self::Refund(refund) => Some(refund.of),
        }
    }
}
