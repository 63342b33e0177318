//! Reconciliation: what is expected of settlement files, what they bring, and
//! what is made of the difference (payments.md M7, D12).

mod booking;
mod books;
mod matching;
mod report;
mod unclaimed;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::aside::Aside;
use crate::borne::Borne;
use crate::currency::Currency;
use crate::identity::{ChargeId, LineId, Merchant, OperationId, PaymentId, Tenant, Token, hash};
use crate::money::{Amount, Money};
use crate::record::Record;
use crate::settlement::{LineKind, SettlementLine};
use crate::shares::Shares;
use crate::store::Then;
use crate::webhook::Teller;

pub use booking::booking;
pub use books::Reconciliation;
pub use report::{Age, Cause, Report};

/// One thing that books and files have to agree about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub u64);

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemState {
    /// Nobody has heard of it.
    Absent,
    /// It is booked, and a line has to tell of it.
    Expected,
    /// A line told of it, as it was booked.
    Matched,
    /// No line told of it in time: a case.
    Overdue,
    /// A line told of something else: a case.
    Mismatched(Difference),
    /// A line told of what nobody had booked: a case.
    Unexpected,
    /// The case is closed.
    Resolved,
}

/// What tells a line from what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// Another amount.
    Amount,
    /// Another fee than was agreed on.
    Fee,
    /// Another currency.
    Currency,
    /// It was told before.
    Duplicate,
}

/// What can happen to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemEvent {
    /// The ledger has what it is about.
    Posted,
    /// A line tells of it, as it was booked.
    LineMatches,
    /// The time is over in which a line had to tell of it.
    DeadlineMissed,
    /// A line tells of something else.
    LineDiffers(Difference),
    /// A line tells of it, and nobody has booked anything.
    LineUnforeseen,
    /// What it was is known by now, and booked.
    CaseClosed,
}

/// An event that an item can't meet where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an item of reconciliation that is {state:?} can't meet {event:?}")]
pub struct IllegalItemEvent {
    /// Where it stands.
    pub state: ItemState,
    /// What it was told.
    pub event: ItemEvent,
}

impl ItemState {
    /// The lifecycle, as the table of payments.md M7 has it. What a second line
    /// tells of the same is an item of its own, and so is a fee that differs, and each
    /// side of a conversion: what the line is for is settled all the same.
    ///
    /// # Errors
    /// If an item in this state can't meet `event`.
    pub fn next(self, event: ItemEvent) -> Result<Self, IllegalItemEvent> {
        use Difference::{Currency, Duplicate, Fee};
        match (self, event) {
            (Self::Absent, ItemEvent::Posted) => Ok(Self::Expected),
            (Self::Absent, ItemEvent::LineUnforeseen) => Ok(Self::Unexpected),
            (Self::Absent, ItemEvent::LineDiffers(what @ (Currency | Duplicate | Fee))) => {
                Ok(Self::Mismatched(what))
            }
            (Self::Expected, ItemEvent::LineMatches) => Ok(Self::Matched),
            (Self::Expected, ItemEvent::DeadlineMissed) => Ok(Self::Overdue),
            (Self::Expected, ItemEvent::LineDiffers(what @ (Difference::Amount | Currency))) => {
                Ok(Self::Mismatched(what))
            }
            (Self::Overdue | Self::Mismatched(_) | Self::Unexpected, ItemEvent::CaseClosed) => {
                Ok(Self::Resolved)
            }
            (state, event) => Err(IllegalItemEvent { state, event }),
        }
    }

    /// Whether somebody has to look at it.
    pub const fn is_case(self) -> bool {
        matches!(self, Self::Overdue | Self::Mismatched(_) | Self::Unexpected)
    }

    /// Whether nothing happens to it any more.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Matched | Self::Resolved)
    }
}

/// An item that is not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// Where it stands.
    pub state: ItemState,
    /// What it is about.
    pub kind: LineKind,
    /// Who has to tell of it, or told.
    pub teller: Teller,
    /// Whose instrument.
    pub token: Token,
    /// Whose account.
    pub tenant: Tenant,
    /// In what currency.
    pub currency: Currency,
    /// What of the difference is in suspense: above zero if it is with us and
    /// nobody's, below zero if it is missing.
    pub suspended: Amount,
    /// What is expected, or came.
    pub gross: Amount,
    /// The payment that waits for it, if one does.
    pub payment: Option<PaymentId>,
    /// Since when it stands so, if it is a case.
    pub since: Duration,
    /// What was captured, if that is what it is about and known.
    pub charge: Aside<ChargeId>,
}

/// Something to book, of which the line is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Work {
    /// The line.
    pub line: SettlementLine,
    /// Who wrote it.
    pub teller: Teller,
    /// The how-manieth booking of the line it is, from 0.
    pub stage: u8,
    /// What is to be booked.
    pub what: What,
}

