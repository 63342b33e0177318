//! What accounts hold before anything happens.

use super::Voucher;
use super::chain::{Chain, Sides};
use crate::account::AccountName;
use crate::identity::{BankId, Customer, Merchant};
use crate::money::Amount;
use crate::transfer::Transfer;

/// Grants a merchant the limit of what it may process.
pub fn limit(voucher: &Voucher, merchant: Merchant, amount: Amount) -> Vec<Transfer> {
    let limit = (AccountName::LimitGranted, AccountName::Limit(merchant));
    opening(voucher, "open-limit", limit, amount)
}

/// A customer has brought money to a bank.
pub fn customer(
    voucher: &Voucher,
    bank: BankId,
    customer: Customer,
    amount: Amount,
) -> Vec<Transfer> {
    let deposit = (AccountName::Bank(bank), AccountName::Customer(customer));
    opening(voucher, "open-customer", deposit, amount)
}

/// The house has brought money to a bank, to exchange others into.
pub fn liquidity(voucher: &Voucher, bank: BankId, amount: Amount) -> Vec<Transfer> {
    let deposit = (AccountName::Bank(bank), AccountName::Liquidity);
    opening(voucher, "open-liquidity", deposit, amount)
}

fn opening(
    voucher: &Voucher,
    posting: &'static str,
    sides: Sides,
    amount: Amount,
) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, posting, 1);
    chain.book(0, sides, amount);
    chain.close()
}
