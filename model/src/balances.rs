//! The sums of accounts.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::id_map::{Id, IdMap};
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

/// The sums of every account that was ever booked on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    sums: IdMap<Spread, (AccountId, Balance)>,
}

/// The word of an account, times what spreads those of few accounts evenly.
#[derive(Clone, Copy, Debug)]
struct Spread(u64);

impl Balances {
    /// The sums of `account`; zero if nothing was ever booked there.
    pub fn of(&self, account: AccountId) -> Balance {
        self.sums.get(&Spread::of(account)).map_or_else(Balance::default, |(_, sums)| *sums)
    }

    /// The sums of `account`, to be changed.
    pub fn entry(&mut self, account: AccountId) -> &mut Balance {
        let none = || (account, Balance::default());
        &mut self.sums.entry(Spread::of(account)).or_insert_with(none).1
    }

    /// Every account with its sums, in an order that is the same each time and means
    /// nothing: for whoever adds up, or looks for any.
    pub fn unordered(&self) -> impl Iterator<Item = (&AccountId, &Balance)> {
        self.sums.values().map(|(account, sums)| (account, sums))
    }

    /// Every account with its sums, in the order of the accounts.
    pub fn iter(&self) -> impl Iterator<Item = (&AccountId, &Balance)> {
        let mut sums: Vec<_> = self.unordered().collect();
        sums.sort_unstable_by_key(|(account, _)| account.word());
        sums.into_iter()
    }
}

impl Spread {
    const fn of(account: AccountId) -> Self {
        Self(account.word().wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

impl Id for Spread {
    #[inline]
    fn word(self) -> u64 {
        self.0
    }
}

impl Hash for Balances {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let sums: Vec<_> = self.iter().collect();
        let words: Vec<u64> = sums.iter().map(|(account, _)| account.word()).collect();
        words.hash(state);
        sums.hash(state);
    }
}

impl FromIterator<(AccountId, Balance)> for Balances {
    fn from_iter<I: IntoIterator<Item = (AccountId, Balance)>>(sums: I) -> Self {
        let mut balances = Self::default();
        for (account, sum) in sums {
            *balances.entry(account) = sum;
        }
        balances
    }
}
