//! Locks on accounts: a transaction that meets one waits in line.

use std::collections::{BTreeMap, VecDeque};

use super::Transaction;
use crate::account::AccountId;

/// Who holds which account, and who waits for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// Of each account that is locked: its holder first, then who waits.
    lines: BTreeMap<AccountId, VecDeque<Transaction>>,
}

/// What becomes of a request for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    /// The account is the transaction's.
    Granted,
    /// Another transaction has it.
    Waits,
}

impl Locks {
    /// Asks for `account`. To ask again changes nothing.
    pub fn lock(&mut self, account: AccountId, transaction: Transaction) -> Locked {
        let line = self.lines.entry(account).or_default();
        if !line.contains(&transaction) {
            line.push_back(transaction);
        }
        if line.front() == Some(&transaction) { Locked::Granted } else { Locked::Waits }
    }

    /// Gives `account` up, or leaves the line for it; tells whose it is now, if it
    /// has become somebody's by that.
    pub fn release(&mut self, account: AccountId, transaction: Transaction) -> Option<Transaction> {
        let line = self.lines.get_mut(&account)?;
        let held = line.front() == Some(&transaction);
        line.retain(|other| *other != transaction);
        let next = line.front().copied();
        if next.is_none() {
            self.lines.remove(&account);
        }
        next.filter(|_| held)
    }
}
