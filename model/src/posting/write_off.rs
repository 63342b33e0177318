//! What will never be paid is given up.

use super::Voucher;
use super::chain::Chain;
use crate::account::AccountName;
use crate::identity::{Merchant, ProviderId};
use crate::money::Amount;
use crate::transfer::Transfer;

/// What is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// A provider will not pay it.
    Receivable(ProviderId),
    /// A merchant will not pay it back.
    Debt(Merchant),
    /// A dispute was lost whose merchant bears nothing of it.
    Dispute(Merchant),
    /// Money that went out, and nobody gives back.
    Suspended,
    /// Money that came in, and nobody claims.
    Unclaimed,
}

/// Gives `amount` of it up: a loss, or a gain if nobody claims it.
pub fn write_off(voucher: &Voucher, lost: Lost, amount: Amount) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "write-off", 1);
    chain.book(
        0,
        match lost {
            Lost::Receivable(provider) => {
                (AccountName::WriteOff, AccountName::ProviderReceivable(provider))
            }
            Lost::Debt(merchant) => (AccountName::WriteOff, AccountName::MerchantOwed(merchant)),
            Lost::Dispute(merchant) => (AccountName::WriteOff, AccountName::Dispute(merchant)),
            Lost::Suspended => (AccountName::WriteOff, AccountName::Suspense),
            Lost::Unclaimed => (AccountName::Suspense, AccountName::WriteOff),
        },
        amount,
    );
    chain.close()
}
