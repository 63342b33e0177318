//! What a request under a key may do (payments.md M9), and that a key's state
//! machine advances once, however often and in whatever order a request comes.

use model::gatekeeper::{Admission, CreatePayment, Generation, KeyEndpoint, KeyId, KeyRow};
use model::gatekeeper::{PaidOnce, Stored, StoredReply, admit};
use model::{
    Amount, Commit, CommitResult, Currency, Defects, Fingerprint, IdempotencyKey, Intent, Merchant,
    Money, PaymentId, Record, Status, Store, StoreEntry, Tenant, Then, Token, WorkerId,
};
use model::{Captures, Order, PayIn, Split};
use proptest::prelude::*;

use crate::cases::cases;

#[test]
fn a_key_admits_by_what_is_stored_under_it() {
    let request = create(1, 100);
    let mine = PaymentId::of(Tenant(1), IdempotencyKey(7), 0);
    let reply = StoredReply { payment: mine, status: Status::Succeeded };
    let (generation, order_ref) = (Generation::default(), PaidOnce::default());
    let of = |fingerprint, reply| Some(KeyRow { fingerprint, payment: mine, reply, order_ref });
    let row = |reply| of(request.fingerprint(), reply);
    let other = of(Fingerprint(1), Some(reply));
    for (stored, lease_live, admission) in [
        (None, false, Admission::Accept(mine)),
        (None, true, Admission::Accept(mine)),
        (row(None), true, Admission::InProgress(mine)),
        (row(None), false, Admission::Resume(mine)),
        (row(Some(reply)), true, Admission::Replay(reply)),
        (row(Some(reply)), false, Admission::Replay(reply)),
        (other, true, Admission::Mismatch),
        (other, false, Admission::Mismatch),
    ] {
        let stored = Stored { row: stored, generation, known_order: None, lease_live };
        assert_eq!(admit(&request, &stored, Defects::NONE), admission, "{stored:?}");
    }
}

#[test]
fn a_fingerprint_is_of_the_payload_and_of_nothing_else() {
    let request = create(1, 100);
    let with = |change: fn(&mut CreatePayment)| {
        let mut changed = request;
        change(&mut changed);
        changed.fingerprint() == request.fingerprint()
    };
    assert!(with(|_| ()));
    assert!(with(|r| r.key.key = IdempotencyKey(8)));
    assert!(with(|r| r.key.tenant = Tenant(8)));
    assert!(!with(|r| r.merchant = Merchant(8)));
    assert!(!with(|r| r.token = Token(8)));
    assert!(!with(|r| r.money.amount = Amount(101)));
    assert!(!with(|r| r.money.amount = Amount(100 + (1 << 64))));
    assert!(!with(|r| r.money.currency = Currency::Jpy));
    for shares in [&[5_000_u16, 5_000][..], &[5_000], &[5_000, 4_999]] {
        let captures = Captures::of(shares).expect("shares of a whole");
        let in_parts = CreatePayment {
            order: Order::PayIn(PayIn { captures, ..PayIn::default() }),
            ..request
        };
        assert_ne!(in_parts.fingerprint(), request.fingerprint());
        let split = Split::over(&[(Merchant(2), shares[0])]).expect("a split");
        let split = CreatePayment {
            order: Order::PayIn(PayIn { split, captures, ..PayIn::default() }),
            ..in_parts
        };
        assert_ne!(split.fingerprint(), in_parts.fingerprint());
    }
}

#[test]
fn a_key_is_one_payment_within_its_tenant_and_none_elsewhere() {
    let payment =
        |tenant, key, generation| PaymentId::of(Tenant(tenant), IdempotencyKey(key), generation);
    assert_eq!(payment(1, 7, 0), payment(1, 7, 0));
    assert_ne!(payment(1, 7, 0), payment(2, 7, 0));
    assert_ne!(payment(1, 7, 0), payment(1, 8, 0));
    assert_ne!(payment(1, 7, 0), payment(1, 7, 1));
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn a_key_advances_once_however_often_and_in_whatever_order_a_request_is_delivered(
        events in prop::collection::vec(any_event(), 1..60),
    ) {
        let mut gate = Gate::default();
        for event in events {
            gate.happens(event);
        }
        gate.settles();
        for tenant in [1, 2] {
            let endpoint = KeyEndpoint::Create;
            let key = KeyId { tenant: Tenant(tenant), endpoint, key: IdempotencyKey(7) };
            let accepted: Vec<_> = gate.accepted().filter(|i| i.tenant == key.tenant).collect();
            prop_assert_eq!(accepted.len(), 1, "one acceptance for {:?}", key);
            let first = accepted[0];
            for (request, reply) in gate.replies.iter().filter(|(r, _)| r.key == key) {
                let matches = request.money == first.money;
                prop_assert_eq!(*reply == Reply::Mismatch, !matches, "{:?}", request);
                prop_assert!(reply.payment().is_none_or(|named| named == first.payment));
            }
            let finals: Vec<_> = gate.finals(key).collect();
            prop_assert!(finals.windows(2).all(|pair| pair[0] == pair[1]), "{finals:?}");
            prop_assert!(!finals.is_empty(), "the last delivery finds the final reply");
        }
        prop_assert_eq!(&gate.rebuilt(), &gate.store);
    }
}

