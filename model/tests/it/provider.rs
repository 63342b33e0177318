//! Providers' books (payments.md M3): what every provider does alike, and how
//! it undoes and tells. What they remember of keys is in `provider_keys.rs`,
//! how they take, give back and lose money in `provider_money.rs`.
//!
//! A line is a request and its reply; `moves` behind the reply says that the
//! books changed. `copy` is the same sending once more, as a network makes it;
//! without it, each line is a sending of its own. `after 2h` lets time pass.
//! A line that begins with `=` looks into the books.

use crate::dialects::{EVERY, HOSTILE, KEEPS_ALL, KEEPS_SUCCESS, LEGACY, RESUMES};
use crate::provider_desk::check;

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
        after 25h query 1                 => status settled 100
        void 1                            => too-late
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
fn a_tombstone_blocks_an_authorization_that_comes_later() {
    check(
        &[KEEPS_ALL],
        "
        void 1                            => tombstoned moves
        void 1                            => tombstoned
        query 1                           => status tombstoned 0
        authorize 1                       => declined hard
        = 1 is tombstoned 0

        begin 2                           => begun
        void 2                            => tombstoned moves
        after 10m execute 2               => declined hard
        = 2 is tombstoned 0
        ",
    );
}

#[test]
fn without_tombstones_an_unseen_reference_stays_unknown_and_may_still_come() {
    check(
        &[KEEPS_SUCCESS, RESUMES, LEGACY],
        "
        void 1                            => unknown-reference
        = 1 is absent
        begin 1                           => begun
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
            query 2                           => status settled 100
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
        capture-with-another-card 1 by 9  => invalid
        = 1 is authorized 100
        ",
    );
}

#[test]
fn where_nothing_can_be_undone_everything_expires() {
    check(
        &[HOSTILE],
        "
        authorize 1                       => authorized 100 moves
        void 1                            => invalid
        void 2                            => invalid
        after 167h query 1                => status authorized 100
        after 1h query 1                  => status authorization-expired 100
        ",
    );
}

#[test]
fn where_nothing_is_told_a_query_makes_no_sense() {
    check(
        &[LEGACY],
        "
        authorize 1                       => authorized 100 moves
        query 1                           => invalid
        void 1                            => voided moves
        ",
    );
}

#[test]
fn what_was_asked_for_long_ago_is_found_no_more() {
    check(
        &[KEEPS_ALL],
        "
        authorize 1                       => authorized 100 moves
        capture 1                         => captured 100 moves
        after 2159h query 1               => status settled 100
        after 1h query 1                  => not-found
        = 1 is settled 100
        ",
    );
}

#[test]
fn a_provider_takes_back_what_nobody_listened_to() {
    check(
        &[LEGACY],
        "
        authorize 1 hung-up               => authorized 100 moves
        authorize 2 hung-up               => authorized 100 moves
        authorize 3                       => authorized 100 moves
        capture 2                         => captured 100 moves
        after 29m = 1 is authorized 100
        after 1m = 1 is auto-reversed 100
        void 1                            => voided
        capture 1                         => expired
        = 2 is captured 100
        = 3 is authorized 100
        ",
    );
    check(
        &[KEEPS_ALL],
        "
        authorize 1 hung-up               => authorized 100 moves
        after 1h = 1 is authorized 100
        ",
    );
}

#[test]
fn every_provider_authorizes_and_captures() {
    check(
        &EVERY,
        "
        authorize 1                       => authorized 100 moves
        capture 1                         => captured 100 moves
        authorize 2 soft                  => declined soft moves
        = 1 is captured 100
        = 2 is declined 0
        ",
    );
}
