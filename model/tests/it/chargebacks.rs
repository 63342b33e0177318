//! A chargeback from the webhook that tells of it to its end (payments.md M6).

use std::time::Duration;

use model::saga::Try;
use model::{
    AccountName, Amount, Answer, Aside, Beginning, ChargeState, Commit, CommitResult, Contract,
    Currency, Defects, DisputeState, EventId, IllegalRecord, InboxEvent, InboxState, Intent,
    ItemId, LineKind, Merchant, Outcome, PaymentId, ProviderId, ProviderReply, ProviderRequest,
    Record, Shares, Split, Store, StoreEntry, Taken, Token, TransferResult, Webhook,
};

use crate::chargeback_desk::{Worker, contest, sides};
use crate::history::{MONEY, intent};
use crate::store_desk::{
    AUTHORIZATION, CHARGE, PAID, append, authorized, booked, captured, paid, receive, refund, told,
};

#[test]
fn a_dispute_that_a_provider_tells_of_is_accepted_in_the_commit_that_takes_its_webhook_in() {
    let mut store = paid();
    let webhook = told(3, Beginning::DisputeOpened, MONEY.amount);
    assert!(store.can_place(&webhook));
    receive(&mut store, &webhook);
    let saga = webhook.saga().expect("it begins one");
    let journal = &store.payment(saga).expect("it was accepted").journal;
    let [Record::Accepted(begun)] = journal.as_slice() else { panic!("{journal:?}") };
    assert_eq!((begun.money, begun.order.parent()), (MONEY, Some(PAID)));
    let row = store.inbox_row(webhook.event).expect("it was taken in");
    assert_eq!((row.state, row.payment), (InboxState::Applied, Some(saga)));
    assert_eq!(store.receipt(&webhook), None, "once");
    let renamed = Webhook { event: EventId(77), ..webhook };
    assert_eq!(store.receipt(&renamed), None, "whatever it is called");
}

#[test]
fn what_nobody_here_knows_to_be_taken_or_disputed_has_to_be_told_again() {
    let mut store = Store::new(Defects::NONE).with_inbox();
    let opened = told(3, Beginning::DisputeOpened, MONEY.amount);
    let won = told(4, Beginning::DisputeWon, MONEY.amount);
    for records in [vec![Record::Accepted(Intent { payment: PAID, ..intent(1) })], authorized()] {
        append(&mut store, PAID, records);
        assert!(!store.can_place(&opened) && store.receipt(&opened).is_none());
    }
    append(&mut store, PAID, captured());
    assert!(!store.can_place(&opened), "whose share it is, nobody knows before it is booked");
    append(&mut store, PAID, booked());
    assert!(!store.can_place(&won), "won before it was opened");
    receive(&mut store, &opened);
    assert!(store.can_place(&won));
    receive(&mut store, &won);
    let saga = opened.saga().expect("it begins one");
    let heard: Vec<_> = store.told(saga).iter().map(|told| told.webhook.event).collect();
    assert_eq!(heard, [won.event], "by whoever carries the chargeback out");
    assert!(store.told(PAID).is_empty());
}

#[test]
fn nothing_is_given_back_that_is_disputed_until_it_is_won() {
    for (won, left) in [(true, CommitResult::Committed), (false, CommitResult::NotRefundable)] {
        let mut store = paid();
        assert_eq!(store.check(&refund(MONEY.amount)), CommitResult::Committed);
        let webhook = told(3, Beginning::DisputeOpened, MONEY.amount);
        receive(&mut store, &webhook);
        assert_eq!(store.check(&refund(Amount(1))), CommitResult::NotRefundable);
        let which = Try { step: 2, attempt: 1 };
        let decided = Record::StepOutcome { which, outcome: Outcome::Decided { won } };
        append(&mut store, webhook.saga().expect("it begins one"), vec![decided]);
        assert_eq!(store.check(&refund(MONEY.amount)), left, "won: {won}");
    }
}

