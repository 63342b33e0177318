//! What was sent and came back, from the webhook that tells of it to its end
//! (payments.md M1, M5, m15).

use std::time::Duration;

use model::saga::Try;
use model::{
    AccountName, Act, Amount, Answer, BankId, BankReply, BankRequest, Beginning, Call, CameBack,
    ChargeId, Commit, CommitResult, Conductor, Customer, Defect, Defects, EventId, InboxState,
    Intent, LedgerRequest, News, OperationId, Order, Outcome, Payment, PaymentId, PayoutOrder,
    ProviderId, RailId, RecallOrder, Record, RefundState, ReturnId, ReturnNotice, ReturnReason,
    ReversalOrder, Status, Store, StoreEntry, Teller, Token, Transfer, TransferResult, Webhook,
};

use crate::history::{MONEY, intent, refund_order};
use crate::script::rules;
use crate::store_desk::{append, receive};

const SENT: PaymentId = PaymentId(1);
const PAID: PaymentId = PaymentId(7);
const CHARGE: ChargeId = ChargeId(3);
const SEND: Try = Try { step: 3, attempt: 1 };
const GIVE_BACK: Try = Try { step: 1, attempt: 1 };
const REFERENCE: OperationId = OperationId(9);

#[test]
fn what_a_bank_tells_to_be_back_is_a_saga_of_its_own_in_the_commit_that_takes_it_in() {
    let mut store = sent_out(Status::Succeeded);
    let webhook = by_bank();
    assert!(store.can_place(&webhook));
    receive(&mut store, &webhook);
    let saga = webhook.saga().expect("it begins one");
    let journal = &store.payment(saga).expect("it was accepted").journal;
    let [Record::Accepted(begun)] = journal.as_slice() else { panic!("{journal:?}") };
    let from = CameBack::Payout { customer: Customer(2), bank: BankId(1) };
    assert_eq!(begun.order, Order::Reversal(ReversalOrder { of: SENT, from }));
    assert_eq!((begun.money, begun.order.parent()), (MONEY, Some(SENT)));
    let row = store.inbox_row(webhook.event).expect("it was taken in");
    assert_eq!((row.state, row.payment), (InboxState::Applied, Some(saga)));
    assert_eq!(store.payment(SENT).map(|row| row.status), Some(Status::Succeeded), "not yet");
    assert_eq!(store.receipt(&webhook), None, "once, however often it is told");
}

#[test]
fn what_is_not_known_to_have_succeeded_has_to_be_told_again() {
    for status in [Status::Processing, Status::Captured] {
        let store = sent_out(status);
        assert!(!store.can_place(&by_bank()), "{status}");
    }
    let mut store = sent_out(Status::Failed);
    assert!(store.can_place(&by_bank()), "there is nothing to wait for");
    receive(&mut store, &by_bank());
    let row = store.inbox_row(by_bank().event).expect("it was taken in");
    assert_eq!(row.state, InboxState::Dead, "a person looks at money that nobody misses");
}

#[test]
fn whoever_proves_nothing_reverses_nothing() {
    let store = sent_out(Status::Succeeded);
    let unsigned = Webhook { signed: false, ..by_bank() };
    let entry = store.receipt(&unsigned).expect("it is new");
    assert!(matches!(entry, StoreEntry::Received(..)), "{entry:?}");
    let by_another = Webhook { teller: Teller::Provider(ProviderId(0)), ..by_bank() };
    let entry = store.receipt(&by_another).expect("it is new");
    assert!(matches!(entry, StoreEntry::Received(..)), "{entry:?}");
}

#[test]
fn a_payout_is_returned_in_the_commit_that_follows_from_the_ledger_rows() {
    let mut store = sent_out(Status::Succeeded);
    let (before, first) = (version(&store, SENT), store.payment(SENT).map(|row| row.outbox));
    receive(&mut store, &by_bank());
    let saga = by_bank().saga().expect("it begins one");
    let mut worker = Worker::new(&store, saga);
    let bank = AccountName::Bank(BankId(1));
    let transit = AccountName::TransitOut(RailId(1));
    let customer = AccountName::Customer(Customer(2));
    assert_eq!(worker.books(&mut store), [(bank, transit), (transit, customer)]);
    let row = store.payment(SENT).expect("it is there");
    assert_eq!(row.status, Status::Succeeded, "what is not booked is not told");
    let Call::Notice(notice) = worker.call(&mut store) else { panic!("it tells nobody") };
    assert_eq!(notice.status, Status::Returned);
    let row = store.payment(SENT).expect("it is there");
    assert_eq!((row.status, version(&store, SENT)), (Status::Returned, before + 1));
    assert_ne!(Some(row.outbox), first, "everybody hears of it");
    let event = store.event(SENT, 3).expect("captured, succeeded, returned");
    assert_eq!(event.status, Status::Returned);
    let outbox = store.payment(saga).expect("it is there").outbox;
    assert_eq!(outbox.next(model::Consumer::Merchant), None, "there are no events of its own");
    worker.ends(&mut store);
}

