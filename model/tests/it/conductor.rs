//! How a payment is carried forward when answers come, and back when they are
//! a definite no. What happens when they do not come is in [`crate::doubt`].
//!
//! Whatever is played, [`crate::history`] watches the order of things.

use std::time::Duration;

use model::{Act, Conductor, Defects, IllegalRecord, Payment, Record};

use crate::history::{History, intent};
use crate::script::{Door, play, rules};

#[test]
fn a_payment_goes_forward_in_order_with_every_intent_before_its_call() {
    let mut door = Door::new(&rules(), 0);
    for line in [
        "assess => approve",
        "hold => created",
        "authorize at a => authorized",
        "capture at a => captured",
        "post => created",
        "notice succeeded => noticed",
        "ends succeeded",
    ] {
        door.follow(line);
    }
    let journal = [
        "accepted",
        "intent risk",
        "outcome risk approved",
        "intent quote",
        "outcome quote quoted",
        "intent hold",
        "outcome hold held",
        "intent authorize",
        "outcome authorize authorized",
        "intent capture",
        "outcome capture captured",
        "pivot",
        "status captured",
        "intent post",
        "outcome post posted",
        "status succeeded",
        "intent notify",
        "outcome notify notified",
        "terminal",
    ];
    assert_eq!(door.written(), journal);
}

#[test]
fn what_follows_from_an_answer_is_committed_in_one_piece() {
    let history = History::new(0, Defects::NONE);
    let rules = rules();
    let mut worker = Conductor::take_over(history.records(), Duration::ZERO, &rules).unwrap();
    let Act::Commit(first) = worker.act(Duration::ZERO, &rules) else {
        panic!("the first act is the intent of the first step");
    };
    assert_eq!(first.len(), 1);
    assert_eq!(worker.payment().saga().tries(), [], "nothing is taken for durable before it is");
    assert_eq!(worker.committed(&first), Ok(()));
    assert_eq!(worker.payment().saga().tries().len(), 1);
}

#[test]
fn a_rejection_fails_the_payment_and_undoes_nothing() {
    play(
        &rules(),
        "a",
        "
        assess => reject
        wrote status failing
        notice failed => noticed
        ends failed
        ",
    );
}

#[test]
fn a_review_shows_and_goes_on_when_a_person_has_said_yes() {
    play(
        &rules(),
        "a",
        "
        assess => review
        wrote status in_review
        assess => review until 5m
        assess => approve
        wrote status processing
        hold => created
        ... notice succeeded
        ",
    );
}

#[test]
fn a_review_that_ends_in_no_fails_the_payment() {
    play(
        &rules(),
        "a",
        "
        assess => review
        assess => reject
        wrote status failing
        notice failed => noticed
        ends failed
        ",
    );
}

#[test]
fn a_limit_that_is_reached_fails_the_payment_and_releases_the_assessment() {
    for answer in ["over-limit", "burned"] {
        let script = format!(
            "
            ... hold
            hold => {answer}
            wrote outcome hold over_limit
            wrote status failing
            release => released
            wrote undone risk voided
            notice failed => noticed
            ends failed
            "
        );
        play(&rules(), "a", &script);
    }
}

#[test]
fn a_soft_decline_goes_on_at_the_next_provider() {
    play(
        &rules(),
        "b",
        "
        ... authorize at b
        authorize at b => soft
        wrote outcome authorize declined_soft
        authorize/2 at a => authorized
        capture at a => captured
        ... notice succeeded
        ",
    );
}

#[test]
fn a_hard_decline_ends_the_payment_at_once() {
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        authorize at a => hard
        wrote status failing
        unhold => created
        wrote undone hold voided
        release => released
        notice failed => noticed
        ends failed
        ",
    );
}

#[test]
fn a_payment_that_no_provider_takes_fails() {
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        authorize at a => soft
        authorize/2 at b => soft
        wrote status failing
        unhold => created
        ... notice failed
        ",
    );
}

