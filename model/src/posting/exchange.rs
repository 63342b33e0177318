//! One currency becomes another, at a rate that was locked.
//!
//! The voucher is in the currency that is given; what is got is in that of the
//! quote.

use super::Voucher;
use super::chain::{Chain, Sides};
use crate::account::AccountName;
use crate::exchange::Exchange;
use crate::identity::TransferId;
use crate::transfer::{Transfer, TransferKind};

/// Reserves the target amount for `to`, for as long as the quote holds by the
/// ledger's clock.
pub fn hold(voucher: &Voucher, exchange: &Exchange, to: AccountName) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, HOLD, 1);
    let (id, currency) = (chain.id(0), exchange.quote.target);
    let kind = TransferKind::PendingFor(exchange.quote.holds_for);
    chain.add(id, currency, bought(to), exchange.target, kind);
    chain.close()
}

/// Gives it back, if the exchange is not wanted any more.
pub fn void(voucher: &Voucher, exchange: &Exchange, to: AccountName) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "fx-void", 1);
    let kind = TransferKind::VoidPending(held(voucher));
    chain.add(chain.id(0), exchange.quote.target, bought(to), exchange.target, kind);
    chain.close()
}

/// Exchanges what `from` gives. The spread is a transfer of its own, and what
/// buys nothing goes where everybody sees it. Refused as a whole once the quote
/// has expired: then a new quote needs a voucher with the next number.
pub fn confirm(
    voucher: &Voucher,
    exchange: &Exchange,
    from: AccountName,
    to: AccountName,
) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "fx", 4);
    let kind = TransferKind::PostPending(held(voucher));
    chain.add(chain.id(0), exchange.quote.target, bought(to), exchange.target, kind);
    chain.book(1, (from, AccountName::Liquidity), exchange.cost);
    give(&mut chain, 2, exchange, from);
    chain.close()
}

/// The hold of a quote.
pub fn held(voucher: &Voucher) -> TransferId {
    voucher.id(HOLD, 0)
}

/// What `from` gives besides the cost, by the legs from `leg` on.
pub(super) fn give(chain: &mut Chain<'_>, leg: u32, exchange: &Exchange, from: AccountName) {
    chain.book(leg, (from, AccountName::Liquidity), exchange.spread);
    chain.book(leg + 1, (from, AccountName::ExchangeResidue), exchange.residue);
}

pub(super) const fn bought(to: AccountName) -> Sides {
    (AccountName::Liquidity, to)
}

const HOLD: &str = "fx-hold";
