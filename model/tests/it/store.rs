//! The durable store: compare-and-set, claims, epochs, and commits that happen
//! once. That it is rebuilt from its entries is shown in [`crate::gatekeeper`].

use std::time::Duration;

use model::gatekeeper::{KeyEndpoint, KeyId, KeyRow, PaidOnce, StoredReply};
use model::workflow::payin_card::steps;
use model::{
    Aside, Commit, CommitResult, Fingerprint, IdempotencyKey, Intent, OperationId, PaymentId,
    Record, Status, Store, StoreEntry, Tenant, Then, Token, WorkerId, saga::Try,
};

use crate::history::{intent, refund_order};

const MINE: PaymentId = PaymentId(1);
const YOURS: PaymentId = PaymentId(2);
const KEY: KeyId =
    KeyId { tenant: Tenant(1), endpoint: KeyEndpoint::Create, key: IdempotencyKey(7) };

#[test]
fn a_commit_needs_a_journal_of_the_length_that_it_expects() {
    let store = with(&[accept(MINE)]);
    for (expected, result) in
        [(0, CommitResult::Conflict), (1, CommitResult::Committed), (2, CommitResult::Conflict)]
    {
        assert_eq!(store.check(&append(MINE, expected)), result, "{expected}");
    }
    assert_eq!(store.check(&append(YOURS, 1)), CommitResult::Conflict);
}

#[test]
fn of_two_commits_on_one_journal_one_wins() {
    let mut store = with(&[accept(MINE)]);
    let (first, second) = (append(MINE, 1), Commit { epoch: None, ..cancel(MINE, 1) });
    assert_eq!(store.check(&first), CommitResult::Committed);
    assert_eq!(store.check(&second), CommitResult::Committed);
    take(&mut store, &second);
    assert_eq!(store.check(&first), CommitResult::Conflict);
}

#[test]
fn a_key_is_claimed_once() {
    let store = with(&[accept(MINE)]);
    let racy = Commit { exclusive: false, ..accept(YOURS) };
    assert_eq!(store.check(&accept(YOURS)), CommitResult::Conflict);
    assert_eq!(store.check(&racy), CommitResult::Committed, "only a defect asks so");
    let other = KeyId { tenant: Tenant(2), ..KEY };
    let row = accept(YOURS).claim.map(|(_, row)| (other, row));
    let elsewhere = Commit { claim: row, ..accept(YOURS) };
    assert_eq!(store.check(&elsewhere), CommitResult::Committed, "of another tenant");
}

#[test]
fn an_epoch_fences_every_worker_but_the_latest() {
    let mut store = with(&[accept(MINE)]);
    let by = |epoch| Commit { epoch: Some(epoch), ..append(MINE, 1) };
    assert_eq!(store.check(&by(1)), CommitResult::StaleEpoch, "nobody has a lease");
    for epoch in 1..4 {
        let lease = store.next_lease(MINE, WorkerId(epoch as u8 % 2));
        assert_eq!(lease.epoch, epoch);
        store.restore(&StoreEntry::Leased(MINE, Token(1), lease));
        assert_eq!(store.check(&by(epoch)), CommitResult::Committed);
        assert_eq!(store.check(&by(epoch - 1)), CommitResult::StaleEpoch);
        assert_eq!(store.check(&by(epoch + 1)), CommitResult::StaleEpoch);
    }
    assert_eq!(store.check(&append(MINE, 1)), CommitResult::Committed, "some need no lease");
    let unknown = Commit { payment: YOURS, ..by(1) };
    assert_eq!(store.check(&unknown), CommitResult::StaleEpoch);
    assert_eq!(store.next_lease(YOURS, WorkerId(0)).epoch, 1);
}

#[test]
fn a_commit_that_comes_twice_is_one_change() {
    let mut store = with(&[accept(MINE)]);
    lease(&mut store);
    let commit = Commit { epoch: Some(1), ..append(MINE, 1) }.sealed();
    assert!(!store.knows(&commit));
    take(&mut store, &commit);
    lease(&mut store);
    assert_eq!(store.check(&commit), CommitResult::Committed, "it was, though another leads now");
    assert!(store.knows(&commit));
    let before = store.clone();
    take(&mut store, &commit);
    assert_eq!(store, before);

    take(&mut store, &append(MINE, 2).sealed());
    assert!(!store.knows(&commit));
    assert_eq!(store.check(&commit), CommitResult::StaleEpoch, "too old, and not made again");
}

