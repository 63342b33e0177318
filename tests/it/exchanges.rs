//! Payments whose merchants get another currency, in worlds where rates move and
//! quotes end.

use model::{AccountName, Amount, Defects, Record, StoreEntry};
use scenarios::invariant::Invariant;
use scenarios::{Entry, catalog, trial};
use sim::{Happening, Seed};

#[test]
fn quotes_are_renewed_and_lapse_and_every_promise_is_kept() {
    let scenario = catalog::named("cross-currency").unwrap();
    let (mut renewed, mut lapsed, mut covered, mut difference) = (0, 0, 0, 0);
    for seed in 0..100 {
        let trial = trial::run(scenario, Seed(seed), Defects::NONE);
        assert_eq!(trial.violations(), [], "seed {seed}");
        let count = |name| trial.strikes.iter().find(|(n, _)| *n == name).map_or(0, |(_, c)| *c);
        renewed += count("quote-renewed");
        lapsed += count("quote-lapsed");
        covered += count("promise-covered");
        let met = trial.exercised.iter().find(|(code, _)| *code == Invariant::I27);
        assert!(met.is_some_and(|(_, times)| *times > 0), "seed {seed}");
        for (account, sums) in trial.accounts.iter() {
            assert_eq!(sums.debits_pending + sums.credits_pending, Amount::ZERO, "{account}");
            if account.name == AccountName::ExchangeDifference {
                difference += 1;
            }
        }
    }
    let counts = (renewed, lapsed, covered, difference);
    assert!(renewed > 0 && lapsed > 50 && covered > 50 && difference > 50, "{counts:?}");
}

/// Whatever the market does: a payment that is locked is booked by its last lock.
#[test]
fn no_rate_is_locked_after_the_money_is_held() {
    let scenario = catalog::named("cross-currency").unwrap();
    let mut locks = 0;
    for seed in 0..10 {
        let (_, trace) = trial::replay(scenario, Seed(seed), Defects::NONE);
        let commits = trace.events.iter().filter_map(|event| match &event.what {
            Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) => Some(commit),
            _ => None,
        });
        for commit in commits {
            let is_lock = |record: &Record| matches!(record, Record::Locked(_));
            if commit.records.iter().any(is_lock) {
                locks += 1;
                let last = commit.records.last().expect("it has records");
                assert!(is_lock(last), "nothing is done by a rate before it is durable");
            }
        }
    }
    assert!(locks > 50, "{locks}");
}
