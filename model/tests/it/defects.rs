//! The planted defects: all of them listed, and each of them wrong at its one
//! place.

use std::time::Duration;

use crate::history::{self, History};
use crate::script::{Door, keeping_the_rest, rules};
use model::evidence::{Evidence, weigh};
use model::gatekeeper::{
    Admission, CreatePayment, Generation, KeyEndpoint, KeyId, KeyRow, PaidOnce, Stored, admit,
};
use model::saga::{Next, Saga, SagaEntry, Try};
use model::workflow::Action;
use model::workflow::payin_card::{PAYIN_CARD, steps};
use model::{
    AccountName, Act, Aim, Amount, Answer, Aside, BankId, Call, Captures, ChargeId, ChargeState,
    Commit, CommitResult, Conductor, Currency, Customer, Defect, Defects, Event, EventNumber,
    IdempotencyKey, Intake, Intent, Lake, LedgerRequest, Merchant, Money, Order, Outcome, PayIn,
    Payment, PaymentId, PayoutOrder, ProviderReply, ProviderRequest, Record, RefundOrder, Refusal,
    Rules, Split, Status, Store, StoreEntry, Tenant, Then, Token, TransactionId, Transfer,
    TransferKind, WorkerId,
};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

#[test]
fn a_defect_is_written_as_it_is_named_but_for_the_one_that_begins_with_a_digit() {
    for story in Defect::ALL {
        let written = story.name.replace("5xx", "five-hundred");
        let written: StrDeserializer<'_, Error> = written.as_str().into_deserializer();
        assert_eq!(Defect::deserialize(written), Ok(story.defect));
    }
}

#[test]
fn a_set_of_defects_has_what_was_put_in() {
    for story in Defect::ALL {
        let planted = Defects::NONE.with(story.defect);
        for other in Defect::ALL {
            assert_eq!(planted.has(other.defect), other == story);
            let picked = planted.pick(other.defect, || "right", || "wrong");
            assert_eq!(picked == "wrong", other == story);
        }
        assert!(!Defects::NONE.has(story.defect));
    }
    let all: Defects = Defect::ALL.iter().map(|story| story.defect).collect();
    assert!(Defect::ALL.iter().all(|story| all.has(story.defect)));
}

#[test]
fn a_server_error_counts_as_a_refusal_under_5xx_is_not_executed() {
    differs(Defect::FiveHundredIsNotExecuted, |defects| {
        let which = Try { step: steps::CAPTURE, attempt: 1 };
        let answer = Answer::Provider(ProviderReply::ServerError);
        weigh(Aim::Step(which, Action::Capture), &answer, defects)
            == Evidence::Refused(Refusal::FailedDefinite)
    });
}

#[test]
fn a_dispute_that_was_won_counts_as_lost_under_dispute_won_ignored() {
    differs(Defect::DisputeWonIgnored, |defects| {
        let which = Try { step: 2, attempt: 1 };
        let stands = ProviderReply::Status(ChargeState::Settled, ChargeId(1), Amount(1));
        weigh(Aim::Step(which, Action::Verdict), &Answer::Provider(stands), defects)
            == Evidence::Done(Outcome::Decided { won: false })
    });
}

#[test]
fn what_was_never_taken_counts_as_taken_under_auth_expiry_constant() {
    differs(Defect::AuthExpiryConstant, |defects| {
        let captures = Captures::of(&[5_000, 3_000]).expect("two shares");
        let order = Order::PayIn(PayIn { captures, ..PayIn::default() });
        let plain = history::intent(0);
        let mut door = Door::of(&Rules { defects, ..rules() }, Intent { order, ..plain });
        if !door.goes_well_until("capture-2") {
            return false;
        }
        door.follow("capture-2 at a => already-captured:5000");
        door.goes_well_until("let-go");
        door.payment().captured() == Amount(8_000)
    });
}

#[test]
fn giving_back_costs_a_fee_under_fee_on_refund() {
    differs(Defect::FeeOnRefund, |defects| {
        let of = history::refund_order(PaymentId(1), 0, 3);
        let refund = Intent { order: Order::Refund(of), ..history::intent(1) };
        let payment = Payment::fold(&[Record::Accepted(refund)], defects).expect("it folds");
        let rows = payment.booking(Action::Post);
        rows.iter().any(|row| row.credit.name == AccountName::FeeIncome)
    });
}

