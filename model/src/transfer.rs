//! What a ledger is asked to book, and what it answers.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::identity::{OperationId, Token, TransferId};
use crate::money::Amount;

/// A movement between two accounts; stored as it came, and never edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transfer {
    /// The identity that makes it happen once.
    pub id: TransferId,
    /// The account that is debited.
    pub debit: AccountId,
    /// The account that is credited.
    pub credit: AccountId,
    /// How much.
    pub amount: Amount,
    /// What it does.
    pub kind: TransferKind,
    /// Whether it stands or falls with the next one of the request.
    pub linked: bool,
    /// Whose payment it belongs to.
    pub token: Token,
    /// The operation that asked for it.
    pub operation: OperationId,
}

/// What a transfer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferKind {
    /// Moves the amount at once.
    Posted,
    /// Reserves the amount: a hold.
    Pending,
    /// Captures a hold, up to its amount; what is left is released.
    PostPending(TransferId),
    /// Releases a hold.
    VoidPending(TransferId),
}

impl TransferKind {
    /// The hold that this captures or releases.
    pub const fn pending(self) -> Option<TransferId> {
        match self {
            Self::PostPending(id) | Self::VoidPending(id) => Some(id),
            Self::Posted | Self::Pending => None,
        }
    }
}

/// What became of one transfer of a request, in the words of TigerBeetle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferResult {
    /// Booked.
    Created,
    /// Another transfer of the same chain failed, so this one was not booked.
    LinkedEventFailed,
    /// The last transfer of the request is linked to a next one.
    LinkedEventChainOpen,
    /// Booked before, with the same fields.
    Exists,
    /// Booked before, with other flags.
    ExistsWithDifferentFlags,
    /// Booked before, capturing or releasing another hold.
    ExistsWithDifferentPendingId,
    /// Booked before, between other accounts.
    ExistsWithDifferentAccounts,
    /// Booked before, with another amount.
    ExistsWithDifferentAmount,
    /// Booked before, for another token or operation.
    ExistsWithDifferentUserData,
    /// This id failed once for a reason that may pass; it will always fail.
    IdAlreadyFailed,
    /// The amount is not above zero.
    AmountMustBePositive,
    /// The same account on both sides.
    AccountsMustBeDifferent,
    /// The two accounts are of two tenants or currencies.
    AccountsMustHaveTheSameLedger,
    /// The debited account would be overdrawn.
    ExceedsCredits,
    /// The hold does not exist.
    PendingTransferNotFound,
    /// The transfer to capture or release is no hold.
    PendingTransferNotPending,
    /// The hold is between other accounts.
    PendingTransferHasDifferentAccounts,
    /// More than the hold reserves.
    ExceedsPendingTransferAmount,
    /// A release of less than the hold reserves.
    PendingTransferHasDifferentAmount,
    /// The hold was captured.
    PendingTransferAlreadyPosted,
    /// The hold was released.
    PendingTransferAlreadyVoided,
}

impl TransferResult {
    /// Whether this failure burns the id: a later change of the ledger could
    /// have let it pass, so a repetition must not.
    pub const fn burns(self) -> bool {
        matches!(self, Self::ExceedsCredits | Self::PendingTransferNotFound)
    }
}