/// What is to be booked of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// A payment is settled.
    Settle {
        /// Which.
        payment: PaymentId,
        /// What refunds had taken of it by then, or had reserved.
        refunded: Refunded,
        /// By how much the fee is more than what was agreed on.
        fee_off: Amount,
        /// Where the money is.
        from: Source,
    },
    /// Something else that was booked is settled, and no status with it.
    Pass(Source),
    /// Nobody knows what it is for.
    Suspend,
    /// An earlier mistake is over.
    Clear,
    /// A refund came to nothing after its payment was settled without what it had
    /// reserved: its merchants get that now.
    Release {
        /// The one that was paid.
        merchant: Merchant,
        /// By this operation.
        operation: OperationId,
        /// What the others get that the payment was split over.
        shares: Shares,
        /// What it gets, if that is in another currency.
        exchanged: Aside<Borne>,
    },
    /// A refund that had succeeded came back after its payment was settled without it,
    /// and was booked as if it were not: its merchants get that now.
    HandOn {
        /// The one that was paid.
        merchant: Merchant,
        /// By this operation.
        operation: OperationId,
        /// What the others get that the payment was split over.
        shares: Shares,
        /// What it gets, if that is in another currency.
        exchanged: Aside<Borne>,
    },
    /// What was taken too late, and is in suspense or went back, is paid.
    Collect {
        /// By how much the fee is more than what was agreed on.
        fee_off: Amount,
        /// Where the money is.
        from: Source,
    },
}

/// What refunds have taken of a payment, or may, and who bears it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Refunded {
    /// How much, of what the customer paid.
    pub amount: Amount,
    /// What merchants bear of it besides the one that was paid.
    pub shares: Shares,
    /// What that one bears, if it got another currency.
    pub exchanged: Aside<Borne>,
    /// What went back and came back since, of which limits are free already.
    pub freed: Aside<Freed>,
}

/// What refunds gave back, and what came back, by who bore it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Freed {
    /// How much, of what the customer paid.
    pub amount: Amount,
    /// What merchants bore of it besides the one that was paid.
    pub shares: Shares,
    /// What that one bore, if it got another currency.
    pub exchanged: Aside<Borne>,
}

impl Freed {
    /// What each merchant bore of it, as [`Refunded::parts`].
    pub fn parts(&self, payer: Merchant, currency: Currency) -> Vec<(Merchant, Money)> {
        let Self { amount, shares, exchanged } = *self;
        Refunded { amount, shares, exchanged, freed: Aside::NONE }.parts(payer, currency)
    }
}

impl Refunded {
    /// What each merchant bears of it, if `payer` was paid in `currency`: the one that
    /// was paid first.
    pub fn parts(&self, payer: Merchant, currency: Currency) -> Vec<(Merchant, Money)> {
        let paid = Money { amount: self.amount - self.shares.sum(), currency };
        let paid = self.exchanged.0.map_or(paid, Borne::money);
        let others = self.shares.others();
        let others = others.map(|(merchant, amount)| (merchant, Money { amount, currency }));
        [(payer, paid)].into_iter().chain(others).collect()
    }
}

/// Where the money of a line is before it is booked for what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// With the bank.
    Bank,
    /// In suspense, since before anybody knew.
    Suspense,
}

/// What is to be done next, and by whom everything is known that it takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// To book this; the journal, the version and the next step of the payment
    /// that is settled by it, if one is.
    Book(Box<Work>, Option<Box<Settling>>),
    /// To ask for the files that should have told of this, and to open a case.
    Late(LateItem),
}

/// A payment that a line settles.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Settling {
    /// Its journal.
    pub journal: Vec<Record>,
    /// What happens to it next.
    pub then: Then,
}

/// An item that no line told of in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LateItem {
    /// Which.
    pub item: ItemId,
    /// Whose instrument.
    pub token: Token,
    /// Who should have told.
    pub teller: Teller,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Booked {
    /// The ledger has this stage of this line.
    Line(LineId, u8),
    /// This is a case from then on.
    Late(ItemId, Duration),
}

impl ItemId {
    /// What a line of this kind and reference has to tell.
    pub fn expected(kind: LineKind, reference: OperationId) -> Self {
        Self(hash("expected", [kind as u64, reference.0]))
    }

    /// What a line has to tell of this charge, which was taken too late.
    pub fn late(charge: ChargeId) -> Self {
        Self(hash("expected-late", [charge.0]))
    }

    /// That a line told of this charge, as it was booked.
    pub(super) fn settled(charge: ChargeId) -> Self {
        Self(hash("settled-as", [charge.0]))
    }

    /// What a line tells by itself.
    pub fn of_line(line: LineId) -> Self {
        Self(hash("told", [line.0]))
    }
}

impl Work {
    /// The operation that books it.
    pub fn operation(&self) -> OperationId {
        match self.what {
            What::Release { operation, .. } | What::HandOn { operation, .. } => operation,
            _ => self.line.id.operation(self.stage),
        }
    }
}

impl Task {
    /// Whose instrument it is about.
    pub const fn token(&self) -> Token {
        match self {
            Self::Book(work, _) => work.line.token,
            Self::Late(late) => late.token,
        }
    }
}
