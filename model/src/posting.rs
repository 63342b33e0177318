//! What every event comes to in the ledger: payments.md 1.8, one file per
//! family. A posting is a function from plain data to a chain of linked
//! transfers; whoever repeats it gets the same chain.

mod chain;
pub mod chargeback;
pub mod correction;
pub mod exchange;
pub mod late;
pub mod opening;
pub mod payin;
pub mod payin_exchange;
pub mod payout;
pub mod refund;
pub mod settlement;
pub mod shards;
pub mod unreconciled;
pub mod write_off;

use crate::currency::Currency;
use crate::identity::{OperationId, Tenant, Token, TransferId};

/// What all transfers of a posting have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// In whose books.
    pub tenant: Tenant,
    /// In what currency.
    pub currency: Currency,
    /// The id of what it is about, of which those of the transfers are made: a
    /// payment, a refund, a dispute, a settlement line.
    pub subject: u64,
    /// How often the like was posted about the same subject before: the number
    /// of a capture, of a try with other amounts.
    pub number: u8,
    /// Whose payment it belongs to.
    pub token: Token,
    /// The operation that asks for it.
    pub operation: OperationId,
}

impl Voucher {
    /// The id of a transfer of the posting with this name.
    fn id(&self, posting: &str, leg: u32) -> TransferId {
        TransferId::of(self.subject, self.number, posting, leg)
    }

    /// The same, for what comes after it.
    const fn next(&self) -> Self {
        Self { number: self.number + 1, ..*self }
    }
}
