//! What is put away answers as before: a journal that was compacted comes to
//! the same as the whole one.

use std::collections::BTreeSet;
use std::time::Duration;

use model::gatekeeper::{CreatePayment, KeyEndpoint, KeyId, KeyRow, PaidOnce, StoredReply};
use model::{
    Amount, ChargeEvent, ChargeId, Commit, CommitResult, Currency, Decline, Defects, Execution,
    IdempotencyKey, Intent, IssuerAnswer, Ledger, Merchant, Money, OperationId, PaymentId,
    ProviderBooks, ProviderId, ProviderReply, ProviderRequest, Record, RiskDesk, RiskRequest,
    Status, Store, StoreEntry, Tenant, Then, Token, Transfer, TransferId, Verdict,
};
use proptest::prelude::*;

use crate::cases::cases;
use crate::conservation::{any_requests, in_time};
use crate::dialects::{EVERY, KEEPS_ALL, dialect};

proptest! {
    #![proptest_config(cases(300))]

    /// Only what a settled transfer can't tell any more may differ: in which
    /// fields a repetition is wrong, or what else is wrong with the request.
    #[test]
    fn a_settled_ledger_books_what_the_whole_one_books(
        before in any_requests(),
        after in any_requests(),
    ) {
        let mut whole = Ledger::new(Defects::NONE);
        in_time(&before).for_each(|(request, now)| { whole.create(request, now); });
        let mut settled = whole.clone();
        let all: Vec<TransferId> = settled.unsettled().collect();
        let open = settled.settle(all.clone());
        prop_assert!(open.iter().all(|id| settled.transfer(*id).is_some()));
        prop_assert!(all.iter().all(|id| settled.has(*id) && settled.hold(*id) == whole.hold(*id)));
        let later = Duration::from_secs(before.len() as u64);
        for (request, now) in in_time(&after).map(|(request, now)| (request, later + now)) {
            let (results, booking) = whole.create(request, now);
            let (again, booked) = settled.create(request, now);
            prop_assert_eq!(&booked, &booking);
            for (one, other) in results.iter().zip(&again) {
                prop_assert_eq!(one.burns(), other.burns());
            }
            prop_assert!(whole.accounts().eq(settled.accounts()));
        }
        for transfer in before.iter().chain(&after).flatten() {
            if whole.transfer(transfer.id) == Some(transfer) {
                let alone = [Transfer { linked: false, ..*transfer }];
                let now = later + later;
                prop_assert_eq!(whole.create(&alone, now).1, settled.create(&alone, now).1);
            }
        }
    }

    #[test]
    fn closed_books_answer_what_the_whole_ones_answer(
        before in any_journey(),
        after in any_journey(),
        number in 0..EVERY.len(),
    ) {
        let dialect = dialect(EVERY[number]);
        let mut whole = ProviderBooks::new(PROVIDER, dialect.clone());
        let mut now = Duration::from_secs(1);
        serve(&mut whole, &before, &mut now);
        now += dialect.keys.lifetime;
        let mut closed = whole.clone();
        let closing = closed.close(REFERENCES.map(OperationId).to_vec(), now);
        let alive = |books: &ProviderBooks| books.charges().filter(|c| c.is_alive()).count();
        prop_assert_eq!(alive(&closed), alive(&whole));
        let references: BTreeSet<_> = closed.charges().map(|c| c.reference).collect();
        prop_assert!(closing.open.iter().all(|open| references.contains(open)));
        let mut then = now;
        prop_assert_eq!(serve(&mut whole, &after, &mut now), serve(&mut closed, &after, &mut then));
    }
}

