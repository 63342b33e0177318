//! What was booked wrongly: nothing is edited, more is booked (TigerBeetle's
//! `docs/coding/recipes/correcting-transfers.md`).

use super::Voucher;
use super::chain::Chain;
use crate::transfer::{Transfer, TransferKind};

/// Books `wrong` the other way round, the last one first, in the books of the
/// voucher's tenant, whose they are. Leaves out holds and releases: those are
/// resolved, not corrected.
pub fn reverse(voucher: &Voucher, wrong: &[Transfer]) -> Vec<Transfer> {
    let moves =
        |row: &&Transfer| matches!(row.kind, TransferKind::Posted | TransferKind::PostPending(_));
    let mut chain = Chain::of(voucher, "reverse", wrong.len());
    for (row, leg) in wrong.iter().filter(moves).rev().zip(0..) {
        let sides = (row.credit.name, row.debit.name);
        chain.book_in(row.debit.currency, leg, sides, row.amount);
    }
    chain.close()
}

/// Books `wrong` the other way round and `right`, all of it or nothing.
pub fn replace(voucher: &Voucher, wrong: &[Transfer], right: &[Transfer]) -> Vec<Transfer> {
    let mut chain = reverse(voucher, wrong);
    chain.extend_from_slice(right);
    let last = chain.len().saturating_sub(1);
    for (at, transfer) in chain.iter_mut().enumerate() {
        transfer.linked = at != last;
    }
    chain
}