#[test]
fn a_refund_that_comes_back_can_be_given_back_again_once_that_is_booked() {
    let mut store = given_back(Defects::NONE);
    assert_eq!(store.check(&refund(8, Amount(1))), CommitResult::NotRefundable);
    receive(&mut store, &by_provider());
    let mut worker = Worker::new(&store, by_provider().saga().expect("it begins one"));
    let out = AccountName::TransitOutProviders;
    let provider = AccountName::ProviderReceivable(ProviderId(0));
    let merchant = AccountName::MerchantPending(intent(1).merchant);
    assert_eq!(worker.books(&mut store), [(provider, out), (out, merchant)]);
    assert_eq!(store.check(&refund(8, Amount(1))), CommitResult::NotRefundable, "not before");
    worker.call(&mut store);
    let row = store.payment(SENT).expect("it is there");
    let refunded = Payment::fold(&row.journal, Defects::NONE).expect("it folds");
    assert_eq!((row.status, refunded.refund()), (Status::Returned, RefundState::FailedLate));
    assert_eq!(store.check(&refund(8, MONEY.amount)), CommitResult::Committed);
    let more = MONEY.amount + Amount(1);
    assert_eq!(store.check(&refund(8, more)), CommitResult::NotRefundable);
}

#[test]
fn one_that_ignores_refunds_that_come_back_leaves_them_succeeded() {
    for (defects, begins) in
        [(Defects::NONE, true), (Defects::NONE.with(Defect::RefundLateFailIgnored), false)]
    {
        let store = given_back(defects);
        let entry = store.receipt(&by_provider()).expect("it is new");
        assert_eq!(matches!(entry, StoreEntry::Committed(_)), begins, "{entry:?}");
    }
}

#[test]
fn what_was_taken_of_a_card_never_comes_back_like_this() {
    let paid = vec![
        Record::Accepted(intent(1)),
        Record::StatusChanged(Status::Captured),
        Record::StatusChanged(Status::Succeeded),
        Record::StatusChanged(Status::Returned),
    ];
    assert!(Payment::fold(&paid[..3], Defects::NONE).is_ok());
    assert!(Payment::fold(&paid, Defects::NONE).is_err());
}

#[test]
fn a_recall_is_asked_of_who_sent_it_and_changes_nothing_by_itself() {
    for granted in [true, false] {
        let mut store = sent_out(Status::Succeeded);
        let recall = store.recall_of(SENT).expect("it was sent");
        let order = RecallOrder { of: SENT, bank: BankId(1), target: REFERENCE };
        assert_eq!(recall.order, Order::Recall(order));
        append(&mut store, recall.payment, vec![Record::Accepted(recall)]);
        let mut worker = Worker::new(&store, recall.payment);
        for reply in [BankReply::NotFound, BankReply::Deemed] {
            let reference = asks_back(&mut worker, &mut store);
            assert_eq!(Some(reference), worker.conductor.operation(), "the same once more");
            worker.hears(reply);
            worker.now += Duration::from_secs(3_600);
        }
        asks_back(&mut worker, &mut store);
        let yes = BankReply::RecallAccepted;
        worker.hears(if granted { yes } else { BankReply::RecallRefused });
        worker.writes(&mut store);
        assert!(worker.conductor.payment().is_terminal());
        let row = store.payment(SENT).expect("it is there");
        assert_eq!(row.status, Status::Succeeded, "until it is back, if it ever is");
        let recalled = store.payment(recall.payment).expect("it is there");
        assert_eq!(recalled.outbox.next(model::Consumer::Merchant), None);
    }
}

#[test]
fn only_a_payout_that_is_out_can_be_recalled() {
    for status in [Status::Processing, Status::Captured, Status::Failed] {
        assert_eq!(sent_out(status).recall_of(SENT), None, "{status}");
    }
    let mut store = given_back(Defects::NONE);
    assert_eq!((store.recall_of(SENT), store.recall_of(PAID)), (None, None));
    receive(&mut store, &by_provider());
    assert_eq!(store.recall_of(PaymentId(99)), None);
}

/// The worker asks the bank for what it sent; by which reference.
fn asks_back(worker: &mut Worker, store: &mut Store) -> OperationId {
    match worker.call(store) {
        Call::Bank(BankId(1), BankRequest::Recall { reference, target: REFERENCE }) => reference,
        other => panic!("{other:?}"),
    }
}

/// A worker with a reversal or a recall, whose commits a store takes.
struct Worker {
    conductor: Conductor,
    saga: PaymentId,
    number: u32,
    now: Duration,
}

impl Worker {
    fn new(store: &Store, saga: PaymentId) -> Self {
        let journal = &store.payment(saga).expect("accepted").journal;
        let conductor = Conductor::take_over(journal, Duration::ZERO, &rules());
        Self { conductor: conductor.expect("it folds"), saga, number: 0, now: Duration::ZERO }
    }

