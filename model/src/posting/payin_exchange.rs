//! Money comes in in one currency, and its merchant gets it in another.
//!
//! The voucher is in the currency that the customer pays. What is taken and what
//! the merchant is promised are reserved together, and booked together.

use super::Voucher;
use super::chain::{Chain, Sides};
use super::exchange::{bought, give};
use crate::account::AccountName;
use crate::exchange::{Cover, Exchange};
use crate::identity::{Merchant, ProviderId, TransferId};
use crate::money::Amount;
use crate::transfer::{Transfer, TransferKind};

/// What a merchant gets of a capture in another currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapturedExchange {
    /// Who.
    pub merchant: Merchant,
    /// What the money is exchanged for.
    pub exchange: Exchange,
    /// What the service costs it, in the currency that it gets.
    pub fee: Amount,
    /// Tax on the fee, in the same currency.
    pub tax: Amount,
    /// How the house comes by what it has promised, if the promise that it had
    /// itself has ended.
    pub cover: Option<Cover>,
}

/// Reserves the payment and the merchant's limit for as long as it takes, and
/// what the merchant gets for as long as the quote holds.
pub fn hold(voucher: &Voucher, exchange: &Exchange, merchant: Merchant) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, HOLD, 3);
    let (target, amount) = (exchange.quote.target, exchange.target);
    chain.hold(PAID, paid(), exchange.given());
    chain.add(chain.id(LIMIT), target, limit(merchant), amount, TransferKind::Pending);
    let kind = TransferKind::PendingFor(exchange.quote.holds_for);
    chain.add(chain.id(PROMISED), target, promised(merchant), amount, kind);
    chain.close()
}

/// Releases what [`hold`] reserved, before anything was captured. The promise
/// may have ended by itself, so that nothing else hangs on its release.
pub fn void(voucher: &Voucher, exchange: &Exchange, merchant: Merchant) -> Vec<Transfer> {
    let (target, amount) = (exchange.quote.target, exchange.target);
    let held = |leg| voucher.id(HOLD, leg);
    let mut lasting = Chain::of(voucher, VOID, 2);
    lasting.void(PAID, held(PAID), paid(), exchange.given());
    let kind = TransferKind::VoidPending(held(LIMIT));
    lasting.add(lasting.id(LIMIT), target, limit(merchant), amount, kind);
    let mut ending = Chain::of(voucher, VOID, 1);
    let kind = TransferKind::VoidPending(held(PROMISED));
    ending.add(ending.id(PROMISED), target, promised(merchant), amount, kind);
    [lasting.close(), ending.close()].concat()
}

/// Books a capture: the provider owes what was paid, the liquidity has it, and
/// the merchant has what it was promised, less fee and tax. If the promise has
/// ended meanwhile, the merchant gets it all the same; what the house pays more
/// for it by now, or less, is booked where everybody sees it.
///
/// Refused as a whole while there is no [`Cover`] and the promise has ended.
pub fn post(voucher: &Voucher, provider: ProviderId, part: &CapturedExchange) -> Vec<Transfer> {
    let CapturedExchange { merchant, exchange, fee, tax, cover } = part;
    let (target, amount) = (exchange.quote.target, exchange.target);
    let numbered = if cover.is_some() { voucher.next() } else { *voucher };
    let mut chain = Chain::of(&numbered, POST, 9);
    let held = |leg| voucher.id(HOLD, leg);
    chain.post(0, held(PAID), paid(), exchange.cost);
    give(&mut chain, 1, exchange, AccountName::TransitIn);
    let receivable = AccountName::ProviderReceivable(provider);
    chain.book(3, (receivable, AccountName::TransitIn), exchange.given());
    let kind = TransferKind::PostPending(held(LIMIT));
    chain.add(chain.id(4), target, limit(*merchant), amount, kind);
    match cover {
        None => {
            let kind = TransferKind::PostPending(held(PROMISED));
            chain.add(chain.id(5), target, promised(*merchant), amount, kind);
        }
        Some(cover) => {
            chain.book_in(target, 5, promised(*merchant), amount);
            let sides = (AccountName::ExchangeDifference, AccountName::Liquidity);
            chain.book_either_way(8, sides, cover.cost - exchange.cost);
        }
    }
    let pending = AccountName::MerchantPending(*merchant);
    chain.book_in(target, 6, (pending, AccountName::FeeIncome), *fee);
    chain.book_in(target, 7, (pending, AccountName::TaxPayable), *tax);
    chain.close()
}

/// The hold of what the merchant of the payment with this id is promised.
pub fn promise_of(payment: u64) -> TransferId {
    TransferId::of(payment, 0, HOLD, PROMISED)
}

const fn paid() -> Sides {
    (AccountName::TransitIn, AccountName::Liquidity)
}

const fn promised(merchant: Merchant) -> Sides {
    bought(AccountName::MerchantPending(merchant))
}

const fn limit(merchant: Merchant) -> Sides {
    (AccountName::Limit(merchant), AccountName::LimitUsed(merchant))
}

const HOLD: &str = "hold";
const VOID: &str = "void-hold";
const POST: &str = "post";
/// The legs of the holds.
const PAID: u32 = 0;
const LIMIT: u32 = 1;
const PROMISED: u32 = 2;
