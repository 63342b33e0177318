//! A hold, its release and a posting in doubt: the ledger is asked again, by
//! the same ids, until it is definite (payments.md 1.5).

use crate::script::{play, rules};

#[test]
fn a_hold_in_doubt_is_repeated_and_then_looked_up() {
    play(
        &rules(),
        "a",
        "
        ... hold
        hold => lost
        hold => exists
        look-up => lost
        look-up => found
        wrote outcome hold held
        ",
    );
}

#[test]
fn a_hold_in_doubt_is_made_definite_before_it_is_undone() {
    play(
        &rules(),
        "a",
        "
        ... hold
        hold => lost
        cancel
        wrote status canceling
        hold => lost
        hold => over-limit
        not wrote undo hold
        release => released
        ... notice canceled
        ",
    );
}

#[test]
fn the_undo_of_a_hold_is_repeated_until_the_ledger_has_it() {
    for answer in ["created", "exists", "voided-before"] {
        let script = format!(
            "
            ... authorize at a
            authorize at a => hard
            unhold => lost until 5m
            unhold => {answer}
            wrote undone hold voided
            "
        );
        play(&rules(), "a", &script);
    }
}

#[test]
fn a_posting_is_repeated_until_it_is_looked_up() {
    play(
        &rules(),
        "a",
        "
        ... post
        post => lost until 1h
        post => exists
        look-up => found
        wrote outcome post posted
        wrote status succeeded
        ",
    );
}

#[test]
fn a_posting_that_is_refused_is_a_case_and_is_tried_on_for_ever() {
    play(
        &rules(),
        "a",
        "
        ... post
        post => nonsense
        wrote case refused_retriable
        post => nonsense until 1h
        not wrote status failing
        post => exists
        look-up => missing
        look-up => found
        wrote status succeeded
        ",
    );
}
