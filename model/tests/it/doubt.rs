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
fn a_key_is_not_repeated_when_it_could_arrive_after_the_end_of_its_life() {
    let mut rules = patient();
    rules.providers[0].keys.lifetime = std::time::Duration::from_secs(1_230);
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
fn what_was_captured_although_it_was_given_up_is_over_and_goes_back_by_itself() {
    play(
        &rules(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => lost until 1m
        void at b => too-late
        query at b => not-found until 2m
        query at b => is-captured
        wrote undone authorize taken_after_all
        not wrote case late_success
        ",
    );
}

#[test]
fn an_authorization_that_is_seen_to_be_captured_reserved_nothing() {
    play(
        &patient(),
        "b",
        "
        ... authorize at b
        authorize at b => lost
        query at b => is-captured
        wrote outcome authorize taken_after_all
        wrote status failing
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
        ... query at b
        late query at b => not-found
        not wrote outcome authorize failed_definite
        query at b => not-found
        wrote outcome authorize failed_definite
        ",
    );
}
