//! A payment whose merchant gets another currency: when its rate is locked, how
//! long it stands, and what becomes of a promise that outlives its quote.

use std::num::NonZeroU64;
use std::time::Duration;

use model::posting::payin_exchange::{self, CapturedExchange};
use model::workflow::Action;
use model::{
    AccountName, Act, Amount, Conductor, Cover, Currency, Defects, Exchange, ExchangeQuote,
    IllegalRecord, Intent, Merchant, Order, PayIn, Payment, ProviderId, Rate, Record, Transfer,
    TransferKind,
};
use proptest::prelude::*;

use crate::cases::cases;
use crate::exchange::any_quote;
use crate::history::{History, MONEY, intent};
use crate::script::{Door, rules};

#[test]
fn a_rate_is_durable_before_anything_is_done_by_it() {
    let mut door = door();
    door.follow("offers 150");
    door.follow("... hold");
    let written = door.written();
    let at = |what: &str| written.iter().position(|record| record == what).expect(what);
    assert!(at("locked 14925") < at("outcome quote quoted"), "{written:?}");
    assert!(at("outcome quote quoted") < at("intent hold"), "{written:?}");
}

#[test]
fn the_rate_that_is_locked_stands_whatever_the_market_does_later() {
    let mut door = door();
    for line in ["offers 150", "... hold", "offers 200", "crash", "... post", "ends succeeded"] {
        if line == "ends succeeded" {
            door.follow("post => created");
            door.follow("notice succeeded => noticed");
        }
        door.follow(line);
        door.follow("not wrote locked 19900");
    }
    assert_eq!(door.payment().exchange().map(|exchange| exchange.target), Some(Amount(14_925)));
}

/// Nobody knows how long it took another worker to come to nothing.
#[test]
fn a_quote_that_may_have_expired_is_renewed_before_hold() {
    let mut journal = History::of(exchanged_intent(), Defects::NONE);
    journal.append(&locked_before_hold());
    let now = Duration::from_secs(1);
    let taken_over = Conductor::take_over(journal.records(), now, &rules());
    let mut conductor = taken_over.expect("it folds");
    conductor.offer(Some(offer(200)));
    let Act::Commit(records) = conductor.act(now, &rules()) else {
        panic!("the lock is renewed");
    };
    let [Record::Locked(anew)] = records[..] else { panic!("{records:?}") };
    assert_eq!(anew.target, Amount(19_900));
    conductor.committed(&records).expect("it fits");
    let Act::Commit(records) = conductor.act(now, &rules()) else {
        panic!("the fresh lock is quoted");
    };
    assert!(records.iter().all(|record| !matches!(record, Record::Locked(_))), "{records:?}");
}

#[test]
fn nothing_is_quoted_by_a_lock_that_took_longer_than_the_quote_holds() {
    let mut journal = History::of(exchanged_intent(), Defects::NONE);
    let before = locked_before_hold();
    journal.append(&before[..before.len() - 1]);
    let take_over = Conductor::take_over(journal.records(), Duration::ZERO, &rules());
    let mut conductor = take_over.expect("it folds");
    for (seconds, anew) in [(0, true), (30, true), (59, false)] {
        conductor.offer(Some(offer(150)));
        let act = conductor.act(Duration::from_secs(seconds), &rules());
        let Act::Commit(records) = act else { panic!("{act:?}") };
        assert_eq!(matches!(records[..], [Record::Locked(_)]), anew, "{seconds}: {records:?}");
        conductor.committed(&records).expect("it fits");
    }
}

#[test]
fn a_requote_is_refused_after_hold() {
    let mut door = door();
    door.follow("offers 150");
    door.follow("... hold");
    let mut payment = door.payment();
    let anew = Record::Locked(model::exchange(model::Version::First, &offer(200), MONEY.amount));
    assert_eq!(payment.apply(&anew), Err(IllegalRecord::Locked));
}

#[test]
fn a_promise_that_outlives_its_quote_is_kept_and_the_difference_is_booked() {
    let mut door = door();
    for line in ["offers 150", "... post", "offers 100", "post => lapsed", "wrote covered 14925"] {
        door.follow(line);
    }
    let booking = door.payment().booking(Action::Post);
    assert_eq!(amount(&booking, AccountName::ExchangeDifference), 14_925 - 9_950);
    let spread = 50;
    assert_eq!(amount(&booking, AccountName::Liquidity), 14_925 + spread, "{booking:?}");
    for line in
        ["wrote intent post/2", "post => exists", "look-up => found", "notice succeeded => noticed"]
    {
        door.follow(line);
    }
    door.follow("ends succeeded");
}

#[test]
fn a_promise_is_covered_once_and_never_before_the_pivot() {
    let mut door = door();
    let cover = Record::Covered(Cover { rate: offer(200).rate, cost: Amount(7_463) });
    door.follow("offers 150");
    door.follow("... capture");
    assert_eq!(door.payment().apply(&cover), Err(IllegalRecord::Covered));
    door.follow("... post");
    let mut payment = door.payment();
    assert_eq!(payment.apply(&cover), Ok(()));
    assert_eq!(payment.apply(&cover), Err(IllegalRecord::Covered));
    let plain = History::new(0, Defects::NONE);
    let mut plain = Payment::fold(plain.records(), Defects::NONE).expect("it folds");
    assert_eq!(plain.apply(&cover), Err(IllegalRecord::Covered));
}

