//! A customer's bank takes money back.

use super::Voucher;
use super::chain::Chain;
use crate::account::AccountName;
use crate::at_hand::{AtHand, Burden};
use crate::identity::{Merchant, ProviderId};
use crate::money::Amount;
use crate::shares::Shares;
use crate::split::Split;
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
    /// What other merchants bear of it that the payment was split over.
    pub shares: Shares,
}

/// The provider has withdrawn the money.
pub fn open(voucher: &Voucher, chargeback: &Chargeback) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "dispute-open", 2 + Split::OTHERS_MAX);
    let receivable = chargeback.receivable();
    chain.book(0, (AccountName::Dispute(chargeback.merchant), receivable), chargeback.paid());
    chain.book(1, (AccountName::ProviderFees, receivable), chargeback.cost);
    for ((merchant, amount), leg) in chargeback.shares.others().zip(2..) {
        chain.book(leg, (AccountName::Dispute(merchant), receivable), amount);
    }
    chain.close()
}

/// The provider has given it back.
pub fn win(voucher: &Voucher, chargeback: &Chargeback) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "dispute-won", 1 + Split::OTHERS_MAX);
    let receivable = chargeback.receivable();
    chain.book(0, (receivable, AccountName::Dispute(chargeback.merchant)), chargeback.paid());
    for ((merchant, amount), leg) in chargeback.shares.others().zip(2..) {
        chain.book(leg, (receivable, AccountName::Dispute(merchant)), amount);
    }
    chain.close()
}

/// Each merchant bears its share: what it has `at_hand` of that, and it owes the rest.
/// If one of them has less by the time of the booking, the ledger refuses the chain,
/// and the next one needs a voucher with the next number.
pub fn lose(voucher: &Voucher, chargeback: &Chargeback, at_hand: &AtHand) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "dispute-lost", 2 + 2 * Split::OTHERS_MAX);
    let (merchant, paid) = (chargeback.merchant, chargeback.paid());
    let disputed = AccountName::Dispute(merchant);
    chain.book(0, (AccountName::MerchantAvailable(merchant), disputed), at_hand.paid());
    chain.book(1, (AccountName::MerchantOwed(merchant), disputed), paid - at_hand.paid());
    for ((merchant, amount), leg) in chargeback.shares.others().zip(2..) {
        let disputed = AccountName::Dispute(merchant);
        let has = at_hand.others().share_of(merchant);
        chain.book(leg, (AccountName::MerchantOwed(merchant), disputed), amount - has);
        let leg = leg + Split::OTHERS_MAX as u32;
        chain.book(leg, (AccountName::MerchantAvailable(merchant), disputed), has);
    }
    chain.close()
}

impl Chargeback {
    /// Who bears it if it is lost.
    pub fn burden(&self) -> Burden {
        Burden { merchant: self.merchant, paid: self.paid(), shares: self.shares }
    }

    /// What the merchant bears that was paid.
    fn paid(&self) -> Amount {
        self.amount - self.shares.sum()
    }

    const fn receivable(&self) -> AccountName {
        AccountName::ProviderReceivable(self.provider)
    }
}
