//! The saga engine, on the card payment and on a journey that has nothing to
//! do with payments.
//!
//! A line of a table is an entry and what the saga needs next, or `illegal`.
//! `... car` carries every step up to the car through. A second try at the
//! car is `car/2`.

use model::Defects;
use model::saga::{Before, Next, Phase, Saga, SagaEntry, Try};
use model::workflow::payin_captures::PAYIN_CAPTURES;
use model::workflow::payin_card::PAYIN_CARD;

use crate::saga_desk::{JOURNEY, TOUR, check, entries};

#[test]
fn steps_go_forward_in_order_each_intended_before_it_is_awaited() {
    for workflow in [&JOURNEY, &PAYIN_CARD.saga, &PAYIN_CAPTURES.saga] {
        let mut saga = Saga::new(workflow, Defects::NONE);
        for (step, spec) in workflow.steps.iter().enumerate() {
            let which = Try { step: step as u8, attempt: 1 };
            let phase = if step <= 4 { Phase::Forward } else { Phase::ForwardOnly };
            assert_eq!(saga.phase(), phase, "{}", spec.name);
            assert_eq!(saga.next(), Next::Begin(which));
            assert_eq!(saga.apply(SagaEntry::Intent(which)), Ok(()));
            assert_eq!(saga.next(), Next::Await(which));
            assert_eq!(saga.apply(SagaEntry::Done(which)), Ok(()));
        }
        assert_eq!((saga.next(), saga.phase()), (Next::Done, Phase::Done));
    }
}

#[test]
fn a_doubt_waits_for_what_is_awaited_and_goes_on_where_it_was() {
    check(
        &JOURNEY,
        "
        doubt                          => illegal
        intent hotel                   => await hotel
        doubt                          => await hotel
        doubt                          => illegal
        done hotel                     => begin seats
        intent seats                   => await seats
        doubt                          => await seats
        unwind                         => begin-undo hotel
        undo hotel                     => await-undo hotel
        doubt                          => await-undo hotel
        undone hotel                   => compensated
        doubt                          => illegal
        ",
    );
}

#[test]
fn a_phase_follows_from_the_entries() {
    let [hotel, seats] = [0, 1].map(|step| Try { step, attempt: 1 });
    let mut saga = Saga::new(&JOURNEY, Defects::NONE);
    for (entry, phase) in [
        (SagaEntry::Intent(hotel), Phase::Forward),
        (SagaEntry::Doubt, Phase::InDoubtWait(Before::Forward)),
        (SagaEntry::Done(hotel), Phase::Forward),
        (SagaEntry::Intent(seats), Phase::Forward),
        (SagaEntry::Unwind, Phase::Compensating),
        (SagaEntry::UndoIntent(hotel), Phase::Compensating),
        (SagaEntry::Doubt, Phase::CompStuck),
        (SagaEntry::Undone(hotel), Phase::Compensated),
    ] {
        assert_eq!(saga.apply(entry), Ok(()), "{entry:?}");
        assert_eq!(saga.phase(), phase, "after {entry:?}");
    }
}

#[test]
fn a_step_is_not_intended_before_its_turn_nor_twice() {
    check(
        &JOURNEY,
        "
                                       => begin hotel
        intent seats                   => illegal
        intent hotel/2                 => illegal
        done hotel                     => illegal
        intent hotel                   => await hotel
        intent hotel                   => illegal
        intent hotel/2                 => illegal
        intent seats                   => illegal
        done hotel                     => begin seats
        done hotel                     => illegal
        refused hotel                  => illegal
        intent hotel/2                 => illegal
        ",
    );
}

#[test]
fn unwinding_undoes_in_the_reverse_order_of_the_intents() {
    check(
        &JOURNEY,
        "
        ... car                        => begin pay
        unwind                         => begin-undo car
        undo hotel                     => illegal
        undo flight                    => illegal
        undo seats                     => illegal
        undo car                       => await-undo car
        undo flight                    => illegal
        undone car                     => begin-undo flight
        undo flight                    => await-undo flight
        undone flight                  => begin-undo hotel
        undo hotel                     => await-undo hotel
        undone hotel                   => compensated
        ",
    );
}

