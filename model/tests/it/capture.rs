//! A capture in doubt: the pivot, which is neither undone nor made elsewhere
//! until it is definite (payments.md 1.5).

use crate::script::{play, rules};

#[test]
fn a_capture_in_doubt_is_neither_undone_nor_made_elsewhere() {
    play(
        &rules(),
        "b",
        "
        ... capture at b
        capture at b => lost
        cancel
        query at b => lost until 26h
        not wrote undo authorize
        not wrote status canceling
        query at b => is-captured
        ... notice succeeded
        ",
    );
}

#[test]
fn a_capture_that_never_came_is_asked_for_once_more_by_its_own_key() {
    play(
        &rules(),
        "b",
        "
        ... capture at b
        capture at b => lost
        query at b => is-authorized until 20m
        from 20m query at b => is-authorized
        capture at b => captured
        ... notice succeeded
        ",
    );
}

#[test]
fn a_capture_that_never_comes_is_given_up_safely() {
    play(
        &rules(),
        "b",
        "
        ... capture at b
        capture at b => lost
        query at b => is-authorized until 20m
        query at b => is-authorized
        capture at b => lost
        query at b => is-authorized until 40m
        not wrote undo authorize
        from 40m query at b => is-authorized
        wrote outcome capture failed_definite
        void at b => voided
        authorize/2 at a => authorized
        capture/2 at a => captured
        ... notice succeeded
        ",
    );
}

#[test]
fn a_capture_that_is_declined_while_another_send_is_unanswered_is_in_doubt() {
    play(
        &rules(),
        "a",
        "
        ... capture at a
        capture at a => lost
        capture at a => soft
        not wrote undo authorize
        from 20m query at a => is-captured
        ... notice succeeded
        ",
    );
    play(
        &rules(),
        "a",
        "
        ... capture at a
        capture at a => lost
        capture at a => soft
        from 20m query at a => is-authorized
        wrote outcome capture declined_soft
        void at a => voided
        authorize/2 at b => authorized
        ",
    );
}