#[test]
fn what_goes_back_is_converted_at_the_rate_of_the_day_under_refund_at_spot() {
    differs(Defect::RefundAtSpot, |defects| {
        let borne = Money { amount: Amount(7), currency: Currency::Jpy };
        let exchanged = Aside(Some(model::Borne::of(borne)));
        let of = RefundOrder { exchanged, ..history::refund_order(PaymentId(1), 0, 3) };
        let refund = Intent { order: Order::Refund(of), ..history::intent(1) };
        let mut door = Door::of(&Rules { defects, ..rules() }, refund);
        door.follow("offers 150");
        door.follow("... hold");
        let Some((Call::Ledger(LedgerRequest::Create(legs)), _)) = door.next_call() else {
            panic!("a hold")
        };
        legs.iter().all(|leg| leg.amount != borne.amount)
    });
}

#[test]
fn an_attempt_counts_against_the_limit_under_limit_counts_attempts() {
    differs(Defect::LimitCountsAttempts, |defects| {
        let accepted = Record::Accepted(history::intent(1));
        let payment = Payment::fold(&[accepted], defects).expect("it folds");
        payment.unbooking(Action::Hold).iter().any(|row| row.kind == TransferKind::Posted)
    });
}

#[test]
fn what_is_in_doubt_is_not_undone_under_comp_registered_after() {
    differs(Defect::CompRegisteredAfter, |defects| {
        let mut saga = Saga::new(&PAYIN_CARD.saga, defects);
        let risk = Try { step: steps::RISK, attempt: 1 };
        for entry in [SagaEntry::Intent(risk), SagaEntry::Unwind] {
            assert_eq!(saga.apply(entry), Ok(()));
        }
        saga.next() == Next::Compensated
    });
}

#[test]
fn a_repeated_posting_has_new_ids_and_no_links_under_double_post() {
    differs(Defect::DoublePost, |defects| {
        let [Some(Call::Ledger(LedgerRequest::Create(first))), second] = lost("post", defects)
        else {
            panic!("a posting is a request to the ledger");
        };
        assert_eq!(first.iter().all(|leg| !leg.linked), defects.has(Defect::DoublePost));
        second.is_some_and(|second| second != Call::Ledger(LedgerRequest::Create(first)))
    });
}

#[test]
fn a_repeated_authorization_has_a_new_key_under_fresh_key_per_try() {
    differs(Defect::FreshKeyPerTry, |defects| {
        let [first, second] = lost("authorize", defects);
        // Another provider is asked under another key by anybody.
        let at = |call: &Option<Call>| match call {
            Some(Call::Provider(provider, _)) => Some(*provider),
            _ => None,
        };
        at(&first).is_some() && at(&first) == at(&second) && first != second
    });
}

#[test]
fn what_a_payout_reserves_ends_by_itself_under_hold_expires_in_doubt() {
    differs(Defect::HoldExpiresInDoubt, |defects| {
        let order = PayoutOrder { customer: Customer(1), bank: BankId(0), other: None };
        let intent = Intent { order: Order::Payout(order), ..crate::history::intent(1) };
        let payout = Payment::fold(&[Record::Accepted(intent)], defects).expect("it folds");
        payout.booking(Action::Hold).iter().any(|hold| hold.kind.timeout() > 0)
    });
}

#[test]
fn a_key_is_the_same_for_all_tenants_under_key_global_scope() {
    differs(Defect::KeyGlobalScope, |defects| {
        let [one, other] = [1, 2].map(|n| KeyId {
            tenant: Tenant(n),
            endpoint: KeyEndpoint::Create,
            key: IdempotencyKey(7),
        });
        one.scoped(defects) == other.scoped(defects)
    });
}

#[test]
fn another_amount_gets_the_reply_of_the_first_under_no_fingerprint() {
    differs(Defect::NoFingerprint, |defects| {
        let request = |amount| CreatePayment {
            key: KeyId { tenant: Tenant(1), endpoint: KeyEndpoint::Create, key: IdempotencyKey(7) },
            merchant: Merchant(1),
            token: Token(1),
            money: Money { amount: Amount(amount), currency: Currency::Eur },
            order: model::Order::default(),
            order_ref: PaidOnce::default(),
        };
        let generation = Generation::default();
        let (fingerprint, payment) = (request(1).fingerprint(), request(1).payment(generation));
        let row = KeyRow { fingerprint, payment, reply: None, order_ref: PaidOnce::default() };
        let stored = Stored { row: Some(row), generation, known_order: None, lease_live: true };
        admit(&request(2), &stored, defects) != Admission::Mismatch
    });
}

