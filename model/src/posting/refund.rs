//! Money that was captured goes back.

use serde::{Deserialize, Serialize};

use super::Voucher;
use super::chain::{Chain, Sides};
use crate::account::AccountName;
use crate::borne::Borne;
use crate::currency::Currency;
use crate::identity::{Merchant, ProviderId};
use crate::money::{Amount, Money};
use crate::shares::Shares;
use crate::split::Split;
use crate::transfer::{Transfer, TransferKind};

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
    /// What other merchants bear of it that the payment was split over.
    pub shares: Shares,
    /// What the merchant bears of it, if it got another currency: by the rate that
    /// the payment had locked. Then the liquidity pays the customer.
    pub exchanged: Option<Borne>,
}

/// Where the refunded money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Pending: the capture is not settled.
    BeforeSettlement,
    /// Available: it is.
    AfterSettlement,
    /// Nobody asked whether it is there: it was available, and the merchant owes it.
    Owed,
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
        held.add_to(&mut chain, TransferKind::Pending);
    }
    chain.close()
}

/// The provider has paid it. `limit` tells whether the capture is still not
/// settled, so that the merchant's limit gets it back now.
pub fn succeed(voucher: &Voucher, refund: &Refund, limit: Stage) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "refund-ok", LEGS);
    for held in refund.held() {
        held.add_to(&mut chain, TransferKind::PostPending(voucher.id(RESERVE, held.leg)));
    }
    chain.book(2, (OUT, AccountName::ProviderReceivable(refund.provider)), refund.amount);
    if limit == Stage::BeforeSettlement {
        refund.free_limits(&mut chain);
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
    let mut chain = Chain::of(voucher, "refund-by-hand", LEGS);
    for held in refund.held() {
        held.add_to(&mut chain, TransferKind::Posted);
    }
    chain.book(2, (OUT, AccountName::ProviderReceivable(refund.provider)), refund.amount);
    if refund.stage == Stage::BeforeSettlement {
        refund.free_limits(&mut chain);
    }
    chain.close()
}

/// The provider will not pay it: releases what [`reserve`] reserved.
pub fn fail(voucher: &Voucher, refund: &Refund) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "refund-fail", 2);
    for held in refund.held() {
        held.add_to(&mut chain, TransferKind::VoidPending(voucher.id(RESERVE, held.leg)));
    }
    chain.close()
}

/// Days after it succeeded, it turns out that nobody took the money. All of it
/// is the merchant's again, pending or available as `stage` tells; what it owes
/// it still owes.
pub fn fail_late(voucher: &Voucher, refund: &Refund, stage: Stage) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "refund-late-fail", 2);
    chain.book(0, (AccountName::ProviderReceivable(refund.provider), OUT), refund.amount);
    match refund.exchanged.map(Borne::money) {
        None => chain.book(1, (OUT, stage.account(refund.merchant)), refund.paid()),
        Some(borne) => {
            chain.book(1, (OUT, AccountName::Liquidity), refund.amount);
            let sides = (AccountName::Liquidity, stage.account(refund.merchant));
            chain.book_in(borne.currency, 2, sides, borne.amount);
        }
    }
    for ((merchant, amount), legs) in refund.shares.others().zip(Legs::all()) {
        chain.book(legs.at_hand, (OUT, stage.account(merchant)), amount);
    }
    chain.close()
}

/// One hold of a refund.
struct Held {
    leg: u32,
    sides: Sides,
    amount: Amount,
    /// If it is not in that of the refund.
    currency: Option<Currency>,
}

impl Held {
    fn add_to(&self, chain: &mut Chain<'_>, kind: TransferKind) {
        let id = chain.id(self.leg);
        match self.currency {
            None => chain.add_own(id, self.sides, self.amount, kind),
            Some(currency) => chain.add(id, currency, self.sides, self.amount, kind),
        }
    }
}

impl Refund {
    /// What it reserves: money at hand, money that will be owed; and what other
    /// merchants bear.
    fn held(&self) -> impl Iterator<Item = Held> {
        let at_hand = (self.stage.account(self.merchant), OUT);
        let debt = (AccountName::MerchantOwed(self.merchant), OUT);
        let own = |leg, sides, amount| Held { leg, sides, amount, currency: None };
        let both = match self.exchanged.map(Borne::money) {
            None => [own(0, at_hand, self.paid() - self.owed), own(1, debt, self.owed)],
            Some(Money { amount, currency }) => {
                let sides = (self.stage.account(self.merchant), AccountName::Liquidity);
                let borne = Held { leg: 0, sides, amount, currency: Some(currency) };
                [borne, own(1, (AccountName::Liquidity, OUT), self.amount)]
            }
        };
        let stage = self.stage;
        let others = self.shares.others().zip(Legs::all());
        let others = others.map(move |((merchant, amount), legs)| Held {
            leg: legs.at_hand,
            sides: (stage.account(merchant), OUT),
            amount,
            currency: None,
        });
        both.into_iter().filter(|held| held.amount != Amount::ZERO).chain(others)
    }

    /// What the merchant bears that was paid.
    fn paid(&self) -> Amount {
        self.amount - self.shares.sum()
    }

    /// Every merchant may process again what it gave back.
    fn free_limits(&self, chain: &mut Chain<'_>) {
        let sides = |merchant| (AccountName::LimitUsed(merchant), AccountName::Limit(merchant));
        match self.exchanged.map(Borne::money) {
            None => chain.book(3, sides(self.merchant), self.paid()),
            Some(borne) => chain.book_in(borne.currency, 3, sides(self.merchant), borne.amount),
        }
        for ((merchant, amount), legs) in self.shares.others().zip(Legs::all()) {
            chain.book(legs.limit, sides(merchant), amount);
        }
    }
}

impl Stage {
    /// Where the merchant's money is.
    const fn account(self, merchant: Merchant) -> AccountName {
        match self {
            Self::BeforeSettlement => AccountName::MerchantPending(merchant),
            Self::AfterSettlement => AccountName::MerchantAvailable(merchant),
            Self::Owed => AccountName::MerchantOwed(merchant),
        }
    }
}

/// The numbers of the transfers that are for another merchant.
struct Legs {
    at_hand: u32,
    limit: u32,
}

impl Legs {
    /// Those of the first one, of the second one, and so on.
    fn all() -> impl Iterator<Item = Self> {
        (0..).map(|at| Self { at_hand: 4 + 2 * at, limit: 5 + 2 * at })
    }
}

const OUT: AccountName = AccountName::TransitOutProviders;
/// The most transfers of one refund.
const LEGS: usize = 4 + 2 * Split::OTHERS_MAX;
const RESERVE: &str = "refund-hold";
