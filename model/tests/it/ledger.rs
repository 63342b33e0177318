//! What the ledger books and what it refuses: payments.md M4, and through it
//! TigerBeetle's two-phase and linked transfers.
//!
//! A table is a conversation. A line is a transfer and its result; a blank
//! line ends a request, and so does one by which time passes. A line that begins
//! with `=` looks at an account (what is pending stands behind the `+`), at a
//! hold, or at when the next one expires.

use crate::ledger_desk::check;

#[test]
fn a_transfer_moves_its_amount_at_once() {
    check(
        "
        1 moves 100 grant -> limit                => created
        2 moves  40 limit -> used                 => created
        = grant debits 100 +0 credits   0 +0
        = limit debits  40 +0 credits 100 +0
        = used  debits   0 +0 credits  40 +0
        ",
    );
}

#[test]
fn a_repetition_exists_and_changes_nothing() {
    check(
        "
        1 moves 100 grant -> limit                => created

        1 moves 100 grant -> limit                => exists
        = limit debits 0 +0 credits 100 +0

        2 holds 30 limit -> used                  => created
        2 holds 30 limit -> used                  => exists
        3 posts 20 of 2 limit -> used             => created
        3 posts 20 of 2 limit -> used             => exists
        4 holds 30 limit -> used                  => created
        5 voids 30 of 4 limit -> used             => created
        5 voids 30 of 4 limit -> used             => exists
        = limit debits 20 +0 credits 100 +0
        ",
    );
}

#[test]
fn a_repetition_that_differs_is_told_how_and_changes_nothing() {
    check(
        "
        1 moves 100 grant -> limit                => created
        2 holds 30 limit -> used                  => created
        3 holds 30 limit -> used                  => created
        4 posts 30 of 2 limit -> used             => created

        1 holds 100 grant -> limit                => exists_with_different_flags
        1 moves 100 grant -> used                 => exists_with_different_credit_account_id
        1 moves 100 used -> limit                 => exists_with_different_debit_account_id
        1 moves 100 2:grant -> 2:limit            => exists_with_different_debit_account_id
        1 moves  99 grant -> limit                => exists_with_different_amount
        1 moves   0 grant -> limit                => exists_with_different_amount
        1 moves 100 grant -> limit for 8          => exists_with_different_user_data_128
        1 moves 100 grant -> limit by 8           => exists_with_different_user_data_64
        3 holds  30 limit -> used for-seconds 9   => exists_with_different_timeout
        4 posts  30 of 3 limit -> used            => exists_with_different_pending_id
        4 voids  30 of 2 limit -> used            => exists_with_different_flags
        4 moves  30 limit -> used                 => exists_with_different_flags

        1 moves 100 grant -> limit linked         => exists_with_different_flags
        5 moves   1 grant -> limit                => linked_event_failed
        = limit debits 30 +30 credits 100 +0
        ",
    );
}

#[test]
fn of_several_differences_the_first_in_the_order_of_the_table_is_told() {
    check(
        "
        1 moves 100 grant -> limit                => created
        2 holds 30 limit -> used                  => created
        3 posts 30 of 2 limit -> used             => created
        4 holds 30 limit -> used for-seconds 9    => created

        1 holds 9 used -> grant for 8 by 8        => exists_with_different_flags
        3 posts 9 of 1 used -> grant for 8 by 8   => exists_with_different_pending_id
        4 holds 9 used -> grant for-seconds 8 for 8 by 8 => exists_with_different_timeout
        1 moves 9 used -> grant for 8 by 8        => exists_with_different_debit_account_id
        1 moves 9 grant -> used for 8 by 8        => exists_with_different_credit_account_id
        1 moves 9 grant -> limit for 8 by 8       => exists_with_different_amount
        1 moves 100 grant -> limit for 8 by 8     => exists_with_different_user_data_128
        1 moves 100 grant -> limit by 8           => exists_with_different_user_data_64
        1 moves 100 grant -> limit                => exists
        ",
    );
}

