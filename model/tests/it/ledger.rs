//! What the ledger books and what it refuses: payments.md M4, and through it
//! TigerBeetle's two-phase and linked transfers.
//!
//! A table is a conversation. A line is a transfer and its result; a blank
//! line ends a request. A line that begins with `=` looks at an account (what
//! is pending stands behind the `+`) or at a hold.

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
        1 moves 100 grant -> used                 => exists_with_different_accounts
        1 moves 100 used -> limit                 => exists_with_different_accounts
        1 moves 100 2:grant -> 2:limit            => exists_with_different_accounts
        1 moves  99 grant -> limit                => exists_with_different_amount
        1 moves   0 grant -> limit                => exists_with_different_amount
        1 moves 100 grant -> limit for 8          => exists_with_different_user_data
        1 moves 100 grant -> limit by 8           => exists_with_different_user_data
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
fn of_several_differences_the_first_by_flags_hold_accounts_amount_is_told() {
    check(
        "
        1 moves 100 grant -> limit                => created
        2 holds 30 limit -> used                  => created
        3 posts 30 of 2 limit -> used             => created

        1 holds 9 used -> grant by 8              => exists_with_different_flags
        1 moves 9 used -> grant by 8              => exists_with_different_accounts
        1 moves 9 grant -> limit by 8             => exists_with_different_amount
        3 posts 9 of 1 used -> grant by 8         => exists_with_different_pending_id
        ",
    );
}

#[test]
fn a_transfer_that_makes_no_sense_is_refused_and_its_id_stays_usable() {
    check(
        "
        1 moves  0 grant -> limit                 => amount_must_be_positive
        1 moves -5 grant -> limit                 => amount_must_be_positive
        1 moves 10 limit -> limit                 => accounts_must_be_different
        1 moves 10 grant -> 2:limit               => accounts_must_have_the_same_ledger
        1 moves 10 grant -> limit.jpy             => accounts_must_have_the_same_ledger
        = grant debits 0 +0 credits 0 +0

        1 moves 10 grant -> limit                 => created
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
        3 posts  0 of 1 transit -> merchant       => amount_must_be_positive
        3 posts 15 of 1 transit -> fees           => pending_transfer_has_different_accounts
        3 posts 15 of 1 merchant -> transit       => pending_transfer_has_different_accounts
        3 voids 15 of 1 2:transit -> 2:merchant   => pending_transfer_has_different_accounts
        3 posts 15 of 2 transit -> merchant       => pending_transfer_not_pending
        3 voids 15 of 2 transit -> merchant       => pending_transfer_not_pending
        = 1 is pending

        3 posts 15 of 1 transit -> merchant       => created
        4 posts 15 of 3 transit -> merchant       => pending_transfer_not_pending
        ",
    );
}

#[test]
fn a_chain_is_booked_whole() {
    check(
        "
        1 moves 100 grant -> limit linked         => created
        2 holds  60 limit -> used linked          => created
        3 posts  50 of 2 limit -> used            => created
        4 moves  50 limit -> used                 => created
        = limit debits 100 +0 credits 100 +0
        ",
    );
}

#[test]
fn a_chain_that_fails_anywhere_is_not_booked_at_all() {
    check(
        "
        1 moves 100 grant -> limit                => created

        2 moves  10 limit -> used linked          => linked_event_failed
        3 holds  10 limit -> used linked          => linked_event_failed
        4 moves   0 limit -> used linked          => amount_must_be_positive
        5 moves  10 limit -> used                 => linked_event_failed
        6 moves   1 limit -> used                 => created
        = limit debits 1 +0 credits 100 +0

        2 moves  10 limit -> used                 => created
        3 holds  10 limit -> used                 => created
        5 moves  10 limit -> used                 => created
        ",
    );
}

#[test]
fn a_chain_that_fails_resolves_no_hold() {
    check(
        "
        1 holds 15 transit -> merchant            => created

        2 posts 10 of 1 transit -> merchant linked => linked_event_failed
        3 voids 15 of 1 transit -> merchant       => pending_transfer_already_posted
        = 1 is pending
        = transit debits 0 +15 credits 0 +0

        4 holds  5 transit -> merchant linked     => linked_event_failed
        5 voids  5 of 4 transit -> merchant linked => linked_event_failed
        6 voids  5 of 4 transit -> merchant       => pending_transfer_already_voided
        = 4 is absent
        = transit debits 0 +15 credits 0 +0
        ",
    );
}

#[test]
fn a_chain_that_overdraws_burns_the_id_of_the_leg_that_did() {
    check(
        "
        1 moves 100 grant -> limit                => created

        2 holds 200 transit -> merchant linked    => linked_event_failed
        3 holds 200 limit -> used                 => exceeds_credits

        2 holds 200 transit -> merchant linked    => linked_event_failed
        3 holds 200 limit -> used                 => id_already_failed

        2 holds 50 transit -> merchant linked     => linked_event_failed
        3 holds 50 limit -> used                  => id_already_failed
        2 holds 50 transit -> merchant linked     => created
        4 holds 50 limit -> used                  => created
        ",
    );
}

#[test]
fn a_chain_that_is_repeated_exists_by_its_first_leg_and_fails_by_the_rest() {
    check(
        "
        1 moves 100 grant -> limit                => created
        2 holds 30 transit -> merchant linked     => created
        3 holds 30 limit -> used                  => created

        2 holds 30 transit -> merchant linked     => exists
        3 holds 30 limit -> used                  => linked_event_failed

        4 voids 30 of 2 transit -> merchant linked => created
        5 voids 30 of 3 limit -> used             => created

        4 voids 30 of 2 transit -> merchant linked => exists
        5 voids 30 of 3 limit -> used             => linked_event_failed
        = limit debits 0 +0 credits 100 +0
        ",
    );
}

#[test]
fn a_chain_whose_end_does_not_come_is_refused() {
    check(
        "
        1 moves 100 grant -> limit linked         => linked_event_chain_open

        1 moves 100 grant -> limit linked         => linked_event_failed
        2 moves   1 limit -> used linked          => linked_event_chain_open

        1 moves   0 grant -> limit linked         => amount_must_be_positive
        2 moves   1 limit -> used linked          => linked_event_failed
        3 moves   1 limit -> used linked          => linked_event_chain_open
        = grant debits 0 +0 credits 0 +0

        1 moves 100 grant -> limit linked         => created
        2 moves   1 limit -> used                 => created
        ",
    );
}

#[test]
fn an_id_works_once_within_a_chain_too() {
    check(
        "
        1 moves 10 transit -> merchant linked     => linked_event_failed
        1 moves 10 transit -> merchant            => exists_with_different_flags

        1 moves 10 transit -> merchant linked     => linked_event_failed
        1 moves 10 transit -> merchant linked     => exists
        2 moves 10 transit -> merchant            => linked_event_failed
        = transit debits 0 +0 credits 0 +0
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
