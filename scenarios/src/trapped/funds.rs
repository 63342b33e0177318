//! What is in each pool at the moment, and what was.

use model::{Amount, Currency};
use sim::VirtualTime;

use super::{AmountTime, Change, Level, Pool, TrappedIn};

/// The pools of every currency.
#[derive(Clone, Debug, Default)]
pub(crate) struct Funds {
    currencies: Vec<(Currency, [Running; Pool::ALL.len()])>,
    series: Option<Vec<Change>>,
}

/// One pool, as it runs.
#[derive(Clone, Copy, Debug, Default)]
struct Running {
    amount: i128,
    most: i128,
    /// The sum of all changes, each times its moment. The integral up to any
    /// moment is what is in the pool times that moment, less this: a change of
    /// the amount needs no look at the one before it.
    moments: i128,
    changed_at: VirtualTime,
}

impl Funds {
    /// Keeps every change from here on.
    pub(crate) fn record(&mut self) {
        self.series.get_or_insert_default();
    }

    /// `amount` comes into `pool`, or leaves it if it is below zero.
    pub(crate) fn add(&mut self, at: VirtualTime, currency: Currency, pool: Pool, amount: i128) {
        if amount == 0 {
            return;
        }
        let running = &mut self.of(currency)[pool as usize];
        running.add(at, amount);
        let amount = Amount(running.amount);
        if let Some(series) = &mut self.series {
            series.push(Change { at, currency, pool, amount });
        }
    }

    /// What is in `pool`.
    pub(crate) fn amount(&self, currency: Currency, pool: Pool) -> Amount {
        let found = self.currencies.iter().find(|(known, _)| *known == currency);
        found.map_or(Amount::ZERO, |(_, pools)| Amount(pools[pool as usize].amount))
    }

    /// What all pools came to by `now`.
    pub(crate) fn levels(&self, now: VirtualTime) -> Vec<TrappedIn> {
        let told = self.currencies.iter().map(|(currency, pools)| TrappedIn {
            currency: *currency,
            levels: pools.map(|running| running.level(now)),
        });
        let mut told: Vec<_> = told.collect();
        told.sort_by_key(|trapped| trapped.currency);
        told
    }

    /// Every change, if they are kept.
    pub(crate) fn series(&self) -> &[Change] {
        self.series.as_deref().unwrap_or_default()
    }

    /// A trial has few currencies: to look at each is faster than any order.
    fn of(&mut self, currency: Currency) -> &mut [Running; Pool::ALL.len()] {
        let known = self.currencies.iter().position(|(known, _)| *known == currency);
        let at = known.unwrap_or_else(|| {
            self.currencies.push((currency, Default::default()));
            self.currencies.len() - 1
        });
        &mut self.currencies[at].1
    }
}

impl Running {
    fn add(&mut self, at: VirtualTime, amount: i128) {
        if at > self.changed_at {
            self.most = self.most.max(self.amount);
            self.changed_at = at;
        }
        self.amount += amount;
        self.moments += amount * i128::from(at.as_nanos());
    }

    fn level(self, now: VirtualTime) -> Level {
        Level {
            most: Amount(self.most.max(self.amount)),
            at_end: Amount(self.amount),
            amount_time: AmountTime(self.amount * i128::from(now.as_nanos()) - self.moments),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> VirtualTime {
        VirtualTime::from_nanos(seconds * 1_000_000_000)
    }

    #[test]
    fn the_integral_is_every_amount_times_the_time_that_it_stayed() {
        let mut funds = Funds::default();
        funds.record();
        for (seconds, amount) in [(1, 100), (3, 50), (3, -100), (7, -20)] {
            funds.add(at(seconds), Currency::Jpy, Pool::Held, amount);
        }
        let [trapped] = funds.levels(at(10)).try_into().unwrap();
        let expected = Level {
            // The 150 at 3 s lasted for no time.
            most: Amount(100),
            at_end: Amount(30),
            amount_time: AmountTime((2 * 100 + 4 * 50 + 3 * 30) * 1_000_000_000),
        };
        assert_eq!(trapped.level(Pool::Held), expected);
        assert_eq!(expected.amount_time.minor_seconds(), 490);
        assert!(trapped.level(Pool::Risk).is_empty());
        let amounts: Vec<_> = funds.series().iter().map(|change| change.amount.0).collect();
        assert_eq!(amounts, [100, 150, 50, 30]);
    }
}
