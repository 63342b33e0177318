//! The outbox: an event is the change itself, each consumer hears of a payment's
//! events in their order, and nothing is kept of what everybody knows.

use model::gatekeeper::{KeyId, KeyRow};
use model::{
    Commit, Consumer, Event, EventNumber, Fingerprint, IdempotencyKey, PaymentId, Record, Status,
    Store, StoreEntry, Tenant, Then, Token,
};

const KEY: KeyId = KeyId {
    tenant: Tenant(1),
    endpoint: model::gatekeeper::KeyEndpoint::Create,
    key: IdempotencyKey(7),
};
const TOKEN: Token = Token(3);
const ENDED: [Status; 2] = [Status::Captured, Status::Succeeded];

#[test]
fn an_event_is_the_change_of_a_status_and_nothing_else() {
    let mut store = Store::default();
    let changes = [Record::PivotCommitted, Record::StatusChanged(Status::Captured)];
    take(&mut store, &commit(0, vec![Record::CancelRequested], Then::Run));
    assert_eq!(store.event(stream(), 1), None, "no status has changed");
    take(&mut store, &commit(1, changes.to_vec(), Then::Run));
    take(&mut store, &commit(3, vec![Record::StatusChanged(Status::Succeeded)], Then::Run));
    let event = |seq, status, version| {
        Some(Event { id: EventNumber { stream: stream(), seq }, token: TOKEN, status, version })
    };
    assert_eq!(store.event(stream(), 0), None);
    assert_eq!(store.event(stream(), 1), event(1, Status::Captured, 3));
    assert_eq!(store.event(stream(), 2), event(2, Status::Succeeded, 4));
    assert_eq!(store.event(stream(), 3), None);
}

#[test]
fn each_consumer_hears_of_the_next_event_once_it_knows_the_one_before() {
    let mut store = with(&ENDED);
    let next = |store: &Store, consumer| store.payment(stream()).unwrap().outbox.next(consumer);
    let both = |store: &Store| Consumer::ALL.map(|consumer| next(store, consumer));
    assert_eq!(both(&store), [Some(1), Some(1)]);
    for (consumer, seq, owed) in [
        (Consumer::Merchant, 1, [Some(2), Some(1)]),
        (Consumer::Merchant, 1, [Some(2), Some(1)]),
        (Consumer::Lake, 2, [Some(2), None]),
        (Consumer::Lake, 1, [Some(2), None]),
        (Consumer::Merchant, 3, [Some(2), None]),
        (Consumer::Merchant, 2, [None, None]),
    ] {
        let news = store.payment(stream()).unwrap().outbox.is_news(consumer, seq);
        let before = both(&store);
        store.restore(&StoreEntry::Acknowledged(stream(), consumer, seq));
        assert_eq!(both(&store), owed, "{consumer:?} acknowledges event {seq}");
        assert_eq!(news, before != owed, "{consumer:?} acknowledges event {seq}");
    }
}

#[test]
fn nothing_is_left_of_the_events_of_a_payment_that_is_put_away() {
    let mut store = with(&ENDED);
    let open = store.footprint();
    store.put_away(vec![stream()]);
    assert_eq!((open.0, store.footprint().0), (1, 0));
    assert_eq!(store.event(stream(), 1), None);
    let away = store.clone();
    store.restore(&StoreEntry::Acknowledged(stream(), Consumer::Lake, 1));
    assert_eq!(store, away, "who acknowledges late changes nothing");
}

/// A closed payment that came to these, one commit each.
fn with(statuses: &[Status]) -> Store {
    let mut store = Store::default();
    let row = KeyRow {
        fingerprint: Fingerprint(1),
        payment: stream(),
        reply: None,
        order_ref: model::gatekeeper::PaidOnce::default(),
    };
    let accepted = commit(0, vec![Record::CancelRequested], Then::Run);
    take(&mut store, &Commit { claim: Some((KEY, row)), ..accepted }.sealed());
    for (status, expected) in statuses.iter().zip(1..) {
        let then = if status.is_final() { Then::Close } else { Then::Run };
        take(&mut store, &commit(expected, vec![Record::StatusChanged(*status)], then));
    }
    store
}

fn take(store: &mut Store, commit: &Commit) {
    store.restore(&StoreEntry::Committed(commit.clone().into()));
}

fn commit(expected: u32, records: Vec<Record>, then: Then) -> Commit {
    let commit = Commit { then, ..Commit::of(stream(), TOKEN, expected, records) };
    commit.sealed()
}

fn stream() -> PaymentId {
    PaymentId::of(KEY.tenant, KEY.key, 0)
}
