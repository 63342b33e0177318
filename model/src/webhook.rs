//! What a provider or a bank tells by itself (payments.md m11).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::charge::ChargeState;
use crate::identity::{BankId, ChargeId, EventId, OperationId, PaymentId, ProviderId, Token, hash};
use crate::inbox::InboxState;
use crate::money::Amount;
use crate::rail::ReturnNotice;
use crate::review::ReviewDecided;
use crate::settlement::{LineKind, SettlementLine};

/// One event of somebody outside, as often as it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Webhook {
    /// The name of the event: the same in every sending.
    pub event: EventId,
    /// Who tells it.
    pub teller: Teller,
    /// The key of the operation that it is about: an authorization, a refund, a
    /// send.
    pub reference: OperationId,
    /// The teller's own name for what came of that.
    pub charge: ChargeId,
    /// The how-manieth change it is of what has this reference, from 1; 0 if it is none,
    /// but a line of a settlement file.
    pub version: u32,
    /// What it tells.
    pub news: News,
    /// Whether its signature proves who tells it. What is not signed is no
    /// evidence: the provider has to be asked.
    pub signed: bool,
    /// Whose instrument.
    pub token: Token,
}

/// Who sends webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Teller {
    /// A provider, of its charges.
    Provider(ProviderId),
    /// A bank, of what it sent.
    Bank(BankId),
    /// The risk service, of what a person there has decided.
    Risk,
}

/// What a webhook tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum News {
    /// How what has the reference stands since then: what a query would have
    /// answered.
    Stands(ChargeState, Amount),
    /// That something began which nobody here asked for, and its amount.
    Begins(Beginning, Amount),
    /// That a person has looked at the payment, and whether it may go on.
    Reviewed(bool),
    /// That this much was taken, or given back, for what has the reference, as a line of
    /// a settlement file has it that nobody had booked anything for.
    Settled(Amount),
}

/// What can begin by a webhook: a saga of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beginning {
    /// A customer disputes a charge.
    DisputeOpened,
    /// The merchant was right.
    DisputeWon,
    /// The customer was.
    DisputeLost,
    /// A refund that had succeeded came back.
    RefundFailed,
    /// A payout that had arrived came back.
    PayoutReturned,
    /// Money was given back that nobody here gave back.
    RefundedByHand,
    /// The customer's bank objects to a dispute that was won.
    DisputedAgain,
    /// The merchant was right, for good.
    WonAgain,
    /// The customer was, after all.
    LostAgain,
    /// What had been declined or voided was taken.
    TakenAfterAll,
}

/// A webhook as a worker is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Told {
    /// What was received.
    pub webhook: Webhook,
    /// Where it stands in the inbox.
    pub state: InboxState,
    /// The latest version that was applied of what it is about; 0 if none was.
    pub known: u32,
}

impl News {
    /// Whether somebody gave money back by hand.
    pub(crate) const fn is_by_hand(&self) -> bool {
        matches!(self, Self::Begins(Beginning::RefundedByHand, _))
    }
}

impl Webhook {
    /// The saga that it names: one of its own that it begins or that goes on by it,
    /// or the payment that a person has looked at.
    pub fn saga(&self) -> Option<PaymentId> {
        match self.news {
            News::Begins(
                Beginning::DisputeOpened | Beginning::DisputeWon | Beginning::DisputeLost,
                _,
            ) => Some(PaymentId::of_dispute(self.charge)),
            News::Begins(
                Beginning::DisputedAgain | Beginning::WonAgain | Beginning::LostAgain,
                _,
            ) => Some(PaymentId::of_pre_arbitration(self.charge)),
            News::Begins(Beginning::RefundFailed | Beginning::PayoutReturned, _) => {
                Some(PaymentId::of_reversal(self.reference))
            }
            News::Begins(Beginning::RefundedByHand, _) => {
                Some(PaymentId::of_refund_by_hand(self.charge))
            }
            News::Begins(Beginning::TakenAfterAll, _) => {
                Some(PaymentId::of_late_success(self.charge))
            }
            News::Reviewed(_) => Some(PaymentId(self.charge.0)),
            News::Stands(..) | News::Settled(_) => None,
        }
    }

