//! Money goes out to a customer's account elsewhere.

use super::Voucher;
use super::chain::{Chain, Sides};
use crate::account::AccountName;
use crate::identity::{BankId, Customer, RailId, TransferId};
use crate::money::Amount;
use crate::transfer::Transfer;

/// A payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payout {
    /// Whose money.
    pub customer: Customer,
    /// By which rail.
    pub rail: RailId,
    /// From which account of the house.
    pub bank: BankId,
    /// What arrives.
    pub amount: Amount,
    /// What the customer pays on top.
    pub fee: Amount,
}

/// What becomes of the fee of a payout that was returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnedFee {
    /// The house keeps it.
    Kept,
    /// The customer gets it back.
    GivenBack,
}

/// Reserves amount and fee.
pub fn hold(voucher: &Voucher, payout: &Payout) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, HOLD, 1);
    chain.hold(0, payout.outflow(), payout.amount + payout.fee);
    chain.close()
}

/// Releases what [`hold`] reserved, before anything was sent.
pub fn void(voucher: &Voucher, payout: &Payout) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "payout-void", 1);
    chain.void(0, held(voucher), payout.outflow(), payout.amount + payout.fee);
    chain.close()
}

/// Books what was sent, and the fee. What another rail has sent than the one it
/// was reserved for is on its way by that one.
pub fn post(voucher: &Voucher, payout: &Payout, sent_by: RailId) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "payout-post", 3);
    chain.post(0, held(voucher), payout.outflow(), payout.amount + payout.fee);
    chain.book(1, (AccountName::TransitOut(payout.rail), AccountName::FeeIncome), payout.fee);
    if sent_by != payout.rail {
        chain.book(2, (payout.transit(), AccountName::TransitOut(sent_by)), payout.amount);
    }
    chain.close()
}

/// The bank has paid it.
pub fn settle(voucher: &Voucher, payout: &Payout) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "payout-settle", 1);
    chain.book(0, (payout.transit(), AccountName::Bank(payout.bank)), payout.amount);
    chain.close()
}

/// The money came back.
pub fn give_back(voucher: &Voucher, payout: &Payout, fee: ReturnedFee) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "payout-return", 3);
    let customer = AccountName::Customer(payout.customer);
    chain.book(0, (AccountName::Bank(payout.bank), payout.transit()), payout.amount);
    chain.book(1, (payout.transit(), customer), payout.amount);
    if fee == ReturnedFee::GivenBack {
        chain.book(2, (AccountName::FeeIncome, customer), payout.fee);
    }
    chain.close()
}

/// The hold of a payout.
pub fn held(voucher: &Voucher) -> TransferId {
    voucher.id(HOLD, 0)
}

impl Payout {
    const fn transit(&self) -> AccountName {
        AccountName::TransitOut(self.rail)
    }

    const fn outflow(&self) -> Sides {
        (AccountName::Customer(self.customer), self.transit())
    }
}

const HOLD: &str = "payout-hold";