#[test]
fn a_store_answers_for_a_payment_that_was_put_away() {
    for status in [Status::Succeeded, Status::Failed, Status::Canceled] {
        let whole = store_with(status);
        let mut compact = whole.clone();
        compact.put_away(vec![payment(), PaymentId(7)]);
        assert_eq!((whole.footprint().0, compact.footprint().0), (1, 0), "{status}");
        assert_eq!(compact.under(KEY), whole.under(KEY));
        assert_eq!(compact.key(KEY), whole.key(KEY));
        assert_eq!(compact.standing(payment()), whole.standing(payment()));
        let epoch = |store: &Store| store.standing(payment()).map(|standing| standing.epoch);
        assert_eq!(epoch(&compact), epoch(&whole));
        assert_eq!(compact.under(KeyId { tenant: Tenant(2), ..KEY }), None);
        for (expected, epoch) in [(0, None), (1, None), (1, Some(1)), (2, Some(0)), (3, Some(1))] {
            let late = commit(expected, epoch, vec![Record::Notified], Then::Run);
            let told = (whole.check(&late), whole.knows(&late));
            assert_eq!((compact.check(&late), compact.knows(&late)), told, "{expected} {epoch:?}");
        }
        let more = commit(3, Some(0), vec![Record::Notified], Then::Run);
        assert_eq!(compact.check(&more), CommitResult::Conflict, "it is over");
        let claim = Commit { claim: Some((KEY, row())), ..commit(0, None, Vec::new(), Then::Run) };
        assert_eq!(compact.check(&claim), CommitResult::Conflict, "the key is taken");
    }
}

#[test]
fn a_payment_without_its_final_reply_is_not_put_away() {
    let mut store = store_with(Status::Processing);
    store.put_away(vec![payment()]);
    assert_eq!(store.footprint(), (1, 0));
}

#[test]
fn filed_verdicts_are_told_and_released_as_before() {
    let second = Duration::from_secs(1);
    let verdicts = [
        Verdict::Now(true),
        Verdict::Now(false),
        Verdict::At(second, true),
        Verdict::At(second * 9, true),
    ];
    let mut whole = RiskDesk::default();
    let operations = || (0..).map(OperationId);
    for (operation, verdict) in operations().zip(verdicts) {
        whole.answer(RiskRequest::Assess { operation }, Duration::ZERO, verdict);
    }
    let mut filed = whole.clone();
    let open = filed.file(operations().take(verdicts.len()).collect(), second * 2);
    assert_eq!(open, [OperationId(3)], "it is still under review");
    for (operation, _) in operations().zip(verdicts) {
        let (assess, release) =
            (RiskRequest::Assess { operation }, RiskRequest::Release { operation });
        for request in [assess, release, assess, release] {
            let of_whole = whole.answer(request, second * 3, Verdict::Now(false));
            assert_eq!(filed.answer(request, second * 3, Verdict::Now(false)), of_whole);
        }
    }
}

const KEY: KeyId =
    KeyId { tenant: Tenant(1), endpoint: KeyEndpoint::Create, key: IdempotencyKey(5) };
const MONEY: Money = Money { amount: Amount(500), currency: Currency::Eur };
const REFERENCES: [u64; 3] = [11, 12, 13];
const PROVIDER: ProviderId = ProviderId(1);

fn payment() -> PaymentId {
    PaymentId::of(KEY.tenant, KEY.key, 0)
}

fn row() -> KeyRow {
    let (merchant, token, order_ref) = (Merchant(1), Token(3), PaidOnce::default());
    let request = CreatePayment {
        key: KEY,
        merchant,
        token,
        money: MONEY,
        order: model::Order::default(),
        order_ref,
    };
    KeyRow { fingerprint: request.fingerprint(), payment: payment(), reply: None, order_ref }
}

fn commit(expected: u32, epoch: Option<u32>, records: Vec<Record>, then: Then) -> Commit {
    Commit { epoch, then, ..Commit::of(payment(), Token(3), expected, records) }.sealed()
}

