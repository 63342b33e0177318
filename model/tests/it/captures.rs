//! A payment that is taken in several captures: each is definite before the
//! next, a later one may come to nothing, and what is not taken is given back
//! (payments.md 1.5, O5, M2).
//!
//! The payment is of 100.00: half of it, then 30 %, is taken; or only half.

use std::time::Duration;

use model::{
    Act, Amount, Captures, Conductor, Intent, Money, Order, PayIn, Record, Rules, Shipping, Version,
};

use crate::history::{MONEY, intent};
use crate::script::{Door, keeping_the_rest, play_order, rules, rules_at};

#[test]
fn each_capture_is_asked_for_under_an_id_of_its_own_and_the_rest_is_given_back() {
    play(
        "
        ... capture at b
        capture at b => captured
        wrote pivot
        capture-2 at b => captured
        wrote outcome capture-2 captured
        let-go at b => released
        wrote outcome release released 2000
        post => created
        ... notice succeeded
        notice succeeded => noticed
        ends succeeded
        ",
    );
}

#[test]
fn where_all_of_it_was_taken_nothing_is_given_back() {
    play_at(
        &rules(),
        &[5_000, 5_000],
        "
        ... capture-2 at b
        capture-2 at b => captured
        wrote outcome release released 0
        post => created
        ",
    );
}

/// The answers of a provider were cut for four days after the last capture. A webhook told
/// that this had been made, by which the provider lets go of the rest by itself; the worker
/// asked it to do so all the same, until somebody answered. The payment was not booked
/// meanwhile, nor was the dispute over it, which everybody knew of.
#[test]
fn where_the_last_capture_frees_the_rest_nobody_is_asked_to() {
    play_at(
        &rules(),
        &[5_000, 3_000],
        "
        ... capture-2 at b
        capture-2 at b => lost
        webhook 3 of authorize is-captured:8000 => applied
        wrote outcome capture-2 captured
        wrote outcome release released 2000
        post => created
        ",
    );
}

/// A cent that is planned to be taken in two captures: the first takes it, the
/// second has nothing to ask for, and so nobody says that it was the last. The
/// rest of nothing was never given back, and the authorization stayed open until
/// it expired, days after the payment had succeeded.
#[test]
fn where_a_later_capture_has_nothing_to_take_the_authorization_is_closed_all_the_same() {
    let cent = Money { amount: Amount(1), ..MONEY };
    let split = Intent { money: cent, order: order(&[5_000, 5_000]), ..intent(1) };
    let mut door = Door::of(&rules(), split);
    for line in [
        "... capture-2 at b",
        "capture-2 at b => invalid",
        "let-go at b => released",
        "wrote outcome release released 0",
        "post => created",
    ] {
        door.follow(line);
    }
}

#[test]
fn one_capture_of_a_part_gives_the_rest_back() {
    play_at(
        &keeping_the_rest(),
        &[5_000],
        "
        ... capture at b
        capture at b => captured
        let-go at b => too-late
        wrote outcome release released 5000
        post => created
        notice succeeded => noticed
        ends succeeded
        ",
    );
}

#[test]
fn a_later_capture_that_is_declined_ends_capturing() {
    play_at(
        &rules(),
        &[5_000, 3_000, 2_000],
        "
        ... capture-2 at b
        capture-2 at b => soft
        wrote outcome capture-2 declined_soft
        not wrote intent capture-3
        let-go at b => released
        wrote outcome release released 5000
        post => created
        notice succeeded => noticed
        ends succeeded
        ",
    );
}

/// A provider told of the first capture by a webhook, as well as in its answer. The
/// webhook was kept, looked at again when the second capture was due, and taken for
/// the news that it had not been executed: the worker put it off, looked at the
/// webhook once more, and never asked for the second capture at all. It took a world
/// with webhooks and with parcels that leave later; the calendar of half a year was
/// the first to have both.
#[test]
fn a_webhook_about_the_captures_before_does_not_put_off_the_next() {
    play(
        "
        ... capture at b
        webhook 1 of authorize is-authorized => stale
        capture at b => captured
        wrote pivot
        webhook 2 of authorize is-partly-captured:5000 => stale
        capture-2 at b => captured
        wrote outcome capture-2 captured
        ",
    );
}

#[test]
fn a_webhook_about_a_capture_in_doubt_is_its_answer() {
    play(
        "
        ... capture-2 at b
        capture-2 at b => lost
        webhook 2 of authorize is-partly-captured:5000 => stale
        webhook 3 of authorize is-partly-captured:8000 => applied
        wrote outcome capture-2 captured
        ",
    );
}

#[test]
fn an_authorization_that_expires_between_captures_leaves_what_was_taken() {
    play(
        "
        ... capture-2 at b
        capture-2 at b => already-captured:5000
        wrote outcome capture-2 authorization_gone
        let-go at b => too-late
        post => created
        ",
    );
}

/// An authorization had expired before its second capture was asked for, which a provider
/// told whose answers were cut. That a capture came to nothing is not definite while another
/// send of it may still take something: so it was put off, and asked after for six days. But
/// a charge that is closed takes nothing any more, whatever is on its way.
#[test]
fn that_a_charge_is_closed_is_definite_whatever_is_on_its_way() {
    play(
        "
        ... capture-2 at b
        capture-2 at b => lost
        crash
        webhook 2 of authorize is-partly-captured:5000 => stale
        not wrote outcome capture-2 authorization_gone
        webhook 3 of authorize is-captured:5000 => applied
        wrote outcome capture-2 authorization_gone
        let-go at b => too-late
        ",
    );
}

