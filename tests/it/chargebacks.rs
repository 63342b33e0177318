//! Chargebacks, in worlds where everything that happens is kept: what a
//! customer's bank takes is booked in time, however its webhook fares, and comes
//! back or is owed.

use std::collections::BTreeMap;

use model::{AccountName, Amount, Beginning, Defects, News, Order, Record, StoreEntry};
use scenarios::invariant::Invariant;
use scenarios::message::Message;
use scenarios::{Entry, catalog, trial};
use sim::{Happening, Seed};

#[test]
fn every_dispute_begins_one_chargeback_whatever_becomes_of_its_webhooks() {
    let scenario = catalog::named("chargebacks").unwrap();
    let (mut disputes, mut told, mut won) = (0, 0, 0);
    for seed in 0..20 {
        let (trial, trace) = trial::replay(scenario, Seed(seed), Defects::NONE);
        assert_eq!(trial.violations(), [], "seed {seed}");
        let mut begun = BTreeMap::<_, u32>::new();
        for event in &trace.events {
            match &event.what {
                Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) => {
                    if let Some(Record::Accepted(intent)) = commit.records.first()
                        && matches!(intent.order, Order::Chargeback(_))
                    {
                        assert_eq!(commit.inbox.len(), 1, "with the webhook that tells of it");
                        *begun.entry(intent.payment).or_default() += 1;
                    }
                }
                Happening::Sent(_, Message::Webhook(webhook), _) => match webhook.news {
                    News::Begins(Beginning::DisputeOpened, _) => told += 1,
                    News::Begins(Beginning::DisputeWon, _) => won += 1,
                    _ => {}
                },
                _ => {}
            }
        }
        assert!(begun.values().all(|times| *times == 1), "{begun:?}");
        let struck = trial.strikes.iter().find(|(name, _)| *name == "chargeback");
        let opened = struck.map_or(0, |(_, count)| *count);
        assert_eq!(begun.len() as u64, opened, "seed {seed}");
        disputes += opened;
    }
    assert!(disputes > 60 && told > disputes && won > 10, "{disputes}, {told}, {won}");
}

/// Whoever lost a dispute owed all of it, and was paid out what it had.
#[test]
fn nothing_is_left_in_dispute_and_what_is_lost_is_taken_of_what_there_is_or_owed() {
    let scenario = catalog::named("chargebacks").unwrap();
    let (mut taken, mut owed) = (0, 0);
    for seed in 0..20 {
        let (trial, trace) = trial::replay(scenario, Seed(seed), Defects::NONE);
        for event in &trace.events {
            if let Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) = &event.what {
                let has = |record: &&Record| matches!(record, Record::AtHand(at_hand) if at_hand.sum() > Amount::ZERO);
                taken += commit.records.iter().filter(has).count();
            }
        }
        for invariant in [Invariant::I07, Invariant::L06] {
            let met = trial.exercised.iter().find(|(code, _)| *code == invariant);
            let disputed = trial.strikes.iter().any(|(name, _)| *name == "chargeback");
            assert!(!disputed || met.is_some_and(|(_, times)| *times > 0), "{invariant}");
        }
        for (account, sums) in trial.accounts.iter() {
            let left = sums.debits_posted - sums.credits_posted;
            match account.name {
                AccountName::Dispute(_) => assert_eq!(left, Amount::ZERO, "{account}"),
                AccountName::MerchantOwed(_) => {
                    assert!(left > Amount::ZERO, "{account}");
                    owed += 1;
                }
                _ => {}
            }
        }
    }
    assert!(taken > 10 && owed > 0, "{taken} losses were covered, {owed} merchants owe");
}