#[test]
fn a_sealed_commit_is_named_by_what_it_changes() {
    let id = |commit: Commit| commit.sealed().id;
    let commit = append(MINE, 1);
    assert_eq!(id(commit.clone()), id(commit.clone().sealed()));
    for other in [
        Commit { payment: YOURS, ..commit.clone() },
        Commit { expected: 2, ..commit.clone() },
        Commit { epoch: Some(1), ..commit.clone() },
        Commit { records: Vec::new(), ..commit.clone() },
        Commit { claim: accept(MINE).claim, ..commit.clone() },
    ] {
        assert_ne!(id(commit.clone()), id(other));
    }
}

#[test]
fn the_first_final_status_is_the_reply_for_ever() {
    let mut store = with(&[accept(MINE)]);
    let reply = |store: &Store| store.key(KEY).and_then(|row| row.reply);
    for (status, kept) in [
        (Status::InReview, None),
        (Status::Captured, None),
        (Status::Succeeded, Some(Status::Succeeded)),
        (Status::Failed, Some(Status::Succeeded)),
    ] {
        let length = store.payment(MINE).map_or(0, |row| row.journal.len());
        let records = vec![Record::StatusChanged(status)];
        take(&mut store, &Commit { records, ..append(MINE, length as u32) }.sealed());
        let kept = kept.map(|status| StoredReply { payment: MINE, status });
        assert_eq!(reply(&store), kept, "after {status:?}");
    }
}

#[test]
fn a_payment_is_open_until_it_is_closed() {
    let mut store = with(&[accept(MINE)]);
    for (expected, then, open) in [
        (1, Then::Run, true),
        (2, Then::Park(Duration::from_secs(60)), true),
        (3, Then::Close, false),
        (4, Then::Run, true),
    ] {
        take(&mut store, &Commit { then, ..append(MINE, expected) });
        assert_eq!(store.open().count(), usize::from(open), "{then:?}");
    }
}

#[test]
fn a_cancellation_is_accepted_until_a_capture_is_intended() {
    let which = Try { step: steps::CAPTURE, attempt: 1 };
    let capture = Record::StepIntent { which, operation: OperationId(0), provider: None };
    for (records, may_cancel) in [
        (vec![], true),
        (vec![Record::StatusChanged(Status::InReview)], true),
        (vec![Record::StatusChanged(Status::Failing)], false),
        (vec![capture], false),
        (vec![capture, Record::StatusChanged(Status::Processing)], false),
    ] {
        let mut store = with(&[accept(MINE)]);
        take(&mut store, &Commit { records: records.clone(), ..append(MINE, 1) });
        let row = store.payment(MINE).expect("it was accepted");
        assert_eq!(row.may_cancel(), may_cancel, "{records:?}");
    }
}

#[test]
fn what_stands_under_a_key_is_its_row_and_its_payment() {
    let store = with(&[accept(MINE)]);
    let (key, row) = store.under(KEY).expect("the key was claimed");
    assert_eq!((key.payment, row.version), (MINE, 1));
    assert_eq!(store.under(KeyId { tenant: Tenant(2), ..KEY }), None);
}

fn with(commits: &[Commit]) -> Store {
    let mut store = Store::default();
    commits.iter().for_each(|commit| take(&mut store, commit));
    store
}

fn lease(store: &mut Store) {
    let lease = store.next_lease(MINE, WorkerId(0));
    store.restore(&StoreEntry::Leased(MINE, Token(1), lease));
}

/// What a store does with a commit that arrives.
fn take(store: &mut Store, commit: &Commit) {
    if store.check(commit) == CommitResult::Committed && !store.knows(commit) {
        store.restore(&StoreEntry::Committed(commit.clone().into()));
    }
}

fn accept(payment: PaymentId) -> Commit {
    let row = KeyRow {
        fingerprint: Fingerprint(1),
        payment,
        reply: None,
        order_ref: PaidOnce::default(),
    };
    let records = vec![Record::Accepted(Intent { payment, ..intent(1) })];
    Commit { claim: Some((KEY, row)), records, ..append(payment, 0) }.sealed()
}

fn cancel(payment: PaymentId, expected: u32) -> Commit {
    let records = vec![Record::CancelRequested, Record::StatusChanged(Status::Canceling)];
    Commit { records, ..append(payment, expected) }.sealed()
}

fn append(payment: PaymentId, expected: u32) -> Commit {
    let commit = Commit::of(payment, Token(1), expected, vec![Record::PivotCommitted]);
    commit.sealed()
}

mod refundable {
    use super::*;
    use crate::exchange::quote_of;
    use model::{Amount, Borne, ChargeId, Money, Order, Outcome, ProviderId, RefundOrder, Version};

