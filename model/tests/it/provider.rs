//! Providers' books in both dialects (payments.md M3 and 4.1).
//!
//! A line is a request and its reply; `moves` behind the reply says that the
//! books changed. `copy` is the same sending once more, as a network makes it;
//! without it, each line is a sending of its own. `after 2h` lets time pass.
//! A line that begins with `=` looks into the books.

use crate::provider_desk::check;

/// Keeps every reply for a day, and blocks what it has not seen.
const KEEPS_ALL: usize = 0;
/// Keeps successes only, and blocks nothing.
const KEEPS_SUCCESS: usize = 1;
const BOTH: [usize; 2] = [KEEPS_ALL, KEEPS_SUCCESS];

#[test]
fn a_charge_is_authorized_and_captured_once() {
    check(
        &BOTH,
        "
        authorize 1                       => authorized 100 moves
        authorize 1                       => authorized 100
        = 1 is authorized 100
        capture 1                         => captured 100 moves
        capture 1                         => captured 100
        = 1 is captured 100
        query 1                           => status captured 100
        ",
    );
}

#[test]
fn two_keys_are_two_charges() {
    check(
        &BOTH,
        "
        authorize 1                       => authorized 100 moves
        authorize 2                       => authorized 100 moves
        capture 2                         => captured 100 moves
        = 1 is authorized 100
        = 2 is captured 100
        ",
    );
}

#[test]
fn a_key_that_keeps_all_replays_its_decline_and_its_error() {
    check(
        &[KEEPS_ALL],
        "
        authorize 1 soft                  => declined soft moves
        authorize 1                       => declined soft
        = 1 is declined 0

        authorize 2 fails                 => server-error moves
        authorize 2                       => server-error
        = 2 is authorized 100

        authorize 3                       => authorized 100 moves
        capture 3 hard                    => declined hard
        capture 3                         => declined hard
        capture 3 by 9                    => captured 100 moves
        ",
    );
}

#[test]
fn a_key_that_keeps_successes_tries_a_decline_anew_and_finds_what_an_error_hid() {
    check(
        &[KEEPS_SUCCESS],
        "
        authorize 1 soft                  => declined soft moves
        authorize 1                       => authorized 100 moves
        authorize 1 hard                  => authorized 100

        authorize 2 fails                 => server-error moves
        authorize 2                       => status authorized 100

        capture 2 hard                    => declined hard
        capture 2 fails                   => server-error moves
        capture 2                         => captured 100
        ",
    );
}

#[test]
fn a_copy_made_by_the_network_is_answered_as_the_first() {
    check(
        &BOTH,
        "
        authorize 1 hard                  => declined hard moves
        authorize 1 copy                  => declined hard
        authorize 2 fails                 => server-error moves
        authorize 2 copy                  => server-error
        authorize 3                       => authorized 100 moves
        authorize 3 copy                  => authorized 100
        capture 3 soft                    => declined soft
        capture 3 copy                    => declined soft
        ",
    );
}

#[test]
fn a_request_that_was_turned_away_is_turned_away_in_all_its_copies() {
    check(
        &BOTH,
        "
        turn-away 1                       => throttled
        authorize 1 copy                  => throttled
        authorize 1                       => authorized 100 moves
        authorize 1 copy                  => authorized 100
        ",
    );
}

#[test]
fn a_key_is_forgotten_after_its_lifetime() {
    check(
        &[KEEPS_ALL],
        "
        authorize 1 soft                  => declined soft moves
        after 23h59m authorize 1          => declined soft
        after 1m authorize 1              => authorized 100 moves
        after 23h59m authorize 1 soft     => authorized 100
        after 1m authorize 1 soft         => status authorized 100
        ",
    );
}

#[test]
fn a_request_that_waits_to_be_executed_is_in_progress_and_runs_later() {
    check(
        &BOTH,
        "
        begin 1                           => in-progress
        authorize 1                       => in-progress
        query 1                           => not-found
        after 10m execute 1               => authorized 100 moves
        authorize 1                       => authorized 100
        ",
    );
    check(
        &[KEEPS_ALL],
        "
        begin 1                           => in-progress
        after 23h59m authorize 1          => in-progress
        after 1m authorize 1              => authorized 100 moves
        ",
    );
}

