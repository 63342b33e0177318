//! Chains of linked transfers, which the ledger books whole or not at all. The
//! tables are written as in [`crate::ledger`].

use crate::ledger_desk::check;

#[test]
fn a_chain_that_confirms_an_expired_hold_books_nothing() {
    check(
        "
        1 holds 50 transit -> merchant for-seconds 10 => created
        after 10s
        2 posts 50 of 1 transit -> merchant linked    => pending_transfer_expired
        3 moves  1 merchant -> fees                   => linked_event_failed

        3 moves  1 merchant -> fees linked            => linked_event_failed
        2 posts 50 of 1 transit -> merchant           => pending_transfer_expired

        4 holds 50 transit -> merchant for-seconds 10 linked => linked_event_failed
        2 posts 50 of 1 transit -> merchant           => pending_transfer_expired
        = nothing expires
        = 4 is absent
        = transit debits 0 +0 credits 0 +0
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
        4 moves  10 limit -> limit linked         => accounts_must_be_different
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

        1 moves   1 grant -> grant linked         => accounts_must_be_different
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