/// What may happen to a gate; numbers pick among what is there.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A request arrives, and what is stored under its key is read.
    Arrives(CreatePayment),
    /// A request that has been read goes on by what it saw then.
    GoesOn(prop::sample::Index),
    /// A commit that was sent before arrives once more.
    ArrivesAgain(prop::sample::Index),
    /// A worker takes the payment of this tenant.
    Takes(u16),
    /// A worker, perhaps a stale one, gives its payment this end.
    Ends(prop::sample::Index, Status),
}

fn any_event() -> impl Strategy<Value = Event> {
    let end = prop_oneof![Just(Status::Succeeded), Just(Status::Failed), Just(Status::Canceled)];
    prop_oneof![
        4 => any_request().prop_map(Event::Arrives),
        5 => any::<prop::sample::Index>().prop_map(Event::GoesOn),
        2 => any::<prop::sample::Index>().prop_map(Event::ArrivesAgain),
        1 => (1..=2_u16).prop_map(Event::Takes),
        1 => (any::<prop::sample::Index>(), end).prop_map(|(which, end)| Event::Ends(which, end)),
    ]
}

/// One key: mostly one tenant's one request, now and then with another amount,
/// or of another tenant.
fn any_request() -> impl Strategy<Value = CreatePayment> {
    let tenant = prop_oneof![3 => Just(1), 1 => Just(2)];
    let amount = prop_oneof![4 => Just(100), 1 => Just(200)];
    (tenant, amount).prop_map(|(tenant, amount)| create(tenant, amount))
}

fn create(tenant: u16, amount: i128) -> CreatePayment {
    CreatePayment {
        key: KeyId {
            tenant: Tenant(tenant),
            endpoint: KeyEndpoint::Create,
            key: IdempotencyKey(7),
        },
        merchant: Merchant(1),
        token: Token(u64::from(tenant)),
        money: Money { amount: Amount(amount), currency: Currency::Eur },
        order: model::Order::default(),
        order_ref: PaidOnce::default(),
    }
}

/// An edge and workers in front of a store: reads happen at one point, and the
/// commits that follow from them land at another.
#[derive(Debug, Default)]
struct Gate {
    store: Store,
    journal: Vec<StoreEntry>,
    waiting: Vec<(CreatePayment, Admission)>,
    commits: Vec<Commit>,
    hands: Vec<Commit>,
    replies: Vec<(CreatePayment, Reply)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reply {
    Accepted(PaymentId),
    InProgress(PaymentId),
    Final(StoredReply),
    Mismatch,
}

impl Reply {
    fn payment(self) -> Option<PaymentId> {
        match self {
            Self::Accepted(payment) | Self::InProgress(payment) => Some(payment),
            Self::Final(reply) => Some(reply.payment),
            Self::Mismatch => None,
        }
    }
}

impl Gate {
    fn happens(&mut self, event: Event) {
        match event {
            Event::Arrives(request) => self.read(request),
            Event::GoesOn(which) if !self.waiting.is_empty() => {
                let (request, admission) = self.waiting.remove(which.index(self.waiting.len()));
                self.go_on(request, admission);
            }
            Event::ArrivesAgain(which) if !self.commits.is_empty() => {
                let commit = which.get(&self.commits).clone();
                self.commit(&commit);
            }
            Event::Takes(tenant) => self.take(PaymentId::of(Tenant(tenant), IdempotencyKey(7), 0)),
            Event::Ends(which, end) if !self.hands.is_empty() => {
                let mut commit = which.get(&self.hands).clone();
                commit.records = vec![Record::StatusChanged(end), Record::Terminal];
                self.commit(&commit.sealed());
            }
            Event::GoesOn(_) | Event::ArrivesAgain(_) | Event::Ends(..) => {}
        }
    }

