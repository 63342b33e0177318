//! Chargebacks in providers' books (payments.md M6), in the words of
//! `provider.rs`. `dispute 1 open 40` is what the customer's bank does; behind
//! `withdrawn` stands what it has.

use crate::dialects::EVERY;
use crate::provider_desk::check;

#[test]
fn a_dispute_withdraws_the_money_until_it_is_won() {
    check(
        &EVERY,
        "
        authorize 1                       => authorized 100 moves
        dispute 1 open 100                => refused
        capture 1                         => captured 100 moves
        dispute 1 open 101                => refused
        dispute 1 open 100                => moves
        = 1 is disputed 100 withdrawn 100
        dispute 1 open 100                => refused
        dispute 1 won                     => refused
        dispute 1 evidence                => nothing
        dispute 1 won                     => moves
        = 1 is settled 100
        ",
    );
}

#[test]
fn a_dispute_that_is_lost_or_accepted_is_over() {
    check(
        &EVERY,
        "
        authorize 1                       => authorized 100 moves
        capture 1                         => captured 100 moves
        dispute 1 open 100                => moves
        dispute 1 evidence                => nothing
        dispute 1 lost                    => moves
        = 1 is charged-back 100 withdrawn 100
        dispute 1 won                     => refused
        dispute 1 open 100                => refused

        authorize 2                       => authorized 100 moves
        capture 2                         => captured 100 moves
        dispute 2 open 40                 => moves
        dispute 2 accept                  => moves
        = 2 is charged-back 100 withdrawn 40
        ",
    );
}

#[test]
fn who_does_not_answer_in_time_accepts() {
    check(
        &EVERY,
        "
        authorize 1                       => authorized 100 moves
        capture 1                         => captured 100 moves
        dispute 1 open 100                => moves
        after 719h dispute 1 lapses       => nothing
        after 1h dispute 1 lapses         => moves
        = 1 is charged-back 100 withdrawn 100

        authorize 2                       => authorized 100 moves
        capture 2                         => captured 100 moves
        dispute 2 open 100                => moves
        dispute 2 evidence                => nothing
        after 720h dispute 2 lapses       => nothing
        ",
    );
}

#[test]
fn after_a_win_the_bank_may_object_once() {
    check(
        &EVERY,
        "
        authorize 1                       => authorized 100 moves
        capture 1                         => captured 100 moves
        dispute 1 open 100                => moves
        dispute 1 evidence                => nothing
        dispute 1 won                     => moves
        dispute 1 object                  => moves
        = 1 is disputed 100 withdrawn 100
        dispute 1 won                     => moves
        dispute 1 object                  => refused
        dispute 1 open 100                => refused
        = 1 is settled 100
        ",
    );
}

#[test]
fn nothing_is_given_back_while_a_dispute_is_open_and_what_was_promised_comes_to_its_end() {
    check(
        &[0, 2],
        "
        authorize 1                       => authorized 100 moves
        capture 1                         => captured 100 moves
        refund 1 60 yes-in-an-hour        => pending moves
        dispute 1 open 100                => moves
        = 1 is disputed 100 refunding 60 withdrawn 100
        refund 1 10 by 2                  => refund-failed
        after 1h query-refund 1           => refund succeeded 60
        = 1 is disputed 100 refunded 60 withdrawn 100
        dispute 1 evidence                => nothing
        dispute 1 won                     => moves
        refund 1 40 by 3                  => refunded 40 moves
        = 1 is settled 100 refunded 100
        ",
    );
}