#[test]
fn a_tombstone_blocks_an_authorization_that_comes_later() {
    check(
        &[KEEPS_ALL],
        "
        void 1                            => tombstoned moves
        void 1                            => tombstoned
        query 1                           => status tombstoned 0
        authorize 1                       => declined hard
        = 1 is tombstoned 0

        begin 2                           => in-progress
        void 2                            => tombstoned moves
        after 10m execute 2               => declined hard
        = 2 is tombstoned 0
        ",
    );
}

#[test]
fn without_tombstones_an_unseen_reference_stays_unknown_and_may_still_come() {
    check(
        &[KEEPS_SUCCESS],
        "
        void 1                            => unknown-reference
        = 1 is absent
        begin 1                           => in-progress
        void 1                            => unknown-reference
        after 10m execute 1               => authorized 100 moves
        void 1                            => voided moves
        ",
    );
}

#[test]
fn an_authorization_is_voided_once_and_stays_so() {
    check(
        &BOTH,
        "
        authorize 1                       => authorized 100 moves
        void 1                            => voided moves
        void 1                            => voided
        query 1                           => status voided 100
        capture 1                         => expired
        = 1 is voided 100
        ",
    );
}

#[test]
fn there_is_nothing_to_void_of_what_was_declined_and_no_way_to_void_what_was_captured() {
    check(
        &BOTH,
        "
        authorize 1 hard                  => declined hard moves
        void 1                            => voided
        = 1 is declined 0

        authorize 2                       => authorized 100 moves
        capture 2                         => captured 100 moves
        void 2                            => too-late
        = 2 is captured 100
        ",
    );
}

#[test]
fn a_voided_key_does_not_come_back_to_life() {
    check(
        &BOTH,
        "
        authorize 1                       => authorized 100 moves
        void 1                            => voided moves
        authorize 1                       => authorized 100
        after 25h authorize 1             => status voided 100
        = 1 is voided 100
        ",
    );
}

#[test]
fn a_partial_approval_reserves_its_part_and_only_that_can_be_captured() {
    check(
        &BOTH,
        "
        authorize 1 half                  => authorized 50 moves
        = 1 is authorized 50
        capture 1                         => captured 50 moves
        authorize 2 half                  => authorized 50 moves
        capture-of-100 2                  => invalid
        = 2 is authorized 50
        ",
    );
}

#[test]
fn a_deferred_answer_comes_in_time() {
    check(
        &BOTH,
        "
        authorize 1 yes-in-an-hour        => pending moves
        query 1                           => status pending 0
        capture 1                         => invalid
        after 59m query 1                 => status pending 0
        after 1m query 1                  => status authorized 100
        capture 1 by 9                    => captured 100 moves

        authorize 2 no-in-an-hour         => pending moves
        after 1h query 2                  => status declined 0

        authorize 3 yes-in-an-hour        => pending moves
        void 3                            => voided moves
        after 1h query 3                  => status voided 0

        authorize 4 yes-in-an-hour        => pending moves
        after 1h void 4                   => voided moves
        = 4 is voided 100
        ",
    );
}

#[test]
fn an_authorization_ends_when_its_dialect_says() {
    let table = |days| {
        format!(
            "
            authorize 1                       => authorized 100 moves
            authorize 2                       => authorized 100 moves
            after {}h query 1                 => status authorized 100
            capture 2                         => captured 100 moves
            after 24h capture 1               => expired
            query 1                           => status authorization-expired 100
            query 2                           => status captured 100
            void 1                            => voided
            = 1 is authorization-expired 100
            ",
            (days - 1) * 24,
        )
    };
    check(&[KEEPS_ALL], &table(7));
    check(&[KEEPS_SUCCESS], &table(10));
}

#[test]
fn a_query_lags_behind_the_books() {
    check(
        &BOTH,
        "
        lag 60s
        authorize 1                       => authorized 100 moves
        query 1                           => not-found
        after 59s query 1                 => not-found
        after 1s query 1                  => status authorized 100
        lag 0s
        capture 1                         => captured 100 moves
        query 1                           => status captured 100
        query 2                           => not-found
        ",
    );
}

#[test]
fn a_capture_of_nothing_or_of_another_card_makes_no_sense() {
    check(
        &BOTH,
        "
        capture 1                         => invalid
        authorize 1                       => authorized 100 moves
        capture-with-another-card 1       => invalid
        = 1 is authorized 100
        ",
    );
}
