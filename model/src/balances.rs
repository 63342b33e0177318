//! The sums of accounts.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::money::Amount;

/// The four sums of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Balance {
    /// Debits that are reserved.
    pub debits_pending: Amount,
    /// Debits that happened.
    pub debits_posted: Amount,
    /// Credits that are reserved.
    pub credits_pending: Amount,
    /// Credits that happened.
    pub credits_posted: Amount,
}

impl Balance {
    /// What a limited account has left.
    pub fn available(&self) -> Amount {
        self.credits_posted - self.debits_posted - self.debits_pending
    }
}

/// The sums of every account that was ever booked on, in the order of the
/// accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Balances {
    /// The words of the accounts, which every look-up goes through.
    words: Vec<u64>,
    sums: Vec<(AccountId, Balance)>,
}

impl Balances {
    /// The sums of `account`; zero if nothing was ever booked there.
    pub fn of(&self, account: AccountId) -> Balance {
        let at = self.words.binary_search(&account.word());
        at.map_or_else(|_| Balance::default(), |at| self.sums[at].1)
    }

    /// The sums of `account`, to be changed.
    pub fn entry(&mut self, account: AccountId) -> &mut Balance {
        let word = account.word();
        let at = self.words.binary_search(&word).unwrap_or_else(|at| {
            self.words.insert(at, word);
            self.sums.insert(at, (account, Balance::default()));
            at
        });
        &mut self.sums[at].1
    }

    /// Every account with its sums.
    pub fn iter(&self) -> impl Iterator<Item = (&AccountId, &Balance)> {
        self.sums.iter().map(|(account, sums)| (account, sums))
    }
}
