//! What a saga is to do with the money of its intent, and so which workflow it
//! runs.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::aside::Aside;
use crate::borne::Borne;
use crate::captures::Captures;
use crate::currency::Currency;
use crate::identity::{BankId, ChargeId, Customer, OperationId, PaymentId, ProviderId, RailId};
use crate::money::Money;
use crate::saga::Try;
use crate::shares::Shares;
use crate::shipping::Shipping;
use crate::split::Split;
use crate::workflow::chargeback::CHARGEBACK;
use crate::workflow::late_success::LATE_SUCCESS;
use crate::workflow::payin_captures;
use crate::workflow::payin_card::PAYIN_CARD;
use crate::workflow::payin_exchange::PAYIN_EXCHANGE;
use crate::workflow::payout_rail::PAYOUT_RAIL;
use crate::workflow::pre_arbitration::PRE_ARBITRATION;
use crate::workflow::recall::RECALL;
use crate::workflow::refund::REFUND;
use crate::workflow::refund_by_hand::REFUND_BY_HAND;
use crate::workflow::reversal::{LEFT_OVER, REVERSAL};
use crate::workflow::{Action, PaymentWorkflow};

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
    /// What was sent for another payment has come back.
    Reversal(ReversalOrder),
    /// A payout that was sent is asked back.
    Recall(RecallOrder),
    /// Somebody has given back at the provider, by hand, what was captured for
    /// another payment.
    RefundByHand(RefundOrder),
    /// A customer's bank has objected to a chargeback that the merchant had won,
    /// and has the money again.
    PreArbitration(ChargebackOrder),
    /// A provider has taken money for a try at another payment that had
    /// definitely come to nothing: it goes back.
    LateSuccess(LateOrder),
}

/// How a customer's payment is taken. By default it is all of it at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayIn {
    /// In how many captures.
    pub captures: Captures,
    /// For whom besides the merchant that is paid.
    pub split: Split,
    /// What the merchant gets it in; `None`: in what the customer pays. Another
    /// currency is for what is taken at once and for one merchant.
    pub settlement_currency: Option<Currency>,
    /// When the captures after the first are due.
    #[serde(default)]
    pub shipping: Shipping,
}

/// One that nobody exchanges and that waits for nothing has the digest of its
/// captures and its split.
impl Hash for PayIn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { captures, split, settlement_currency, shipping } = self;
        (captures, split).hash(state);
        if let Some(currency) = settlement_currency {
            currency.hash(state);
        }
        if !shipping.is_at_once() {
            shipping.hash(state);
        }
    }
}

/// What a refund gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RefundOrder {
    /// The payment that it was captured for, or what gives it back if that was too late.
    pub of: PaymentId,
    /// Who has captured it.
    pub provider: ProviderId,
    /// As which charge.
    pub charge: ChargeId,
    /// Whether that was settled when the refund was accepted.
    #[serde(default, skip_serializing_if = "is_none")]
    pub settled: Aside<bool>,
    /// What the other merchants bear of it that the payment was split over.
    #[serde(default, skip_serializing_if = "Shares::is_none")]
    pub shares: Shares,
    /// What the merchant bears of it, if it got another currency.
    #[serde(default, skip_serializing_if = "is_none")]
    pub exchanged: Aside<Borne>,
}

impl RefundOrder {
    /// Whether it is about what was taken too late, of which no merchant had anything.
    pub fn is_of_late_success(&self) -> bool {
        self.of == PaymentId::of_late_success(self.charge)
    }
}

const fn is_none<T>(it: &Aside<T>) -> bool {
    !it.is_some()
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
    /// What the other merchants bear of it that the payment was split over.
    #[serde(default, skip_serializing_if = "Shares::is_none")]
    pub shares: Shares,
}

impl ChargebackOrder {
    /// Whether it is about what was taken too late, of which no merchant had anything.
    pub fn is_of_late_success(&self) -> bool {
        self.of == PaymentId::of_late_success(self.charge)
    }
}

/// What was taken too late, and has to go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LateOrder {
    /// The payment that it was taken for.
    pub of: PaymentId,
    /// Who has taken it.
    pub provider: ProviderId,
    /// As which charge.
    pub charge: ChargeId,
    /// The key of the authorization that it was taken by.
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