#[test]
fn a_payment_is_tried_three_times_at_most() {
    let mut rules = rules();
    rules.providers.extend(rules.providers.clone());
    play(
        &rules,
        "a",
        "
        ... authorize at a
        authorize at a => soft
        authorize/2 at b => soft
        authorize/3 at c => soft
        wrote status failing
        unhold => created
        ... notice failed
        ",
    );
}

#[test]
fn a_request_that_makes_no_sense_to_one_provider_is_made_to_the_next() {
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        authorize at a => invalid
        wrote outcome authorize invalid
        authorize/2 at b => authorized
        ... notice succeeded
        ",
    );
}

#[test]
fn a_partial_approval_is_undone_and_counts_as_a_no() {
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        authorize at a => partial
        wrote undo authorize
        void at a => voided
        wrote undone authorize voided
        authorize/2 at b => authorized
        ... notice succeeded
        ",
    );
}

#[test]
fn a_refused_capture_gives_the_authorization_back_before_the_next_attempt() {
    for answer in ["soft", "hard", "expired", "invalid"] {
        let script = format!(
            "
            ... capture at a
            capture at a => {answer}
            wrote undo authorize
            void at a => voided
            authorize/2 at b => authorized
            capture/2 at b => captured
            ... notice succeeded
            "
        );
        play(&rules(), "a", &script);
    }
}

#[test]
fn a_capture_that_is_refused_everywhere_fails_the_payment() {
    play(
        &rules(),
        "a",
        "
        ... capture at a
        capture at a => soft
        void at a => voided
        authorize/2 at b => authorized
        capture/2 at b => soft
        void/2 at b => voided
        wrote status failing
        unhold => created
        release => released
        notice failed => noticed
        ends failed
        ",
    );
}

#[test]
fn a_cancellation_before_the_capture_unwinds() {
    play(
        &rules(),
        "a",
        "
        ... hold
        cancel
        hold => created
        wrote status canceling
        unhold => created
        release => released
        notice canceled => noticed
        ends canceled
        ",
    );
}

#[test]
fn a_cancellation_while_an_authorization_is_in_doubt_undoes_it_first() {
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        cancel
        wrote undo authorize
        void at a => tombstoned
        late authorize at a => authorized
        unhold => created
        release => released
        notice canceled => noticed
        ends canceled
        not wrote outcome authorize authorized
        ",
    );
}

#[test]
fn a_cancellation_during_a_review_releases_the_assessment() {
    play(
        &rules(),
        "a",
        "
        assess => review
        cancel
        wrote status canceling
        release => released
        notice canceled => noticed
        ends canceled
        ",
    );
}

#[test]
fn a_cancellation_that_comes_after_the_capture_was_intended_is_too_late() {
    play(
        &rules(),
        "a",
        "
        ... capture at a
        cancel
        not wrote status canceling
        capture at a => captured
        ... notice succeeded
        not wrote status canceling
        ",
    );
    play(
        &rules(),
        "a",
        "
        ... capture at a
        capture at a => soft
        wrote undo authorize
        cancel
        void at a => voided
        not wrote status canceling
        authorize/2 at b => authorized
        ",
    );
}

#[test]
fn a_notice_is_repeated_until_it_is_acknowledged() {
    play(
        &rules(),
        "a",
        "
        ... notice succeeded
        notice succeeded => lost until 10m
        notice succeeded => noticed
        ends succeeded
        ",
    );
    play(
        &rules(),
        "a",
        "
        assess => reject
        notice failed => lost until 10m
        not wrote terminal
        notice failed => noticed
        wrote notified
        ends failed
        ",
    );
}

#[test]
fn a_journal_that_does_not_begin_with_an_acceptance_does_not_fold() {
    let accepted = Record::Accepted(intent(0));
    for journal in [vec![], vec![Record::PivotCommitted], vec![accepted, accepted]] {
        let folded = Payment::fold(&journal, Defects::NONE).map(|_| ());
        assert_eq!(folded, Err(IllegalRecord::NotAccepted), "{journal:?}");
    }
}
