//! A payment whose books are on two shards: what comes in from customers on one,
//! what merchants get on the other. Money is on its way between the two for as
//! long as only one has booked it.

use super::Voucher;
use super::chain::Chain;
use super::payin::{CapturedPart, Legs, POST, holds, inflow, limit};
use crate::account::AccountName;
use crate::identity::ProviderId;
use crate::money::Amount;
use crate::transfer::Transfer;

/// The customers' side: the provider owes what it takes.
pub fn customers(voucher: &Voucher, provider: ProviderId, amount: Amount) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "take-in", 1);
    chain.book(0, (AccountName::ProviderReceivable(provider), AccountName::TransitIn), amount);
    chain.close()
}

/// The merchants' side: the holds that
/// [`payin::hold`](super::payin::hold) placed for this one part become postings,
/// and the merchant pays fee and tax.
pub fn merchants(voucher: &Voucher, part: &CapturedPart) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, POST, 4);
    for legs in Legs::all().take(1) {
        let [hold, limit_hold] = holds(voucher, &legs);
        chain.post(legs.post, hold, inflow(part.merchant), part.amount);
        chain.post(legs.limit_post, limit_hold, limit(part.merchant), part.amount);
        let pending = AccountName::MerchantPending(part.merchant);
        chain.book(legs.fee, (pending, AccountName::FeeIncome), part.fee);
        chain.book(legs.tax, (pending, AccountName::TaxPayable), part.tax);
    }
    chain.close()
}
