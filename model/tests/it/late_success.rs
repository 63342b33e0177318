//! Money that comes to light after the try at it had come to nothing (payments.md
//! 1.6): it never raises the payment from the dead, lies in suspense, and goes back
//! once.

use std::sync::Arc;
use std::time::Duration;

use model::saga::Try;
use model::workflow::payin_card::steps;
use model::{
    AccountName, Act, Amount, Answer, Aside, Beginning, Booked, Call, CameBack, Case, ChargeState,
    Conductor, Contract, Defect, Defects, DisputeState, FileId, InboxState, Intent, LedgerRequest,
    LineId, LineKind, OperationId, Order, Outcome, PaymentId, ProviderId, ProviderReply,
    ProviderRequest, Record, Refusal, ReversalOrder, SettlementFile, SettlementLine, Status, Store,
    StoreEntry, Teller, Token, TransferResult, UndoOutcome, Webhook, What,
};

use crate::history::{MONEY, intent};
use crate::script::rules;
use crate::store_desk::{AUTHORIZATION, CHARGE, PAID, append, authorized, captured, receive, told};

const AUTHORIZE: Try = Try { step: steps::AUTHORIZE, attempt: 1 };
const SUSPENDED: [(AccountName, AccountName); 1] =
    [(AccountName::ProviderReceivable(ProviderId(0)), AccountName::Suspense)];
const CLEARED: [(AccountName, AccountName); 1] =
    [(AccountName::Suspense, AccountName::ProviderReceivable(ProviderId(0)))];

/// A store with a payment whose authorization came to this.
fn after(records: &[Record]) -> Store {
    after_in(Store::new(Defects::NONE).with_inbox(), records)
}

fn after_in(mut store: Store, records: &[Record]) -> Store {
    append(&mut store, PAID, vec![Record::Accepted(Intent { payment: PAID, ..intent(1) })]);
    append(&mut store, PAID, authorized()[..1].to_vec());
    for record in records {
        append(&mut store, PAID, vec![*record]);
    }
    store
}

const TAKEN: UndoOutcome = UndoOutcome::TakenAfterAll { charge: CHARGE, amount: MONEY.amount };

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
        (vec![intended, undone(TAKEN)], true),
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

#[test]
fn nothing_comes_of_it_under_late_success_ignored() {
    for defects in [Defects::NONE, Defects::NONE.with(Defect::LateSuccessIgnored)] {
        let right = defects.is_empty();
        let mut store = Store::new(defects).with_inbox();
        append(&mut store, PAID, vec![Record::Accepted(Intent { payment: PAID, ..intent(1) })]);
        append(&mut store, PAID, authorized()[..1].to_vec());
        append(&mut store, PAID, vec![undone(UndoOutcome::Voided)]);
        let taken = matches!(store.receipt(&late()), Some(StoreEntry::Committed(_)));
        let dropped =
            store.receipt(&late()) == Some(StoreEntry::Received(late(), InboxState::Stale));
        assert_eq!((taken, dropped), (right, !right), "{defects:?}");
    }
}