#[test]
fn a_payment_that_nobody_exchanges_or_that_buys_nothing_fails() {
    for offers in [None, Some("offers 0")] {
        let mut door = door();
        offers.into_iter().for_each(|line| door.follow(line));
        assert!(!door.goes_well_until("hold"));
        door.follow("wrote status failing");
        door.follow("not wrote intent hold");
    }
}

#[test]
fn an_undo_releases_what_is_left_though_the_quote_has_ended() {
    let mut door = door();
    for line in ["offers 150", "... authorize", "authorize at a => hard", "unhold => quote-ended"] {
        door.follow(line);
    }
    door.follow("wrote undone hold voided");
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn every_leg_of_a_capture_adds_up_in_both_currencies(
        quote in any_quote(),
        given in 1..1_000_000_000_i128,
        moved in 1..1_000_000_u64,
        covered in any::<bool>(),
    ) {
        let exchange = model::exchange(model::Version::First, &quote, Amount(given));
        prop_assume!(exchange.target > Amount::ZERO);
        let rate = Rate { target: NonZeroU64::new(moved).expect("above zero"), ..quote.rate };
        let cover = covered.then(|| exchange.cover(rate));
        let legs = post(&exchange, cover);
        let source = |leg: &&Transfer| leg.debit.currency == quote.source;
        let net = |name| legs.iter().filter(source).map(|leg| signed(leg, name)).sum::<i128>();
        prop_assert_eq!(net(AccountName::TransitIn), 0);
        prop_assert_eq!(net(AccountName::ProviderReceivable(ProviderId(0))), -given);
        let cost = cover.map_or(exchange.cost, |cover| cover.cost);
        prop_assert_eq!(net(AccountName::Liquidity), (cost + exchange.spread).0);
        prop_assert_eq!(net(AccountName::ExchangeResidue), exchange.residue.0);
        prop_assert_eq!(net(AccountName::ExchangeDifference), (exchange.cost - cost).0);
        let target = |leg: &&Transfer| leg.debit.currency == quote.target;
        let got: i128 = legs.iter().filter(target)
            .map(|leg| signed(leg, AccountName::MerchantPending(Merchant(1)))).sum();
        prop_assert_eq!(got, exchange.target.0 - 3);
    }
}

/// What `leg` brings an account.
fn signed(leg: &Transfer, name: AccountName) -> i128 {
    let brings = |is: bool| if is { leg.amount.0 } else { 0 };
    brings(leg.credit.name == name) - brings(leg.debit.name == name)
}

fn post(exchange: &Exchange, cover: Option<Cover>) -> Vec<Transfer> {
    let (merchant, fee, tax) = (Merchant(1), Amount(2), Amount(1));
    let part = CapturedExchange { merchant, exchange: *exchange, fee, tax, cover };
    let voucher = model::posting::Voucher {
        tenant: model::Tenant(1),
        currency: exchange.quote.source,
        subject: 7,
        number: 0,
        token: model::Token(1),
        operation: model::OperationId(1),
    };
    let legs = payin_exchange::post(&voucher, ProviderId(0), &part);
    let moves =
        |leg: &Transfer| matches!(leg.kind, TransferKind::Posted | TransferKind::PostPending(_));
    assert!(legs.iter().all(moves), "a capture reserves nothing");
    legs
}

/// What `name` gets by `booking` in what is paid.
fn amount(booking: &[Transfer], name: AccountName) -> i128 {
    let paid = booking.iter().filter(|leg| leg.debit.currency == MONEY.currency);
    paid.map(|leg| signed(leg, name)).sum::<i128>().abs()
}

fn door() -> Door {
    Door::of(&rules(), exchanged_intent())
}

fn exchanged_intent() -> Intent {
    let settlement_currency = Some(Currency::Jpy);
    let order = Order::PayIn(PayIn { settlement_currency, ..PayIn::default() });
    Intent { order, ..intent(0) }
}

/// What is written until the rate is locked.
fn locked_before_hold() -> Vec<Record> {
    let mut door = door();
    door.follow("offers 150");
    door.follow("... hold");
    let is_lock = |record: &Record| matches!(record, Record::Locked(_));
    let until = door.records().iter().position(is_lock).expect("a lock");
    door.records()[1..=until].to_vec()
}

/// So many yen for a euro, for thirty seconds, at half a percent.
pub(crate) fn offer(yen: u64) -> ExchangeQuote {
    let unit = |count: u64| NonZeroU64::new(count).unwrap_or(NonZeroU64::MIN);
    let nothing = yen == 0;
    let source = if nothing { 1_000_000_000 } else { 100 };
    ExchangeQuote {
        source: Currency::Eur,
        target: Currency::Jpy,
        rate: Rate { target: unit(yen), source: unit(source) },
        spread_basis_points: 50,
        holds_for: 30,
    }
}
