//! Money that was captured goes back.

use serde::{Deserialize, Serialize};

use super::Voucher;
use super::chain::{Chain, Sides};
use crate::account::AccountName;
use crate::identity::{Merchant, ProviderId, TransferId};
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
    chain.hold(0, refund.outflow(), refund.at_hand());
    chain.hold(1, refund.debt(), refund.owed);
    chain.close()
}

/// The provider has paid it. `limit` tells whether the capture is still not
/// settled, so that the merchant's limit gets it back now.
pub fn succeed(voucher: &Voucher, refund: &Refund, limit: Stage) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "refund-ok", 4);
    let [hold, debt] = holds(voucher);
    if refund.at_hand() != Amount::ZERO {
        chain.post(0, hold, refund.outflow(), refund.at_hand());
    }
    if refund.owed != Amount::ZERO {
        chain.post(1, debt, refund.debt(), refund.owed);
    }
    chain.book(2, (OUT, AccountName::ProviderReceivable(refund.provider)), refund.amount);
    if limit == Stage::BeforeSettlement {
        let (limit, used) =
            (AccountName::Limit(refund.merchant), AccountName::LimitUsed(refund.merchant));
        chain.book(3, (used, limit), refund.amount);
    }
    chain.close()
}

/// The provider will not pay it: releases what [`reserve`] reserved.
pub fn fail(voucher: &Voucher, refund: &Refund) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "refund-fail", 2);
    let [hold, debt] = holds(voucher);
    chain.void(0, hold, refund.outflow(), refund.at_hand());
    chain.void(1, debt, refund.debt(), refund.owed);
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

/// The holds of a refund: of money at hand, of money that will be owed.
pub fn holds(voucher: &Voucher) -> [TransferId; 2] {
    [0, 1].map(|leg| voucher.id(RESERVE, leg))
}

impl Refund {
    fn at_hand(&self) -> Amount {
        self.amount - self.owed
    }

    fn outflow(&self) -> Sides {
        (self.stage.account(self.merchant), OUT)
    }

    const fn debt(&self) -> Sides {
        (AccountName::MerchantOwed(self.merchant), OUT)
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
