//! The inbox in the store: every webhook that was acknowledged has a row, and
//! comes to something, once (payments.md M8, D5).

use model::saga::Try;
use model::workflow::payin_card::steps;
use model::{
    Amount, Beginning, ChargeId, ChargeState, Commit, CommitResult, Defect, Defects, EventId,
    InboxChange, InboxEvent, InboxState, News, OperationId, PaymentId, ProviderId, Record, Status,
    Store, StoreEntry, Teller, Then, Token, Webhook,
};

use crate::history::intent;

const PAYMENT: PaymentId = PaymentId(1);
const DISPUTE: PaymentId = PaymentId(2);
const REFERENCE: OperationId = OperationId(9);
const TELLER: Teller = Teller::Provider(ProviderId(0));

#[test]
fn a_webhook_is_received_once_by_its_event_and_by_what_it_tells() {
    let mut store = with_intent(Defects::NONE);
    let first = told(1, ChargeState::Authorized);
    assert_eq!(receive(&mut store, &first), Some(InboxState::Received));
    assert_eq!(receive(&mut store, &first), None, "the same event");
    let renamed = Webhook { event: EventId(77), ..first };
    assert_eq!(receive(&mut store, &renamed), None, "the same version under another name");
    assert_eq!(receive(&mut store, &told(2, ChargeState::Captured)), Some(InboxState::Received));
    let versions: Vec<_> = store.told(PAYMENT).iter().map(|t| t.webhook.version).collect();
    assert_eq!(versions, [1, 2], "the oldest is looked at first");
}

#[test]
fn nobody_without_an_inbox_has_anything_to_acknowledge() {
    assert_eq!(Store::default().receipt(&told(1, ChargeState::Authorized)), None);
}

#[test]
fn what_a_worker_found_is_durable_with_what_follows_from_it_or_not_at_all() {
    let mut store = with_intent(Defects::NONE);
    let webhook = told(1, ChargeState::Authorized);
    receive(&mut store, &webhook);
    let found = |event| vec![InboxChange::Found(webhook.event, event)];
    let late = Commit { inbox: found(InboxEvent::Fits), ..append(PAYMENT, 1, Vec::new()) };
    assert_eq!(take(&mut store, late), CommitResult::Conflict, "of another journal");
    assert_eq!(state(&store, &webhook), InboxState::Received);
    let fits = Commit { inbox: found(InboxEvent::Fits), ..append(PAYMENT, 2, pivot()) };
    assert_eq!(take(&mut store, fits), CommitResult::Committed);
    assert_eq!(state(&store, &webhook), InboxState::Applied);
    assert!(store.told(PAYMENT).is_empty());
    let again = Commit { inbox: found(InboxEvent::Fits), ..append(PAYMENT, 3, pivot()) };
    assert_eq!(take(&mut store, again), CommitResult::Conflict, "it was applied before");
    let unknown = vec![InboxChange::Found(EventId(5), InboxEvent::Outdated)];
    let unknown = Commit { inbox: unknown, ..append(PAYMENT, 3, pivot()) };
    assert_eq!(take(&mut store, unknown), CommitResult::Conflict, "nobody received that");
}

#[test]
fn two_commits_that_only_find_something_are_two() {
    let mut store = with_intent(Defects::NONE);
    let webhooks = [told(1, ChargeState::Pending), told(2, ChargeState::Authorized)];
    for webhook in &webhooks {
        receive(&mut store, webhook);
    }
    for webhook in &webhooks {
        let inbox = vec![InboxChange::Found(webhook.event, InboxEvent::Outdated)];
        take(&mut store, Commit { inbox, ..append(PAYMENT, 2, Vec::new()) });
        assert_eq!(state(&store, webhook), InboxState::Stale);
    }
}

#[test]
fn a_worker_is_told_of_the_latest_version_that_was_applied() {
    let mut store = with_intent(Defects::NONE);
    for (version, length) in [(1, 2), (2, 3)] {
        let webhook = told(version, ChargeState::Authorized);
        receive(&mut store, &webhook);
        assert_eq!(store.told(PAYMENT)[0].known, version - 1);
        let inbox = vec![InboxChange::Found(webhook.event, InboxEvent::Fits)];
        take(&mut store, Commit { inbox, ..append(PAYMENT, length, pivot()) });
    }
}

