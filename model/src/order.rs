//! What a saga is to do with the money of its intent, and so which workflow it
//! runs.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::captures::Captures;
use crate::identity::{BankId, ChargeId, Customer, OperationId, PaymentId, ProviderId, RailId};
use crate::shipping::Shipping;
use crate::split::Split;
use crate::workflow::PaymentWorkflow;
use crate::workflow::chargeback::CHARGEBACK;
use crate::workflow::payin_captures;
use crate::workflow::payin_card::PAYIN_CARD;
use crate::workflow::payout_rail::PAYOUT_RAIL;
use crate::workflow::refund::REFUND;
use crate::workflow::refund_by_hand::REFUND_BY_HAND;

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// A customer pays by card.
    PayIn(PayIn),
    /// Money that was captured for another payment goes back.
    Refund(RefundOrder),
    /// A customer's bank has taken back what was captured for another payment.
    Chargeback(ChargebackOrder),
    /// A customer's balance is paid out to an account elsewhere.
    Payout(PayoutOrder),
    /// Somebody has given back at the provider, by hand, what was captured for
    /// another payment.
    RefundByHand(RefundOrder),
}

/// How a customer's payment is taken. By default it is all of it at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayIn {
    /// In how many captures.
    pub captures: Captures,
    /// For whom besides the merchant that is paid.
    pub split: Split,
    /// When the captures after the first are due.
    #[serde(default)]
    pub shipping: Shipping,
}

/// Whoever waits for nothing is the same as if there were nothing to wait for.
impl Hash for PayIn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.captures.hash(state);
        self.split.hash(state);
        if !self.shipping.is_at_once() {
            self.shipping.hash(state);
        }
    }
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

/// What a chargeback is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChargebackOrder {
    /// The payment that it was captured for.
    pub of: PaymentId,
    /// Who had captured it.
    pub provider: ProviderId,
    /// As which charge.
    pub charge: ChargeId,
    /// The key of its authorization, by which the provider is asked.
    pub authorization: OperationId,
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

impl Default for Order {
    fn default() -> Self {
        Self::PayIn(PayIn::default())
    }
}

impl Order {
    /// In how many captures it is taken.
    pub const fn captures(&self) -> Captures {
        match self {
            Self::PayIn(pay_in) => pay_in.captures,
            Self::Refund(_) | Self::RefundByHand(_) | Self::Payout(_) | Self::Chargeback(_) => {
                Captures::AT_ONCE
            }
        }
    }

    /// When the captures after the first are due.
    pub fn shipping(&self) -> Shipping {
        match self {
            Self::PayIn(pay_in) => pay_in.shipping,
            _ => Shipping::default(),
        }
    }

    /// The workflow that carries it out.
    pub fn workflow(&self) -> &'static PaymentWorkflow {
        match self {
            Self::PayIn(pay_in) if pay_in.captures.is_at_once() => &PAYIN_CARD,
            Self::PayIn(pay_in) => payin_captures::of(pay_in.captures),
            Self::Refund(_) => &REFUND,
            Self::RefundByHand(_) => &REFUND_BY_HAND,
            Self::Chargeback(_) => &CHARGEBACK,
            Self::Payout(_) => &PAYOUT_RAIL,
        }
    }

    /// For whom besides the merchant that is paid it is.
    pub fn split(&self) -> Split {
        match self {
            Self::PayIn(pay_in) => pay_in.split,
            Self::Refund(_) | Self::RefundByHand(_) | Self::Payout(_) | Self::Chargeback(_) => {
                Split::default()
            }
        }
    }

    /// Who has the money, where that is known from the beginning.
    pub const fn provider(&self) -> Option<ProviderId> {
        match self {
            Self::PayIn(_) | Self::Payout(_) => None,
            Self::Refund(refund) | Self::RefundByHand(refund) => Some(refund.provider),
            Self::Chargeback(chargeback) => Some(chargeback.provider),
        }
    }

    /// As which charge.
    pub const fn charge(&self) -> Option<ChargeId> {
        match self {
            Self::PayIn(_) | Self::Payout(_) => None,
            Self::Refund(refund) | Self::RefundByHand(refund) => Some(refund.charge),
            Self::Chargeback(chargeback) => Some(chargeback.charge),
        }
    }

    /// The payment whose money it moves on, if it begins with one.
    pub const fn parent(&self) -> Option<PaymentId> {
        match self {
            Self::PayIn(_) | Self::Payout(_) => None,
            Self::Refund(refund) | Self::RefundByHand(refund) => Some(refund.of),
            Self::Chargeback(chargeback) => Some(chargeback.of),
        }
    }
}
