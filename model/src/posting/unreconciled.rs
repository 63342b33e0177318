//! Lines of settlement files that no capture is the reason of.

use super::Voucher;
use super::chain::Chain;
use super::settlement::Place;
use crate::account::AccountName;
use crate::identity::{BankId, Merchant};
use crate::money::{Amount, Money};
use crate::transfer::Transfer;

/// Money came to the bank, or left it, and nobody knows what for: it is in
/// suspense until somebody does.
pub fn suspend(voucher: &Voucher, bank: BankId, net: Amount) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "line-suspense", 1);
    chain.book_either_way(0, (AccountName::Bank(bank), AccountName::Suspense), net);
    chain.close()
}

/// The mistake is over: as much moves the other way.
pub fn clear(voucher: &Voucher, bank: BankId, net: Amount) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "line-cleared", 1);
    chain.book_either_way(0, (AccountName::Bank(bank), AccountName::Suspense), net);
    chain.close()
}

/// Money that was owed, or had left, has moved: by so much, to us.
pub fn pass(voucher: &Voucher, at: Place, owed: Place, net: Amount) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "line-net", 1);
    chain.book_either_way(0, (at.account(), owed.account()), net);
    chain.close()
}

/// What was taken too late has been paid, but for what its provider kept: that is
/// what it costs the house.
pub fn collect(
    voucher: &Voucher,
    at: Place,
    owed: Place,
    net: Amount,
    cost: Amount,
) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "line-collected", 2);
    chain.book_either_way(0, (at.account(), owed.account()), net);
    chain.book(1, (AccountName::ProviderFees, owed.account()), cost);
    chain.close()
}

/// What a refund had reserved when its payment was settled, and did not take
/// after all, is its merchants' to have, each its part, and their limits get it back.
pub fn release(voucher: &Voucher, parts: &[(Merchant, Money)]) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "line-released", 2 * parts.len());
    for ((merchant, Money { amount, currency }), leg) in parts.iter().zip((0..).step_by(2)) {
        let pending = AccountName::MerchantPending(*merchant);
        let available = AccountName::MerchantAvailable(*merchant);
        chain.book_in(*currency, leg, (pending, available), *amount);
        let limit = (AccountName::LimitUsed(*merchant), AccountName::Limit(*merchant));
        chain.book_in(*currency, leg + 1, limit, *amount);
    }
    chain.close()
}

/// What a refund gave back and what came back pending, of a payment that was settled
/// meanwhile: its merchants have that available now. Their limits have theirs.
pub fn hand_on(voucher: &Voucher, parts: &[(Merchant, Money)]) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "line-handed-on", parts.len());
    for ((merchant, Money { amount, currency }), leg) in parts.iter().zip(0..) {
        let pending = AccountName::MerchantPending(*merchant);
        let available = AccountName::MerchantAvailable(*merchant);
        chain.book_in(*currency, leg, (pending, available), *amount);
    }
    chain.close()
}

/// The chain that settles a capture, and behind it what its fee is more than
/// was agreed on: nobody's, until the provider gives it back.
pub fn with_fee_off(
    voucher: &Voucher,
    mut settled: Vec<Transfer>,
    fee_off: Amount,
) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "line-fee-off", 1);
    chain.book_either_way(0, (AccountName::Suspense, AccountName::ProviderFees), fee_off);
    settled.extend(chain.close());
    let last = settled.len().saturating_sub(1);
    for (at, transfer) in settled.iter_mut().enumerate() {
        transfer.linked = at != last;
    }
    settled
}
