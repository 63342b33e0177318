//! Whether what was told is durable.

use model::{EventId, FileId, ReturnId, Token};

/// Whether a webhook is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    /// Which event.
    pub event: EventId,
    /// Whose instrument.
    pub token: Token,
    /// Whether it is: 2xx. If not, it has to come again: 503.
    pub taken: bool,
}

/// Whether a settlement file is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileReceipt {
    /// Which.
    pub file: FileId,
    /// Whether it is. If not, it has to come again.
    pub taken: bool,
}

/// The answer to a return that a bank tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReturnReceipt {
    /// Which return.
    pub id: ReturnId,
    /// What the inbox calls it.
    pub event: EventId,
    /// To whose account elsewhere it had been sent.
    pub token: Token,
    /// Whether it is durable: otherwise it has to be told again.
    pub taken: bool,
}
