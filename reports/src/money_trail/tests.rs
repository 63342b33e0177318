//! Trails through small traces, made by hand, and one of a planted defect.

use std::time::Duration;

use model::{
    AccountId, AccountName, Amount, Booking, Currency, Defect, Merchant, OperationId, Status,
    Tenant, Token, Transfer, TransferId, TransferKind,
};
use scenarios::fact::Fact;
use scenarios::judge::{Relation, Violation};
use scenarios::message::{Message, kinds};
use scenarios::party::{EDGE, LEDGER, ORCHESTRATOR, STORE, client_role};
use scenarios::{Entry, catalog, trial};
use sim::{
    CrashPoint, Fate, Fault, Happening, Misfortune, Role, Seed, SendIdentity, Subject, TraceEvent,
    Trigger,
};

use super::*;
use crate::violation::tests::charged_twice;

/// A violation of payment 7, seen during event 100.
fn violation() -> Violation {
    Violation { event: 100, at: VirtualTime::from_nanos(100_000_000_000), ..charged_twice() }
}

fn plan() -> Plan {
    let mut plan = Plan::draw(catalog::named("calm-day").unwrap(), Seed(1));
    let crash = Misfortune::Crash { role: STORE, point: CrashPoint::Unsynced };
    let cut = Misfortune::Partition {
        from: [EDGE].into_iter().collect(),
        to: [STORE].into_iter().collect(),
        both_ways: false,
    };
    plan.faults = [crash, cut]
        .into_iter()
        .zip(1..)
        .map(|(misfortune, id)| {
            let trigger = Trigger::At(VirtualTime::ZERO);
            Fault { id, trigger, misfortune, dwell: Duration::from_secs(3) }
        })
        .collect();
    plan
}

/// The trail of [`violation`] through what happened, a second and an event
/// apart.
fn trail(happened: Vec<(Role, Happening<PaymentSystem>)>) -> String {
    let event = |(number, (role, what))| TraceEvent {
        at: VirtualTime::from_nanos(number * 1_000_000_000),
        event: number,
        cause: 0,
        fault: None,
        role,
        what,
    };
    let events = (1..).zip(happened).map(event).collect();
    render(&Trace { events }, &plan(), &violation())
}

fn told(status: Status) -> (Role, Happening<PaymentSystem>) {
    (client_role(1), Happening::Noted(Fact::Told { token: Token(7), status }))
}

fn booked(token: u64, amount: i128) -> Happening<PaymentSystem> {
    let account = |name| AccountId { tenant: Tenant(1), currency: Currency::Eur, name };
    let row = Transfer {
        id: TransferId(1),
        debit: account(AccountName::TransitIn),
        credit: account(AccountName::MerchantPending(Merchant(2))),
        amount: Amount(amount),
        kind: TransferKind::Posted,
        linked: false,
        token: Token(token),
        operation: OperationId(1),
    };
    Happening::Appended(Entry::Ledger(Booking { rows: vec![row], ..Booking::default() }))
}

fn lost_cancel() -> (Role, Happening<PaymentSystem>) {
    let identity = SendIdentity {
        from: client_role(1),
        to: EDGE,
        kind: kinds::CANCEL,
        subject: Subject(7),
        ordinal: 1,
    };
    let key = model::gatekeeper::KeyId { tenant: Tenant(1), key: model::IdempotencyKey(1) };
    (client_role(1), Happening::Sent(identity, Message::Cancel(Token(7), key), Fate::LOST))
}

#[test]
fn the_trail_ends_with_what_the_judge_saw() {
    let text = trail(vec![told(Status::Succeeded)]);
    let expected = "\
money trail of payment 7
  00:00:01.000000  client 1  is told: succeeded
  00:01:40.000000  judge     I05 is violated: payment 7 is charged 2 times
";
    assert_eq!(text, expected);
}

#[test]
fn a_booking_is_told_when_it_is_durable_and_not_if_a_crash_loses_it() {
    let lost = trail(vec![(LEDGER, booked(7, 1_230)), (LEDGER, Happening::Crashed(1))]);
    assert!(!lost.contains("12.30 EUR"), "{lost}");
    assert!(!lost.contains("books"), "{lost}");
    let kept = trail(vec![(LEDGER, booked(7, 1_230)), (LEDGER, Happening::Synced)]);
    assert!(kept.contains("books 12.30 EUR from transit:in to merch:2:pending"), "{kept}");
    assert!(kept.contains("00:00:02.000000  ledger"), "{kept}");
}

#[test]
fn other_payments_are_left_out() {
    let text = trail(vec![(LEDGER, booked(8, 1_230)), (LEDGER, Happening::Synced)]);
    assert!(!text.contains("12.30 EUR"), "{text}");
}

#[test]
fn what_is_said_again_is_counted_where_it_was_said_first() {
    let text = trail(vec![lost_cancel(), told(Status::Failed), lost_cancel(), lost_cancel()]);
    let again = "asks to cancel, and it is lost (3 times, over 3s)";
    assert_eq!(text.matches("asks to cancel").count(), 1, "{text}");
    assert!(text.contains(again), "{text}");
}

#[test]
fn a_fault_that_was_over_before_the_payment_began_is_left_out() {
    let cut = |what: fn(u32) -> Happening<PaymentSystem>| (EDGE, what(2));
    let over = trail(vec![
        cut(Happening::Struck),
        cut(Happening::Lifted),
        (STORE, Happening::Crashed(0)),
        (STORE, Happening::Booted),
        told(Status::Failed),
    ]);
    assert!(!over.contains("fault 2") && !over.contains("crashes"), "{over}");
    let at_work = trail(vec![cut(Happening::Struck), told(Status::Failed)]);
    assert!(at_work.contains("fault 2 strikes: nothing gets from edge to store"), "{at_work}");
}

#[test]
fn a_crash_is_told_when_it_falls_and_not_when_it_is_armed() {
    let text = trail(vec![
        told(Status::Processing),
        (STORE, Happening::Struck(1)),
        (STORE, Happening::Crashed(2)),
    ]);
    assert!(!text.contains("fault 1"), "{text}");
    assert!(text.contains("crashes and loses what it had not synced (2 records)"), "{text}");
}

#[test]
fn nothing_after_the_event_of_the_violation_is_told() {
    let mut events = vec![(ORCHESTRATOR, Happening::Healed); 100];
    events.push(told(Status::Succeeded));
    assert!(!trail(events).contains("is told"));
}

#[test]
fn a_planted_defect_leaves_a_trail_that_fits_a_hundred_columns() {
    let scenario = catalog::named("silent-after-capture").unwrap();
    let planted = [Defect::TimeoutIsFailure].into_iter().collect();
    let violated = (0..200).find_map(|seed| {
        let trial = trial::run(scenario, Seed(seed), planted);
        trial.violations().first().cloned().map(|violation| (Seed(seed), violation))
    });
    let (seed, violation) = violated.expect("a time-out that counts as a refusal is found");
    assert_ne!(violation.relation, Relation::NeverFinished);
    let (trial, trace) = trial::replay(scenario, seed, planted);
    let text = render(&trace, &trial.plan, &violation);
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    for words in ["asks to pay", "writes: accepted as pay-", "on the card (charge-", "judge"] {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
}
