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

/// What a transfer does. Unlike at TigerBeetle, one that resolves a hold names
/// its accounts and its amount too: there are no shorthands for the hold's.
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
    /// Reserves the amount for so many seconds of the ledger's own clock.
    PendingFor(u32),
}

impl TransferKind {
    /// The hold that this captures or releases.
    pub const fn pending(self) -> Option<TransferId> {
        match self {
            Self::PostPending(id) | Self::VoidPending(id) => Some(id),
            Self::Posted | Self::Pending | Self::PendingFor(_) => None,
        }
    }

    /// Whether it is a hold.
    pub const fn is_hold(self) -> bool {
        matches!(self, Self::Pending | Self::PendingFor(_))
    }

    /// How long the hold reserves, in seconds; 0 for ever, or for none.
    pub const fn timeout(self) -> u32 {
        match self {
            Self::PendingFor(seconds) => seconds,
            _ => 0,
        }
    }
}

/// What became of one transfer of a request, in the words of TigerBeetle (its
/// `docs/reference/requests/create_transfers.md`), and in their order: of
/// several that fit a transfer it gets the first. Left out is what our
/// transfers can't meet: accounts here need not be opened or closed, have no
/// code, and are in the ledger that their ids name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferResult {
    /// Booked.
    Created,
    /// Another transfer of the same chain failed, so this one was not booked.
    LinkedEventFailed,
    /// The last transfer of the request is linked to a next one.
    LinkedEventChainOpen,
    /// No transfer has the id 0.
    IdMustNotBeZero,
    /// No transfer has the highest id.
    IdMustNotBeIntMax,
    /// Booked before, with other flags.
    ExistsWithDifferentFlags,
    /// Booked before, capturing or releasing another hold.
    ExistsWithDifferentPendingId,
    /// Booked before, reserving for another time.
    ExistsWithDifferentTimeout,
    /// Booked before, from another account.
    ExistsWithDifferentDebitAccountId,
    /// Booked before, to another account.
    ExistsWithDifferentCreditAccountId,
    /// Booked before, with another amount.
    ExistsWithDifferentAmount,
    /// Booked before, for another token.
    #[serde(rename = "exists_with_different_user_data_128")]
    ExistsWithDifferentUserData128,
    /// Booked before, by another operation.
    #[serde(rename = "exists_with_different_user_data_64")]
    ExistsWithDifferentUserData64,
    /// Booked before, with the same fields.
    Exists,
    /// This id failed once for a reason that may pass; it will always fail.
    IdAlreadyFailed,
    /// The same account on both sides.
    AccountsMustBeDifferent,
    /// The hold to resolve has the id 0, which none has.
    PendingIdMustNotBeZero,
    /// The hold to resolve has the highest id, which none has.
    PendingIdMustNotBeIntMax,
    /// It is to resolve itself.
    PendingIdMustBeDifferent,
    /// The two accounts are of two tenants or currencies.
    AccountsMustHaveTheSameLedger,
    /// The hold does not exist.
    PendingTransferNotFound,
    /// The transfer to capture or release is no hold.
    PendingTransferNotPending,
    /// The hold is from another account.
    PendingTransferHasDifferentDebitAccountId,
    /// The hold is for another account.
    PendingTransferHasDifferentCreditAccountId,
    /// More than the hold reserves.
    ExceedsPendingTransferAmount,
    /// A release of less than the hold reserves.
    PendingTransferHasDifferentAmount,
    /// The hold was captured.
    PendingTransferAlreadyPosted,
    /// The hold was released.
    PendingTransferAlreadyVoided,
    /// The time of the hold is over.
    PendingTransferExpired,
    /// The debited account would reserve more than can be counted.
    OverflowsDebitsPending,
    /// More would be reserved for the credited account than can be counted.
    OverflowsCreditsPending,
    /// The debits of an account would be more than can be counted.
    OverflowsDebitsPosted,
    /// The credits of an account would be more than can be counted.
    OverflowsCreditsPosted,
    /// All debits of an account, reserved ones too, would be more than can be
    /// counted.
    OverflowsDebits,
    /// All credits of an account would be.
    OverflowsCredits,
    /// The hold would end later than can be told.
    OverflowsTimeout,
    /// The debited account would be overdrawn.
    ExceedsCredits,
    /// More would be credited to the account than it was debited.
    ExceedsDebits,
}

impl TransferResult {
    /// Whether this failure burns the id: a later change of the ledger could
    /// have let it pass, so a repetition must not.
    pub const fn burns(self) -> bool {
        matches!(self, Self::ExceedsCredits | Self::ExceedsDebits | Self::PendingTransferNotFound)
    }
}
