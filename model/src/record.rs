//! The journal of a payment: everything that the system knows of it.

use serde::{Deserialize, Serialize};

use crate::at_hand::AtHand;
use crate::decision::Decision;
use crate::exchange::{Cover, Exchange};
use crate::identity::{
    ChargeId, IdempotencyKey, Merchant, OperationId, PaymentId, ProviderId, Tenant, Token,
};
use crate::money::{Amount, Money};
use crate::order::Order;
use crate::quote::Quote;
use crate::saga::Try;
use crate::status::Status;

/// One entry of a payment's journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// The payment exists.
    Accepted(Intent),
    /// This try may be made from now on. Its undo is registered with it.
    StepIntent {
        /// Which.
        which: Try,
        /// The key that it carries.
        operation: OperationId,
        /// At whom, where there is a choice.
        provider: Option<ProviderId>,
    },
    /// What this try came to.
    StepOutcome {
        /// Which.
        which: Try,
        /// What.
        outcome: Outcome,
    },
    /// This try will be undone, from now on.
    CompIntent {
        /// Which.
        which: Try,
        /// The key that the undo carries.
        operation: OperationId,
    },
    /// What this undo came to.
    CompOutcome {
        /// Which.
        which: Try,
        /// What.
        outcome: UndoOutcome,
    },
    /// There is no way back.
    PivotCommitted,
    /// The client asked for an end, and it was not too late.
    CancelRequested,
    /// The client sees this from now on.
    StatusChanged(Status),
    /// The merchant knows the status.
    Notified,
    /// A person has to look.
    CaseOpened(Case),
    /// More is taken back than was taken, because a refund was under way when a
    /// customer's bank took its part: a person looks at both.
    Flagged,
    /// Nothing is left to do.
    Terminal,
    /// The payment is exchanged at this rate: until another one is locked,
    /// before anything is held by it.
    Locked(Exchange),
    /// The quote had ended before what was taken was booked: the house buys at
    /// this rate what the merchant was promised.
    Covered(Cover),
    /// What this reversal is about is `returned` from now on: its ledger rows
    /// are there.
    Reversed,
    /// What somebody chose to do next, where there is a choice.
    Decision(Decision),
    /// The dispute is lost, and so much of it is booked as its merchants had
    /// available; they owe the rest.
    AtHand(AtHand),
    /// The ledger has refused that for good, as somebody had less by then: it is
    /// booked anew by what they have now.
    Short,
}

impl Record {
    /// Whether a person has the payment from then on, so that nobody else is
    /// waited for.
    pub const fn hands_over(&self) -> bool {
        match self {
            Self::CaseOpened(case) => !matches!(case, Case::Escalated),
            _ => false,
        }
    }

    /// Whether something is taken of the customer from then on, or more than before.
    pub const fn takes_money(&self) -> bool {
        let captured = matches!(self, Self::StepOutcome { outcome: Outcome::Captured { .. }, .. });
        captured || matches!(self, Self::PivotCommitted)
    }

    /// Whether nothing comes after it.
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal)
    }
}

impl Case {
    /// Whether it is over once somebody answers who is asked all the time.
    pub const fn is_doubt(self) -> bool {
        matches!(self, Self::InDoubt | Self::UndoStuck)
    }
}

/// What the client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Intent {
    /// The payment.
    pub payment: PaymentId,
    /// Whose.
    pub tenant: Tenant,
    /// For whom.
    pub merchant: Merchant,
    /// The client's key.
    pub key: IdempotencyKey,
    /// From which instrument.
    pub token: Token,
    /// How much.
    pub money: Money,
    /// What to do with it.
    pub order: Order,
}

/// What a try came to, with the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The risk service approved.
    Approved,
    /// So much it will cost.
    Quoted(Quote),
    /// The holds are in the ledger.
    Held,
    /// The provider reserved the money.
    Authorized {
        /// Its name for it.
        charge: ChargeId,
        /// How much.
        amount: Amount,
    },
    /// The provider took the money.
    Captured {
        /// How much.
        amount: Amount,
    },
    /// What was reserved and not taken is reserved no more.
    Released {
        /// How much.
        amount: Amount,
    },
    /// The provider gave the money back.
    Refunded {
        /// How much.
        amount: Amount,
    },
    /// The provider has the merchant's answer to a dispute.
    Answered,
    /// The dispute is over.
    Decided {
        /// Whether the merchant has its money back.
        won: bool,
    },
    /// The bank has sent the money.
    Sent,
    /// The ledger has it.
    Posted,
    /// The merchant knows.
    Notified,
    /// Definitely nothing happened.
    Refused(Refusal),
    /// The bank has answered a recall.
    Recalled {
        /// Whether the money will come back.
        granted: bool,
    },
    /// Nothing was reserved by it, but its provider has taken money, against its
    /// own word: that goes back by a saga of its own.
    TakenAfterAll {
        /// As which charge.
        charge: ChargeId,
        /// How much.
        amount: Amount,
    },
}

/// Why definitely nothing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The risk service rejected.
    Rejected,
    /// The merchant's limit does not allow it.
    OverLimit,
    /// The issuer declined; another provider may do.
    DeclinedSoft,
    /// The issuer declined for good.
    DeclinedHard,
    /// The authorization had ended.
    AuthorizationGone,
    /// The money could not be given back.
    RefundFailed,
    /// No bank knows such an account.
    NoSuchAccount,
    /// The other bank could not be reached, or never answered; by another rail
    /// it may be.
    Unreachable,
    /// It is proven that the request was never executed and never will be.
    FailedDefinite,
    /// The request made no sense to its receiver.
    Invalid,
}

/// What an undo came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UndoOutcome {
    /// It was undone.
    Voided,
    /// It had not happened, and is blocked.
    Tombstoned,
    /// It is proven that it never happened and never will.
    NeverHappened,
    /// Nobody could undo it, and its time ran out.
    Expired,
    /// It had passed the point of no return.
    TooLate,
    /// It was given up, and its provider has taken money all the same: that goes
    /// back by a saga of its own.
    TakenAfterAll {
        /// As which charge.
        charge: ChargeId,
        /// How much.
        amount: Amount,
    },
}

/// Why a person has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// Money was taken for a payment that is being undone.
    LateSuccess,
    /// A step that must succeed was refused.
    RefusedRetriable,
    /// Whether a step happened is in doubt for longer than anybody takes to
    /// answer.
    InDoubt,
    /// Whether a step was undone is.
    UndoStuck,
    /// Whoever decides wanted a person to know. Nobody waits for the person.
    Escalated,
    /// What was given back because it had been taken too late has come back: it
    /// is nobody's, and lies in suspense until a person knows whose.
    LateUndoFailed,
}