    /// Whether it tells that what was sent has come back.
    pub const fn tells_of_return(&self) -> bool {
        matches!(self.news, News::Begins(Beginning::RefundFailed | Beginning::PayoutReturned, _))
    }

    /// What a bank tells of money that came back, as any other webhook.
    pub fn of_return(notice: &ReturnNotice) -> Self {
        let (teller, reference) = (Teller::Bank(notice.bank), notice.reference);
        Self {
            event: EventId::of(teller, reference, 1),
            teller,
            reference,
            charge: ChargeId(notice.id.0),
            version: 1,
            news: News::Begins(Beginning::PayoutReturned, notice.money.amount),
            signed: true,
            token: notice.destination,
        }
    }

    /// What `line` of a file that `teller` wrote tells of `charge`, as any other webhook;
    /// `None` if it tells of nothing that anybody here could be in doubt about.
    pub fn of_line(line: &SettlementLine, teller: Teller, charge: ChargeId) -> Option<Self> {
        let moved = match line.kind {
            LineKind::Capture => line.gross,
            LineKind::Refund => -line.gross,
            _ => return None,
        };
        Some(Self {
            event: EventId(hash("webhook-line", [line.id.0])),
            teller,
            reference: line.reference,
            charge,
            version: 0,
            news: News::Settled(moved),
            signed: true,
            token: line.token,
        })
    }

    /// What a person has decided about a payment, as any other webhook: the risk
    /// service knows no charge, and names the payment.
    pub fn of_review(decided: &ReviewDecided) -> Self {
        let ReviewDecided { payment, operation, token, approves } = *decided;
        Self {
            event: EventId::of(Teller::Risk, operation, 1),
            teller: Teller::Risk,
            reference: operation,
            charge: ChargeId(payment.0),
            version: 1,
            news: News::Reviewed(approves),
            signed: true,
            token,
        }
    }

    /// What its version counts the changes of: what somebody gave back by hand, or
    /// took too late, is an object of its own, whatever else befell the charge
    /// meanwhile.
    pub fn object(&self) -> OperationId {
        match (self.news, self.saga()) {
            (News::Begins(Beginning::RefundedByHand | Beginning::TakenAfterAll, _), Some(saga)) => {
                OperationId(saga.0)
            }
            _ => self.reference,
        }
    }
}

impl EventId {
    /// The name that `teller` gives to the `version`-th change of what has this
    /// `reference`.
    pub fn of(teller: Teller, reference: OperationId, version: u32) -> Self {
        let who = match teller {
            Teller::Provider(ProviderId(provider)) => u64::from(provider),
            Teller::Bank(BankId(bank)) => 1 << 8 | u64::from(bank),
            Teller::Risk => 1 << 9,
        };
        Self(hash("webhook", [who, reference.0, u64::from(version)]))
    }
}

impl Beginning {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::DisputeOpened,
        Self::DisputeWon,
        Self::DisputeLost,
        Self::RefundFailed,
        Self::PayoutReturned,
        Self::RefundedByHand,
        Self::DisputedAgain,
        Self::WonAgain,
        Self::LostAgain,
        Self::TakenAfterAll,
    ];
}

impl fmt::Display for Teller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(provider) => provider.fmt(f),
            Self::Bank(bank) => bank.fmt(f),
            Self::Risk => f.write_str("risk"),
        }
    }
}

impl fmt::Display for Beginning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DisputeOpened => "a dispute was opened",
            Self::DisputeWon => "a dispute was won",
            Self::DisputeLost => "a dispute was lost",
            Self::RefundFailed => "a refund failed late",
            Self::PayoutReturned => "a payout was returned",
            Self::RefundedByHand => "money was given back by hand",
            Self::DisputedAgain => "a dispute went to pre-arbitration",
            Self::WonAgain => "a dispute was won for good",
            Self::LostAgain => "a dispute was lost in pre-arbitration",
            Self::TakenAfterAll => "money was taken that had been refused or voided",
        })
    }
}