#[test]
fn a_dispute_beside_a_refund_is_accepted_and_a_person_told_if_both_are_too_much() {
    for (refunded, disputed, flagged) in
        [(6_000, 10_000, true), (6_000, 4_000, false), (6_000, 4_001, true), (0, 10_000, false)]
    {
        let mut store = paid();
        if refunded > 0 {
            store.restore(&StoreEntry::Committed(refund(Amount(refunded)).into()));
        }
        let webhook = told(3, Beginning::DisputeOpened, Amount(disputed));
        receive(&mut store, &webhook);
        let saga = store.payment(webhook.saga().expect("it begins one")).expect("accepted");
        assert_eq!(saga.journal.contains(&Record::Flagged), flagged, "{refunded} and {disputed}");
    }
}

#[test]
fn a_dispute_is_booked_contested_waited_for_and_booked_as_it_ends() {
    use AccountName::{Dispute, MerchantOwed, ProviderReceivable};
    let merchant = intent(1).merchant;
    let withdraws = (Dispute(merchant), ProviderReceivable(ProviderId(0)));
    let returns = (ProviderReceivable(ProviderId(0)), Dispute(merchant));
    let owed = (MerchantOwed(merchant), Dispute(merchant));
    for (won, by_webhook, closes) in
        [(true, true, returns), (true, false, returns), (false, true, owed), (false, false, owed)]
    {
        let mut worker = Worker::new(MONEY.amount);
        assert_eq!(worker.books(), [withdraws]);
        assert_eq!(worker.provider(), contest(&worker, true));
        worker.hear(ProviderReply::Dispute(DisputeState::EvidenceSubmitted));
        assert_eq!(worker.provider(), ProviderRequest::Query { target: AUTHORIZATION });
        worker.hear(ProviderReply::Status(ChargeState::Disputed, CHARGE, MONEY.amount));
        if by_webhook {
            worker.rests();
            let verdict = if won { Beginning::DisputeWon } else { Beginning::DisputeLost };
            assert_eq!(worker.is_told(verdict), InboxEvent::Fits);
        } else {
            worker.rests();
            worker.provider();
            let state = if won { ChargeState::Settled } else { ChargeState::ChargedBack };
            worker.hear(ProviderReply::Status(state, CHARGE, MONEY.amount));
        }
        assert_eq!(worker.books(), [closes], "won: {won}");
        worker.ends(if won { DisputeState::Won } else { DisputeState::Lost });
    }
}

#[test]
fn what_is_not_worth_the_work_is_given_in_to() {
    let mut worker = Worker::new(Amount(999));
    worker.books();
    assert_eq!(worker.provider(), contest(&worker, false));
    worker.hear(ProviderReply::Dispute(DisputeState::Lost));
    worker.provider();
    worker.hear(ProviderReply::Status(ChargeState::ChargedBack, CHARGE, Amount(999)));
    worker.books();
    worker.ends(DisputeState::Lost);
}

/// A bank that has lost may object once: it has the money again, and what was
/// decided for good is the merchant's or not.
#[test]
fn what_was_won_is_withdrawn_once_more_and_booked_as_it_ends_for_good() {
    use AccountName::{Dispute, MerchantOwed, ProviderReceivable};
    let merchant = intent(1).merchant;
    let withdraws = (Dispute(merchant), ProviderReceivable(ProviderId(0)));
    let returns = (ProviderReceivable(ProviderId(0)), Dispute(merchant));
    let owed = (MerchantOwed(merchant), Dispute(merchant));
    for (won, by_webhook, closes) in
        [(true, true, returns), (true, false, returns), (false, true, owed), (false, false, owed)]
    {
        let mut worker = Worker::objected(MONEY.amount);
        assert_eq!(worker.conductor.payment().dispute(), DisputeState::PreArbitration);
        assert_eq!(worker.books(), [withdraws]);
        assert_eq!(worker.provider(), ProviderRequest::Query { target: AUTHORIZATION });
        worker.hear(ProviderReply::Status(ChargeState::Disputed, CHARGE, MONEY.amount));
        worker.rests();
        if by_webhook {
            let verdict = if won { Beginning::WonAgain } else { Beginning::LostAgain };
            assert_eq!(worker.is_told(verdict), InboxEvent::Fits);
        } else {
            worker.provider();
            let state = if won { ChargeState::Settled } else { ChargeState::ChargedBack };
            worker.hear(ProviderReply::Status(state, CHARGE, MONEY.amount));
        }
        assert_eq!(worker.books(), [closes], "won: {won}");
        worker.ends(if won { DisputeState::WonFinally } else { DisputeState::Lost });
    }
}