/// What is asked back (camt.056).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RecallOrder {
    /// The payout.
    pub of: PaymentId,
    /// By which bank it was sent.
    pub bank: BankId,
    /// Under which reference.
    pub target: OperationId,
}

/// What a reversal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReversalOrder {
    /// The payout or refund that the money was sent for.
    pub of: PaymentId,
    /// Where it had gone, and is back from.
    pub from: CameBack,
}

/// From where money came back, and so to whom it belongs again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CameBack {
    /// A payout, from the account elsewhere: it is the customer's again.
    Payout {
        /// Whose.
        customer: Customer,
        /// By which bank it was sent.
        bank: BankId,
    },
    /// A refund, from the customer's bank: it is the merchant's again.
    Refund {
        /// Who had given it back.
        provider: ProviderId,
        /// Of which charge.
        charge: ChargeId,
        /// What the other merchants had borne of it, and have again.
        #[serde(default, skip_serializing_if = "Shares::is_none")]
        shares: Shares,
        /// What the merchant had borne of it in another currency.
        #[serde(default, skip_serializing_if = "is_none")]
        exchanged: Aside<Borne>,
        /// Whether what was captured was settled when this was accepted.
        #[serde(default, skip_serializing_if = "is_none")]
        settled: Aside<bool>,
    },
    /// What was given back because it had been taken too late, from the customer's
    /// bank: it is nobody's, again.
    Late {
        /// Who had taken it, and given it back.
        provider: ProviderId,
        /// As which charge.
        charge: ChargeId,
    },
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
            _ => Captures::AT_ONCE,
        }
    }

    /// The same, for so much: no capture takes nothing.
    #[must_use]
    pub fn of_money(self, money: Money) -> Self {
        match self {
            Self::PayIn(pay_in) => {
                let captures = pay_in.captures.of_whole(money.amount);
                Self::PayIn(PayIn { captures, ..pay_in })
            }
            other => other,
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
            Self::PayIn(pay_in) if pay_in.settlement_currency.is_some() => &PAYIN_EXCHANGE,
            Self::PayIn(pay_in) if pay_in.captures.is_at_once() => &PAYIN_CARD,
            Self::PayIn(pay_in) => payin_captures::of(pay_in.captures),
            Self::Refund(_) => &REFUND,
            Self::RefundByHand(_) => &REFUND_BY_HAND,
            Self::Chargeback(_) => &CHARGEBACK,
            Self::PreArbitration(_) => &PRE_ARBITRATION,
            Self::LateSuccess(_) => &LATE_SUCCESS,
            Self::Payout(_) => &PAYOUT_RAIL,
            Self::Reversal(_) if self.is_left_over() => &LEFT_OVER,
            Self::Reversal(_) => &REVERSAL,
            Self::Recall(_) => &RECALL,
        }
    }

    /// For whom besides the merchant that is paid it is.
    pub fn split(&self) -> Split {
        match self {
            Self::PayIn(pay_in) => pay_in.split,
            _ => Split::default(),
        }
    }

    /// What the merchant gets it in, if that is not what is paid.
    pub const fn settlement_currency(&self) -> Option<Currency> {
        match self {
            Self::PayIn(pay_in) => pay_in.settlement_currency,
            _ => None,
        }
    }

    /// What other merchants bear of what goes back by it, or have back by it.
    pub fn shares(&self) -> Shares {
        match self {
            Self::Refund(refund) | Self::RefundByHand(refund) => refund.shares,
            Self::Chargeback(dispute) | Self::PreArbitration(dispute) => dispute.shares,
            Self::Reversal(ReversalOrder { from: CameBack::Refund { shares, .. }, .. }) => *shares,
            _ => Shares::NONE,
        }
    }

    /// What the merchant bears of what goes back by it, or has back by it, if it got
    /// another currency.
    pub const fn borne(&self) -> Option<Borne> {
        match self {
            Self::Refund(refund) | Self::RefundByHand(refund) => refund.exchanged.0,
            Self::Reversal(ReversalOrder { from: CameBack::Refund { exchanged, .. }, .. }) => {
                exchanged.0
            }
            _ => None,
        }
    }

    /// Who has the money, where that is known from the beginning.
    pub const fn provider(&self) -> Option<ProviderId> {
        match self {
            Self::PayIn(_) | Self::Payout(_) => None,
            Self::Refund(refund) | Self::RefundByHand(refund) => Some(refund.provider),
            Self::Chargeback(dispute) | Self::PreArbitration(dispute) => Some(dispute.provider),
            Self::LateSuccess(late) => Some(late.provider),
            Self::Reversal(ReversalOrder {
                from: CameBack::Refund { provider, .. } | CameBack::Late { provider, .. },
                ..
            }) => Some(*provider),
            Self::Reversal(_) | Self::Recall(_) => None,
        }
    }

    /// As which charge.
    pub const fn charge(&self) -> Option<ChargeId> {
        match self {
            Self::PayIn(_) | Self::Payout(_) => None,
            Self::Refund(refund) | Self::RefundByHand(refund) => Some(refund.charge),
            Self::Chargeback(dispute) | Self::PreArbitration(dispute) => Some(dispute.charge),
            Self::LateSuccess(late) => Some(late.charge),
            Self::Reversal(ReversalOrder {
                from: CameBack::Refund { charge, .. } | CameBack::Late { charge, .. },
                ..
            }) => Some(*charge),
            Self::Reversal(_) | Self::Recall(_) => None,
        }
    }

    /// The payment whose money it moves on, if it begins with one.
    pub const fn parent(&self) -> Option<PaymentId> {
        match self {
            Self::PayIn(_) | Self::Payout(_) => None,
            Self::Refund(refund) | Self::RefundByHand(refund) => Some(refund.of),
            Self::Chargeback(dispute) | Self::PreArbitration(dispute) => Some(dispute.of),
            Self::LateSuccess(late) => Some(late.of),
            Self::Reversal(reversal) => Some(reversal.of),
            Self::Recall(recall) => Some(recall.of),
        }
    }

    /// Whether merchants hear of what becomes of it. What there is to hear of a
    /// return or a recall, the events of what was sent tell.
    pub const fn has_events(&self) -> bool {
        !matches!(self, Self::Reversal(_) | Self::Recall(_))
    }

    /// Whether `which` is a try at booking how a dispute ended.
    pub fn books_loss(&self, which: Try) -> bool {
        let disputes = matches!(self, Self::Chargeback(_) | Self::PreArbitration(_));
        disputes && self.workflow().action(which) == Action::Post
    }

    /// Whether this try reserves what merchants have available, or will owe.
    pub fn reserves_available(&self, which: Try) -> bool {
        let refunds = matches!(self, Self::Refund(refund) if refund.settled.is_some());
        refunds && self.workflow().action(which) == Action::Hold
    }

    /// Whether it is about what was taken too late, whatever becomes of the payment itself:
    /// gives that back, books that it came back or was given back by hand, or disputes it.
    pub fn is_of_late_success(&self) -> bool {
        match self {
            Self::LateSuccess(_) => true,
            Self::RefundByHand(refund) => refund.is_of_late_success(),
            _ => self.is_left_over() || self.disputes_late_success(),
        }
    }

    /// Whether it disputes what was taken too late: the house bears it if that is lost.
    pub fn disputes_late_success(&self) -> bool {
        match self {
            Self::Chargeback(dispute) | Self::PreArbitration(dispute) => {
                dispute.is_of_late_success()
            }
            _ => false,
        }
    }

    /// Whether it is about the money of another order, and moves none that its
    /// instrument stands for.
    pub const fn is_about_another(&self) -> bool {
        matches!(
            self,
            Self::Chargeback(_)
                | Self::PreArbitration(_)
                | Self::Reversal(_)
                | Self::Recall(_)
                | Self::RefundByHand(_)
                | Self::LateSuccess(_)
        )
    }

    /// The payment that is `returned` by it, if it is a reversal.
    pub const fn returns(&self) -> Option<PaymentId> {
        match self {
            Self::Reversal(reversal) => Some(reversal.of),
            _ => None,
        }
    }

    /// Whether what it sends may come back (payments.md M1, M5): what was taken
    /// of a card is disputed, and what a customer's bank took is decided.
    pub const fn may_come_back(&self) -> bool {
        matches!(self, Self::Payout(_) | Self::Refund(_) | Self::LateSuccess(_))
    }

    /// Whether what came back by it is nobody's, so that a person has to look.
    pub(crate) const fn is_left_over(&self) -> bool {
        matches!(self, Self::Reversal(ReversalOrder { from: CameBack::Late { .. }, .. }))
    }
}