    /// Whoever waits goes on, each payment ends, and each request comes once
    /// more.
    fn settles(&mut self) {
        for request in [create(1, 100), create(2, 100), create(1, 200), create(2, 200)] {
            self.read(request);
            while let Some((request, admission)) = self.waiting.pop() {
                self.go_on(request, admission);
            }
        }
        for tenant in [1, 2] {
            self.happens(Event::Takes(tenant));
            let hand = self.hands.last().cloned().into_iter();
            for mut commit in hand {
                commit.records = vec![Record::StatusChanged(Status::Succeeded), Record::Terminal];
                self.commit(&commit.sealed());
            }
            for amount in [100, 200] {
                self.read(create(tenant, amount));
                let (request, admission) = self.waiting.pop().expect("it has just been read");
                self.go_on(request, admission);
            }
        }
    }

    fn read(&mut self, request: CreatePayment) {
        let row = self.store.key(request.key);
        let stored =
            Stored { row, generation: Generation::default(), known_order: None, lease_live: false };
        let admission = admit(&request, &stored, Defects::NONE);
        self.waiting.push((request, admission));
    }

    fn go_on(&mut self, request: CreatePayment, admission: Admission) {
        let before = self.journal.len();
        let reply = match admission {
            Admission::Accept(payment) => {
                let commit = accept(&request, payment);
                match self.commit(&commit) {
                    CommitResult::Committed => Reply::Accepted(payment),
                    _ => return self.read(request),
                }
            }
            Admission::InProgress(payment) | Admission::Resume(payment) => {
                Reply::InProgress(payment)
            }
            Admission::Replay(reply) => Reply::Final(reply),
            Admission::Mismatch => Reply::Mismatch,
        };
        let effects = self.journal.len() - before;
        assert!(effects == 0 || matches!(reply, Reply::Accepted(_)), "{reply:?} had an effect");
        self.replies.push((request, reply));
    }

    fn take(&mut self, payment: PaymentId) {
        let Some(row) = self.store.payment(payment).filter(|row| row.then != Then::Close) else {
            return;
        };
        let lease = self.store.next_lease(payment, WorkerId(0));
        let hand = Commit {
            epoch: Some(lease.epoch),
            then: Then::Close,
            ..Commit::of(payment, row.token, row.journal.len() as u32, Vec::new())
        };
        self.keep(StoreEntry::Leased(payment, hand.token, lease));
        self.hands.push(hand);
    }

    fn commit(&mut self, commit: &Commit) -> CommitResult {
        let result = self.store.check(commit);
        if result == CommitResult::Committed && !self.store.knows(commit) {
            self.keep(StoreEntry::Committed(commit.clone().into()));
        }
        self.commits.push(commit.clone());
        result
    }

    fn keep(&mut self, entry: StoreEntry) {
        self.store.restore(&entry);
        self.journal.push(entry);
    }

    /// Every acceptance that was ever made durable.
    fn accepted(&self) -> impl Iterator<Item = &Intent> {
        let records = self.journal.iter().flat_map(|entry| match entry {
            StoreEntry::Committed(commit) => commit.records.as_slice(),
            _ => &[],
        });
        records.filter_map(|record| match record {
            Record::Accepted(intent) => Some(intent),
            _ => None,
        })
    }

    fn finals(&self, key: KeyId) -> impl Iterator<Item = StoredReply> {
        self.replies.iter().filter_map(move |(request, reply)| match reply {
            Reply::Final(reply) if request.key == key => Some(*reply),
            _ => None,
        })
    }

    /// The store as a boot finds it.
    fn rebuilt(&self) -> Store {
        let mut store = Store::default();
        self.journal.iter().for_each(|entry| store.restore(entry));
        store
    }
}

fn accept(request: &CreatePayment, payment: PaymentId) -> Commit {
    let intent = Intent {
        payment,
        tenant: request.key.tenant,
        merchant: request.merchant,
        key: request.key.key,
        token: request.token,
        money: request.money,
        order: model::Order::default(),
    };
    let (fingerprint, order_ref) = (request.fingerprint(), request.order_ref);
    let row = KeyRow { fingerprint, payment, reply: None, order_ref };
    let commit = Commit {
        claim: Some((request.key, row)),
        ..Commit::of(payment, request.token, 0, vec![Record::Accepted(intent)])
    };
    commit.sealed()
}