/// Whoever lost a dispute owed all of it, however much it had available.
#[test]
fn what_is_lost_is_taken_of_what_is_available_and_owed_beyond_that() {
    use AccountName::{Dispute, MerchantAvailable, MerchantOwed};
    let merchant = intent(1).merchant;
    let taken = (MerchantAvailable(merchant), Dispute(merchant));
    let owed = (MerchantOwed(merchant), Dispute(merchant));
    for (available, books) in [
        (0, vec![(owed, 10_000)]),
        (1, vec![(taken, 1), (owed, 9_999)]),
        (9_999, vec![(taken, 9_999), (owed, 1)]),
        (10_000, vec![(taken, 10_000)]),
        (1_000_000, vec![(taken, 10_000)]),
    ] {
        let mut worker = Worker::lost();
        worker.available = Amount(available);
        let rows = worker.rows();
        let booked: Vec<_> = rows.iter().map(|row| (sides(row), row.amount.0)).collect();
        assert_eq!(booked, books, "{available} available");
        worker.ends(DisputeState::Lost);
    }
}

/// The ledger burns the id of what is refused: what was planned can't be booked any
/// more, whatever comes in meanwhile.
#[test]
fn what_somebody_has_no_more_is_planned_anew_with_ids_of_its_own() {
    use TransferResult::{ExceedsCredits, IdAlreadyFailed, LinkedEventFailed};
    for refused in [[ExceedsCredits, LinkedEventFailed], [IdAlreadyFailed, LinkedEventFailed]] {
        let mut worker = Worker::lost();
        worker.available = Amount(4_000);
        let planned = worker.transfers();
        assert_eq!(planned.iter().map(|row| row.amount.0).collect::<Vec<_>>(), [4_000, 6_000]);
        worker.answer(&Answer::Booked(refused.to_vec()));
        worker.available = Amount(2_500);
        let anew = worker.rows();
        assert_eq!(anew.iter().map(|row| row.amount.0).collect::<Vec<_>>(), [2_500, 7_500]);
        let known: Vec<_> = planned.iter().map(|row| row.id).collect();
        assert!(anew.iter().all(|row| !known.contains(&row.id)), "{anew:?}");
        worker.ends(DisputeState::Lost);
    }
}

/// A worker that takes over books what was planned, and asks nobody once more: some of
/// it may be booked.
#[test]
fn what_was_planned_is_booked_by_whoever_takes_over() {
    let mut worker = Worker::lost();
    worker.available = Amount(4_000);
    let planned = worker.transfers();
    let mut heir = worker.taken_over();
    heir.available = Amount(9_000);
    assert_eq!(heir.transfers(), planned);
}

#[test]
fn what_is_at_hand_is_told_once_and_of_a_loss_only() {
    let mut worker = Worker::lost();
    worker.available = Amount(4_000);
    worker.transfers();
    let mut payment = worker.conductor.payment().clone();
    let told = |worker: &Worker| {
        let at_hand = worker.records.iter().find(|record| matches!(record, Record::AtHand(_)));
        *at_hand.expect("it was told")
    };
    assert_eq!(payment.apply(&told(&worker)), Err(IllegalRecord::AtHand));
    assert_eq!(payment.apply(&Record::Short), Ok(()));
    assert_eq!(payment.apply(&Record::Short), Err(IllegalRecord::AtHand), "once");
    let mut early = Worker::new(MONEY.amount);
    early.books();
    let mut payment = early.conductor.payment().clone();
    assert_eq!(payment.apply(&told(&worker)), Err(IllegalRecord::AtHand));
}

