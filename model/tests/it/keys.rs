//! The life of an idempotency key (payments.md M9): its table, and what a store
//! makes of it where keys have a declared lifetime.

use std::time::Duration;

use model::gatekeeper::{
    Admission, CreatePayment, Generation, KeyEndpoint, KeyId, KeyRow, PaidOnce, Stored,
};
use model::gatekeeper::{StoredReply, admit};
use model::{
    Amount, Commit, CommitResult, Currency, Defect, Defects, IdempotencyKey, Intent, KeyEvent,
    KeyReply, KeyState, Merchant, Money, OrderRef, PaymentId, Record, Status, Store, StoreEntry,
    Tenant, Then, Token, TransactionId, WorkerId,
};

#[test]
fn a_key_changes_and_is_answered_as_m9_says_and_never_otherwise() {
    use KeyEvent as Event;
    use KeyReply as Reply;
    use KeyState::*;
    let again = &[Event::AskedWhileLeased, Event::AskedAfterLease][..];
    let over = &[Event::LifetimeOver, Event::LifetimeOverUnfinished][..];
    let table: &[Row<'_>] = &[
        (&[Absent], &[Event::Asked], Some(InProgress), Reply::Accept),
        (&[InProgress], &[Event::AskedWhileLeased], None, Reply::InProgress),
        (&[InProgress], &[Event::AskedAfterLease], None, Reply::Resume),
        (&[InProgress, Completed], &[Event::AskedForOther], None, Reply::Mismatch),
        (&[InProgress], &[Event::Replied], Some(Completed), Reply::Nothing),
        (&[Completed], again, None, Reply::Replay),
        (&[Completed], &[Event::LifetimeOver], Some(Expired), Reply::Nothing),
        (&[Completed], &[Event::LifetimeOverUnfinished], None, Reply::Nothing),
        (&[Expired], &[Event::Asked], Some(InProgress), Reply::Accept),
        (&[Absent, Expired], &[Event::AskedForKnownOrder], None, Reply::AsBefore),
        (&[InProgress], over, None, Reply::Nothing),
    ];
    for state in KeyState::ALL {
        for event in KeyEvent::ALL {
            let mut rows =
                table.iter().filter(|row| row.0.contains(&state) && row.1.contains(&event));
            let expected = rows.next().map(|(_, _, to, reply)| (to.unwrap_or(state), *reply));
            assert!(rows.next().is_none(), "{state} and {event:?} stand in two rows");
            assert_eq!(state.meet(event).ok(), expected, "{state} meets {event:?}");
        }
    }
    let illegal = KeyState::Absent.meet(Event::Replied).expect_err("no row lists it");
    assert_eq!(illegal.to_string(), "a key that is absent can't meet Replied");
}

#[test]
fn a_key_that_is_finished_expires_after_its_lifetime_and_stands_for_another_payment_then() {
    let mut shop = Shop::new();
    assert_eq!(shop.asks(1), Admission::Accept(payment(0)));
    shop.accept(1, 0);
    shop.end(0, Status::Succeeded);
    let reply = StoredReply { payment: payment(0), status: Status::Succeeded };
    assert_eq!(shop.ages(HOUR - SECOND), [], "it is too young");
    assert_eq!(shop.asks(1), Admission::Replay(reply));
    assert_eq!(shop.ages(HOUR), [KEY]);
    assert_eq!(shop.asks(2), Admission::Accept(payment(1)), "the next generation");
    shop.accept(2, 1);
    assert_eq!(shop.asks(1), Admission::Mismatch, "the first use is over");
    assert_eq!(shop.store.under_ever(KEY, Token(1)).map(|(id, _)| id), Some(payment(0)));
    assert_eq!(shop.store.under_ever(KEY, Token(2)).map(|(id, _)| id), Some(payment(1)));
    assert_eq!(shop.store.under_ever(KEY, Token(3)), None);
    shop.end(1, Status::Canceled);
    assert_eq!(shop.ages(HOUR * 3), [KEY]);
    assert_eq!(shop.asks(3), Admission::Accept(payment(2)), "and so on");
}

#[test]
fn the_key_of_a_payment_that_is_not_finished_stays_whatever_its_age() {
    let mut shop = Shop::new();
    shop.accept(1, 0);
    assert_eq!(shop.ages(HOUR * 100), []);
    assert_eq!(shop.asks(1), Admission::Resume(payment(0)));
    assert_eq!(shop.asks(2), Admission::Mismatch);
    // The reply is final, and somebody has yet to hear of it.
    shop.commit(0, vec![Record::StatusChanged(Status::Failed)], Then::Run);
    assert_eq!(shop.ages(HOUR * 100), []);
    shop.commit(0, vec![Record::Terminal], Then::Close);
    assert_eq!(shop.ages(HOUR * 100), [KEY]);
}