/// A store with one closed payment of this status.
fn store_with(status: Status) -> Store {
    let mut store = Store::default();
    let (tenant, merchant, token) = (KEY.tenant, Merchant(1), Token(3));
    let order = model::Order::default();
    let (payment, key) = (payment(), KEY.key);
    let intent = Intent { payment, tenant, merchant, key, token, money: MONEY, order };
    let accepted = commit(0, None, vec![Record::Accepted(intent)], Then::Run);
    let accepted = Commit { claim: Some((KEY, row())), ..accepted }.sealed();
    let ended = vec![Record::StatusChanged(status), Record::Terminal];
    for commit in [accepted, commit(1, Some(0), ended, Then::Close)] {
        assert_eq!(store.check(&commit), CommitResult::Committed);
        store.restore(&StoreEntry::Committed(commit.into()));
    }
    let replied = store.key(KEY).and_then(|row| row.reply).map(|reply: StoredReply| reply.status);
    assert_eq!(replied, status.is_final().then_some(status));
    store
}

/// What is asked (a verb, about which reference), what the issuer says to it,
/// and how many hours later.
type Step = (u8, usize, u8, u64);

fn any_journey() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..5_u8, 0..REFERENCES.len(), 0..4_u8, 0..30_u64), 1..20)
}

/// The answers of `books` to a journey, and what it changed in them. Every
/// request comes on a connection of its own: copies are long gone.
fn serve(
    books: &mut ProviderBooks,
    journey: &[Step],
    now: &mut Duration,
) -> Vec<(ProviderReply, Option<(ChargeId, ChargeEvent)>)> {
    let step = |(at, (verb, reference, issuer, hours)): (usize, &Step)| {
        *now += Duration::from_secs(hours * 3_600);
        let target = OperationId(REFERENCES[*reference]);
        let amount = MONEY.amount;
        let request = match verb {
            0 => ProviderRequest::Authorize { reference: target, money: MONEY },
            1 => ProviderRequest::Capture {
                reference: OperationId(target.0 + 100),
                charge: charge(target),
                amount,
                is_final: true,
            },
            4 => ProviderRequest::Refund {
                reference: OperationId(target.0 + 300),
                charge: charge(target),
                amount: Amount(amount.0 / 5),
            },
            2 => {
                ProviderRequest::VoidByReference { reference: OperationId(target.0 + 200), target }
            }
            _ => ProviderRequest::Query { target },
        };
        let how = Execution {
            now: *now,
            token: Token(target.0),
            ordinal: now.as_secs() as u32 * 100 + at as u32,
            issuer: match issuer {
                0 => IssuerAnswer::Decline(Decline::Soft),
                1 => IssuerAnswer::Later(Duration::from_secs(3_600), *hours > 3),
                _ => IssuerAnswer::Approve,
            },
            region: 0,
            lag: Duration::ZERO,
            fails_after: *issuer == 3 && *hours == 5,
            hung_up: *hours % 4 == 1,
        };
        if let Some(known) = books.known(&request, &how) {
            return (known.reply().expect("nothing is begun and not finished"), None);
        }
        if let Some(id) = books.about(&request).map(|charge| charge.id) {
            while books.mature(id, *now).is_some() {}
        }
        let (reply, movement) = books.execute(&request, &how);
        (reply, movement.map(|moved| (moved.charge.id, moved.event)))
    };
    journey.iter().enumerate().map(step).collect()
}

/// The name of the charge that this authorization makes.
fn charge(reference: OperationId) -> ChargeId {
    let mut books = ProviderBooks::new(PROVIDER, dialect(KEEPS_ALL));
    let how = Execution {
        now: Duration::ZERO,
        token: Token(1),
        ordinal: 1,
        issuer: IssuerAnswer::Approve,
        region: 0,
        lag: Duration::ZERO,
        fails_after: false,
        hung_up: false,
    };
    let (_, movement) =
        books.execute(&ProviderRequest::Authorize { reference, money: MONEY }, &how);
    movement.expect("it is authorized").charge.id
}