/// Where nothing is settled nobody has anything available, and nobody is asked.
#[test]
fn where_nothing_is_settled_nobody_is_asked() {
    let mut worker = Worker::lost();
    worker.rules.settles = false;
    worker.available = Amount(4_000);
    assert_eq!(worker.books().len(), 1);
    assert!(!worker.records.iter().any(|record| matches!(record, Record::AtHand(_))));
}

/// The shop gave the money back after it had won: whoever objects takes it all the
/// same, and somebody has to know.
#[test]
fn an_objection_takes_what_can_be_given_back_until_it_is_decided_for_good() {
    let left = |store: &Store| {
        let taken = store.payment(PAID).and_then(|row| row.taken);
        taken.expect("it was taken").refundable()
    };
    for (refunded, won) in [(0, true), (0, false), (1, true), (1, false)] {
        let mut store = paid();
        let opened = told(3, Beginning::DisputeOpened, MONEY.amount);
        receive(&mut store, &opened);
        let decided = |step, won| {
            let which = Try { step, attempt: 1 };
            vec![Record::StepOutcome { which, outcome: Outcome::Decided { won } }]
        };
        append(&mut store, opened.saga().expect("it begins one"), decided(2, true));
        if refunded > 0 {
            store.restore(&StoreEntry::Committed(refund(Amount(refunded)).into()));
        }
        assert!(!store.can_place(&told(6, Beginning::WonAgain, MONEY.amount)));
        let objected = told(5, Beginning::DisputedAgain, MONEY.amount);
        receive(&mut store, &objected);
        let saga = objected.saga().expect("it begins one");
        assert_ne!(Some(saga), opened.saga());
        assert!(store.can_place(&told(6, Beginning::WonAgain, MONEY.amount)));
        let journal = &store.payment(saga).expect("accepted").journal;
        assert_eq!(journal.contains(&Record::Flagged), refunded > 0);
        assert_eq!(left(&store), Amount(-refunded));
        append(&mut store, saga, decided(1, won));
        let back = if won { MONEY.amount } else { Amount::ZERO };
        assert_eq!(left(&store), back - Amount(refunded), "won: {won}");
    }
}

/// Both disputes over a payment have the reference of its authorization: a line that
/// told of the second was taken for the first once more.
#[test]
fn what_is_withdrawn_a_second_time_is_settled_by_lines_of_its_own() {
    let mut store = paid().with_reconciliation(Contract { fee_bps: 0 });
    let settles = |store: &Store, payment: PaymentId, step: u8| {
        let which = Try { step, attempt: 1 };
        let expected = store.payment(payment).map_or(0, |row| row.journal.len() as u32);
        let booked = vec![Record::StepOutcome { which, outcome: Outcome::Posted }];
        store.expects(&Commit::of(payment, Token(1), expected, booked))
    };
    for (event, beginning, verdict, kinds) in [
        (3, Beginning::DisputeOpened, 2, [LineKind::Dispute, LineKind::DisputeWon]),
        (5, Beginning::DisputedAgain, 1, [LineKind::DisputedAgain, LineKind::WonAgain]),
    ] {
        let opened = told(event, beginning, MONEY.amount);
        receive(&mut store, &opened);
        let saga = opened.saga().expect("it begins one");
        let [withdrawn, back] = kinds.map(|kind| Some(ItemId::expected(kind, opened.reference)));
        assert_eq!(settles(&store, saga, 0), withdrawn, "{beginning:?}");
        let which = Try { step: verdict, attempt: 1 };
        let outcome = Outcome::Decided { won: true };
        append(&mut store, saga, vec![Record::StepOutcome { which, outcome }]);
        assert_eq!(settles(&store, saga, verdict + 1), back, "{beginning:?}");
    }
}

