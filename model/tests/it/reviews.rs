//! A person who looks at a payment, and whose verdict is told (payments.md m4): the
//! payment waits for it, nobody asks, and it does not wait for ever.

use std::time::Duration;

use model::{
    Commit, CommitResult, Defects, InboxState, OperationId, PaymentId, Record, ReviewDecided,
    ReviewEntry, RiskDesk, RiskEntry, RiskReply, RiskRequest, Rules, Status, Store, StoreEntry,
    Then, Token, Verdict, Webhook,
};

use crate::history::intent;
use crate::script::{play, rules};

const DAY: Duration = Duration::from_secs(86_400);

fn told() -> Rules {
    Rules { review_within: Some(DAY), ..rules() }
}

#[test]
fn a_payment_in_review_asks_nobody_and_goes_on_when_it_is_told() {
    for (verdict, after) in [
        ("approves", "wrote status processing\nhold => created\n... notice succeeded"),
        ("rejects", "wrote status failing\nnotice failed => noticed\nends failed"),
    ] {
        let script = format!(
            "assess => review
            wrote status in_review
            after 23h
            review {verdict} => applied
            review {verdict} => stale
            {after}"
        );
        play(&told(), "a", &script);
    }
}

#[test]
fn a_verdict_that_overtakes_the_answer_that_there_is_a_review_counts() {
    play(
        &told(),
        "a",
        "
        assess => lost
        review approves => applied
        not wrote status in_review
        hold => created
        ",
    );
}

#[test]
fn what_nobody_is_told_of_within_a_day_fails_and_a_verdict_after_that_is_stale() {
    play(
        &told(),
        "a",
        "
        assess => review
        from 24h release => released
        wrote status failing
        review approves => stale
        notice failed => noticed
        ends failed
        ",
    );
}

#[test]
fn a_verdict_after_a_cancellation_raises_nothing_from_the_dead() {
    play(
        &told(),
        "a",
        "
        assess => review
        cancel
        review approves => stale
        release => released
        notice canceled => noticed
        ends canceled
        ",
    );
}

#[test]
fn whoever_takes_a_payment_over_asks_once_and_waits_again() {
    play(
        &told(),
        "a",
        "
        assess => review
        crash
        assess => review
        after 2h
        review approves => applied
        hold => created
        ",
    );
}

#[test]
fn a_verdict_is_durable_before_it_is_told_and_told_until_somebody_has_it() {
    let mut desk = RiskDesk::default();
    assert_eq!(assess(&mut desk, 0, Verdict::At(at(60), true)), RiskReply::Review);
    open(&mut desk, Some(at(60)), true);
    let reviews = desk.reviews().expect("there is one");
    assert_eq!(reviews.due(ASSESSED, at(59)), None);
    assert_eq!(reviews.untold(ASSESSED), None, "nothing is told before it is written down");
    let decided = reviews.due(ASSESSED, at(60)).expect("the person has decided");
    desk.restore(RiskEntry::Review(decided));
    let reviews = desk.reviews().expect("there is one");
    assert_eq!(reviews.due(ASSESSED, at(99)), None, "a person decides once");
    let told = reviews.untold(ASSESSED).expect("nobody has it");
    let receipt = reviews.acknowledged(Webhook::of_review(&told).event);
    desk.restore(RiskEntry::Review(receipt.expect("it was told")));
    assert_eq!(desk.reviews().and_then(|reviews| reviews.untold(ASSESSED)), None);
}

/// A clock that goes back must not take back what a person has said.
#[test]
fn what_was_decided_is_the_answer_whatever_the_clock_shows() {
    for (approves, reply) in [(true, RiskReply::Approve), (false, RiskReply::Reject)] {
        let mut desk = RiskDesk::default();
        assess(&mut desk, 0, Verdict::At(at(60), approves));
        open(&mut desk, Some(at(60)), approves);
        desk.restore(RiskEntry::Review(ReviewEntry::Decided(ASSESSED)));
        assert_eq!(assess(&mut desk, 5, Verdict::Now(!approves)), reply);
    }
}

#[test]
fn a_release_takes_nothing_from_a_persons_desk_and_its_verdict_brings_nothing_back() {
    let mut desk = RiskDesk::default();
    assess(&mut desk, 0, Verdict::At(at(60), true));
    open(&mut desk, Some(at(60)), true);
    desk.answer(RiskRequest::Release { operation: ASSESSED }, at(30), Verdict::Now(true));
    let due = desk.reviews().and_then(|reviews| reviews.due(ASSESSED, at(60)));
    desk.restore(RiskEntry::Review(due.expect("the person looks all the same")));
    assert_eq!(assess(&mut desk, 99, Verdict::Now(true)), RiskReply::Reject, "it was released");
}

#[test]
fn a_review_that_nobody_decides_is_never_due_and_nobody_is_reminded_of_it() {
    let mut desk = RiskDesk::default();
    assert_eq!(assess(&mut desk, 0, Verdict::Never), RiskReply::Review);
    open(&mut desk, None, false);
    assert_eq!(assess(&mut desk, u64::from(u32::MAX), Verdict::Never), RiskReply::Review);
    assert_eq!(desk.reviews().map(|reviews| reviews.waiting().count()), Some(0));
}

#[test]
fn a_verdict_has_one_row_in_the_inbox_however_often_it_is_told_and_is_stale_after_the_end() {
    for (status, closed) in [(Status::Canceled, true), (Status::InReview, false)] {
        let mut store = Store::new(Defects::NONE).with_inbox();
        let intent = intent(1);
        let commit = |expected, records, then| Commit {
            then,
            ..Commit::of(intent.payment, intent.token, expected, records)
        };
        take(&mut store, commit(0, vec![Record::Accepted(intent)], Then::Run));
        let status = Record::StatusChanged(status);
        let then = if closed { Then::Close } else { Then::Run };
        take(&mut store, commit(1, vec![status], then));
        let webhook = Webhook::of_review(&ReviewDecided {
            payment: intent.payment,
            token: intent.token,
            ..decided(true)
        });
        assert!(store.can_place(&webhook));
        let entry = store.receipt(&webhook).expect("it is new");
        store.restore(&entry);
        let expected = if closed { InboxState::Stale } else { InboxState::Received };
        assert_eq!(store.inbox_row(webhook.event).map(|row| row.state), Some(expected));
        assert_eq!(store.receipt(&webhook), None, "told twice, it is known");
        let told = usize::from(!closed);
        assert_eq!(store.told(intent.payment).len(), told, "a worker has to look");
    }
}

const ASSESSED: OperationId = OperationId(1);

fn decided(approves: bool) -> ReviewDecided {
    let (payment, token) = (PaymentId(3), Token(4));
    ReviewDecided { payment, operation: ASSESSED, token, approves }
}

fn open(desk: &mut RiskDesk, at: Option<Duration>, approves: bool) {
    desk.restore(RiskEntry::Review(ReviewEntry::Opened(decided(approves), at)));
}

fn assess(desk: &mut RiskDesk, seconds: u64, drawn: Verdict) -> RiskReply {
    desk.answer(RiskRequest::Assess { operation: ASSESSED }, at(seconds), drawn).0
}

fn take(store: &mut Store, commit: Commit) {
    let commit = commit.sealed();
    assert_eq!(store.check(&commit), CommitResult::Committed);
    store.restore(&StoreEntry::Committed(commit.into()));
}

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
