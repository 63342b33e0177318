//! Money that comes to light after the try at it had come to nothing (payments.md
//! 1.6): it never raises the payment from the dead, lies in suspense, and goes back
//! once.

use std::time::Duration;

use model::saga::Try;
use model::workflow::payin_card::steps;
use model::{
    AccountName, Act, Answer, Beginning, Call, Conductor, Defects, InboxState, Intent,
    LedgerRequest, Outcome, ProviderId, ProviderReply, ProviderRequest, Record, Refusal, Status,
    Store, StoreEntry, TransferResult, UndoOutcome, Webhook,
};

use crate::history::{MONEY, intent};
use crate::script::rules;
use crate::store_desk::{CHARGE, PAID, append, authorized, captured, receive, told};

const AUTHORIZE: Try = Try { step: steps::AUTHORIZE, attempt: 1 };
const SUSPENDED: [(AccountName, AccountName); 1] =
    [(AccountName::ProviderReceivable(ProviderId(0)), AccountName::Suspense)];
const CLEARED: [(AccountName, AccountName); 1] =
    [(AccountName::Suspense, AccountName::ProviderReceivable(ProviderId(0)))];

/// A store with a payment whose authorization came to this.
fn after(records: &[Record]) -> Store {
    let mut store = Store::new(Defects::NONE).with_inbox();
    append(&mut store, PAID, vec![Record::Accepted(Intent { payment: PAID, ..intent(1) })]);
    append(&mut store, PAID, authorized()[..1].to_vec());
    for record in records {
        append(&mut store, PAID, vec![*record]);
    }
    store
}

fn late() -> Webhook {
    told(3, Beginning::TakenAfterAll, MONEY.amount)
}

fn undone(outcome: UndoOutcome) -> Record {
    Record::CompOutcome { which: AUTHORIZE, outcome }
}

#[test]
fn it_goes_back_only_where_the_journal_has_it_that_the_try_came_to_nothing() {
    let refused =
        Record::StepOutcome { which: AUTHORIZE, outcome: Outcome::Refused(Refusal::DeclinedSoft) };
    let intended = Record::CompIntent { which: AUTHORIZE, operation: late().reference.undo() };
    for (records, goes_back) in [
        (vec![], false),
        (vec![authorized()[1]], false),
        (vec![authorized()[1], captured()[0]], false),
        (vec![intended], false),
        (vec![intended, undone(UndoOutcome::TooLate)], false),
        (vec![intended, undone(UndoOutcome::Voided)], true),
        (vec![intended, undone(UndoOutcome::Tombstoned)], true),
        (vec![intended, undone(UndoOutcome::NeverHappened)], true),
        (vec![refused], true),
    ] {
        let store = after(&records);
        assert_eq!(store.can_place(&late()), goes_back, "{records:?}");
        assert_eq!(store.receipt(&late()).is_some(), goes_back, "{records:?}");
    }
}

#[test]
fn nobody_is_believed_who_does_not_sign() {
    let store = after(&[undone(UndoOutcome::Voided)]);
    assert_eq!(store.receipt(&Webhook { signed: false, ..late() }), None);
}

#[test]
fn it_is_accepted_once_and_the_payment_stays_as_it_was() {
    let mut store = after(&[undone(UndoOutcome::Voided)]);
    let status = store.standing(PAID).map(|standing| (standing.status, standing.version));
    receive(&mut store, &late());
    let saga = late().saga().expect("it begins one");
    let [Record::Accepted(begun)] = store.payment(saga).expect("accepted").journal.as_slice()
    else {
        panic!("it begins with its acceptance");
    };
    assert_eq!((begun.money, begun.order.parent()), (MONEY, Some(PAID)));
    assert_eq!((begun.order.provider(), begun.order.charge()), (Some(ProviderId(0)), Some(CHARGE)));
    assert_eq!(store.receipt(&late()), None, "however often it is told");
    assert_eq!(status, store.standing(PAID).map(|standing| (standing.status, standing.version)));
}

#[test]
fn how_the_charge_stands_after_that_is_no_news() {
    let mut store = after(&[undone(UndoOutcome::Voided)]);
    receive(&mut store, &late());
    let settled = Webhook {
        event: model::EventId(77),
        version: 4,
        news: model::News::Stands(model::ChargeState::Settled, MONEY.amount),
        ..late()
    };
    let entry = store.receipt(&settled);
    assert_eq!(entry, Some(StoreEntry::Received(settled, InboxState::Stale)));
}

/// What a worker does for what was taken too late, with these answers of the
/// provider: rows by their accounts, refunds by their references.
fn carried_out(replies: &[ProviderReply]) -> (Vec<String>, Status) {
    let mut store = after(&[undone(UndoOutcome::Voided)]);
    receive(&mut store, &late());
    let saga = store.payment(late().saga().expect("it begins one")).expect("accepted");
    let mut now = Duration::ZERO;
    let mut worker = Conductor::take_over(&saga.journal, now, &rules()).expect("it folds");
    let (mut did, mut replies) = (Vec::new(), replies.iter());
    for _ in 0..64 {
        match worker.act(now, &rules()) {
            Act::Commit(records) => worker.committed(&records).expect("what it wanted fits"),
            Act::Call(Call::Ledger(LedgerRequest::Create(rows)), number) => {
                let sides: Vec<_> =
                    rows.iter().map(|row| (row.debit.name, row.credit.name)).collect();
                did.push(match sides {
                    sides if sides == SUSPENDED => "suspends".to_owned(),
                    sides if sides == CLEARED => "clears".to_owned(),
                    other => format!("{other:?}"),
                });
                let booked = Answer::Booked(vec![TransferResult::Created; rows.len()]);
                worker.hear(number, &booked, now, &rules());
            }
            Act::Call(Call::Provider(_, ProviderRequest::Refund { reference, .. }), number) => {
                did.push(format!("refunds {}", reference.0));
                let reply = replies.next().copied().expect("as often as it asks");
                worker.hear(number, &Answer::Provider(reply), now, &rules());
            }
            Act::Call(_, number) => worker.hear(number, &Answer::Noticed, now, &rules()),
            Act::Wait(wait) => now += wait,
            _ => break,
        }
        if worker.payment().is_terminal() {
            break;
        }
    }
    (did, worker.payment().status())
}

#[test]
fn it_is_put_aside_given_back_once_and_taken_out_again() {
    let given = ProviderReply::Refunded { amount: MONEY.amount };
    let (did, status) = carried_out(&[given]);
    let [suspends, refunds, clears] = did.as_slice() else { panic!("{did:?}") };
    assert_eq!((suspends.as_str(), clears.as_str()), ("suspends", "clears"));
    assert!(refunds.starts_with("refunds"), "{refunds}");
    assert_eq!(status, Status::Succeeded);
}

#[test]
fn what_was_definitely_not_given_back_is_asked_for_by_another_operation() {
    let given = ProviderReply::Refunded { amount: MONEY.amount };
    let (did, status) = carried_out(&[ProviderReply::RefundFailed, given]);
    let refunds: Vec<_> = did.iter().filter(|what| what.starts_with("refunds")).collect();
    assert!(refunds.len() == 2 && refunds[0] != refunds[1], "{did:?}");
    assert_eq!(did.iter().filter(|what| *what == "suspends").count(), 1, "{did:?}");
    assert_eq!((did.last().map(String::as_str), status), (Some("clears"), Status::Succeeded));
}