#[test]
fn it_goes_under_reaper_kills_live_keys() {
    let mut shop =
        Shop { store: store(Defects::NONE.with(Defect::ReaperKillsLiveKeys)), ..Shop::new() };
    shop.accept(1, 0);
    assert_eq!(shop.ages(HOUR), [KEY]);
    assert_eq!(shop.asks(2), Admission::Accept(payment(1)), "while the first is under way");
}

#[test]
fn a_worker_that_breaks_off_frees_the_key_under_claim_deleted_after_effect() {
    for (defects, admission) in [
        (Defects::NONE, Admission::Resume(payment(0))),
        (Defects::NONE.with(Defect::ClaimDeletedAfterEffect), Admission::Accept(payment(1))),
    ] {
        let mut shop = Shop { store: store(defects), ..Shop::new() };
        shop.accept(1, 0);
        shop.lease(0);
        shop.commit(0, vec![Record::StatusChanged(Status::Captured)], Then::Run);
        assert_eq!(shop.asks(1), Admission::Resume(payment(0)));
        shop.lease(0);
        assert_eq!(shop.asks(1), admission, "{defects:?}");
    }
}

#[test]
fn an_order_that_is_paid_once_is_answered_as_before_whatever_the_key() {
    let mut shop = Shop { order_ref: PaidOnce(Some(OrderRef(5))), ..Shop::new() };
    shop.accept(1, 0);
    let other = KeyId { key: IdempotencyKey(8), ..KEY };
    let by_other_key = |shop: &Shop| shop.asks_under(other, 2);
    assert_eq!(by_other_key(&shop), Admission::InProgress(payment(0)));
    shop.end(0, Status::Succeeded);
    let reply = StoredReply { payment: payment(0), status: Status::Succeeded };
    assert_eq!(by_other_key(&shop), Admission::Replay(reply));
    shop.ages(HOUR);
    assert_eq!(shop.asks(2), Admission::Replay(reply), "the key has expired, the order has not");
    let late = shop.acceptance(KEY, 2, 1);
    assert_eq!(shop.store.check(&late), CommitResult::Conflict, "a race is decided here");
    let elsewhere = KeyId { tenant: Tenant(2), ..other };
    assert_eq!(
        shop.asks_under(elsewhere, 3),
        Admission::Accept(PaymentId::of(Tenant(2), other.key, 0)),
        "orders are their tenants'"
    );
    shop.order_ref = PaidOnce(Some(OrderRef(6)));
    assert_eq!(shop.asks(2), Admission::Accept(payment(1)), "another order");
}

/// A settlement file told of a payment days after its key had expired and been claimed anew,
/// and the next who asked under that key was answered with the old payment.
#[test]
fn what_becomes_of_a_payment_after_its_key_has_expired_is_no_reply_to_the_keys_next() {
    let mut shop = Shop::new();
    shop.accept(1, 0);
    shop.end(0, Status::Succeeded);
    shop.ages(HOUR);
    shop.accept(2, 1);
    shop.commit(0, vec![Record::StatusChanged(Status::Settled)], Then::Close);
    assert_eq!(shop.asks(2), Admission::Resume(payment(1)));
    shop.end(1, Status::Failed);
    let reply = StoredReply { payment: payment(1), status: Status::Failed };
    assert_eq!(shop.asks(2), Admission::Replay(reply));
}

#[test]
fn a_store_of_aging_keys_answers_for_payments_that_were_put_away() {
    let mut shop = Shop::new();
    shop.accept(1, 0);
    shop.end(0, Status::Succeeded);
    let whole = shop.store.clone();
    shop.store.put_away(vec![payment(0)]);
    assert_eq!((whole.footprint().0, shop.store.footprint().0), (1, 0));
    assert_eq!(shop.store.under(KEY), whole.under(KEY));
    assert_eq!(shop.store.under_ever(KEY, Token(1)), whole.under_ever(KEY, Token(1)));
    assert_eq!(shop.ages(HOUR), [KEY]);
    assert_eq!(shop.store.key(KEY), None);
    assert_eq!(shop.asks(2), Admission::Accept(payment(1)));
    shop.accept(2, 1);
    shop.end(1, Status::Failed);
    shop.ages(HOUR * 2);
    shop.store.put_away(vec![payment(1)]);
    assert_eq!(shop.store.footprint().0, 0, "one whose key is gone, too");
    assert_eq!(shop.asks(3), Admission::Accept(payment(2)));
}

#[test]
fn a_lifetime_is_measured_from_what_the_journal_says_and_never_shorter() {
    let mut shop = Shop::new();
    shop.ages(HOUR);
    shop.accept(1, 0);
    shop.end(0, Status::Succeeded);
    assert_eq!(shop.store.next_expiry(), Some(HOUR * 2));
    assert_eq!(shop.store.elapsed(), Some(HOUR), "a boot goes on from here");
    assert_eq!(shop.ages(HOUR * 2 - SECOND), []);
    assert_eq!(shop.rebuilt(), shop.store);
    assert_eq!(shop.ages(HOUR * 2), [KEY]);
    assert_eq!(shop.store.next_expiry(), None);
    assert_eq!(shop.rebuilt(), shop.store);
    let forever = Store::default();
    assert_eq!((forever.elapsed(), forever.next_expiry()), (None, None));
    assert_eq!(forever.expiring(HOUR * 1_000), []);
}

