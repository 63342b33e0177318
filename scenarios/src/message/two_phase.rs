//! What is said under two-phase commit (payments.md 1.3, m20), besides what
//! clients, providers and the risk service say in any world.

use model::gatekeeper::{CreatePayment, KeyId};
use model::two_phase::{Branch, Decision, Transaction};
use model::{Merchant, Money, ProviderId, Tenant, Token};
use sim::Role;

use super::{Asking, ClientReply};
use crate::fact::Endpoint;

/// A message of two-phase commit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TwoPhase {
    /// Edge to coordinator: a client asks.
    Submit(Submission),
    /// The answer.
    Submitted {
        /// Who asked.
        client: Role,
        /// What joins it to the request.
        asking: Asking,
        /// What was asked.
        endpoint: Endpoint,
        /// What is to be told.
        reply: ClientReply,
    },
    /// Coordinator to participant: make sure that you can do this.
    Prepare(Box<Work>),
    /// The answer.
    Vote(About, Vote),
    /// Coordinator to participant: this was decided.
    Decide(About, Decision),
    /// The answer: it is done.
    Acknowledge(About, Settled),
    /// Participant to coordinator: what was decided?
    Inquire(About),
}

/// What a client asks of a coordinator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Submission {
    /// Who asks.
    pub client: Role,
    /// What joins the answer to the request.
    pub asking: Asking,
    /// What for.
    pub asked: Asked,
}

/// What a client may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Asked {
    /// A new payment.
    Create(Box<CreatePayment>),
    /// The status of the payment under this key.
    Get(KeyId),
    /// The end of the payment under this key.
    Cancel(KeyId),
}

impl Asked {
    /// The key that it is about.
    pub fn key(&self) -> KeyId {
        match self {
            Self::Create(request) => request.key,
            Self::Get(key) | Self::Cancel(key) => *key,
        }
    }
}

/// Whose part of which transaction it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct About {
    /// Which transaction.
    pub transaction: Transaction,
    /// Whose instrument.
    pub token: Token,
    /// Whose part.
    pub branch: Branch,
}

/// What a participant is to do, once it is told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Work {
    /// Whose part of what.
    pub about: About,
    /// In whose books.
    pub tenant: Tenant,
    /// Who is paid.
    pub merchant: Merchant,
    /// How much.
    pub money: Money,
    /// By way of which provider.
    pub provider: ProviderId,
}

/// What a participant votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vote {
    /// It will do its part, whatever comes.
    Yes,
    /// It can't, and another try is in vain.
    No,
    /// It can't, but another provider may.
    NotHere,
}

/// How what was decided was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Settled {
    /// As it was decided.
    AsDecided,
    /// COMMIT was decided, and the provider has taken back what it had promised.
    Revoked,
}

impl TwoPhase {
    /// The instrument that it is about.
    pub const fn token(&self) -> Token {
        match self {
            Self::Submit(submission) => submission.asking.token,
            Self::Submitted { asking, .. } => asking.token,
            Self::Prepare(work) => work.about.token,
            Self::Vote(about, _)
            | Self::Decide(about, _)
            | Self::Acknowledge(about, _)
            | Self::Inquire(about) => about.token,
        }
    }
}
