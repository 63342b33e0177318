//! What a bank is asked, what it answers, and what it tells unasked.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::remittance::{Remittance, RemittanceEvent, RemittanceState};
use crate::identity::{BankId, OperationId, ReturnId, Token};
use crate::money::Money;

/// A request to a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BankRequest {
    /// `pacs.008`: pay this out.
    Send {
        /// What makes it happen once, for ever.
        reference: OperationId,
        /// How much.
        money: Money,
        /// To which account elsewhere.
        destination: Token,
        /// Whether it is flagged as the same message once more (`CpyDplct`).
        repeated: bool,
    },
    /// `pacs.028`: tell what became of `target`.
    Investigate {
        /// What was sent.
        target: OperationId,
    },
    /// `camt.056`: get `target` back.
    Recall {
        /// What makes it happen once.
        reference: OperationId,
        /// What was sent.
        target: OperationId,
    },
}

impl BankRequest {
    /// What was, or is to be, sent.
    pub const fn target(&self) -> OperationId {
        match self {
            Self::Send { reference, .. } => *reference,
            Self::Investigate { target } | Self::Recall { target, .. } => *target,
        }
    }

    /// Whether it may move money.
    pub const fn takes_effect(&self) -> bool {
        matches!(self, Self::Send { .. } | Self::Recall { .. })
    }
}

/// The answer of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BankReply {
    /// `pacs.002 ACCP`: the money is on its way, or there.
    Accepted,
    /// `pacs.002 RJCT`: nothing was sent, and nothing will be under this
    /// reference.
    Rejected(Rejection),
    /// Neither: the other bank never answered, and what became of it is known
    /// at T+1.
    Deemed,
    /// Another message came under the same reference before.
    Mismatch,
    /// What the books say.
    Status(RemittanceState),
    /// The books have nothing of this reference.
    NotFound,
    /// The money will come back.
    RecallAccepted,
    /// `camt.029`: it will not.
    RecallRefused,
}

/// Why a bank sends nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    /// `AC03`, `AC04`: no such account, or none any more. No rail reaches it.
    Account,
    /// `AB08`: the other bank can't be reached. By another rail it may be.
    Offline,
    /// It hung, and was reversed.
    Reversed,
}

/// Why money comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReturnReason {
    /// `R02`, `AC04`: two banking days at most.
    AccountClosed,
    /// `R03`, `AC03`: two banking days at most.
    NoAccount,
    /// `R10`: its holder did not want it; 60 calendar days at most.
    Unauthorized,
    /// It was recalled.
    Recalled,
}

/// When money comes back that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Homecoming {
    /// Why.
    pub reason: ReturnReason,
    /// How many days after its value day: calendar days if unauthorized,
    /// banking days otherwise.
    pub days: u8,
}

/// What the other bank says: drawn by the world, not by the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BankAnswer {
    /// Yes.
    Accept,
    /// No.
    Reject(Rejection),
    /// Yes or no, after a while; until then, nothing.
    Later(Duration, bool),
    /// Nothing at all; at T+1 it is found credited, or is reversed.
    Deem(bool),
}

/// How a request is to be handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handling {
    /// The time at the bank, since 1 January 1970 in UTC.
    pub now: Duration,
    /// What the other bank says.
    pub answer: BankAnswer,
    /// Whether and when the money comes back, once it was sent.
    pub homecoming: Option<Homecoming>,
    /// In how many banking days it comes back if it is recalled; `None` if it
    /// does not.
    pub recall: Option<u8>,
}

/// A change in the books of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BankMovement {
    /// What changed, as it is now.
    pub remittance: Remittance,
    /// The reference of the request that changed it, if a request did.
    pub reference: Option<OperationId>,
    /// What happened.
    pub event: RemittanceEvent,
}

/// `pacs.004`: money is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReturnNotice {
    /// What makes it happen once.
    pub id: ReturnId,
    /// Where.
    pub bank: BankId,
    /// What had been sent.
    pub reference: OperationId,
    /// To which account.
    pub destination: Token,
    /// How much.
    pub money: Money,
    /// Why.
    pub reason: ReturnReason,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "no such account",
            Self::Offline => "the other bank is offline",
            Self::Reversed => "reversed",
        })
    }
}

impl ReturnReason {
    /// Every one, in order.
    pub const ALL: [Self; 4] =
        [Self::AccountClosed, Self::NoAccount, Self::Unauthorized, Self::Recalled];

    /// What files and reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccountClosed => "account-closed",
            Self::NoAccount => "no-account",
            Self::Unauthorized => "unauthorized",
            Self::Recalled => "recalled",
        }
    }
}

impl fmt::Display for ReturnReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
