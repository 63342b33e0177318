//! Money that was captured goes back.

use serde::{Deserialize, Serialize};

use super::Voucher;
use super::chain::{Chain, Sides};
use crate::account::AccountName;
use crate::identity::{Merchant, ProviderId};
use crate::money::Amount;
use crate::transfer::Transfer;

/// A refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Who pays it.
    pub merchant: Merchant,
    /// Through whom.
    pub provider: ProviderId,
    /// How much.
    pub amount: Amount,
    /// How much of that the merchant will owe, because it has less available.
    pub owed: Amount,
    /// Whether the capture was settled when the refund was reserved.
    pub stage: Stage,
}

/// Where the refunded money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Pending: the capture is not settled.
    BeforeSettlement,
    /// Available: it is.
    AfterSettlement,
}

/// What to do about a refund of more than the merchant has available.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefundShortfall {
    /// The ledger refuses it.
    #[default]
    Refuse,
    /// The merchant owes what is short.
    Owed,
}

impl RefundShortfall {
    /// How much of a refund of `amount` a merchant will owe that has so much
    /// available.
    pub fn owed(self, amount: Amount, available: Amount) -> Amount {
        match self {
            Self::Refuse => Amount::ZERO,
            Self::Owed => (amount - available.max(Amount::ZERO)).max(Amount::ZERO),
        }
    }
}

/// Reserves the money before the provider is asked.
pub fn reserve(voucher: &Voucher, refund: &Refund) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, RESERVE, 2);
    for held in refund.held() {
        chain.hold(held.leg, held.sides, held.amount);
    }
    chain.close()
}

/// The provider has paid it. `limit` tells whether the capture is still not
/// settled, so that the merchant's limit gets it back now.
pub fn succeed(voucher: &Voucher, refund: &Refund, limit: Stage) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "refund-ok", 4);
    for held in refund.held() {
        chain.post(held.leg, voucher.id(RESERVE, held.leg), held.sides, held.amount);
    }
    chain.book(2, (OUT, AccountName::ProviderReceivable(refund.provider)), refund.amount);
    if limit == Stage::BeforeSettlement {
        let (limit, used) =
            (AccountName::Limit(refund.merchant), AccountName::LimitUsed(refund.merchant));
        chain.book(3, (used, limit), refund.amount);
    }
    chain.close()
}

/// [`succeed`] as a defect does it: the merchant pays `fee` for it.
pub(crate) fn succeed_for(
    voucher: &Voucher,
    refund: &Refund,
    limit: Stage,
    fee: Amount,
) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "refund-fee", 1);
    chain.book(0, (refund.stage.account(refund.merchant), AccountName::FeeIncome), fee);
    let mut rows = succeed(voucher, refund, limit);
    rows.iter_mut().for_each(|row| row.linked = true);
    rows.extend(chain.close());
    if let Some(last) = rows.last_mut() {
        last.linked = false;
    }
    rows
}

/// The provider has paid it, and nobody had asked for it: there is no reserve.
pub fn happened(voucher: &Voucher, refund: &Refund) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "refund-by-hand", 4);
    for held in refund.held() {
        chain.book(held.leg, held.sides, held.amount);
    }
    chain.book(2, (OUT, AccountName::ProviderReceivable(refund.provider)), refund.amount);
    if refund.stage == Stage::BeforeSettlement {
        let (limit, used) =
            (AccountName::Limit(refund.merchant), AccountName::LimitUsed(refund.merchant));
        chain.book(3, (used, limit), refund.amount);
    }
    chain.close()
}

/// The provider will not pay it: releases what [`reserve`] reserved.
pub fn fail(voucher: &Voucher, refund: &Refund) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "refund-fail", 2);
    for held in refund.held() {
        chain.void(held.leg, voucher.id(RESERVE, held.leg), held.sides, held.amount);
    }
    chain.close()
}

/// Days after it succeeded, it turns out that nobody took the money. All of it
/// is the merchant's again, pending or available as `stage` tells; what it owes
/// it still owes.
pub fn fail_late(voucher: &Voucher, refund: &Refund, stage: Stage) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "refund-late-fail", 2);
    chain.book(0, (AccountName::ProviderReceivable(refund.provider), OUT), refund.amount);
    chain.book(1, (OUT, stage.account(refund.merchant)), refund.amount);
    chain.close()
}

/// One hold of a refund.
struct Held {
    leg: u32,
    sides: Sides,
    amount: Amount,
}

impl Refund {
    /// What it reserves: money at hand, money that will be owed.
    fn held(&self) -> impl Iterator<Item = Held> {
        let at_hand = (self.stage.account(self.merchant), OUT);
        let debt = (AccountName::MerchantOwed(self.merchant), OUT);
        let both = [
            Held { leg: 0, sides: at_hand, amount: self.amount - self.owed },
            Held { leg: 1, sides: debt, amount: self.owed },
        ];
        both.into_iter().filter(|held| held.amount != Amount::ZERO)
    }
}

impl Stage {
    /// Where the merchant's money is.
    const fn account(self, merchant: Merchant) -> AccountName {
        match self {
            Self::BeforeSettlement => AccountName::MerchantPending(merchant),
            Self::AfterSettlement => AccountName::MerchantAvailable(merchant),
        }
    }
}

const OUT: AccountName = AccountName::TransitOutProviders;
const RESERVE: &str = "refund-hold";