#[test]
fn of_several_reasons_against_a_transfer_the_first_in_the_order_of_the_table_is_told() {
    check(
        "
        1 moves   10 grant -> limit               => created
        2 moves   50 owed -> dispute              => created
        3 moves   10 limit -> used                => created

        0 moves   -1 limit -> limit               => id_must_not_be_zero
        last moves -1 limit -> limit              => id_must_not_be_int_max
        1 moves   -1 limit -> limit               => exists_with_different_debit_account_id
        9 moves   -1 limit -> limit               => accounts_must_be_different
        9 moves   -1 limit -> 2:used              => accounts_must_have_the_same_ledger
        9 moves   -1 limit -> used                => overflows_debits_posted
        9 moves    1 limit -> owed                => exceeds_credits
        9 moves   -1 limit -> limit               => id_already_failed
        8 moves   51 dispute -> owed              => exceeds_debits
        8 moves   50 dispute -> owed              => id_already_failed
        7 moves   50 dispute -> owed              => created
        ",
    );
}

#[test]
fn of_several_reasons_against_a_resolution_the_first_in_the_order_of_the_table_is_told() {
    check(
        "
        1 moves 15 transit -> merchant            => created
        2 holds 15 transit -> merchant            => created
        3 holds 15 transit -> merchant            => created
        4 posts 15 of 3 transit -> merchant       => created

        0 voids 16 of 0 fees -> 2:psp             => id_must_not_be_zero
        last voids 16 of 0 fees -> 2:psp          => id_must_not_be_int_max
        4 voids 16 of 0 fees -> 2:psp             => exists_with_different_flags
        9 voids 16 of 0 fees -> 2:psp             => pending_id_must_not_be_zero
        9 voids 16 of last fees -> 2:psp          => pending_id_must_not_be_int_max
        9 voids 16 of 9 fees -> 2:psp             => pending_id_must_be_different
        8 voids 16 of 7 fees -> 2:psp             => pending_transfer_not_found
        8 voids 16 of 1 fees -> 2:psp             => id_already_failed
        9 voids 16 of 1 fees -> 2:psp             => pending_transfer_not_pending
        9 voids 16 of 3 fees -> 2:psp             => pending_transfer_has_different_debit_account_id
        9 voids 16 of 3 transit -> 2:psp          => pending_transfer_has_different_credit_account_id
        9 voids 16 of 3 transit -> merchant       => exceeds_pending_transfer_amount
        9 voids 14 of 3 transit -> merchant       => pending_transfer_has_different_amount
        9 voids 15 of 3 transit -> merchant       => pending_transfer_already_posted
        9 voids 15 of 2 transit -> merchant       => created
        ",
    );
}

#[test]
fn a_transfer_that_makes_no_sense_is_refused_and_its_id_stays_usable() {
    check(
        "
        1 moves 10 limit -> limit                 => accounts_must_be_different
        1 moves 10 grant -> 2:limit               => accounts_must_have_the_same_ledger
        1 moves 10 grant -> limit.jpy             => accounts_must_have_the_same_ledger
        1 moves -5 grant -> limit                 => overflows_debits_posted
        1 holds -5 grant -> limit                 => overflows_debits_pending
        = grant debits 0 +0 credits 0 +0

        1 moves 10 grant -> limit                 => created
        ",
    );
}

#[test]
fn nothing_may_be_moved_held_and_captured() {
    check(
        "
        1 moves  0 limit -> used                  => created
        2 holds  0 limit -> used                  => created
        3 posts  0 of 2 limit -> used             => created
        4 holds 15 transit -> merchant            => created
        5 posts  0 of 4 transit -> merchant       => created
        6 voids  0 of 4 transit -> merchant       => pending_transfer_has_different_amount
        1 moves  0 limit -> used                  => exists
        5 posts  0 of 4 transit -> merchant       => exists
        = 2 is posted
        = 4 is posted
        = transit debits 0 +0 credits 0 +0
        ",
    );
}

#[test]
fn an_account_counts_only_so_far() {
    check(
        "
        1 moves most transit -> merchant          => created
        2 moves    1 transit -> fees              => overflows_debits_posted
        2 moves    1 psp -> merchant              => overflows_credits_posted
        2 holds    1 transit -> fees              => overflows_debits_posted

        3 holds most fees -> psp                  => created
        4 holds    1 fees -> transit              => overflows_debits_pending
        4 holds    1 merchant -> psp              => overflows_credits_pending
        4 moves    1 fees -> transit              => overflows_debits
        4 moves    1 merchant -> psp              => overflows_credits
        5 posts most of 3 fees -> psp             => created
        ",
    );
}

#[test]
fn a_limited_account_is_never_overdrawn_by_what_is_posted_or_held() {
    check(
        "
        1 moves 10 limit -> used                  => exceeds_credits
        2 moves 100 grant -> limit                => created
        3 holds 101 limit -> used                 => exceeds_credits
        4 holds  60 limit -> used                 => created
        5 moves  41 limit -> used                 => exceeds_credits
        6 holds  40 limit -> used                 => created
        7 moves   1 limit -> used                 => exceeds_credits
        = limit debits 0 +100 credits 100 +0
        ",
    );
}

