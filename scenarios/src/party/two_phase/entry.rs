//! What the parties of two-phase commit write into their journals.

use model::two_phase::{Participant, Transaction};
use model::{ChargeId, Fingerprint, Intent, PaymentId, ProviderId, Status};
use sim::Role;

use crate::message::{About, Settled, Work};

/// An entry of a coordinator's log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CoordinatorEntry {
    /// A client was promised an answer to a request with this fingerprint.
    Accepted(Intent, Fingerprint),
    /// Its client wants it no more.
    CancelRequested(PaymentId),
    /// This transaction begins, by way of this provider.
    Begun(Transaction, ProviderId),
    /// COMMIT is decided. There is no such record of ABORT.
    Committed(Transaction),
    /// The payment has come to this.
    Ended(PaymentId, Status),
    /// It has come to nothing that can be told: its transaction is committed, and
    /// its provider has taken back what it had promised. A person has it.
    Revoked(PaymentId),
    /// The client knows how it ended.
    Told(PaymentId),
}

impl CoordinatorEntry {
    /// The payment that it is about.
    pub fn payment(&self) -> PaymentId {
        match self {
            Self::Accepted(intent, _) => intent.payment,
            Self::Begun(transaction, _) | Self::Committed(transaction) => transaction.payment,
            Self::CancelRequested(payment)
            | Self::Ended(payment, _)
            | Self::Revoked(payment)
            | Self::Told(payment) => *payment,
        }
    }
}

/// An entry of a participant's journal: how it stands with a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BranchEntry {
    /// Whose part of what.
    pub about: About,
    /// What is to be done; nothing of what it was told to abort before it was
    /// asked.
    pub work: Option<Work>,
    /// How it stands.
    pub state: Participant,
    /// Whose transaction it is.
    pub coordinator: Role,
    /// Of the adapter: the authorization that it has.
    pub charge: Option<ChargeId>,
    /// Of the adapter: what became of the decision at the provider, once that is
    /// known.
    pub settled: Option<Settled>,
}