    /// The next call, all that can be written before it being durable.
    fn call(&mut self, store: &mut Store) -> Call {
        loop {
            match self.conductor.act(self.now, &rules()) {
                Act::Commit(records) => {
                    append(store, self.saga, records.clone());
                    self.conductor.committed(&records).expect("what it wanted fits");
                }
                Act::Call(call, number) => {
                    self.number = number;
                    return call;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// The accounts of what it books next, which the ledger does.
    fn books(&mut self, store: &mut Store) -> Vec<(AccountName, AccountName)> {
        let Call::Ledger(LedgerRequest::Create(rows)) = self.call(store) else {
            panic!("it books nothing");
        };
        let results = vec![TransferResult::Created; rows.len()];
        self.conductor.hear(self.number, &Answer::Booked(results), self.now, &rules());
        rows.iter().map(|row: &Transfer| (row.debit.name, row.credit.name)).collect()
    }

    /// The merchant knows, and nothing is left to do.
    fn ends(&mut self, store: &mut Store) {
        self.conductor.hear(self.number, &Answer::Noticed, self.now, &rules());
        self.writes(store);
        assert!(self.conductor.payment().is_terminal());
    }

    fn hears(&mut self, reply: BankReply) {
        self.conductor.hear(self.number, &Answer::Bank(reply), self.now, &rules());
    }

    /// It writes down what follows from what it heard.
    fn writes(&mut self, store: &mut Store) {
        let Act::Commit(records) = self.conductor.act(self.now, &rules()) else {
            panic!("it does not end");
        };
        append(store, self.saga, records.clone());
        self.conductor.committed(&records).expect("what it wanted fits");
    }
}

/// A store with a payout that was sent by the second bank, and came to this.
fn sent_out(status: Status) -> Store {
    let mut store = Store::new(Defects::NONE).with_inbox();
    let order = PayoutOrder { customer: Customer(2), bank: BankId(1), other: None };
    let payout = Intent { payment: SENT, order: Order::Payout(order), ..intent(1) };
    append(&mut store, SENT, vec![Record::Accepted(payout)]);
    append(&mut store, SENT, vec![sends(SEND)]);
    append(&mut store, SENT, until(status));
    store
}

/// A store with a payment of which all was given back, with success.
fn given_back(defects: Defects) -> Store {
    let mut store = Store::new(defects).with_inbox();
    let paid = Intent { payment: PAID, ..intent(1) };
    append(&mut store, PAID, vec![Record::Accepted(paid)]);
    let authorize = Try { step: model::workflow::payin_card::steps::AUTHORIZE, attempt: 1 };
    let outcome = Outcome::Authorized { charge: CHARGE, amount: MONEY.amount };
    let (operation, provider) = (OperationId(70), Some(ProviderId(0)));
    append(&mut store, PAID, vec![Record::StepIntent { which: authorize, operation, provider }]);
    append(&mut store, PAID, vec![Record::StepOutcome { which: authorize, outcome }]);
    let capture = Try { step: model::workflow::payin_card::steps::CAPTURE, attempt: 1 };
    let outcome = Outcome::Captured { amount: MONEY.amount };
    append(&mut store, PAID, vec![Record::StepOutcome { which: capture, outcome }]);
    store.restore(&StoreEntry::Committed(refund(1, MONEY.amount).into()));
    let held = Try { step: 0, attempt: 1 };
    let refunded = Outcome::Refunded { amount: MONEY.amount };
    let records = vec![
        Record::StepIntent { which: held, operation: OperationId(8), provider: None },
        Record::StepOutcome { which: held, outcome: Outcome::Held },
        sends(GIVE_BACK),
        Record::StepOutcome { which: GIVE_BACK, outcome: refunded },
        Record::PivotCommitted,
    ];
    append(&mut store, SENT, records);
    append(&mut store, SENT, until(Status::Succeeded));
    store
}

fn sends(which: Try) -> Record {
    Record::StepIntent { which, operation: REFERENCE, provider: None }
}

fn until(status: Status) -> Vec<Record> {
    let way: &[Status] = match status {
        Status::Captured => &[Status::Captured],
        Status::Succeeded => &[Status::Captured, Status::Succeeded],
        Status::Failed => &[Status::Failing, Status::Failed],
        _ => &[],
    };
    way.iter().map(|status| Record::StatusChanged(*status)).collect()
}

fn by_bank() -> Webhook {
    Webhook::of_return(&ReturnNotice {
        id: ReturnId(5),
        bank: BankId(1),
        reference: REFERENCE,
        destination: Token(1),
        money: MONEY,
        reason: ReturnReason::NoAccount,
    })
}

fn by_provider() -> Webhook {
    let teller = Teller::Provider(ProviderId(0));
    let news = News::Begins(Beginning::RefundFailed, MONEY.amount);
    Webhook { event: EventId::of(teller, REFERENCE, 1), teller, news, ..by_bank() }
}

fn refund(payment: u64, amount: Amount) -> Commit {
    let order = refund_order(PAID, 0, CHARGE.0);
    let payment = PaymentId(payment);
    let mut wanted = Intent { payment, order: Order::Refund(order), ..intent(1) };
    wanted.money.amount = amount;
    Commit::of(payment, Token(1), 0, vec![Record::Accepted(wanted)]).sealed()
}

fn version(store: &Store, payment: PaymentId) -> u32 {
    store.standing(payment).map_or(0, |row| row.version)
}