    const TAKEN: [Record; 3] = [
        Record::StepIntent {
            which: Try { step: steps::AUTHORIZE, attempt: 1 },
            operation: OperationId(1),
            provider: Some(ProviderId(2)),
        },
        Record::StepOutcome {
            which: Try { step: steps::AUTHORIZE, attempt: 1 },
            outcome: Outcome::Authorized { charge: ChargeId(9), amount: Amount(10_000) },
        },
        Record::StepOutcome {
            which: Try { step: steps::CAPTURE, attempt: 1 },
            outcome: Outcome::Captured { amount: Amount(10_000) },
        },
    ];

    #[test]
    fn refunds_together_give_back_what_was_captured_and_no_more() {
        let mut store = with(&[accept(MINE)]);
        assert_eq!(store.check(&refund(1, 1)), CommitResult::NotRefundable, "nothing is taken yet");
        take(&mut store, &Commit { records: TAKEN.to_vec(), ..append(MINE, 1) });
        for (number, amount, result, left) in [
            (1, 6_000, CommitResult::Committed, 4_000),
            (2, 4_001, CommitResult::NotRefundable, 4_000),
            (3, 4_000, CommitResult::Committed, 0),
            (4, 1, CommitResult::NotRefundable, 0),
        ] {
            let commit = refund(number, amount);
            assert_eq!(store.check(&commit), result, "refund {number}");
            take(&mut store, &commit);
            assert_eq!(refundable(&store), Amount(left), "after refund {number}");
        }
        let failed = Commit {
            records: vec![Record::StatusChanged(Status::Failed)],
            ..append(PaymentId(101), 1)
        };
        take(&mut store, &failed);
        assert_eq!(refundable(&store), Amount(6_000), "what failed is left again");
        assert_eq!(store.check(&refund(5, 6_001)), CommitResult::NotRefundable);
        assert_eq!(store.check(&refund(5, 6_000)), CommitResult::Committed);
    }

    /// Two refunds were asked for at once, each took the share of the merchant as if there
    /// were no other, and together they took a yen more than it had got.
    #[test]
    fn a_refund_of_an_exchanged_payment_bears_its_share_of_what_is_left_when_it_is_accepted() {
        let mut store = with(&[accept(MINE)]);
        let exchange = model::exchange(Version::First, &quote_of(1, 3), Amount(10_000));
        assert_eq!(exchange.target, Amount(3_333));
        let records = [vec![Record::Locked(exchange)], TAKEN.to_vec()].concat();
        take(&mut store, &Commit { records, ..append(MINE, 1) });
        let borne = |amount| Money { amount: Amount(amount), currency: exchange.quote.target };
        for (number, amount, bears, result) in [
            (1, 5_000, None, CommitResult::Conflict),
            (2, 5_000, Some(2_000), CommitResult::Conflict),
            (3, 5_000, Some(1_667), CommitResult::Committed),
            (4, 5_000, Some(1_667), CommitResult::Conflict),
            (5, 5_000, Some(1_666), CommitResult::Committed),
            (6, 1, Some(0), CommitResult::NotRefundable),
        ] {
            let exchanged = Aside(bears.map(|bears| Borne::of(borne(bears))));
            let commit = refund_in(number, amount, exchanged);
            assert_eq!(store.check(&commit), result, "refund {number}");
            if result == CommitResult::Committed {
                take(&mut store, &commit);
            }
        }
        let failed = vec![Record::StatusChanged(Status::Failed)];
        take(&mut store, &Commit { records: failed, ..append(PaymentId(103), 1) });
        let taken = store.taken(MINE).expect("taken");
        let again = taken.borne_exchanged(Amount(5_000)).0.map(Borne::money);
        assert_eq!(again, Some(borne(1_667)), "what failed can go back again");
    }

    fn refund(number: u64, amount: i128) -> Commit {
        refund_in(number, amount, Aside::NONE)
    }

    fn refund_in(number: u64, amount: i128, exchanged: Aside<Borne>) -> Commit {
        let order = RefundOrder { exchanged, ..refund_order(MINE, 2, 9) };
        let payment = PaymentId(100 + number);
        let mut wanted = Intent { payment, order: Order::Refund(order), ..intent(1) };
        wanted.money.amount = Amount(amount);
        let records = vec![Record::Accepted(wanted)];
        Commit { records, token: Token(100 + number), ..append(payment, 0) }.sealed()
    }

    fn refundable(store: &Store) -> Amount {
        let taken = store.taken(MINE).expect("something was captured");
        assert_eq!((taken.provider, taken.charge), (ProviderId(2), ChargeId(9)));
        taken.refundable()
    }
}
