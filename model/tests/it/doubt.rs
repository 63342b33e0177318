//! How a doubt is resolved (payments.md 1.6): an ambiguous answer means the
//! same id again, and only a definite refusal permits a new one.

use crate::script::{patient, play, rules};

#[test]
fn a_lost_reply_leads_to_a_repetition_under_the_same_key_where_every_reply_is_kept() {
    play(
        &patient(),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        authorize at a => lost
        query at a => lost
        authorize at a => authorized
        capture at a => lost
        capture at a => lost
        query at a => lost
        capture at a => captured
        ... notice succeeded
        ",
    );
}

#[test]
fn a_lost_reply_leads_to_queries_only_where_a_repetition_could_charge_twice() {
    play(
        &patient(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => lost until 15m
        query at b => is-authorized
        capture at b => lost
        query at b => is-authorized until 20m
        query at b => is-captured
        ... notice succeeded
        ",
    );
}

#[test]
fn a_key_is_not_repeated_in_the_last_hour_of_its_life() {
    let mut rules = patient();
    rules.providers[0].key_lifetime = std::time::Duration::from_secs(3_630);
    play(
        &rules,
        "a",
        "
        ... authorize at a
        authorize at a => lost
        authorize at a => lost
        query at a => lost
        authorize at a => lost
        query at a => lost until 10m
        ",
    );
}

#[test]
fn not_found_proves_nothing_before_everything_that_was_sent_has_died() {
    play(
        &patient(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => not-found until 20m
        not wrote outcome authorize failed_definite
        from 20m query at b => not-found
        wrote outcome authorize failed_definite
        authorize/2 at a => authorized
        ... notice succeeded
        ",
    );
}

#[test]
fn a_repetition_starts_the_wait_anew() {
    play(
        &patient(),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        authorize at a => lost
        query at a => not-found
        after 18m
        authorize at a => lost
        query at a => not-found
        after 3m
        authorize at a => lost
        query at a => not-found
        not wrote outcome authorize failed_definite
        ",
    );
}

#[test]
fn a_decline_is_definite_when_nothing_else_was_sent() {
    play(
        &patient(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => is-declined
        wrote outcome authorize declined_soft
        authorize/2 at a => authorized
        ",
    );
}

#[test]
fn a_decline_is_not_definite_while_another_send_is_unanswered() {
    play(
        &patient(),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        authorize at a => soft
        not wrote outcome authorize declined_soft
        from 20m query at a => is-declined
        wrote outcome authorize declined_soft
        authorize/2 at b => authorized
        ",
    );
    play(
        &patient(),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        authorize at a => hard
        from 20m query at a => not-found
        wrote outcome authorize declined_hard
        ",
    );
}

#[test]
fn a_decline_becomes_definite_when_the_other_send_is_answered_after_all() {
    play(
        &patient(),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        authorize at a => soft
        not wrote outcome authorize declined_soft
        late authorize at a => soft
        wrote outcome authorize declined_soft
        ",
    );
    play(
        &patient(),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        authorize at a => soft
        late authorize at a => authorized
        wrote outcome authorize authorized
        ",
    );
}

#[test]
fn a_server_error_leaves_the_outcome_unknown() {
    for answer in ["server-error", "in-progress"] {
        let script = format!(
            "
            ... authorize at b
            authorize at b => {answer}
            query at b => is-authorized
            capture at b => {answer}
            query at b => {answer}
            query at b => is-captured
            ... notice succeeded
            "
        );
        play(&patient(), "b", &script);
    }
}

#[test]
fn what_the_limiter_turned_away_was_not_sent() {
    play(
        &patient(),
        "b",
        "
        ... authorize at b
        authorize at b => throttled until 2m
        authorize at b => soft
        wrote outcome authorize declined_soft
        authorize/2 at a => authorized
        capture at a => throttled
        capture at a => captured
        ",
    );
}

/// A query that the limiter turned away made the authorization be sent again.
#[test]
fn a_query_that_was_turned_away_tells_nothing_of_the_send() {
    play(
        &patient(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => throttled until 5m
        query at b => is-authorized
        capture at b => lost
        query at b => throttled until 10m
        query at b => is-captured
        ",
    );
    play(
        &patient(),
        "b",
        "
        ... authorize at b
        authorize at b => pending
        query at b => throttled until 5m
        query at b => is-authorized
        ",
    );
}

#[test]
fn a_repetition_that_was_turned_away_leaves_the_first_send_as_it_was() {
    play(
        &patient(),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        authorize at a => throttled
        query at a => not-found
        not wrote outcome authorize failed_definite
        authorize at a => throttled
        query at a => is-declined
        wrote outcome authorize declined_soft
        ",
    );
}

#[test]
fn a_pending_answer_is_waited_for_and_never_sent_again_nor_given_up() {
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        authorize at a => pending
        query at a => is-pending until 26h
        query at a => is-authorized
        capture at a => captured
        ... notice succeeded
        ",
    );
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        authorize at a => pending
        query at a => is-pending until 26h
        query at a => is-declined
        authorize/2 at b => authorized
        ",
    );
}

#[test]
fn an_authorization_in_doubt_is_given_up_by_an_undo_that_is_registered_first() {
    play(
        &rules(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => not-found until 1m
        wrote undo authorize
        void at b => lost until 30m
        void at b => voided
        wrote undone authorize voided
        authorize/2 at a => authorized
        ... notice succeeded
        ",
    );
    play(
        &rules(),
        "a",
        "
        ... authorize at a
        authorize at a => lost
        authorize at a => lost
        query at a => not-found
        authorize at a => lost
        query at a => not-found
        authorize at a => lost
        from 1m void at a => tombstoned
        wrote undone authorize tombstoned
        authorize/2 at b => authorized
        ",
    );
}

#[test]
fn an_unknown_reference_is_no_proof_before_everything_that_was_sent_has_died() {
    play(
        &rules(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => lost until 1m
        void at b => unknown-reference
        not wrote undone authorize never_happened
        from 20m void at b => unknown-reference
        wrote undone authorize never_happened
        authorize/2 at a => authorized
        ",
    );
}

#[test]
fn an_authorization_that_is_found_while_it_waits_to_be_undone_is_undone() {
    play(
        &rules(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => lost until 1m
        void at b => unknown-reference
        late authorize at b => authorized
        from 20m void at b => voided
        wrote undone authorize voided
        not wrote outcome authorize authorized
        authorize/2 at a => authorized
        ",
    );
}

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

#[test]
fn what_was_captured_and_can_not_be_undone_needs_a_person() {
    play(
        &rules(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => lost until 1m
        void at b => too-late
        wrote case late_success
        rests with case late_success
        not wrote undo hold
        ",
    );
}

#[test]
fn an_answer_that_comes_late_counts_as_long_as_the_operation_is_awaited() {
    play(
        &patient(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => lost
        query at b => lost
        late authorize at b => authorized
        wrote outcome authorize authorized
        ",
    );
    play(
        &patient(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => lost
        after 25m
        late query at b => not-found
        not wrote outcome authorize failed_definite
        ",
    );
}