/// What a worker does for what was taken too late, with these answers of the
/// provider: rows by their accounts, refunds by their references. `store` has it then.
fn carried_out_in(store: &mut Store, replies: &[ProviderReply]) -> (Vec<String>, Status) {
    receive(store, &late());
    let saga = late().saga().expect("it begins one");
    let journal = store.payment(saga).expect("accepted").journal.clone();
    let mut now = Duration::ZERO;
    let mut worker = Conductor::take_over(&journal, now, &rules()).expect("it folds");
    let (mut did, mut replies) = (Vec::new(), replies.iter());
    for _ in 0..64 {
        match worker.act(now, &rules()) {
            Act::Commit(records) => {
                worker.committed(&records).expect("what it wanted fits");
                append(store, saga, records);
            }
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

fn carried_out(replies: &[ProviderReply]) -> (Vec<String>, Status) {
    carried_out_in(&mut after(&[undone(UndoOutcome::Voided)]), replies)
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

/// The reply to a refund was lost, and it came back before anybody asked: the provider
/// said that it had failed, and another did it. The webhook about the return of the first
/// came last, and was taken for one of the second, which was booked as back.
#[test]
fn what_was_refused_and_tells_of_a_return_does_not_bring_back_what_another_gave() {
    let given = ProviderReply::Refunded { amount: MONEY.amount };
    let replies = [ProviderReply::RefundFailed, given];
    let mut store = after(&[undone(UndoOutcome::Voided)]);
    let (did, status) = carried_out_in(&mut store, &replies);
    assert_eq!(status, Status::Succeeded);
    let asked = did.iter().filter_map(|what| what.strip_prefix("refunds "));
    let asked: Vec<_> = asked.map(|id| OperationId(id.parse().expect("a number"))).collect();
    let back = |reference| Webhook { reference, ..told(9, Beginning::RefundFailed, MONEY.amount) };
    let begins =
        |reference| matches!(store.receipt(&back(reference)), Some(StoreEntry::Committed(_)));
    assert_eq!(asked.iter().map(|id| begins(*id)).collect::<Vec<_>>(), [false, true]);
}

/// What brings it to light: the answer to the undo, a settlement file, a webhook.
#[derive(Clone, Copy, Debug)]
enum Source {
    Undo,
    File,
    Webhook,
}

#[test]
fn whatever_brings_it_to_light_first_it_goes_back_once() {
    use Source::{File, Undo, Webhook};
    for order in [
        [Undo, File, Webhook],
        [Undo, Webhook, File],
        [File, Undo, Webhook],
        [File, Webhook, Undo],
        [Webhook, Undo, File],
        [Webhook, File, Undo],
    ] {
        let store = Store::new(Defects::NONE).with_inbox();
        let store = store.with_reconciliation(Contract { fee_bps: 250 });
        let intended = Record::CompIntent { which: AUTHORIZE, operation: AUTHORIZATION.undo() };
        let mut store = after_in(store, &[intended]);
        let mut accepted = 0;
        for source in order.into_iter().chain([Webhook]) {
            match source {
                Undo => append(&mut store, PAID, vec![undone(TAKEN)]),
                File => {
                    let entry = store.filing(&Arc::new(told_by_file()), Duration::ZERO);
                    store.restore(&entry.expect("it is new"));
                }
                Webhook if store.can_place(&late()) => {
                    let entry = store.receipt(&late());
                    accepted += u32::from(matches!(entry, Some(StoreEntry::Committed(_))));
                    entry.iter().for_each(|entry| store.restore(entry));
                }
                Webhook => {}
            }
            for commit in store.late_successes_left() {
                accepted += 1;
                store.restore(&StoreEntry::Committed(Arc::new(commit)));
            }
        }
        assert_eq!(accepted, 1, "{order:?}");
        let saga = store.payment(PaymentId::of_late_success(CHARGE)).expect("it was accepted");
        let [Record::Accepted(begun)] = saga.journal.as_slice() else { panic!("{order:?}") };
        assert_eq!((begun.money, begun.order.parent()), (MONEY, Some(PAID)), "{order:?}");
    }
}

#[test]
fn what_a_file_tells_waits_in_suspense_until_it_is_known_what_it_was_for() {
    let store = Store::new(Defects::NONE).with_inbox();
    let mut store =
        after_in(store.with_reconciliation(Contract { fee_bps: 250 }), &[undone(TAKEN)]);
    let entry = store.filing(&Arc::new(told_by_file()), Duration::ZERO).expect("it is new");
    store.restore(&entry);
    assert_eq!(to_do(&store), ["suspend"]);
    let [commit] = store.late_successes_left().try_into().expect("it is known by now");
    let saga = commit.payment;
    store.restore(&StoreEntry::Committed(Arc::new(commit)));
    let hold = Try { step: 0, attempt: 1 };
    append(
        &mut store,
        saga,
        vec![
            Record::StepIntent { which: hold, operation: saga.operation(0, 1), provider: None },
            Record::StepOutcome { which: hold, outcome: Outcome::Held },
        ],
    );
    let line = LineId::of(told_by_file().id, 0);
    store.restore(&StoreEntry::Reconciled(Token(1), Booked::Line(line, 0)));
    assert_eq!(to_do(&store), ["collect"]);
    assert!(store.unreconciled(Duration::ZERO).is_empty());
}

/// What is to be booked of files, in a word each.
fn to_do(store: &Store) -> Vec<&'static str> {
    let works = store.reconciliation().into_iter().flat_map(|books| books.works());
    works
        .map(|work| match work.what {
            What::Suspend => "suspend",
            What::Collect { fee_off: Amount::ZERO, from: model::Source::Suspense } => "collect",
            _ => "else",
        })
        .collect()
}

/// A file that tells of it.
fn told_by_file() -> SettlementFile {
    let teller = Teller::Provider(ProviderId(0));
    let id = LineId::of(FileId::of(teller, 1), 0);
    let fee = Contract { fee_bps: 250 }.fee(LineKind::Capture, MONEY.amount);
    let line = SettlementLine {
        id,
        kind: LineKind::Capture,
        reference: AUTHORIZATION,
        token: Token(1),
        tenant: intent(1).tenant,
        currency: MONEY.currency,
        gross: MONEY.amount,
        fee,
        net: MONEY.amount - fee,
        charge: Aside(Some(CHARGE)),
    };
    SettlementFile::written(teller, 1, vec![line])
}

/// It was given back, and nobody took it: a person has to know whose it is.
#[test]
fn what_comes_back_even_then_is_put_aside_once_more_and_is_a_persons() {
    let from = CameBack::Late { provider: ProviderId(0), charge: CHARGE };
    let order = Order::Reversal(ReversalOrder { of: PaymentId(5), from });
    let accepted = Record::Accepted(Intent { payment: PaymentId(6), order, ..intent(1) });
    let (rows, worker) = books(&[accepted]);
    assert_eq!(rows, SUSPENDED);
    assert_eq!(worker.payment().case(), Some(Case::LateUndoFailed));
    assert!(worker.payment().is_terminal());
}

/// What a worker books of this, and how it stands then.
fn books(journal: &[Record]) -> (Vec<(AccountName, AccountName)>, Conductor) {
    let mut worker = Conductor::take_over(journal, Duration::ZERO, &rules()).expect("it folds");
    let mut rows = Vec::new();
    for _ in 0..16 {
        match worker.act(Duration::ZERO, &rules()) {
            Act::Commit(records) => worker.committed(&records).expect("what it wanted fits"),
            Act::Call(Call::Ledger(LedgerRequest::Create(chain)), number) => {
                rows.extend(chain.iter().map(|row| (row.debit.name, row.credit.name)));
                let booked = Answer::Booked(vec![TransferResult::Created; chain.len()]);
                worker.hear(number, &booked, Duration::ZERO, &rules());
            }
            Act::Call(_, number) => {
                worker.hear(number, &Answer::Noticed, Duration::ZERO, &rules());
            }
            _ => break,
        }
    }
    (rows, worker)
}

/// It had come back, and somebody gave it back by hand. For the store nothing was taken for
/// its payment, so the ingress refused the webhook for ever, and what the customer had stayed
/// in suspense.
#[test]
fn what_is_given_back_of_it_by_hand_leaves_suspense_and_no_merchant_bears_it() {
    let part = Amount(MONEY.amount.0 / 2);
    let given = told(5, Beginning::RefundedByHand, part);
    let mut store = after(&[undone(UndoOutcome::Voided)]);
    assert!(!store.can_place(&given), "nobody knows of it before");
    receive(&mut store, &late());
    receive(&mut store, &given);
    let saga = given.saga().expect("it begins one");
    let journal = &store.payment(saga).expect("accepted").journal;
    let [Record::Accepted(begun)] = journal.as_slice() else { panic!("{journal:?}") };
    assert_eq!((begun.money.amount, begun.order.parent()), (part, late().saga()));
    let (rows, worker) = books(journal);
    assert_eq!(rows, CLEARED);
    assert!(worker.payment().is_terminal());
}

/// It was disputed after it had gone back. For the store nothing was taken for its payment,
/// so the ingress refused the webhook for ever, and nobody booked what was withdrawn.
#[test]
fn what_is_disputed_besides_a_person_hears_of_and_no_merchant_bears() {
    use AccountName::{Dispute, ProviderReceivable, WriteOff};
    let disputed = Dispute(intent(1).merchant);
    let receivable = ProviderReceivable(ProviderId(0));
    for (state, closes) in [
        (ChargeState::ChargedBack, (WriteOff, disputed)),
        (ChargeState::Settled, (receivable, disputed)),
    ] {
        for begins in [Beginning::DisputeOpened, Beginning::DisputedAgain] {
            let opened = told(5, begins, MONEY.amount);
            let mut store = after(&[undone(UndoOutcome::Voided)]);
            assert!(!store.can_place(&opened), "nobody knows of it before");
            receive(&mut store, &late());
            receive(&mut store, &opened);
            let saga = opened.saga().expect("it begins one");
            let journal = &store.payment(saga).expect("accepted").journal;
            let [Record::Accepted(begun), Record::Flagged] = journal.as_slice() else {
                panic!("{journal:?}")
            };
            assert_eq!((begun.money, begun.order.parent()), (MONEY, late().saga()));
            assert_eq!(store.taken(PAID), None);
            assert_eq!(dispute_books(journal, state), [(disputed, receivable), closes], "{state}");
        }
    }
}

/// What a worker books of a dispute that ends so.
fn dispute_books(journal: &[Record], ends: ChargeState) -> Vec<(AccountName, AccountName)> {
    let mut worker = Conductor::take_over(journal, Duration::ZERO, &rules()).expect("it folds");
    let (mut now, mut rows) = (Duration::ZERO, Vec::new());
    while !worker.payment().is_terminal() {
        match worker.act(now, &rules()) {
            Act::Commit(records) => worker.committed(&records).expect("what it wanted fits"),
            Act::Call(Call::Ledger(LedgerRequest::Create(chain)), number) => {
                rows.extend(chain.iter().map(|row| (row.debit.name, row.credit.name)));
                let booked = Answer::Booked(vec![TransferResult::Created; chain.len()]);
                worker.hear(number, &booked, now, &rules());
            }
            Act::Call(Call::Provider(_, ProviderRequest::Query { .. }), number) => {
                let reply = ProviderReply::Status(ends, CHARGE, MONEY.amount);
                worker.hear(number, &Answer::Provider(reply), now, &rules());
            }
            Act::Call(Call::Provider(..), number) => {
                let reply = ProviderReply::Dispute(DisputeState::EvidenceSubmitted);
                worker.hear(number, &Answer::Provider(reply), now, &rules());
            }
            Act::Call(Call::Ledger(LedgerRequest::Available(_)), _) => {
                panic!("no merchant is asked what it has")
            }
            Act::Call(_, number) => worker.hear(number, &Answer::Noticed, now, &rules()),
            Act::Wait(wait) => now += wait,
            other => panic!("{other:?}"),
        }
    }
    rows
}
