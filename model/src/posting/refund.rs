//! Money that was captured goes back.

use serde::{Deserialize, Serialize};

use super::Voucher;
use super::chain::{Chain, Sides};
use crate::account::AccountName;
use crate::at_hand::{AtHand, Burden};
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
    /// How much of that the merchants pay from what they have; they will owe the rest.
    /// `None`: all of it, or the ledger refuses it.
    pub at_hand: Option<AtHand>,
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

/// Reserves the money before the provider is asked.
pub fn reserve(voucher: &Voucher, refund: &Refund) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, RESERVE, HELD);
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
    let mut chain = Chain::of(voucher, "refund-fail", HELD);
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
    /// Who bears it, in the currency that the merchant got.
    pub fn burden(&self) -> Burden {
        let paid = self.exchanged.map_or(self.paid(), |borne| borne.money().amount);
        Burden { merchant: self.merchant, paid, shares: self.shares }
    }

    /// What it reserves: money at hand, money that will be owed; and what other
    /// merchants bear.
    fn held(&self) -> impl Iterator<Item = Held> {
        let (has, debt) =
            (self.stage.account(self.merchant), AccountName::MerchantOwed(self.merchant));
        let (burden, at_hand) = (self.burden(), self.at_hand);
        let paid = at_hand.map_or(burden.paid, |at_hand| at_hand.paid());
        let owed = burden.paid - paid;
        let held = |leg, sides, amount, currency| Held { leg, sides, amount, currency };
        let own = match self.exchanged.map(Borne::money) {
            None => [held(0, (has, OUT), paid, None), held(1, (debt, OUT), owed, None), NOTHING],
            Some(Money { currency, .. }) => {
                let (pool, currency) = (AccountName::Liquidity, Some(currency));
                [
                    held(0, (has, pool), paid, currency),
                    held(1, (pool, OUT), self.amount, None),
                    held(DEBT, (debt, pool), owed, currency),
                ]
            }
        };
        let stage = self.stage;
        let others = self.shares.others().zip(Legs::all());
        let others = others.flat_map(move |((merchant, amount), legs)| {
            let (has, debt) = (stage.account(merchant), AccountName::MerchantOwed(merchant));
            let paid = at_hand.map_or(amount, |at_hand| at_hand.others().share_of(merchant));
            [
                held(legs.at_hand, (has, OUT), paid, None),
                held(legs.debt, (debt, OUT), amount - paid, None),
            ]
        });
        own.into_iter().chain(others).filter(|held| held.amount != Amount::ZERO)
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
    debt: u32,
}

impl Legs {
    /// Those of the first one, of the second one, and so on.
    fn all() -> impl Iterator<Item = Self> {
        (0..).map(|at| Self { at_hand: 4 + 2 * at, limit: 5 + 2 * at, debt: DEBT + 1 + at })
    }
}

const OUT: AccountName = AccountName::TransitOutProviders;
/// What is owed of an exchanged payment; after it, what each of the others owes.
const DEBT: u32 = 4 + 2 * Split::OTHERS_MAX as u32;
/// The most holds of one refund.
const HELD: usize = 3 + 2 * Split::OTHERS_MAX;
/// The most transfers of one refund.
const LEGS: usize = HELD + 2 + Split::OTHERS_MAX;
const NOTHING: Held = Held { leg: 0, sides: (OUT, OUT), amount: Amount::ZERO, currency: None };
const RESERVE: &str = "refund-hold";
