//! A store with a payment that was captured, and what is told of it from outside.

use model::saga::Try;
use model::workflow::payin_card::steps;
use model::{
    Amount, Beginning, ChargeId, Commit, CommitResult, Defects, EventId, Intent, News, OperationId,
    Order, Outcome, PaymentId, ProviderId, Record, Status, Store, StoreEntry, Teller, Token,
    Webhook,
};

use crate::history::{MONEY, intent, refund_order};

pub(crate) const PAID: PaymentId = PaymentId(1);
pub(crate) const AUTHORIZATION: OperationId = OperationId(9);
pub(crate) const CHARGE: ChargeId = ChargeId(3);

/// A store with a payment that was captured.
pub(crate) fn paid() -> Store {
    let mut store = Store::new(Defects::NONE).with_inbox();
    let accepted = Record::Accepted(Intent { payment: PAID, ..intent(1) });
    append(&mut store, PAID, vec![accepted]);
    append(&mut store, PAID, authorized());
    append(&mut store, PAID, captured());
    append(&mut store, PAID, booked());
    store
}

pub(crate) fn authorized() -> Vec<Record> {
    let which = Try { step: steps::AUTHORIZE, attempt: 1 };
    let (operation, provider) = (AUTHORIZATION, Some(ProviderId(0)));
    let outcome = Outcome::Authorized { charge: CHARGE, amount: MONEY.amount };
    vec![Record::StepIntent { which, operation, provider }, Record::StepOutcome { which, outcome }]
}

pub(crate) fn captured() -> Vec<Record> {
    let which = Try { step: steps::CAPTURE, attempt: 1 };
    vec![Record::StepOutcome { which, outcome: Outcome::Captured { amount: MONEY.amount } }]
}

pub(crate) fn booked() -> Vec<Record> {
    let changes = [Status::Captured, Status::Succeeded].map(Record::StatusChanged);
    [Record::PivotCommitted].into_iter().chain(changes).collect()
}

pub(crate) fn refund(amount: Amount) -> Commit {
    let order = refund_order(PAID, 0, CHARGE.0);
    let mut wanted = Intent { payment: PaymentId(100), order: Order::Refund(order), ..intent(1) };
    wanted.money.amount = amount;
    commit(PaymentId(100), 0, vec![Record::Accepted(wanted)])
}

pub(crate) fn told(version: u32, beginning: Beginning, amount: Amount) -> Webhook {
    let teller = Teller::Provider(ProviderId(0));
    Webhook {
        event: EventId::of(teller, AUTHORIZATION, version),
        teller,
        reference: AUTHORIZATION,
        charge: CHARGE,
        version,
        news: News::Begins(beginning, amount),
        signed: true,
        token: Token(1),
    }
}

pub(crate) fn receive(store: &mut Store, webhook: &Webhook) {
    let entry = store.receipt(webhook).expect("it is new");
    store.restore(&entry);
}

pub(crate) fn append(store: &mut Store, payment: PaymentId, records: Vec<Record>) {
    let expected = store.standing(payment).map_or(0, |row| row.version);
    let commit = commit(payment, expected, records);
    assert_eq!(store.check(&commit), CommitResult::Committed);
    store.restore(&StoreEntry::Committed(commit.into()));
}

pub(crate) fn commit(payment: PaymentId, expected: u32, records: Vec<Record>) -> Commit {
    Commit::of(payment, Token(1), expected, records).sealed()
}
