//! A customer's bank takes money back.

use super::Voucher;
use super::chain::Chain;
use crate::account::AccountName;
use crate::identity::{Merchant, ProviderId};
use crate::money::Amount;
use crate::transfer::Transfer;

/// A chargeback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chargeback {
    /// Whose customer disputes.
    pub merchant: Merchant,
    /// Who has withdrawn the money.
    pub provider: ProviderId,
    /// What is disputed.
    pub amount: Amount,
    /// What the provider charges for it, won or lost.
    pub cost: Amount,
}

/// The provider has withdrawn the money.
pub fn open(voucher: &Voucher, chargeback: &Chargeback) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "dispute-open", 2);
    chain.book(0, (chargeback.disputed(), chargeback.receivable()), chargeback.amount);
    chain.book(1, (AccountName::ProviderFees, chargeback.receivable()), chargeback.cost);
    chain.close()
}

/// The provider has given it back.
pub fn win(voucher: &Voucher, chargeback: &Chargeback) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "dispute-won", 1);
    chain.book(0, (chargeback.receivable(), chargeback.disputed()), chargeback.amount);
    chain.close()
}

/// The merchant bears it: from what it has `available` as far as that goes, and
/// owes the rest. If it has less by the time of the booking, the ledger refuses
/// the chain, and the next one needs a voucher with the next number.
pub fn lose(voucher: &Voucher, chargeback: &Chargeback, available: Amount) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "dispute-lost", 2);
    let merchant = chargeback.merchant;
    let at_hand = chargeback.amount.min(available.max(Amount::ZERO));
    let disputed = chargeback.disputed();
    chain.book(0, (AccountName::MerchantAvailable(merchant), disputed), at_hand);
    chain.book(1, (AccountName::MerchantOwed(merchant), disputed), chargeback.amount - at_hand);
    chain.close()
}

impl Chargeback {
    const fn disputed(&self) -> AccountName {
        AccountName::Dispute(self.merchant)
    }

    const fn receivable(&self) -> AccountName {
        AccountName::ProviderReceivable(self.provider)
    }
}
