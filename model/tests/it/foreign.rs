//! How a doubt is resolved where keys, queries or undos are missing or short
//! (payments.md 1.6 and 4.1). `a` is the provider in question, `b` keeps every
//! reply.

use crate::dialects::{HOSTILE, KEEPS_ALL, KEEPS_REFUSALS, LEGACY, RESUMES};
use crate::script::{play, rules_at};

#[test]
fn where_nothing_can_be_asked_the_undo_tells_what_became_of_an_authorization() {
    play(
        &rules_at([LEGACY, KEEPS_ALL]),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        from 1m void at a => unknown-reference
        wrote undo authorize
        not wrote undone authorize never_happened
        from 20m void at a => unknown-reference
        wrote undone authorize never_happened
        authorize/2 at b => authorized
        ... notice succeeded
        ",
    );
    play(
        &rules_at([LEGACY, KEEPS_ALL]),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        from 1m void at a => voided
        wrote undone authorize voided
        authorize/2 at b => authorized
        ",
    );
}

#[test]
fn where_nothing_can_be_asked_an_answer_that_comes_late_is_waited_for() {
    play(
        &rules_at([LEGACY, KEEPS_ALL]),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        late authorize at a => authorized
        capture at a => captured
        ... notice succeeded
        ",
    );
}

#[test]
fn where_nothing_can_be_asked_the_undo_tells_what_became_of_a_capture() {
    let doubt = "
        ... capture at a
        capture at a => lost
        from 1m void at a => lost
        wrote undo authorize
        not wrote pivot
        ";
    for (reply, rest) in [
        (
            "too-late",
            "
            wrote undone authorize too_late
            wrote pivot
            post => created
            ... notice succeeded
            ",
        ),
        (
            "voided",
            "
            wrote undone authorize voided
            not wrote pivot
            authorize/2 at b => authorized
            capture/2 at b => captured
            ... notice succeeded
            ",
        ),
    ] {
        let script = format!("{doubt} void at a => {reply}\n{rest}");
        play(&rules_at([LEGACY, KEEPS_ALL]), "a", &script);
    }
}

/// The undo began its own wait for a person after a capture had been in doubt
/// for days, so that no person heard of it in time.
#[test]
fn a_person_hears_of_a_doubt_as_soon_whether_it_is_about_the_step_or_its_undo() {
    play(
        &rules_at([LEGACY, KEEPS_ALL]),
        "a",
        "
        ... capture at a
        capture at a => throttled until 150h
        capture at a => lost
        void at a => lost until 191h
        not wrote case undo_stuck
        void at a => lost until 193h
        wrote case undo_stuck
        ",
    );
}

#[test]
fn whoever_takes_over_where_nothing_can_be_asked_undoes_at_once() {
    play(
        &rules_at([LEGACY, KEEPS_ALL]),
        "a",
        "
        ... authorize at a
        crash
        void at a => voided
        authorize/2 at b => authorized
        ",
    );
    play(
        &rules_at([LEGACY, KEEPS_ALL]),
        "a",
        "
        ... capture at a
        capture at a => lost
        crash
        void at a => lost
        crash
        void at a => too-late
        post => created
        ... notice succeeded
        ",
    );
}

#[test]
fn a_pending_answer_that_can_not_be_asked_for_is_given_up() {
    play(
        &rules_at([LEGACY, KEEPS_ALL]),
        "a",
        "
        ... authorize at a
        authorize at a => pending
        from 1m void at a => voided
        authorize/2 at b => authorized
        ",
    );
}

/// The payment went on at the next provider five days later; that one was gone
/// for good, and no person heard of it in time.
#[test]
fn where_nothing_can_be_undone_an_authorization_is_seen_to_expire_and_the_payment_fails() {
    play(
        &rules_at([HOSTILE, KEEPS_ALL]),
        "a",
        "
        ... authorize at a
        authorize at a => partial
        wrote undo authorize
        query at a => is-authorized until 160h
        not wrote undone authorize expired
        query at a => is-expired
        wrote undone authorize expired
        wrote status failing
        ... notice failed
        ",
    );
}

#[test]
fn what_can_not_be_undone_is_not_given_up() {
    play(
        &rules_at([HOSTILE, KEEPS_ALL]),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        crash
        query at a => not-found until 15m
        not wrote undo authorize
        query at a => is-authorized
        capture at a => captured
        ... notice succeeded
        ",
    );
    play(
        &rules_at([HOSTILE, KEEPS_ALL]),
        "a",
        "
        ... authorize at a
        crash
        query at a => not-found until 20m
        query at a => not-found
        wrote outcome authorize failed_definite
        authorize/2 at b => authorized
        ",
    );
}

#[test]
fn a_short_key_is_repeated_for_as_long_as_it_surely_lives() {
    play(
        &rules_at([HOSTILE, KEEPS_ALL]),
        "a",
        "
        ... capture at a
        capture at a => lost
        capture at a => lost
        after 8m
        query at a => lost
        capture at a => lost
        after 5m
        query at a => is-authorized until 20m
        ",
    );
}

#[test]
fn a_key_that_outlives_every_doubt_is_repeated_by_whoever_takes_over() {
    play(
        &rules_at([RESUMES, KEEPS_ALL]),
        "a",
        "
        ... capture at a
        capture at a => lost
        crash
        query at a => lost
        capture at a => lost
        crash
        query at a => lost
        capture at a => captured
        ... notice succeeded
        ",
    );
    play(
        &rules_at([KEEPS_ALL, RESUMES]),
        "a",
        "
        ... capture at a
        capture at a => lost
        crash
        query at a => lost until 20m
        ",
    );
}

#[test]
fn a_key_that_drops_errors_is_not_repeated() {
    play(
        &rules_at([KEEPS_REFUSALS, KEEPS_ALL]),
        "a",
        "
        ... authorize at a
        authorize at a => server-error
        query at a => not-found
        query at a => is-authorized
        capture at a => server-error
        query at a => is-authorized
        query at a => is-captured
        ... notice succeeded
        ",
    );
}

#[test]
fn who_says_that_it_took_another_amount_is_not_believed() {
    play(
        &rules_at([KEEPS_ALL, LEGACY]),
        "a",
        "
        ... capture at a
        capture at a => already-captured-half
        not wrote pivot
        capture at a => already-captured
        ... notice succeeded
        ",
    );
}