#[test]
fn credits_that_are_only_held_can_not_be_spent() {
    check(
        "
        1 holds 50 grant -> limit                 => created
        2 moves 50 limit -> used                  => exceeds_credits

        3 posts 50 of 1 grant -> limit            => created
        4 moves 50 limit -> used                  => created
        ",
    );
}

#[test]
fn a_debt_is_paid_back_only_as_far_as_it_goes() {
    check(
        "
        1 moves 10 available -> owed              => exceeds_credits
        2 moves 30 owed -> dispute                => created
        3 holds 20 dispute -> owed                => created
        4 moves 11 dispute -> owed                => exceeds_debits
        5 holds 10 dispute -> owed                => created
        6 moves  1 dispute -> owed                => exceeds_debits
        = owed debits 30 +0 credits 0 +30

        7 voids 10 of 5 dispute -> owed           => created
        8 posts 20 of 3 dispute -> owed           => created
        9 moves 10 dispute -> owed                => created
        4 moves 11 dispute -> owed                => id_already_failed
        = owed debits 30 +0 credits 30 +0
        ",
    );
}

#[test]
fn an_account_without_a_limit_takes_any_debit() {
    check(
        "
        1 moves 1000000 transit -> merchant       => created
        2 holds 1000000 transit -> merchant       => created
        3 moves 1 used -> grant                   => created
        4 moves 1 psp -> transit                  => created
        = transit debits 1000000 +1000000 credits 1 +0
        ",
    );
}

#[test]
fn an_id_that_failed_for_a_reason_that_passes_fails_for_ever() {
    check(
        "
        1 holds 10 limit -> used                  => exceeds_credits
        2 posts 10 of 9 limit -> used             => pending_transfer_not_found
        3 voids 10 of 9 limit -> used             => pending_transfer_not_found

        4 moves 100 grant -> limit                => created
        9 holds  10 limit -> used                 => created

        1 holds 10 limit -> used                  => id_already_failed
        1 moves 99 grant -> limit                 => id_already_failed
        2 posts 10 of 9 limit -> used             => id_already_failed
        3 voids 10 of 9 limit -> used             => id_already_failed
        5 posts 10 of 9 limit -> used             => created
        ",
    );
}

#[test]
fn a_hold_reserves_and_its_capture_posts() {
    check(
        "
        1 moves 100 grant -> limit                => created
        2 holds  15 limit -> used                 => created
        = limit debits 0 +15 credits 100 +0
        = used  debits 0 +0  credits   0 +15
        = 2 is pending

        3 posts 15 of 2 limit -> used             => created
        = limit debits 15 +0 credits 100 +0
        = used  debits  0 +0 credits  15 +0
        = 2 is posted
        ",
    );
}

#[test]
fn a_partial_capture_gives_the_remainder_back() {
    check(
        "
        1 moves 15 grant -> limit                 => created
        2 holds 15 limit -> used                  => created
        3 holds  1 limit -> used                  => exceeds_credits

        4 posts 13 of 2 limit -> used             => created
        = limit debits 13 +0 credits 15 +0
        5 holds  2 limit -> used                  => created
        6 posts  2 of 2 limit -> used             => pending_transfer_already_posted
        ",
    );
}

#[test]
fn a_release_gives_everything_back_and_posts_nothing() {
    check(
        "
        1 moves 15 grant -> limit                 => created
        2 holds 15 limit -> used                  => created
        3 voids 15 of 2 limit -> used             => created
        = limit debits 0 +0 credits 15 +0
        = used  debits 0 +0 credits  0 +0
        = 2 is voided
        4 holds 15 limit -> used                  => created
        ",
    );
}

#[test]
fn a_hold_is_resolved_once() {
    check(
        "
        1 holds 15 transit -> merchant            => created
        2 holds 15 transit -> merchant            => created
        3 posts 15 of 1 transit -> merchant       => created
        4 voids 15 of 2 transit -> merchant       => created

        5 posts 15 of 1 transit -> merchant       => pending_transfer_already_posted
        6 voids 15 of 1 transit -> merchant       => pending_transfer_already_posted
        7 posts 15 of 2 transit -> merchant       => pending_transfer_already_voided
        8 voids 15 of 2 transit -> merchant       => pending_transfer_already_voided
        = transit debits 15 +0 credits 0 +0
        ",
    );
}