/// Each merchant of a basket bears its share of what a bank took: of what it has left, or,
/// if the bank took more than that, of what it got.
#[test]
fn a_dispute_over_a_split_payment_is_borne_by_what_each_merchant_has_left() {
    let split = Split::over(&[(Merchant(2), 2_500)]).expect("a split");
    let whole = Amount(1_000);
    let taken = |refunds: i128, given: i128| Taken {
        merchant: Merchant(1),
        currency: Currency::Usd,
        provider: ProviderId(0),
        charge: CHARGE,
        captured: whole,
        refunds: Amount(refunds),
        disputed: Amount::ZERO,
        settled: Aside::NONE,
        got: Shares::got(&split, Merchant(1), (whole, whole)),
        given: Shares::got(&split, Merchant(1), (Amount(4 * given), whole)),
        withdrawn: Shares::NONE,
        exchanged: Aside::NONE,
        freed: Aside::NONE,
    };
    for (refunds, given, disputed, borne) in
        [(0, 0, 1_000, 250), (0, 0, 400, 100), (400, 100, 600, 150), (400, 100, 1_000, 250)]
    {
        let shares = taken(refunds, given).disputed_of(Amount(disputed));
        assert_eq!(shares.sum(), Amount(borne), "{disputed} beside {refunds}");
    }
}

/// The answers of a provider were cut for four days, while it told that a dispute was lost
/// whose evidence nobody had answered for. The worker sent that 5,300 times and put the
/// verdict off each time, as one that comes before its time: the loss was booked a minute
/// after the four days that there are for it.
#[test]
fn whoever_hears_how_a_dispute_ended_waits_for_no_answer_to_its_evidence() {
    for (verdict, state) in
        [(Beginning::DisputeWon, DisputeState::Won), (Beginning::DisputeLost, DisputeState::Lost)]
    {
        let mut worker = Worker::new(MONEY.amount);
        assert_eq!(worker.is_told(verdict), InboxEvent::TooEarly, "it is not withdrawn yet");
        worker.books();
        assert_eq!(worker.provider(), contest(&worker, true));
        assert_eq!(worker.is_told(verdict), InboxEvent::TooEarly, "and is looked at again");
        let outcomes: Vec<_> = worker.commits().iter().filter_map(outcome).collect();
        assert_eq!(outcomes, [(1, Outcome::Answered)]);
        assert_eq!(worker.is_told(verdict), InboxEvent::Fits);
        worker.books();
        worker.ends(state);
    }
}

/// Nobody who asks for months is in doubt, and no answer is a refusal.
#[test]
fn a_bank_that_takes_months_is_no_case_and_an_answer_that_is_lost_is_sent_again() {
    let mut worker = Worker::new(MONEY.amount);
    worker.books();
    for _ in 0..3 {
        assert_eq!(worker.provider(), contest(&worker, true));
        worker.hear(ProviderReply::ServerError);
        worker.rests();
    }
    worker.provider();
    worker.hear(ProviderReply::Dispute(DisputeState::EvidenceSubmitted));
    for _ in 0..200 {
        worker.provider();
        worker.hear(ProviderReply::Status(ChargeState::Disputed, CHARGE, MONEY.amount));
        worker.rests();
    }
    assert!(worker.now > Duration::from_secs(90 * 86_400), "{:?}", worker.now);
    assert_eq!(worker.conductor.payment().case(), None);
}

/// The step whose outcome `record` is, and what that is.
fn outcome(record: &Record) -> Option<(u8, Outcome)> {
    match *record {
        Record::StepOutcome { which, outcome } => Some((which.step, outcome)),
        _ => None,
    }
}
