//! What a provider is asked, and what it answers (payments.md 1.3, m6 to m10).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::charge::ChargeState;
use crate::dialect::ProviderEndpoint;
use crate::dispute::DisputeState;
use crate::identity::{ChargeId, OperationId};
use crate::money::{Amount, Money};
use crate::refund::RefundState;

/// A request to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderRequest {
    /// Reserve money on the customer's card.
    Authorize {
        /// The key that makes it happen once.
        reference: OperationId,
        /// How much.
        money: Money,
    },
    /// Take money that `charge` reserves.
    Capture {
        /// The key that makes it happen once.
        reference: OperationId,
        /// The authorization.
        charge: ChargeId,
        /// How much.
        amount: Amount,
        /// Whether no more will be taken.
        is_final: bool,
    },
    /// Undo whatever `target` did, or keep it from happening.
    VoidByReference {
        /// The key that makes it happen once.
        reference: OperationId,
        /// The authorization's key.
        target: OperationId,
    },
    /// Give money back that was taken of `charge`.
    Refund {
        /// The key that makes it happen once.
        reference: OperationId,
        /// The charge.
        charge: ChargeId,
        /// How much.
        amount: Amount,
    },
    /// Answer the dispute over `charge`.
    Contest {
        /// Which request it is; that it is done again changes nothing.
        reference: OperationId,
        /// The charge.
        charge: ChargeId,
        /// With evidence, or by giving in.
        evidence: bool,
    },
    /// Tell what became of `target`.
    Query {
        /// The key of an authorization, or of a refund.
        target: OperationId,
    },
}

impl ProviderRequest {
    /// Whether it may move money, or lose it.
    pub const fn takes_effect(&self) -> bool {
        !matches!(self, Self::VoidByReference { .. } | Self::Query { .. })
    }

    /// The endpoint and key of a request that must happen once.
    pub const fn keyed(&self) -> Option<(ProviderEndpoint, OperationId)> {
        match self {
            Self::Authorize { reference, .. } => Some((ProviderEndpoint::Authorize, *reference)),
            Self::Capture { reference, .. } => Some((ProviderEndpoint::Capture, *reference)),
            Self::Refund { reference, .. } => Some((ProviderEndpoint::Refund, *reference)),
            Self::VoidByReference { .. } | Self::Contest { .. } | Self::Query { .. } => None,
        }
    }
}

/// The answer of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderReply {
    /// So much is reserved, as this charge.
    Authorized {
        /// The charge.
        charge: ChargeId,
        /// How much; less than was asked for is a partial approval.
        amount: Amount,
    },
    /// Refused by the issuer.
    Declined(Decline),
    /// It will be decided later; ask again.
    Pending,
    /// The money was taken.
    Captured {
        /// The charge.
        charge: ChargeId,
        /// How much.
        amount: Amount,
    },
    /// The last of the money was taken before.
    AlreadyCaptured {
        /// The charge.
        charge: ChargeId,
        /// How much was taken of it, in all.
        amount: Amount,
    },
    /// The authorization is gone.
    Expired,
    /// The authorization is released, or never came to be.
    Voided,
    /// What was not captured is released; what was captured stays.
    Released,
    /// Never seen, and blocked from now on.
    Tombstoned,
    /// Captured already: it can't be undone.
    TooLate,
    /// Never seen, and nothing was blocked.
    UnknownReference,
    /// The money was given back.
    Refunded {
        /// How much.
        amount: Amount,
    },
    /// The money was not given back.
    RefundFailed,
    /// What the books say of the authorization with this reference.
    Status(ChargeState, ChargeId, Amount),
    /// What the books say of the refund with this reference.
    RefundStatus(RefundState, Amount),
    /// The dispute that was answered stands so.
    Dispute(DisputeState),
    /// The query does not know the reference, or not yet.
    NotFound,
    /// The request with this key is still being worked on.
    InProgress,
    /// The key came with another request before.
    KeyMismatch,
    /// Too many requests: not executed.
    Throttled,
    /// An error on the provider's side: it may have happened.
    ServerError,
    /// The request makes no sense to the provider: not executed.
    Invalid,
}

/// How an issuer declines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decline {
    /// Another try may succeed.
    Soft,
    /// No try will succeed.
    Hard,
}

/// What the issuer will say: drawn by the world, not by the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssuerAnswer {
    /// Yes.
    Approve,
    /// Yes, but only to this share, in basis points.
    ApprovePart(u32),
    /// No.
    Decline(Decline),
    /// Yes or no, after a while.
    Later(Duration, bool),
    /// Yes to a refund, which the customer's bank will return after a while.
    ReturnLate(Duration),
}