#[test]
fn where_the_authorization_has_ended_nobody_is_asked_for_the_rest() {
    play_at(
        &rules(),
        &[5_000, 3_000],
        "
        ... capture-2 at b
        capture-2 at b => lost
        webhook 3 of authorize is-captured:5000 => applied
        wrote outcome release released 5000
        post => created
        ",
    );
}

/// Who takes over in the wait knows no more of when it began than the order says.
#[test]
fn a_later_capture_waits_until_its_parcel_leaves_whoever_has_the_payment() {
    let day = Duration::from_secs(86_400);
    let mut door = Door::of(&rules(), Intent { order: order(&[5_000, 3_000]), ..intent(0) });
    assert!(door.goes_well_until("capture-2"));
    let mut journal = door.records().to_vec();
    let Some(Record::StepIntent { operation, .. }) = journal.pop() else { panic!("{journal:?}") };
    let Some(Record::Accepted(accepted)) = journal.first_mut() else { panic!("{journal:?}") };
    let Order::PayIn(pay_in) = &mut accepted.order else { panic!("it is a payment") };
    pay_in.shipping = Shipping::at(&[day]).expect("one parcel");
    for (shown, wait) in [(Duration::ZERO, day), (day / 2, day / 2)] {
        let mut worker = Conductor::take_over(&journal, Duration::ZERO, &rules()).expect("folds");
        worker.tell(shown, Version::CURRENT);
        assert_eq!(worker.act(Duration::ZERO, &rules()), Act::Wait(wait));
        worker.tell(day, Version::CURRENT);
        let Act::Commit(records) = worker.act(wait, &rules()) else { panic!("it still waits") };
        let [Record::StepIntent { operation: intended, .. }] = records.as_slice() else {
            panic!("{records:?}");
        };
        assert_eq!(*intended, operation);
    }
}

#[test]
fn a_capture_in_doubt_is_known_by_the_sum_of_all() {
    play(
        "
        ... capture-2 at b
        capture-2 at b => lost
        query at b => is-partly-captured:5000
        not wrote outcome capture-2 captured
        query at b => is-captured:8000
        wrote outcome capture-2 captured
        let-go at b => released
        ",
    );
    play(
        "
        ... capture at b
        capture at b => lost
        query at b => is-partly-captured:5000
        wrote outcome capture captured
        capture-2 at b => captured
        let-go at b => released
        ",
    );
}

#[test]
fn what_was_taken_before_says_nothing_of_a_capture_that_may_still_come() {
    play(
        "
        ... capture-2 at b
        capture-2 at b => lost
        query at b => is-partly-captured:5000 until 20m
        not wrote outcome capture-2 authorization_gone
        from 20m query at b => is-partly-captured:5000
        capture-2 at b => captured
        let-go at b => released
        ",
    );
}

#[test]
fn whoever_takes_over_between_two_captures_does_not_take_the_first_again() {
    play(
        "
        ... capture-2 at b
        crash
        query at b => is-partly-captured:5000 until 20m
        query at b => is-partly-captured:5000
        capture-2 at b => captured
        wrote outcome capture-2 captured
        crash
        let-go at b => released
        wrote outcome release released 2000
        crash
        post => created
        notice succeeded => noticed
        ends succeeded
        ",
    );
}

#[test]
fn a_release_is_repeated_until_the_provider_says_what_is_left() {
    play(
        "
        ... let-go at b
        let-go at b => lost
        let-go at b => server-error
        let-go at b => throttled
        not wrote intent post
        let-go at b => too-late
        post => created
        ",
    );
}

/// The last capture does not say so there: the end of the authorization shows
/// only while it is open.
#[test]
fn where_nothing_is_undone_the_rest_is_waited_for() {
    play_at(
        &rules_at([crate::dialects::HOSTILE; 2]),
        &[5_000, 3_000],
        "
        ... capture-2 at b
        capture-2 at b => captured
        query at b => is-partly-captured:8000
        query at b => is-partly-captured:8000
        not wrote intent post
        query at b => is-captured:8000
        post => created
        ",
    );
}

/// An undo tells whether anything was captured, and not how much.
#[test]
fn several_captures_are_not_asked_of_a_provider_that_answers_no_query() {
    use crate::dialects::{KEEPS_ALL, LEGACY};
    play_at(
        &rules_at([KEEPS_ALL, LEGACY]),
        &[5_000, 3_000],
        "
        ... authorize
        authorize at a => hard
        wrote status failing
        ",
    );
    play_at(&rules_at([KEEPS_ALL, LEGACY]), &[5_000], "... authorize at b");
    play_at(
        &rules_at([LEGACY, LEGACY]),
        &[5_000, 3_000],
        "
        ... unhold
        wrote status failing
        not wrote intent authorize
        ",
    );
}

fn play(script: &str) {
    play_at(&keeping_the_rest(), &[5_000, 3_000], script);
}

/// Plays `script` for a payment that is taken in these shares, tried at `b` first.
pub(crate) fn play_at(rules: &Rules, shares: &[u16], script: &str) {
    play_order(rules, "b", order(shares), script);
}

fn order(shares: &[u16]) -> Order {
    let captures = Captures::of(shares).expect("shares of a whole");
    Order::PayIn(PayIn { captures, ..PayIn::default() })
}