#[test]
fn a_commit_under_a_lease_that_is_over_counts_under_lease_no_fencing() {
    differs(Defect::LeaseNoFencing, |defects| {
        let mut store = Store::new(defects);
        let commit = |expected, epoch| Commit {
            id: TransactionId(u64::from(expected)),
            token: Token(1),
            payment: PaymentId(1),
            expected,
            epoch,
            records: vec![Record::PivotCommitted],
            claim: None,
            exclusive: true,
            inbox: Vec::new(),
            then: Then::Run,
        };
        store.restore(&StoreEntry::Committed(commit(0, None).into()));
        for owner in [WorkerId(0), WorkerId(1)] {
            let lease = store.next_lease(PaymentId(1), owner);
            store.restore(&StoreEntry::Leased(PaymentId(1), Token(1), lease));
        }
        store.check(&commit(1, Some(1))) == CommitResult::Committed
    });
}

#[test]
fn a_change_that_is_refused_leaves_its_status_behind_under_stale_overwrites() {
    differs(Defect::StaleOverwrites, |defects| {
        let mut store = Store::new(defects);
        let commit = |expected, status| {
            Commit::of(PaymentId(1), Token(1), expected, vec![Record::StatusChanged(status)])
        };
        let late = commit(0, Status::Captured).sealed();
        for commit in [late.clone(), commit(1, Status::Succeeded).sealed()] {
            store.restore(&StoreEntry::Committed(commit.into()));
        }
        assert_eq!(store.check(&late), CommitResult::Conflict);
        store.refuse(&late);
        store.payment(PaymentId(1)).is_some_and(|row| row.status != Status::Succeeded)
    });
}

#[test]
fn a_customer_who_pays_in_yen_is_asked_for_a_hundred_times_as_much_under_minor_units_x100() {
    differs(Defect::MinorUnitsX100, |defects| {
        let money = Money { amount: Amount(1_000), currency: Currency::Jpy };
        let plain = history::intent(0);
        let mut door = Door::of(&Rules { defects, ..rules() }, Intent { money, ..plain });
        let Some(Call::Provider(_, ProviderRequest::Authorize { money: asked, .. })) =
            door.loses("authorize")
        else {
            panic!("an authorization")
        };
        asked != money
    });
}

#[test]
fn an_event_that_comes_twice_counts_twice_under_consumer_no_dedupe() {
    differs(Defect::ConsumerNoDedupe, |defects| {
        let mut lake = Lake::new(defects);
        let id = EventNumber { stream: PaymentId(1), seq: 1 };
        lake.restore(&Event { id, token: Token(1), status: Status::Captured, version: 9 });
        lake.intake(id) == Intake::Counts
    });
}

#[test]
fn what_a_capture_leaves_is_not_given_back_under_residual_auth() {
    differs(Defect::ResidualAuth, |defects| {
        let captures = Captures::of(&[5_000]).expect("a share");
        let order = Order::PayIn(PayIn { captures, ..PayIn::default() });
        let plain = history::intent(0);
        let mut door =
            Door::of(&Rules { defects, ..keeping_the_rest() }, Intent { order, ..plain });
        !door.goes_well_until("let-go")
    });
}

#[test]
fn the_parts_of_a_split_payment_are_less_than_was_captured_under_round_each_leg() {
    differs(Defect::RoundEachLeg, |defects| {
        let split = Split::over(&[(Merchant(2), 3_333), (Merchant(3), 3_333)]).expect("a split");
        let captures = Captures::of(&[3_333]).expect("a share");
        let order = Order::PayIn(PayIn { captures, split, ..PayIn::default() });
        let plain = history::intent(0);
        let mut door = Door::of(&Rules { defects, ..rules() }, Intent { order, ..plain });
        assert!(door.goes_well_until("post"));
        let payment = door.payment();
        let receivable =
            |leg: &&Transfer| matches!(leg.debit.name, AccountName::ProviderReceivable(_));
        let booked = payment.booking(Action::Post).iter().find(receivable).map(|leg| leg.amount);
        booked != Some(payment.captured())
    });
}