/// The incident: the event came before the record that it was about, was not
/// found, and was acknowledged and dropped (duncanmcclean/statamic-cargo#190).
#[test]
fn a_webhook_that_comes_before_what_it_is_about_is_parked_until_that_is_known() {
    let mut store = accepted(Defects::NONE);
    let early = told(1, ChargeState::Authorized);
    assert_eq!(receive(&mut store, &early), Some(InboxState::Parked));
    assert_eq!(store.orphans().count(), 1);
    assert_eq!(store.webhook_payment(&early), None);
    take(&mut store, append(PAYMENT, 1, vec![authorize()]));
    assert_eq!(store.orphans().count(), 0);
    let told = store.told(PAYMENT);
    assert_eq!((told.len(), told[0].state), (1, InboxState::Parked));
}

#[test]
fn a_webhook_that_nobody_ever_comes_to_know_is_a_persons() {
    let mut store = accepted(Defects::NONE);
    let lost = told(1, ChargeState::Authorized);
    receive(&mut store, &lost);
    store.restore(&StoreEntry::Found(lost.event, lost.token, InboxEvent::GivenUp));
    assert_eq!((state(&store, &lost), store.orphans().count()), (InboxState::Dead, 0));
    assert_eq!(receive(&mut store, &lost), None, "and stays known");
}

#[test]
fn at_the_end_of_a_payment_everything_told_of_it_is_known_or_a_persons() {
    for (status, news, end) in [
        (Status::Succeeded, ChargeState::Authorized, InboxState::Stale),
        (Status::Failed, ChargeState::Authorized, InboxState::Stale),
        (Status::Failed, ChargeState::Captured, InboxState::Dead),
        (Status::Canceled, ChargeState::Settled, InboxState::Dead),
        (Status::Succeeded, ChargeState::Settled, InboxState::Stale),
    ] {
        let mut store = with_intent(Defects::NONE);
        let (before, after) = (told(1, news), told(2, news));
        receive(&mut store, &before);
        let records = vec![Record::StatusChanged(status), Record::Terminal];
        take(&mut store, Commit { then: Then::Close, ..append(PAYMENT, 2, records) });
        assert_eq!(state(&store, &before), end, "{status:?} {news}");
        assert_eq!(receive(&mut store, &after), Some(end), "told after its end");
        assert!(store.told(PAYMENT).is_empty());
    }
}

/// What begins by a webhook is accepted with it: neither is durable alone.
#[test]
fn a_saga_that_a_webhook_begins_is_accepted_in_the_commit_that_takes_it_in() {
    let mut store = accepted(Defects::NONE);
    for (n, beginning) in Beginning::ALL.into_iter().enumerate() {
        let version = n as u32 + 1;
        let webhook = Webhook {
            news: News::Begins(beginning, Amount(5)),
            ..told(version, ChargeState::Absent)
        };
        let saga = PaymentId(DISPUTE.0 + n as u64);
        let begins = Record::Accepted(model::Intent { payment: saga, ..intent(1) });
        let inbox = vec![InboxChange::Received(webhook)];
        let commit = Commit { inbox, ..append(saga, 0, vec![begins]) }.sealed();
        assert_eq!(take(&mut store, commit.clone()), CommitResult::Committed, "{beginning}");
        assert_eq!(state(&store, &webhook), InboxState::Applied);
        assert_eq!(store.payment(saga).map(|row| row.journal.len()), Some(1));
        assert!(store.knows(&commit), "the same commit again is no other");
        let second = PaymentId(saga.0 + 100);
        let again = Commit { payment: second, ..commit }.sealed();
        assert_eq!(take(&mut store, again), CommitResult::Conflict, "begun once");
        assert_eq!(store.payment(second), None);
    }
}

#[test]
fn a_return_of_what_nobody_here_ever_sent_is_parked_and_a_persons_in_the_end() {
    let mut store = accepted(Defects::NONE);
    let news = News::Begins(Beginning::PayoutReturned, Amount(5));
    let webhook = Webhook { news, ..told(1, ChargeState::Absent) };
    assert!(store.can_place(&webhook));
    assert_eq!(receive(&mut store, &webhook), Some(InboxState::Parked));
    assert_eq!((store.orphans().count(), store.webhook_payment(&webhook)), (1, None));
    store.restore(&StoreEntry::Found(webhook.event, webhook.token, InboxEvent::GivenUp));
    assert_eq!((state(&store, &webhook), store.orphans().count()), (InboxState::Dead, 0));
}