#[test]
fn a_hold_is_resolved_as_it_was_placed_or_not_at_all() {
    check(
        "
        1 holds 15 transit -> merchant            => created
        2 moves 15 transit -> merchant            => created

        3 posts 16 of 1 transit -> merchant       => exceeds_pending_transfer_amount
        3 voids 16 of 1 transit -> merchant       => exceeds_pending_transfer_amount
        3 voids 14 of 1 transit -> merchant       => pending_transfer_has_different_amount
        3 posts -1 of 1 transit -> merchant       => exceeds_pending_transfer_amount
        3 posts 15 of 1 transit -> fees           => pending_transfer_has_different_credit_account_id
        3 posts 15 of 1 merchant -> transit       => pending_transfer_has_different_debit_account_id
        3 voids 15 of 1 2:transit -> 2:merchant   => pending_transfer_has_different_debit_account_id
        3 posts 15 of 2 transit -> merchant       => pending_transfer_not_pending
        3 voids 15 of 2 transit -> merchant       => pending_transfer_not_pending
        = 1 is pending

        3 posts 15 of 1 transit -> merchant       => created
        4 posts 15 of 3 transit -> merchant       => pending_transfer_not_pending
        ",
    );
}

#[test]
fn a_hold_expires_by_the_clock_of_the_ledger_and_gives_everything_back() {
    check(
        "
        1 holds 10 transit -> merchant                => created
        2 holds 11 transit -> merchant for-seconds 1  => created
        3 holds 12 transit -> merchant for-seconds 2  => created
        4 holds 13 transit -> merchant for-seconds 3  => created
        5 holds 14 transit -> merchant for-seconds 0  => created
        = transit debits 0 +60 credits 0 +0
        = expiry at 1s

        after 1s
        = transit debits 0 +49 credits 0 +0
        = 2 is expired
        = expiry at 2s

        after 2s
        = transit debits 0 +24 credits 0 +0
        = nothing expires

        6 posts 11 of 2 transit -> merchant           => pending_transfer_expired
        6 voids 12 of 3 transit -> merchant           => pending_transfer_expired
        6 posts 14 of 4 transit -> merchant           => exceeds_pending_transfer_amount
        6 voids 12 of 4 transit -> merchant           => pending_transfer_has_different_amount
        6 posts 13 of 4 transit -> merchant           => pending_transfer_expired
        4 holds 13 transit -> merchant for-seconds 3  => exists
        4 holds 13 transit -> merchant                => exists_with_different_timeout
        6 posts 10 of 1 transit -> merchant           => created
        = transit debits 10 +14 credits 0 +0
        ",
    );
}

#[test]
fn a_hold_that_is_resolved_in_time_does_not_expire() {
    check(
        "
        1 holds 10 transit -> merchant for-seconds 5  => created
        2 holds 20 transit -> merchant for-seconds 5  => created
        after 4s
        3 posts 10 of 1 transit -> merchant           => created
        4 voids 20 of 2 transit -> merchant           => created
        = nothing expires
        after 60s
        = 1 is posted
        = 2 is voided
        = transit debits 10 +0 credits 0 +0
        5 voids 20 of 2 transit -> merchant           => pending_transfer_already_voided
        ",
    );
}

#[test]
fn what_a_hold_reserved_can_be_spent_as_soon_as_it_has_expired() {
    check(
        "
        1 moves 100 grant -> limit                    => created
        2 holds 100 limit -> used for-seconds 10      => created
        after 9s
        3 holds   1 limit -> used                     => exceeds_credits
        after 1s
        4 holds 100 limit -> used for-seconds 10      => created
        3 holds   1 limit -> used                     => id_already_failed
        2 holds 100 limit -> used for-seconds 10      => exists
        = limit debits 0 +100 credits 100 +0
        ",
    );
}

#[test]
fn tenants_and_currencies_share_no_account() {
    check(
        "
        1 moves 100 grant -> limit                => created
        2 moves  10 2:limit -> 2:used             => exceeds_credits
        3 moves  10 limit.jpy -> used.jpy         => exceeds_credits
        4 moves  10 limit -> used                 => created
        5 moves  50 2:grant -> 2:limit            => created
        6 moves  50 2:limit -> 2:used             => created
        = limit   debits 10 +0 credits 100 +0
        = 2:limit debits 50 +0 credits  50 +0
        = limit.jpy debits 0 +0 credits 0 +0
        ",
    );
}
