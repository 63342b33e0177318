//! Workers that stall for longer than their leases, in worlds where everything
//! that happens is kept.
//!
//! A worker that was cut off from the store alone went on asking a provider for
//! an authorization whose lease another had taken over meanwhile. The other
//! counts from its take-over when nothing can be on its way any more, so that
//! nothing may leave after it; providers know no epochs and refuse nobody. A
//! worker therefore renews its lease before it sends anything late in it.

use std::collections::BTreeMap;

use model::{Answer, CommitResult, Defect, Defects, PaymentId, StoreEntry, WorkerId};
use scenarios::message::Message;
use scenarios::party::worker_of;
use scenarios::repro::Repro;
use scenarios::{Entry, catalog, trial};
use sim::{Happening, Seed};

/// What was seen in some worlds of workers that stall.
#[derive(Default)]
struct Seen {
    take_overs: u32,
    commits_refused: u32,
    bookings_refused: u32,
    held: u32,
    /// Calls of providers by workers when another held the payment.
    stale_calls: u32,
}

#[test]
fn a_payment_is_taken_over_and_its_old_owner_is_refused_everywhere_and_asks_nobody() {
    let seen = watch(Defects::NONE);
    assert!(seen.take_overs > 100, "{} take-overs", seen.take_overs);
    assert!(seen.held > 10, "{} requests for a lease that another holds", seen.held);
    assert!(seen.commits_refused > 10, "{} commits refused", seen.commits_refused);
    assert!(seen.bookings_refused > 0, "{} bookings refused", seen.bookings_refused);
    assert_eq!(seen.stale_calls, 0);
}

#[test]
fn without_fencing_an_old_owner_goes_on_and_is_not_refused() {
    let seen = watch(Defects::NONE.with(Defect::LeaseNoFencing));
    assert_eq!((seen.commits_refused, seen.bookings_refused), (0, 0));
    assert!(seen.stale_calls > 0);
}

/// Over links that were slow for a day a worker asked for its lease a second time
/// before the first answer came. The store granted it again, under a later epoch,
/// before what the worker had done under the first arrived: that was stale, and the
/// worker asked anew, twice again, several times a second, until its trial ran out
/// of events. Each lease that it loses makes it wait longer before it asks twice.
#[test]
fn a_worker_that_asks_twice_for_a_lease_does_not_end_what_it_has_for_ever() {
    let repro = Repro::parse("it.toml", STORE_THAT_SYNCS_SLOWLY).unwrap();
    let (trial, trace) = trial::replay_plan(repro.plan, Defects::NONE);
    assert!(trial.violations().is_empty(), "{:?}", trial.violations());
    assert_eq!(trial.outcomes.get("succeeded"), Some(&1), "{:?}", trial.outcomes);
    let (mut leases, mut stale) = (0, 0);
    for event in &trace.events {
        match &event.what {
            Happening::Appended(Entry::Store(StoreEntry::Leased(..))) => leases += 1,
            Happening::Sent(_, Message::Committed(.., CommitResult::StaleEpoch), _) => stale += 1,
            _ => {}
        }
    }
    assert!(stale > 0, "it never lost a lease");
    assert!(leases < 10, "{leases} leases for one payment");
}

/// A sync takes half as long again as a worker waits before it asks again.
const STORE_THAT_SYNCS_SLOWLY: &str = r#"
format = 1
tool = "0.1.0"
samplers = 1
scenario = "stormy-network"
seed = "0xaa44a97dc98ba5ac"
expect = "passes"
violation = "L01 payin_card status never-finished"
evidence = "none"

[world]
key = "fd287e711971642021dc9f17c063444b"
chaos = "1h"
operations = [
    { payment = 7, at = "0s", pays = "10.00 USD" },
]
faults = [
    { id = 1, what = "slow-sync", who = "store", at = "0s", takes = "1s 500ms", lasts = "1h" },
]
limits = [
    { merchant = 1, may_process = "10000.00 USD" },
]
"#;

fn watch(defects: Defects) -> Seen {
    let scenario = catalog::named("worker-takeover").unwrap();
    let mut seen = Seen::default();
    for seed in 0..120 {
        let (_, trace) = trial::replay(scenario, Seed(seed), defects);
        let mut owners = BTreeMap::<PaymentId, WorkerId>::new();
        for event in &trace.events {
            match &event.what {
                Happening::Appended(Entry::Store(StoreEntry::Leased(payment, _, lease))) => {
                    let before = owners.insert(*payment, lease.owner);
                    seen.take_overs += u32::from(before.is_some_and(|it| it != lease.owner));
                }
                Happening::Sent(identity, message, _) => match message {
                    Message::Held(_) => seen.held += 1,
                    Message::Committed(.., CommitResult::StaleEpoch) => seen.commits_refused += 1,
                    Message::Booked(_, Answer::StaleEpoch) => seen.bookings_refused += 1,
                    Message::Provide(envelope, _) => {
                        let owner = owners.get(&envelope.payment).copied();
                        seen.stale_calls += u32::from(worker_of(identity.from) != owner);
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }
    seen
}