#[test]
fn what_is_in_doubt_is_undone_too() {
    check(
        &JOURNEY,
        "
        ... flight                     => begin car
        intent car                     => await car
        unwind                         => begin-undo car
        undo car                       => await-undo car
        undone car                     => begin-undo flight
        ",
    );
    check(
        &JOURNEY,
        "
        intent hotel                   => await hotel
        unwind                         => begin-undo hotel
        undo hotel                     => await-undo hotel
        undone hotel                   => compensated
        ",
    );
}

#[test]
fn what_can_only_be_undone_once_definite_is_awaited_first() {
    check(
        &JOURNEY,
        "
        ... seats                      => begin flight
        intent flight                  => await flight
        undo flight                    => illegal
        unwind                         => await flight
        undo flight                    => illegal
        undo hotel                     => illegal
        done flight                    => begin-undo flight
        undo flight                    => await-undo flight
        undone flight                  => begin-undo hotel
        ",
    );
    check(
        &JOURNEY,
        "
        ... seats                      => begin flight
        intent flight                  => await flight
        unwind                         => await flight
        refused flight                 => begin-undo hotel
        ",
    );
}

#[test]
fn past_the_pivot_what_may_come_to_nothing_is_passed_over_with_those_that_come_next() {
    check(
        &TOUR,
        "
        ... rome                       => begin siena
        intent siena                   => await siena
        unwind                         => illegal
        refused siena                  => begin home
        intent turin                   => illegal
        intent siena/2                 => illegal
        intent home                    => await home
        refused home                   => illegal
        done home                      => begin album
        intent album                   => await album
        refused album                  => done
        ",
    );
    check(
        &TOUR,
        "
        ... siena                      => begin turin
        intent turin                   => await turin
        doubt                          => await turin
        refused turin                  => begin home
        undo book                      => illegal
        ",
    );
    check(
        &TOUR,
        "
        ... book                       => begin rome
        intent rome                    => await rome
        refused rome                   => choose rome
        intent siena                   => illegal
        ",
    );
}

#[test]
fn what_was_refused_is_not_undone() {
    check(
        &JOURNEY,
        "
        ... flight                     => begin car
        intent car                     => await car
        refused car                    => choose car
        undo car                       => illegal
        unwind                         => begin-undo flight
        undo car                       => illegal
        ",
    );
}

#[test]
fn a_refused_step_may_be_tried_again_under_a_new_number() {
    check(
        &JOURNEY,
        "
        ... flight                     => begin car
        intent car                     => await car
        refused car                    => choose car
        intent car                     => illegal
        intent pay                     => illegal
        intent car/3                   => illegal
        intent car/2                   => await car/2
        done car                       => illegal
        done car/2                     => begin pay
        ",
    );
}

#[test]
fn a_try_that_was_given_up_is_undone_before_the_next_one() {
    check(
        &JOURNEY,
        "
        ... flight                     => begin car
        intent car                     => await car
        undo car                       => await-undo car
        intent car/2                   => illegal
        done car                       => illegal
        refused car                    => illegal
        undone car                     => choose car
        intent car/2                   => await car/2
        unwind                         => begin-undo car/2
        undo car/2                     => await-undo car/2
        undone car/2                   => begin-undo flight
        undo car                       => illegal
        ",
    );
}

#[test]
fn only_the_latest_try_is_undone_while_going_forward() {
    check(
        &JOURNEY,
        "
        ... car                        => begin pay
        undo hotel                     => illegal
        undo flight                    => illegal
        undo car                       => await-undo car
        undo flight                    => illegal
        undone car                     => choose car
        ",
    );
}

#[test]
fn while_the_pivot_is_in_doubt_nothing_is_unwound() {
    check(
        &JOURNEY,
        "
        ... car                        => begin pay
        intent pay                     => await pay
        unwind                         => illegal
        undo hotel                     => illegal
        undo flight                    => illegal
        undo pay                       => illegal
        intent car/2                   => illegal
        refused pay                    => choose pay
        unwind                         => begin-undo car
        ",
    );
}

