//! What providers remember of keys (payments.md 4.1), in the words of
//! `provider.rs`. `fails` is a server error after the execution, `elsewhere`
//! another region of the provider.

use crate::dialects::{EVERY, HOSTILE, KEEPS_ALL, KEEPS_REFUSALS, KEEPS_SUCCESS, LEGACY, RESUMES};
use crate::provider_desk::check;

const BOTH: [usize; 2] = [KEEPS_ALL, KEEPS_SUCCESS];

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
fn a_key_that_keeps_successes_tries_a_decline_anew_and_finds_a_capture_that_an_error_hid() {
    check(
        &[KEEPS_SUCCESS],
        "
        authorize 1 soft                  => declined soft moves
        authorize 1                       => authorized 100 moves
        authorize 1 hard                  => authorized 100

        authorize 2                       => authorized 100 moves
        capture 2 hard                    => declined hard
        capture 2 fails                   => server-error moves
        capture 2                         => already-captured 100
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
        ",
    );
}

#[test]
fn a_request_that_waits_to_be_executed_is_in_progress_and_runs_later() {
    check(
        &BOTH,
        "
        begin 1                           => begun
        authorize 1                       => in-progress
        query 1                           => not-found
        after 10m execute 1               => authorized 100 moves
        authorize 1                       => authorized 100
        ",
    );
    check(
        &[KEEPS_ALL],
        "
        begin 1                           => begun
        after 23h59m authorize 1          => in-progress
        after 1m authorize 1              => authorized 100 moves
        ",
    );
}

/// The books kept one charge per reference, so that no key that was outlived
/// could charge twice.
#[test]
fn a_key_that_is_outlived_charges_twice() {
    check(
        &[KEEPS_ALL, KEEPS_SUCCESS],
        "
        authorize 1                       => authorized 100 moves
        after 23h59m authorize 1          => authorized 100
        after 1m authorize 1              => authorized 100 moves
        = 1 is authorized 100 the last of 2
        capture 1                         => captured 100 moves
        void 1                            => too-late
        = 1 is captured 100 the last of 2
        ",
    );
    check(
        &[HOSTILE],
        "
        authorize 1                       => authorized 100 moves
        after 29m authorize 1             => authorized 100
        after 1m authorize 1              => authorized 100 moves
        = 1 is authorized 100 the last of 2
        ",
    );
}

#[test]
fn a_key_that_nobody_keeps_charges_twice_and_a_capture_does_not() {
    check(
        &[LEGACY],
        "
        authorize 1                       => authorized 100 moves
        authorize 1                       => authorized 100 moves
        = 1 is authorized 100 the last of 2
        capture 1                         => captured 100 moves
        capture 1                         => already-captured 100
        capture 1 part 30                 => already-captured 100
        ",
    );
}

#[test]
fn an_error_that_is_not_kept_charges_twice() {
    check(
        &[KEEPS_SUCCESS, KEEPS_REFUSALS],
        "
        authorize 1 fails                 => server-error moves
        authorize 1                       => authorized 100 moves
        = 1 is authorized 100 the last of 2
        ",
    );
}

#[test]
fn a_key_that_resumes_tells_what_an_error_hid() {
    check(
        &[RESUMES],
        "
        authorize 1 fails                 => server-error moves
        authorize 1                       => authorized 100
        authorize 2 soft fails            => server-error moves
        authorize 2                       => declined soft
        = 1 is authorized 100
        ",
    );
}

#[test]
fn a_key_that_keeps_refusals_replays_its_decline() {
    check(
        &[KEEPS_REFUSALS],
        "
        authorize 1 hard                  => declined hard moves
        authorize 1                       => declined hard
        capture 1                         => invalid
        capture 1                         => invalid
        ",
    );
}

#[test]
fn what_was_voided_comes_back_only_where_keys_can_not_be_canceled() {
    check(
        &[KEEPS_ALL],
        "
        authorize 1                       => authorized 100 moves
        void 1                            => voided moves
        authorize 1                       => authorized 100
        after 25h authorize 1             => declined hard
        = 1 is voided 100
        ",
    );
    check(
        &[KEEPS_SUCCESS],
        "
        authorize 1                       => authorized 100 moves
        void 1                            => voided moves
        authorize 1                       => authorized 100
        after 25h authorize 1             => authorized 100 moves
        = 1 is authorized 100 the last of 2
        ",
    );
}

