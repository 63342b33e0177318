//! Money comes in for one merchant, or for several of a marketplace.

use super::Voucher;
use super::chain::{Chain, Sides};
use crate::account::AccountName;
use crate::identity::{Merchant, ProviderId, TransferId};
use crate::money::Amount;
use crate::transfer::Transfer;

/// What one merchant gets of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Who.
    pub merchant: Merchant,
    /// How much, at most.
    pub amount: Amount,
}

/// What one merchant gets of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapturedPart {
    /// Who.
    pub merchant: Merchant,
    /// How much, before fee and tax.
    pub amount: Amount,
    /// What the service costs it.
    pub fee: Amount,
    /// Tax on the fee.
    pub tax: Amount,
    /// What is still to be captured for it: reserved anew.
    pub rest: Amount,
}

/// Reserves the payment and the merchants' limits; a part of nothing too, so
/// that whoever resolves the holds need not know.
pub fn hold(voucher: &Voucher, parts: &[Part]) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, HOLD, 2 * parts.len());
    for (part, legs) in parts.iter().zip(Legs::all()) {
        chain.hold(legs.hold, inflow(part.merchant), part.amount);
        chain.hold(legs.limit_hold, limit(part.merchant), part.amount);
    }
    chain.close()
}

/// Releases what [`hold`] reserved for `parts`, before anything was captured;
/// or what a capture left, if the voucher has its number plus one.
pub fn void(voucher: &Voucher, parts: &[Part]) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, VOID, 2 * parts.len());
    for (part, legs) in parts.iter().zip(Legs::all()) {
        let [hold, limit_hold] = holds(voucher, &legs);
        chain.void(legs.hold, hold, inflow(part.merchant), part.amount);
        chain.void(legs.limit_hold, limit_hold, limit(part.merchant), part.amount);
    }
    chain.close()
}

/// [`void`] as a defect does it: the limits stay reserved.
pub(crate) fn void_half(voucher: &Voucher, parts: &[Part]) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, VOID, parts.len());
    for (part, legs) in parts.iter().zip(Legs::all()) {
        let [hold, _] = holds(voucher, &legs);
        chain.void(legs.hold, hold, inflow(part.merchant), part.amount);
    }
    chain.close()
}

/// [`void`] as a defect does it: the attempt counts against the limits for good.
pub(crate) fn void_counting(voucher: &Voucher, parts: &[Part]) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "attempt", parts.len());
    for (part, leg) in parts.iter().zip(0..) {
        chain.book(leg, limit(part.merchant), part.amount);
    }
    let mut rows = void(voucher, parts);
    rows.iter_mut().for_each(|row| row.linked = true);
    rows.extend(chain.close());
    if let Some(last) = rows.last_mut() {
        last.linked = false;
    }
    rows
}

/// Books a capture: the holds become postings, the provider owes the money,
/// and the merchants pay fee and tax. If more is to be captured later, that is
/// reserved anew, for all the same parts: by the holds of the next voucher.
pub fn post(voucher: &Voucher, provider: ProviderId, parts: &[CapturedPart]) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, POST, 1 + 4 * parts.len());
    for (part, legs) in parts.iter().zip(Legs::all()) {
        let [hold, limit_hold] = holds(voucher, &legs);
        chain.post(legs.post, hold, inflow(part.merchant), part.amount);
        chain.post(legs.limit_post, limit_hold, limit(part.merchant), part.amount);
    }
    let total = parts.iter().map(|part| part.amount).sum();
    let receivable = AccountName::ProviderReceivable(provider);
    chain.book(RECEIVABLE, (receivable, AccountName::TransitIn), total);
    for (part, legs) in parts.iter().zip(Legs::all()) {
        let pending = AccountName::MerchantPending(part.merchant);
        chain.book(legs.fee, (pending, AccountName::FeeIncome), part.fee);
        chain.book(legs.tax, (pending, AccountName::TaxPayable), part.tax);
    }
    if parts.iter().any(|part| part.rest != Amount::ZERO) {
        for (part, legs) in parts.iter().zip(Legs::all()) {
            let [hold, limit_hold] = holds(&voucher.next(), &legs);
            chain.hold_as(hold, inflow(part.merchant), part.rest);
            chain.hold_as(limit_hold, limit(part.merchant), part.rest);
        }
    }
    chain.close()
}

/// The holds of the payment with this id before its first capture, if it is
/// for one merchant: of the money, of the limit.
pub fn holds_of(payment: u64) -> [TransferId; 2] {
    [0, 1].map(|leg| TransferId::of(payment, 0, HOLD, leg))
}

/// The holds for the part at this place.
pub(super) fn holds(voucher: &Voucher, legs: &Legs) -> [TransferId; 2] {
    [legs.hold, legs.limit_hold].map(|leg| voucher.id(HOLD, leg))
}

/// The numbers of the transfers that are for one part.
pub(super) struct Legs {
    pub(super) hold: u32,
    pub(super) limit_hold: u32,
    pub(super) post: u32,
    pub(super) limit_post: u32,
    pub(super) fee: u32,
    pub(super) tax: u32,
}

impl Legs {
    /// Those of the first part, of the second one, and so on.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..).map(|at| Self {
            hold: 2 * at,
            limit_hold: 2 * at + 1,
            post: 5 * at,
            limit_post: 5 * at + 1,
            fee: 5 * at + 3,
            tax: 5 * at + 4,
        })
    }
}

pub(super) fn inflow(merchant: Merchant) -> Sides {
    (AccountName::TransitIn, AccountName::MerchantPending(merchant))
}

pub(super) fn limit(merchant: Merchant) -> Sides {
    (AccountName::Limit(merchant), AccountName::LimitUsed(merchant))
}

const HOLD: &str = "hold";
const VOID: &str = "void-hold";
pub(super) const POST: &str = "post";
const RECEIVABLE: u32 = 2;