/// Some states, some events, what each of the former becomes by each of the
/// latter (nothing else, if nothing), and what is answered.
type Row<'t> = (&'t [KeyState], &'t [KeyEvent], Option<KeyState>, KeyReply);

const KEY: KeyId =
    KeyId { tenant: Tenant(1), endpoint: KeyEndpoint::Create, key: IdempotencyKey(7) };
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// Shops that use one key, each with an instrument of its own, and the store.
struct Shop {
    store: Store,
    journal: Vec<StoreEntry>,
    order_ref: PaidOnce,
}

impl Shop {
    fn new() -> Self {
        Self { store: store(Defects::NONE), journal: Vec::new(), order_ref: PaidOnce::default() }
    }

    /// What a request from this instrument may do.
    fn asks(&self, token: u64) -> Admission {
        self.asks_under(KEY, token)
    }

    fn asks_under(&self, key: KeyId, token: u64) -> Admission {
        let row = self.store.key(key);
        let generation = match row {
            Some(_) => Generation::default(),
            None => self.store.generation(key),
        };
        let known_order = self.store.of_order(key.tenant, self.order_ref);
        let stored = Stored { row, generation, known_order, lease_live: false };
        admit(&self.request(key, token), &stored, Defects::NONE)
    }

    /// The key is claimed for its next payment, from this instrument.
    fn accept(&mut self, token: u64, generation: u32) {
        let commit = self.acceptance(KEY, token, generation);
        self.keep_committed(commit);
    }

    /// The payment ends.
    fn end(&mut self, generation: u32, status: Status) {
        let records = vec![Record::StatusChanged(status), Record::Terminal];
        self.commit(generation, records, Then::Close);
    }

    fn commit(&mut self, generation: u32, records: Vec<Record>, then: Then) {
        let row = self.store.payment(payment(generation)).expect("it was accepted");
        let commit =
            commit(payment(generation), row.token, row.journal.len() as u32, records, then);
        self.keep_committed(commit);
    }

    fn lease(&mut self, generation: u32) {
        let lease = self.store.next_lease(payment(generation), WorkerId(0));
        self.keep(StoreEntry::Leased(payment(generation), Token(1), lease));
    }

    /// So much time has passed: the keys that expire.
    fn ages(&mut self, elapsed: Duration) -> Vec<KeyId> {
        let expired = self.store.expiring(elapsed);
        self.keep(StoreEntry::Elapsed(elapsed, expired.clone()));
        expired
    }

    fn request(&self, key: KeyId, token: u64) -> CreatePayment {
        let money = Money { amount: Amount(500), currency: Currency::Eur };
        CreatePayment {
            order: model::Order::default(),
            key,
            merchant: Merchant(1),
            token: Token(token),
            money,
            order_ref: self.order_ref,
        }
    }

    fn acceptance(&self, key: KeyId, token: u64, generation: u32) -> Commit {
        let request = self.request(key, token);
        let payment = request.payment(Generation(generation));
        let CreatePayment { merchant, token, money, order_ref, .. } = request;
        let (tenant, fingerprint) = (key.tenant, request.fingerprint());
        let intent = Intent {
            payment,
            tenant,
            merchant,
            key: key.key,
            token,
            money,
            order: model::Order::default(),
        };
        let row = KeyRow { fingerprint, payment, reply: None, order_ref };
        let accepted = commit(payment, token, 0, vec![Record::Accepted(intent)], Then::Run);
        Commit { claim: Some((key, row)), ..accepted }.sealed()
    }

    fn keep_committed(&mut self, commit: Commit) {
        assert_eq!(self.store.check(&commit), CommitResult::Committed);
        self.keep(StoreEntry::Committed(commit.into()));
    }

    fn keep(&mut self, entry: StoreEntry) {
        self.store.restore(&entry);
        self.journal.push(entry);
    }

    /// The store as a boot finds it.
    fn rebuilt(&self) -> Store {
        let mut store = store(Defects::NONE);
        self.journal.iter().for_each(|entry| store.restore(entry));
        store
    }
}

fn store(defects: Defects) -> Store {
    Store::new(defects).with_key_lifetime(Some(HOUR))
}

fn payment(generation: u32) -> PaymentId {
    PaymentId::of(KEY.tenant, KEY.key, generation)
}

fn commit(
    payment: PaymentId,
    token: Token,
    expected: u32,
    records: Vec<Record>,
    then: Then,
) -> Commit {
    let (id, epoch, claim, exclusive) = (TransactionId(0), None, None, true);
    Commit {
        id,
        token,
        payment,
        expected,
        epoch,
        records,
        claim,
        exclusive,
        then,
        inbox: Vec::new(),
    }
    .sealed()
}
