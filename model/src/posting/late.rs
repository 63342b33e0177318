//! Money that moved for a payment that had been given up (payments.md 1.6).

use super::Voucher;
use super::chain::Chain;
use crate::account::AccountName;
use crate::identity::{BankId, ProviderId};
use crate::money::Amount;
use crate::transfer::Transfer;

/// Who has moved the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mover {
    /// A provider captured it: it has come in.
    Provider(ProviderId),
    /// A bank sent it: it has gone out.
    Bank(BankId),
}

/// Nobody's money is in suspense, until somebody undoes it.
pub fn suspend(voucher: &Voucher, mover: Mover, amount: Amount) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "late-success", 1);
    match mover {
        Mover::Provider(_) => chain.book(0, (mover.account(), SUSPENSE), amount),
        Mover::Bank(_) => chain.book(0, (SUSPENSE, mover.account()), amount),
    }
    chain.close()
}

/// It was undone, or came back.
pub fn clear(voucher: &Voucher, mover: Mover, amount: Amount) -> Vec<Transfer> {
    let mut chain = Chain::of(voucher, "late-undone", 1);
    match mover {
        Mover::Provider(_) => chain.book(0, (SUSPENSE, mover.account()), amount),
        Mover::Bank(_) => chain.book(0, (mover.account(), SUSPENSE), amount),
    }
    chain.close()
}

impl Mover {
    const fn account(self) -> AccountName {
        match self {
            Self::Provider(provider) => AccountName::ProviderReceivable(provider),
            Self::Bank(bank) => AccountName::Bank(bank),
        }
    }
}

const SUSPENSE: AccountName = AccountName::Suspense;