#[test]
fn what_was_promised_is_read_anew_under_replay_nondeterminism() {
    differs(Defect::ReplayNondeterminism, |defects| {
        let settlement_currency = Some(Currency::Jpy);
        let order = Order::PayIn(PayIn { settlement_currency, ..PayIn::default() });
        let plain = history::intent(0);
        let mut door = Door::of(&Rules { defects, ..rules() }, Intent { order, ..plain });
        for line in ["offers 150", "... hold", "offers 200"] {
            door.follow(line);
        }
        let Some((Call::Ledger(LedgerRequest::Create(legs)), _)) = door.next_call() else {
            panic!("a hold")
        };
        door.follow("crash");
        let again = door.next_call();
        let Some((Call::Ledger(LedgerRequest::Create(anew)), _)) = again else { panic!("a hold") };
        legs != anew
    });
}

#[test]
fn a_take_over_starts_another_attempt_under_recovery_means_new_attempt() {
    differs(Defect::RecoveryMeansNewAttempt, |defects| {
        let rules = Rules { defects, ..rules() };
        let mut door = Door::new(&rules, 0);
        door.follow("... authorize");
        let journal = door.records().to_vec();
        let mut worker = Conductor::take_over(&journal, Duration::ZERO, &rules).expect("it folds");
        matches!(worker.act(Duration::ZERO, &rules), Act::Commit(_))
    });
}

#[test]
fn the_provider_is_called_before_the_intent_is_durable_under_send_before_log() {
    differs(Defect::SendBeforeLog, |defects| {
        let rules = Rules { defects, ..rules() };
        let mut journal = History::new(0, Defects::NONE).records().to_vec();
        let mut worker = Conductor::take_over(&journal, Duration::ZERO, &rules).expect("it folds");
        let mut premature = 0;
        while let Act::Commit(records) = worker.act(Duration::ZERO, &rules) {
            premature += usize::from(worker.premature(&records, &rules).is_some());
            journal.extend(&records);
            assert_eq!(worker.committed(&records), Ok(()));
            while let Act::Call(call, number) = worker.act(Duration::ZERO, &rules) {
                let answer = crate::spelling::answer(&call, crate::spelling::happy(&call));
                worker.hear(number, &answer, Duration::ZERO, &rules);
            }
        }
        assert!(matches!(premature, 0 | 2), "for the authorization and the capture");
        premature > 0
    });
}

#[test]
fn a_time_out_counts_as_a_decline_under_timeout_is_failure() {
    differs(Defect::TimeoutIsFailure, |defects| {
        let mut door = Door::new(&Rules { defects, ..rules() }, 0);
        door.loses("authorize");
        door.next_call();
        door.written().contains(&"outcome authorize declined_hard".to_owned())
    });
}

#[test]
fn a_time_out_ends_the_payment_as_failed_under_ambiguous_error_stored_final() {
    differs(Defect::AmbiguousErrorStoredFinal, |defects| {
        let mut door = Door::new(&Rules { defects, ..rules() }, 0);
        door.loses("authorize");
        door.next_call();
        let written = door.written();
        written.ends_with(&["status failed".to_owned(), "terminal".to_owned()])
    });
}

#[test]
fn a_posting_that_times_out_unwinds_the_payment_under_undo_past_pivot() {
    differs(Defect::UndoPastPivot, |defects| {
        let rules = Rules { defects, ..rules() };
        let mut door = Door::new(&rules, 0);
        door.follow("... post");
        let journal = door.records().to_vec();
        let mut worker = Conductor::take_over(&journal, Duration::ZERO, &rules).expect("it folds");
        let beside = |act: &Act| matches!(act, Act::Tell(_));
        let mut acts = std::iter::repeat_with(|| worker.act(Duration::ZERO, &rules));
        assert!(matches!(acts.find(|act| !beside(act)), Some(Act::Call(..))));
        matches!(worker.act(rules.call_timeout, &rules), Act::Commit(_))
    });
}

/// `goes_wrong` where `defect` is planted, and nowhere else.
pub(crate) fn differs(defect: Defect, goes_wrong: impl Fn(Defects) -> bool) {
    for story in Defect::ALL {
        let planted = Defects::NONE.with(story.defect);
        assert_eq!(goes_wrong(planted), story.defect == defect, "{}", story.name);
    }
    assert!(!goes_wrong(Defects::NONE), "without a defect");
}

/// The first two such calls of a payment whose first is not answered.
fn lost(call: &str, defects: Defects) -> [Option<Call>; 2] {
    let mut door = Door::new(&Rules { defects, ..rules() }, 0);
    [(); 2].map(|()| door.loses(call))
}
