//! Reviews by a person, in worlds where everything that happens is kept: what the person
//! says is told, is durable before anybody acts on it, and may come too late.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Defects, EventId, InboxChange, InboxEvent, InboxState, News, PaymentId, Record, ReviewEntry,
    RiskEntry, Status, StoreEntry,
};
use scenarios::message::Message;
use scenarios::{Entry, catalog, trial};
use sim::{Happening, Seed};

/// What was seen in some worlds.
#[derive(Debug, Default)]
struct Seen {
    opened: u32,
    /// Told without being written down before.
    untimely: u32,
    told_again: u32,
    /// A payment that waited in review went on by what it was told.
    applied: u32,
    /// What was told came after a cancellation or after the time for it.
    stale: u32,
    /// Failed by nobody's word, after a day.
    unreviewed: u32,
    canceled: u32,
}

#[test]
fn a_persons_verdict_moves_a_payment_once_and_never_raises_one_from_the_dead() {
    for name in ["cancel-races", "deploy-mid-flight"] {
        let seen = watch(name);
        assert_eq!(seen.untimely, 0, "{name}: {seen:?}");
        let all = [seen.applied, seen.stale, seen.unreviewed, seen.told_again, seen.canceled];
        assert!(seen.opened > 50 && all.iter().all(|n| *n > 0), "{name}: {seen:?}");
    }
}

fn watch(name: &str) -> Seen {
    let scenario = catalog::named(name).unwrap();
    let mut seen = Seen::default();
    for seed in 0..60 {
        let (_, trace) = trial::replay(scenario, Seed(seed), Defects::NONE);
        let (mut decided, mut told) = (BTreeSet::new(), BTreeSet::new());
        let mut rows = BTreeMap::<EventId, InboxState>::new();
        let mut status = BTreeMap::<PaymentId, Status>::new();
        for event in &trace.events {
            match &event.what {
                Happening::Appended(Entry::Risk(RiskEntry::Review(entry))) => match entry {
                    ReviewEntry::Opened(..) => seen.opened += 1,
                    ReviewEntry::Decided(operation) => {
                        decided.insert(*operation);
                    }
                    ReviewEntry::Acknowledged(_) => {}
                },
                Happening::Sent(_, Message::ReviewDecided(verdict), _) => {
                    seen.untimely += u32::from(!decided.contains(&verdict.operation));
                    seen.told_again += u32::from(!told.insert(verdict.operation));
                }
                Happening::Appended(Entry::Store(StoreEntry::Received(webhook, state)))
                    if matches!(webhook.news, News::Reviewed(_)) =>
                {
                    rows.insert(webhook.event, *state);
                }
                Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) => {
                    for change in &commit.inbox {
                        let InboxChange::Found(event, found) = change else { continue };
                        let Some(state) = rows.get_mut(event) else { continue };
                        *state = state.next(*found).unwrap();
                        seen.applied += u32::from(*found == InboxEvent::Fits);
                    }
                    for record in &commit.records {
                        let Record::StatusChanged(next) = record else { continue };
                        let before = status.insert(commit.payment, *next);
                        let waited = before == Some(Status::InReview);
                        let rejected = commit
                            .records
                            .iter()
                            .any(|record| matches!(record, Record::StepOutcome { .. }));
                        seen.unreviewed +=
                            u32::from(waited && *next == Status::Failing && !rejected);
                        seen.canceled += u32::from(waited && *next == Status::Canceling);
                    }
                }
                _ => {}
            }
        }
        seen.stale += rows.values().filter(|state| **state == InboxState::Stale).count() as u32;
    }
    seen
}
