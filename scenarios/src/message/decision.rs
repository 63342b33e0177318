//! What is said between a worker and whoever decides: m19.

use model::decision::{Advice, Snapshot};
use model::{PaymentId, Token};

/// What a worker asks of the decider. No key is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Whose instrument.
    pub token: Token,
    /// Which payment.
    pub payment: PaymentId,
    /// What there is to choose from, and what is known.
    pub snapshot: Snapshot,
}

/// What the decider answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Advised {
    /// Whose instrument.
    pub token: Token,
    /// Which payment.
    pub payment: PaymentId,
    /// The version of the payment's journal that was asked about.
    pub of: u32,
    /// What it says.
    pub advice: Advice,
}