#[test]
fn a_key_that_comes_back_with_another_request_is_an_error_or_is_not_noticed() {
    check(
        &[KEEPS_ALL, KEEPS_SUCCESS, RESUMES, KEEPS_REFUSALS],
        "
        authorize 1                       => authorized 100 moves
        authorize-of-50 1                 => key-mismatch
        begin 2                           => begun
        authorize-of-50 2                 => key-mismatch
        = 1 is authorized 100
        ",
    );
    check(
        &[HOSTILE],
        "
        authorize 1                       => authorized 100 moves
        authorize-of-50 1                 => authorized 100
        ",
    );
}

#[test]
fn a_key_of_the_whole_account_is_taken_at_every_endpoint() {
    // 100 is the key of the capture of what 0 authorized.
    let table = |second| {
        format!(
            "
            authorize 0                       => authorized 100 moves
            capture 0                         => captured 100 moves
            authorize 100                     => {second}
            "
        )
    };
    check(&[RESUMES], &table("key-mismatch"));
    check(
        &[KEEPS_ALL, KEEPS_SUCCESS, KEEPS_REFUSALS, LEGACY, HOSTILE],
        &table("authorized 100 moves"),
    );
}

#[test]
fn of_two_at_once_one_is_processed_and_the_other_is_refused_or_waits() {
    for (dialects, told) in [
        (&[KEEPS_ALL, KEEPS_SUCCESS, RESUMES, HOSTILE][..], "in-progress"),
        (&[KEEPS_REFUSALS][..], "waits"),
    ] {
        let table = format!(
            "
            begin 1                           => begun
            authorize 1                       => {told}
            after 1m execute 1                => authorized 100 moves
            authorize 1                       => authorized 100
            = 1 is authorized 100
            "
        );
        check(dialects, &table);
    }
    check(
        &[LEGACY],
        "
        begin 1                           => begun
        authorize 1 copy                  => waits
        authorize 1                       => authorized 100 moves
        after 1m execute 1                => authorized 100 moves
        = 1 is authorized 100 the last of 2
        ",
    );
}

#[test]
fn a_key_whose_request_was_interrupted_runs_again_or_is_blocked_until_it_expires() {
    check(
        &[KEEPS_ALL, KEEPS_SUCCESS, RESUMES, LEGACY, HOSTILE],
        "
        begin 1                           => begun
        interrupt
        authorize 1                       => authorized 100 moves
        interrupt
        = 1 is authorized 100
        ",
    );
    check(
        &[KEEPS_REFUSALS],
        "
        begin 1                           => begun
        interrupt
        after 23h59m authorize 1          => waits
        after 1m authorize 1              => authorized 100 moves
        ",
    );
}

#[test]
fn a_region_that_does_not_know_the_keys_of_another_charges_twice() {
    let table = |second| {
        format!(
            "
            authorize 1                       => authorized 100 moves
            authorize 1 elsewhere             => {second}
            authorize 1                       => authorized 100
            "
        )
    };
    check(&[KEEPS_ALL, RESUMES], &table("authorized 100"));
    check(&[KEEPS_REFUSALS], &table("authorized 100 moves"));
}

#[test]
fn an_endpoint_that_ignores_keys_gives_money_back_twice() {
    let table = |second| {
        format!(
            "
            authorize 1                       => authorized 100 moves
            capture 1                         => captured 100 moves
            refund 1 30                       => refunded 30 moves
            refund 1 30                       => {second}
            refund 1 30 copy                  => refunded 30
            "
        )
    };
    check(&[KEEPS_ALL, KEEPS_SUCCESS, RESUMES, KEEPS_REFUSALS], &table("refunded 30"));
    check(&[HOSTILE, LEGACY], &table("refunded 30 moves"));
}

#[test]
fn a_copy_made_by_the_network_is_never_executed_a_second_time() {
    check(
        &EVERY,
        "
        authorize 1                       => authorized 100 moves
        authorize 1 copy                  => authorized 100
        capture 1                         => captured 100 moves
        capture 1 copy                    => captured 100
        refund 1 30                       => refunded 30 moves
        refund 1 30 copy                  => refunded 30
        = 1 is captured 100 refunded 30
        ",
    );
}
