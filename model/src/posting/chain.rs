//! A chain in the making.

use super::Voucher;
use crate::account::{AccountId, AccountName};
use crate::currency::Currency;
use crate::identity::TransferId;
use crate::money::Amount;
use crate::transfer::{Transfer, TransferKind};

/// Which two accounts a transfer joins: the debited one, the credited one.
pub(super) type Sides = (AccountName, AccountName);

/// The transfers of one posting, which stand or fall together.
#[derive(Debug)]
pub(super) struct Chain<'v> {
    voucher: &'v Voucher,
    posting: &'static str,
    transfers: Vec<Transfer>,
}

impl<'v> Chain<'v> {
    /// An empty chain of the posting with this name, at most 16 letters.
    pub(super) fn of(voucher: &'v Voucher, posting: &'static str, capacity: usize) -> Self {
        Self { voucher, posting, transfers: Vec::with_capacity(capacity) }
    }

    /// Moves `amount`, unless it is nothing.
    pub(super) fn book(&mut self, leg: u32, sides: Sides, amount: Amount) {
        self.book_in(self.voucher.currency, leg, sides, amount);
    }

    /// The same, in another currency than the rest.
    pub(super) fn book_in(&mut self, currency: Currency, leg: u32, sides: Sides, amount: Amount) {
        if amount != Amount::ZERO {
            self.add(self.id(leg), currency, sides, amount, TransferKind::Posted);
        }
    }

    /// Moves `amount`, the other way round if it is below zero.
    pub(super) fn book_either_way(&mut self, leg: u32, (one, other): Sides, amount: Amount) {
        let sides = if amount < Amount::ZERO { (other, one) } else { (one, other) };
        self.book(leg, sides, Amount(amount.0.abs()));
    }

    /// Reserves `amount`.
    pub(super) fn hold(&mut self, leg: u32, sides: Sides, amount: Amount) {
        let id = self.id(leg);
        self.hold_as(id, sides, amount);
    }

    /// The same, as a hold of another posting.
    pub(super) fn hold_as(&mut self, id: TransferId, sides: Sides, amount: Amount) {
        self.add(id, self.voucher.currency, sides, amount, TransferKind::Pending);
    }

    /// Captures `amount` of `hold`, and gives the rest of it back. To capture
    /// nothing gives everything back.
    pub(super) fn post(&mut self, leg: u32, hold: TransferId, sides: Sides, amount: Amount) {
        let (id, kind) = (self.id(leg), TransferKind::PostPending(hold));
        self.add(id, self.voucher.currency, sides, amount, kind);
    }

    /// Gives back `hold`, which reserves `amount`.
    pub(super) fn void(&mut self, leg: u32, hold: TransferId, sides: Sides, amount: Amount) {
        let (id, kind) = (self.id(leg), TransferKind::VoidPending(hold));
        self.add(id, self.voucher.currency, sides, amount, kind);
    }

    /// Adds a transfer in the currency of the voucher, whatever it is.
    pub(super) fn add_own(
        &mut self,
        id: TransferId,
        sides: Sides,
        amount: Amount,
        kind: TransferKind,
    ) {
        self.add(id, self.voucher.currency, sides, amount, kind);
    }

    /// The same in any.
    pub(super) fn add(
        &mut self,
        id: TransferId,
        currency: Currency,
        (debit, credit): Sides,
        amount: Amount,
        kind: TransferKind,
    ) {
        let Voucher { tenant, token, operation, .. } = *self.voucher;
        let account = |name| AccountId { tenant, currency, name };
        self.transfers.push(Transfer {
            id,
            debit: account(debit),
            credit: account(credit),
            amount,
            kind,
            linked: true,
            token,
            operation,
        });
    }

    /// The id of the leg with this number.
    pub(super) fn id(&self, leg: u32) -> TransferId {
        self.voucher.id(self.posting, leg)
    }

    /// The chain, closed.
    pub(super) fn close(mut self) -> Vec<Transfer> {
        if let Some(last) = self.transfers.last_mut() {
            last.linked = false;
        }
        self.transfers
    }
}
