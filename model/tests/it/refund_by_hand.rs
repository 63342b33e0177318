//! Money that somebody gives back in a provider's dashboard, from the webhook that
//! tells of it to its end (payments.md section 2, provider breach).

use std::time::Duration;

use model::{
    AccountName, Act, Amount, Answer, Beginning, Call, CommitResult, Conductor, Defect, Defects,
    InboxState, Intent, LedgerRequest, ProviderId, Record, Status, Store, StoreEntry,
    TransferResult,
};

use crate::history::{MONEY, intent};
use crate::script::rules;
use crate::store_desk::{PAID, append, authorized, paid, receive, refund, told};

#[test]
fn what_was_given_back_by_hand_is_accepted_in_the_commit_that_takes_its_webhook_in() {
    let mut store = paid();
    let webhook = told(3, Beginning::RefundedByHand, Amount(4_000));
    receive(&mut store, &webhook);
    let saga = webhook.saga().expect("it begins one");
    let journal = &store.payment(saga).expect("it was accepted").journal;
    let [Record::Accepted(begun)] = journal.as_slice() else { panic!("{journal:?}") };
    assert_eq!((begun.money.amount, begun.order.parent()), (Amount(4_000), Some(PAID)));
    let row = store.inbox_row(webhook.event).expect("it was taken in");
    assert_eq!((row.state, row.payment), (InboxState::Applied, Some(saga)));
    assert_eq!(store.receipt(&webhook), None, "once, however often it is replayed");
}

#[test]
fn nobody_hears_of_it_before_it_is_known_that_the_money_was_taken() {
    let mut store = Store::new(Defects::NONE).with_inbox();
    let webhook = told(3, Beginning::RefundedByHand, Amount(4_000));
    append(&mut store, PAID, vec![Record::Accepted(Intent { payment: PAID, ..intent(1) })]);
    append(&mut store, PAID, authorized());
    assert!(!store.can_place(&webhook) && store.receipt(&webhook).is_none());
}

#[test]
fn what_was_given_back_by_hand_is_not_given_back_once_more() {
    let mut store = paid();
    receive(&mut store, &told(3, Beginning::RefundedByHand, Amount(4_000)));
    let left = MONEY.amount - Amount(4_000);
    assert_eq!(store.check(&refund(left)), CommitResult::Committed);
    assert_eq!(store.check(&refund(left + Amount(1))), CommitResult::NotRefundable);
}

#[test]
fn a_person_is_told_where_refunds_disputes_and_hands_take_more_than_was_taken() {
    for (refunded, disputed, by_hand, flagged) in [
        (6_000, 0, 4_000, false),
        (6_000, 0, 4_001, true),
        (0, 10_000, 1, true),
        (0, 0, 10_000, false),
    ] {
        let mut store = paid();
        if refunded > 0 {
            store.restore(&StoreEntry::Committed(refund(Amount(refunded)).into()));
        }
        if disputed > 0 {
            receive(&mut store, &told(4, Beginning::DisputeOpened, Amount(disputed)));
        }
        // It happened before the dispute, and comes behind it.
        let webhook = told(3, Beginning::RefundedByHand, Amount(by_hand));
        receive(&mut store, &webhook);
        let saga = store.payment(webhook.saga().expect("it begins one")).expect("accepted");
        assert_eq!(saga.journal.contains(&Record::Flagged), flagged, "{refunded} {disputed}");
    }
}

#[test]
fn it_is_booked_at_once_without_a_reserve_and_is_over_then() {
    let mut store = paid();
    let webhook = told(3, Beginning::RefundedByHand, MONEY.amount);
    receive(&mut store, &webhook);
    let saga = store.payment(webhook.saga().expect("it begins one")).expect("accepted");
    let now = Duration::ZERO;
    let mut worker = Conductor::take_over(&saga.journal, now, &rules()).expect("it folds");
    let (rows, number) = loop {
        match worker.act(now, &rules()) {
            Act::Commit(records) => worker.committed(&records).expect("what it wanted fits"),
            Act::Call(Call::Ledger(LedgerRequest::Create(rows)), number) => break (rows, number),
            other => panic!("{other:?}"),
        }
    };
    let merchant = intent(1).merchant;
    let sides: Vec<_> = rows.iter().map(|row| (row.debit.name, row.credit.name)).collect();
    let out = AccountName::TransitOutProviders;
    assert_eq!(
        sides,
        [
            (AccountName::MerchantPending(merchant), out),
            (out, AccountName::ProviderReceivable(ProviderId(0))),
            (AccountName::LimitUsed(merchant), AccountName::Limit(merchant)),
        ]
    );
    let booked = Answer::Booked(vec![TransferResult::Created; rows.len()]);
    worker.hear(number, &booked, now, &rules());
    let Act::Commit(records) = worker.act(now, &rules()) else { panic!("it does not end") };
    worker.committed(&records).expect("what it wanted fits");
    let payment = worker.payment();
    assert_eq!((payment.status(), payment.is_terminal()), (Status::Succeeded, true));
}

#[test]
fn nothing_comes_of_it_under_refund_by_hand_ignored() {
    let webhook = told(3, Beginning::RefundedByHand, Amount(1));
    let dropped = StoreEntry::Received(webhook, InboxState::Stale);
    for (defects, taken) in
        [(Defects::NONE, None), (Defects::NONE.with(Defect::RefundByHandIgnored), Some(dropped))]
    {
        let store = Store::new(defects).with_inbox();
        assert_eq!(store.receipt(&webhook), taken, "{defects:?}");
    }
}