#[test]
fn an_undo_that_needs_no_certainty_tells_whether_the_pivot_was_passed() {
    let doubt = "
        ... car                        => begin pay
        intent pay                     => await pay
        undo car                       => await-undo car
        done pay                       => illegal
        refused pay                    => illegal
        unwind                         => illegal
        ";
    check(
        &JOURNEY,
        &format!(
            "{doubt}
        undone car                     => choose car
        done pay                       => illegal
        intent car/2                   => await car/2
        done car/2                     => begin pay/2
        "
        ),
    );
    check(
        &JOURNEY,
        &format!(
            "{doubt}
        too-late car                   => begin ticket
        undo car                       => illegal
        unwind                         => illegal
        "
        ),
    );
}

#[test]
fn past_the_pivot_nothing_is_undone_and_nothing_may_refuse() {
    check(
        &JOURNEY,
        "
        ... pay                        => begin ticket
        unwind                         => illegal
        undo car                       => illegal
        undo hotel                     => illegal
        intent ticket                  => await ticket
        refused ticket                 => illegal
        unwind                         => illegal
        undo ticket                    => illegal
        undo car                       => illegal
        done ticket                    => begin mail
        intent mail                    => await mail
        done mail                      => done
        unwind                         => illegal
        intent mail/2                  => illegal
        ",
    );
}

#[test]
fn a_refused_capture_gives_the_authorization_back_and_a_later_attempt_follows() {
    check(
        &PAYIN_CARD.saga,
        "
        ... authorize                  => begin capture
        intent capture                 => await capture
        refused capture                => choose capture
        undo hold                      => illegal
        undo authorize                 => await-undo authorize
        intent authorize/2             => illegal
        undone authorize               => choose authorize
        intent authorize/2             => await authorize/2
        done authorize/2               => begin capture/2
        intent capture                 => illegal
        intent capture/2               => await capture/2
        done capture/2                 => begin post
        intent post                    => await post
        done post                      => begin notify
        intent notify                  => await notify
        done notify                    => done
        ",
    );
}

#[test]
fn a_card_payment_unwinds_provider_before_ledger_before_risk() {
    check(
        &PAYIN_CARD.saga,
        "
        ... hold                       => begin authorize
        intent authorize               => await authorize
        refused authorize              => choose authorize
        intent authorize/2             => await authorize/2
        unwind                         => begin-undo authorize/2
        undo hold                      => illegal
        undo authorize/2               => await-undo authorize/2
        undone authorize/2             => begin-undo hold
        undo hold                      => await-undo hold
        undone hold                    => begin-undo risk
        undo quote                     => illegal
        undo risk                      => await-undo risk
        undone risk                    => compensated
        ",
    );
}

#[test]
fn what_comes_too_late_to_undo_needs_a_person_and_nothing_goes_on() {
    check(
        &JOURNEY,
        "
        ... flight                     => begin car
        intent car                     => await car
        too-late car                   => illegal
        undo car                       => await-undo car
        too-late car                   => stuck car
        undone car                     => illegal
        undo car                       => illegal
        intent car/2                   => illegal
        unwind                         => stuck car
        undo flight                    => illegal
        undo hotel                     => illegal
        ",
    );
}

#[test]
fn a_saga_unwinds_once() {
    check(
        &JOURNEY,
        "
        unwind                         => compensated
        unwind                         => illegal
        intent hotel                   => illegal
        ",
    );
}

#[test]
fn an_entry_about_a_step_that_is_not_there_is_illegal() {
    let mut saga = Saga::new(&JOURNEY, Defects::NONE);
    for which in [(7, 1), (200, 1), (0, 0)].map(|(step, attempt)| Try { step, attempt }) {
        for entry in entries(which) {
            assert!(entry == SagaEntry::Unwind || saga.apply(entry).is_err(), "{entry:?}");
        }
    }
}

#[test]
fn an_illegal_entry_is_named_with_where_the_saga_stands() {
    let mut saga = Saga::new(&JOURNEY, Defects::NONE);
    let error = saga.apply(SagaEntry::Done(Try { step: 3, attempt: 1 })).unwrap_err();
    assert_eq!((error.phase, error.next), (saga.phase(), saga.next()));
    assert_eq!(
        error.to_string(),
        "a saga in phase Forward that needs Begin(Try { step: 0, attempt: 1 }) can't take \
         Done(Try { step: 3, attempt: 1 })"
    );
}
