//! What a worker knows of the sends of those before it: nothing, for a while
//! (payments.md 1.6).

use crate::script::{Door, patient, play, rules};

#[test]
fn whoever_takes_over_only_asks() {
    for first in ["a", "b"] {
        let script = format!(
            "
            ... authorize at {first}
            crash
            query at {first} => not-found until 20m
            not wrote outcome authorize failed_definite
            query at {first} => not-found
            wrote outcome authorize failed_definite
            "
        );
        play(&patient(), first, &script);
    }
}

#[test]
fn whoever_takes_over_believes_no_decline_before_everything_that_was_sent_has_died() {
    play(
        &patient(),
        "a",
        "
        ... authorize at a
        after 19m
        crash
        query at a => is-declined
        not wrote outcome authorize declined_soft
        from 39m query at a => is-declined
        wrote outcome authorize declined_soft
        ",
    );
}

#[test]
fn whoever_takes_over_gives_up_as_the_first_would_have() {
    play(
        &rules(),
        "b",
        "
        ... authorize at b
        crash
        query at b => not-found until 1m
        void at b => unknown-reference
        crash
        void at b => unknown-reference
        from 20m void at b => unknown-reference
        wrote undone authorize never_happened
        authorize/2 at a => authorized
        ",
    );
}

/// The wait was counted from when the worker first met the payment, although
/// somebody else had sent the authorization later.
#[test]
fn a_worker_that_comes_back_knows_that_it_does_not_know_what_another_sent() {
    play(
        &patient(),
        "b",
        "
        assess => review until 1h
        swap
        assess => approve
        ... authorize at b
        swap
        query at b => not-found until 80m
        not wrote outcome authorize failed_definite
        query at b => not-found
        wrote outcome authorize failed_definite
        ",
    );
}

#[test]
fn whoever_takes_over_a_capture_asks_first() {
    play(
        &rules(),
        "a",
        "
        ... capture at a
        crash
        query at a => is-authorized until 20m
        query at a => is-authorized
        capture at a => captured
        ... notice succeeded
        ",
    );
}

/// A worker that had heard of a review wrote it down after another had seen
/// the review end.
#[test]
fn a_worker_that_comes_back_forgets_what_it_concluded_from_an_older_journal() {
    let mut door = Door::new(&rules(), 0);
    for line in [
        "assess => review",
        "swap",
        "assess => review",
        "assess => approve",
        "... hold",
        "swap",
        "hold => created",
        "... notice succeeded",
    ] {
        door.follow(line);
    }
    let reviews = door.written().iter().filter(|record| *record == "status in_review").count();
    assert_eq!(reviews, 1, "{:#?}", door.written());
}
