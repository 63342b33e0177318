//! What was sent and came back, in worlds where everything that happens is kept:
//! each return begins one reversal, however it is told of, and is told to the
//! client; and a recall that is refused changes nothing.

use std::collections::BTreeMap;

use model::{
    CameBack, Defects, InboxState, Order, Outcome, Record, ReturnReason, Status, StoreEntry,
};
use scenarios::invariant::Invariant;
use scenarios::message::Message;
use scenarios::{Entry, catalog, trial};
use sim::{Happening, Seed};

#[test]
fn every_return_begins_one_reversal_however_often_it_is_told() {
    for (name, strike) in [
        ("batch-returns", "payout-return"),
        ("refund-fails-late", "refund-returned"),
        ("recalled-payouts", "payout-return"),
    ] {
        let scenario = catalog::named(name).unwrap();
        let (mut back, mut told) = (0, 0);
        for seed in 0..12 {
            let (trial, trace) = trial::replay(scenario, Seed(seed), Defects::NONE);
            assert_eq!(trial.violations(), [], "{name}, seed {seed}");
            let (mut begun, mut reversed) = (BTreeMap::<_, u32>::new(), 0);
            for event in &trace.events {
                match &event.what {
                    Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) => {
                        if let Some(Record::Accepted(intent)) = commit.records.first()
                            && let Order::Reversal(reversal) = intent.order
                        {
                            assert_eq!(commit.inbox.len(), 1, "with what tells of it");
                            let refund = matches!(reversal.from, CameBack::Refund { .. });
                            assert_eq!(refund, name == "refund-fails-late");
                            *begun.entry(intent.payment).or_default() += 1;
                        }
                        reversed += u32::from(commit.records.contains(&Record::Reversed));
                    }
                    Happening::Appended(Entry::Store(StoreEntry::Received(webhook, state))) => {
                        let parked = webhook.tells_of_return() && *state == InboxState::Parked;
                        assert!(!parked, "the intent is durable before the send");
                    }
                    Happening::Sent(_, Message::Return(_), _) => told += 1,
                    Happening::Sent(_, Message::Webhook(webhook), _) => {
                        told += u64::from(webhook.tells_of_return());
                    }
                    _ => {}
                }
            }
            assert!(begun.values().all(|times| *times == 1), "{begun:?}");
            assert_eq!(begun.len() as u32, reversed, "{name}, seed {seed}");
            let struck = trial.strikes.iter().find(|(name, _)| *name == strike);
            back += struck.map_or(0, |(_, count)| *count);
            let returned = trial.outcomes.get(Status::Returned.name()).copied().unwrap_or(0);
            assert_eq!(u64::from(reversed), returned, "the client sees it: {name}, seed {seed}");
            let met = trial.exercised.iter().find(|(code, _)| *code == Invariant::L06);
            assert!(reversed == 0 || met.is_some_and(|(_, times)| *times > 0));
        }
        assert!(back > 10 && told >= back, "{name}: {back} returns, told of {told} times");
    }
}

#[test]
fn what_a_bank_refuses_to_get_back_stays_where_it_is() {
    let scenario = catalog::named("recalled-payouts").unwrap();
    let (mut granted, mut refused) = (0, 0);
    for seed in 0..12 {
        let (trial, trace) = trial::replay(scenario, Seed(seed), Defects::NONE);
        let (mut recalls, mut asked_back) = (BTreeMap::new(), Vec::new());
        for event in &trace.events {
            if let Happening::Sent(_, Message::Return(notice), _) = &event.what {
                assert_eq!(notice.reason, ReturnReason::Recalled);
                asked_back.push(notice.destination);
            }
            let Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) = &event.what
            else {
                continue;
            };
            for record in &commit.records {
                if let Record::StepOutcome { outcome: Outcome::Recalled { granted }, .. } = record {
                    assert_eq!(recalls.insert(commit.token, *granted), None, "answered once");
                }
            }
        }
        assert!(asked_back.iter().all(|token| recalls.get(token) != Some(&false)));
        granted += recalls.values().filter(|granted| **granted).count();
        refused += recalls.values().filter(|granted| !**granted).count();
        assert_eq!(trial.violations(), [], "seed {seed}");
    }
    assert!(granted > 5 && refused > 10, "{granted} granted, {refused} refused");
}