#[test]
fn one_that_credits_whatever_comes_applies_an_event_twice() {
    let mut store = with_intent(Defects::NONE.with(Defect::DupCredit));
    let webhook = told(1, ChargeState::Captured);
    receive(&mut store, &webhook);
    assert_eq!(receive(&mut store, &webhook), None, "not before it was applied");
    let inbox = vec![InboxChange::Found(webhook.event, InboxEvent::Fits)];
    take(&mut store, Commit { inbox, ..append(PAYMENT, 2, pivot()) });
    assert_eq!(receive(&mut store, &webhook), Some(InboxState::Applied));
}

#[test]
fn one_that_believes_whatever_came_last_applies_an_older_version() {
    for (defects, state) in [
        (Defects::NONE, InboxState::Received),
        (Defects::NONE.with(Defect::StaleOverwrites), InboxState::Applied),
    ] {
        let mut store = with_intent(defects);
        let newer = told(2, ChargeState::Captured);
        receive(&mut store, &newer);
        let inbox = vec![InboxChange::Found(newer.event, InboxEvent::Fits)];
        take(&mut store, Commit { inbox, ..append(PAYMENT, 2, pivot()) });
        assert_eq!(receive(&mut store, &told(1, ChargeState::Authorized)), Some(state));
    }
}

#[test]
fn the_name_of_a_charge_is_known_long_after_its_reference() {
    let mut store = with_intent(Defects::NONE);
    let webhook = told(1, ChargeState::Authorized);
    assert_eq!(store.webhook_payment(&webhook), Some(PAYMENT));
    assert!(!store.finds_charge_of(&webhook));
    let which = Try { step: steps::AUTHORIZE, attempt: 1 };
    let outcome = model::Outcome::Authorized { charge: webhook.charge, amount: Amount(10_000) };
    take(&mut store, append(PAYMENT, 2, vec![Record::StepOutcome { which, outcome }]));
    assert!(store.finds_charge_of(&webhook));
}

/// A store with a payment and nothing else.
fn accepted(defects: Defects) -> Store {
    let mut store = Store::new(defects).with_inbox();
    let begins = Record::Accepted(model::Intent { payment: PAYMENT, ..intent(1) });
    take(&mut store, append(PAYMENT, 0, vec![begins]));
    store
}

/// The same, in which the authorization may have left.
fn with_intent(defects: Defects) -> Store {
    let mut store = accepted(defects);
    take(&mut store, append(PAYMENT, 1, vec![authorize()]));
    store
}

fn authorize() -> Record {
    let which = Try { step: steps::AUTHORIZE, attempt: 1 };
    Record::StepIntent { which, operation: REFERENCE, provider: Some(ProviderId(0)) }
}

fn pivot() -> Vec<Record> {
    vec![Record::PivotCommitted]
}

fn told(version: u32, state: ChargeState) -> Webhook {
    Webhook {
        event: EventId::of(TELLER, REFERENCE, version),
        teller: TELLER,
        reference: REFERENCE,
        charge: ChargeId(3),
        version,
        news: News::Stands(state, Amount(10_000)),
        signed: true,
        token: Token(1),
    }
}

/// What the store does with a webhook: the state that it has from then on, if
/// anything has to be written.
fn receive(store: &mut Store, webhook: &Webhook) -> Option<InboxState> {
    let entry = store.receipt(webhook)?;
    store.restore(&entry);
    Some(state(store, webhook))
}

fn state(store: &Store, webhook: &Webhook) -> InboxState {
    store.inbox_row(webhook.event).expect("it was received").state
}

fn take(store: &mut Store, commit: Commit) -> CommitResult {
    let commit = commit.sealed();
    let result = store.check(&commit);
    if result == CommitResult::Committed && !store.knows(&commit) {
        store.restore(&StoreEntry::Committed(commit.into()));
    }
    result
}

fn append(payment: PaymentId, expected: u32, records: Vec<Record>) -> Commit {
    Commit::of(payment, Token(1), expected, records)
}
