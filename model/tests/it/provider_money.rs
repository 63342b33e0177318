//! How providers take money and give it back (payments.md M3 and M5), in the
//! words of `provider.rs`. `part 30` takes a part that is followed by more,
//! `last 30` takes the last; behind `holds` stands what is still reserved.

use crate::dialects::{EVERY, KEEPS_ALL, KEEPS_SUCCESS, RESUMES};
use crate::provider_desk::check;

/// Whose remainders are released at once.
const RELEASING: [usize; 2] = [KEEPS_ALL, KEEPS_SUCCESS];
/// Whose remainders stay reserved.
const KEEPING: [usize; 1] = [RESUMES];

#[test]
fn parts_are_captured_until_the_last_and_never_more_than_was_authorized() {
    check(
        &RELEASING,
        "
        authorize 1                       => authorized 100 moves
        capture 1 part 30                 => captured 30 moves
        = 1 is partially-captured 30 holds 70
        capture 1 by 2 part 71            => invalid
        capture 1 by 3 part 70            => captured 70 moves
        = 1 is partially-captured 100
        capture 1 by 4 last 1             => invalid
        ",
    );
    check(
        &EVERY,
        "
        authorize 1                       => authorized 100 moves
        capture 1 by 2 part 30            => captured 30 moves
        capture 1 by 3 last 20            => captured 20 moves
        capture 1 by 4 part 10            => already-captured 50
        capture 1 by 5 last 0             => already-captured 50
        ",
    );
}

#[test]
fn the_rest_of_a_last_capture_is_released_or_held_as_the_dialect_says() {
    check(
        &RELEASING,
        "
        authorize 1                       => authorized 100 moves
        capture 1 last 30                 => captured 30 moves
        = 1 is captured 30
        void 1                            => too-late
        ",
    );
    check(
        &KEEPING,
        "
        authorize 1                       => authorized 100 moves
        capture 1 last 30                 => captured 30 moves
        = 1 is captured 30 holds 70
        void 1                            => released moves
        = 1 is captured 30
        void 1                            => too-late

        authorize 2                       => authorized 100 moves
        capture 2 last 30                 => captured 30 moves
        after 167h = 2 is settled 30 holds 70
        after 1h = 2 is settled 30
        ",
    );
}

#[test]
fn the_rest_of_parts_is_released_by_a_void_or_when_the_authorization_ends() {
    check(
        &EVERY[..5],
        "
        authorize 1                       => authorized 100 moves
        capture 1 part 30                 => captured 30 moves
        void 1                            => released moves
        = 1 is captured 30
        void 1                            => too-late
        capture 1 by 2 last 10            => already-captured 30
        ",
    );
    check(
        &[KEEPS_ALL, RESUMES],
        "
        authorize 1                       => authorized 100 moves
        capture 1 part 30                 => captured 30 moves
        after 167h = 1 is partially-captured 30 holds 70
        after 1h = 1 is captured 30
        after 24h = 1 is settled 30
        ",
    );
}

#[test]
fn a_capture_is_settled_at_the_next_cut_off() {
    check(
        &EVERY,
        "
        after 20h authorize 1             => authorized 100 moves
        capture 1                         => captured 100 moves
        after 3h59m = 1 is captured 100
        after 1m = 1 is settled 100
        ",
    );
}

#[test]
fn no_more_is_given_back_than_was_taken() {
    check(
        &EVERY,
        "
        authorize 1                       => authorized 100 moves
        refund 1 10                       => refund-failed
        capture 1                         => captured 100 moves
        refund 1 60 by 2                  => refunded 60 moves
        refund 1 41 by 3                  => refund-failed
        after 25h refund 1 40 by 4        => refunded 40 moves
        refund 1 1 by 5                   => refund-failed
        = 1 is settled 100 refunded 100
        ",
    );
}

#[test]
fn nothing_is_given_back_of_what_was_not_taken() {
    check(
        &EVERY,
        "
        authorize 1 hard                  => declined hard moves
        refund 1 10                       => refund-failed
        refund 2 10                       => refund-failed
        authorize 3                       => authorized 100 moves
        capture 3                         => captured 100 moves
        refund 3 0                        => refund-failed
        ",
    );
}

#[test]
fn a_refund_that_is_pending_counts_until_it_fails() {
    check(
        &[KEEPS_ALL, RESUMES],
        "
        authorize 1                       => authorized 100 moves
        capture 1                         => captured 100 moves
        refund 1 60 no-in-an-hour         => pending moves
        = 1 is captured 100 refunding 60
        query-refund 1                    => refund pending 60
        refund 1 60 by 2                  => refund-failed
        after 1h query-refund 1           => refund failed 60
        = 1 is captured 100
        refund 1 60 by 3 yes-in-an-hour   => pending moves
        after 1h query-refund 1 by 3      => refund succeeded 60
        = 1 is captured 100 refunded 60
        ",
    );
}

#[test]
fn a_refund_that_succeeded_may_be_returned_days_later() {
    check(
        &[KEEPS_ALL, RESUMES],
        "
        authorize 1                       => authorized 100 moves
        capture 1                         => captured 100 moves
        refund 1 60 returned-in-an-hour   => refunded 60 moves
        query-refund 1                    => refund succeeded 60
        = 1 is captured 100 refunded 60
        after 1h query-refund 1           => refund failed-late 60
        = 1 is captured 100
        refund 1 100 by 2                 => refunded 100 moves
        ",
    );
}

#[test]
fn a_refund_that_the_issuer_refuses_takes_nothing() {
    check(
        &[KEEPS_ALL],
        "
        authorize 1                       => authorized 100 moves
        capture 1                         => captured 100 moves
        refund 1 60 hard                  => refund-failed
        query-refund 1                    => refund failed 60
        = 1 is captured 100
        ",
    );
}
