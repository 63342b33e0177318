//! A whole payment against the real ledger, books and risk desk: whatever is
//! lost, late or broken, and whoever takes over, it ends, with the money taken
//! once or not at all.

use std::time::Duration;

use model::workflow::payin_card;
use model::{
    AccountName, Act, Amount, Answer, Balance, Conductor, Decline, Defects, HoldState,
    IssuerAnswer, Record, Rules, Status, Verdict, Version, quote,
};
use proptest::prelude::*;

use crate::cases::cases;
use crate::dialects::EVERY;
use crate::history::{History, MONEY};
use crate::house::{Fate, House, Luck};
use crate::script::{by_rules, rules_at};

proptest! {
    #![proptest_config(cases(8_000))]

    #[test]
    fn a_payment_ends_with_the_money_taken_once_or_not_at_all(
        luck in any_luck(),
        events in prop::collection::vec(any_event(), 0..40),
        token in 0..2_u64,
    ) {
        let mut journey = Journey::new(luck, token);
        for event in events {
            journey.goes_on(event);
        }
        journey.arrives();
        let payment = journey.history.payment();
        prop_assert!(payment.is_terminal() && payment.case().is_none(), "{payment:?}");

        let charges = journey.house.charges(journey.now);
        let succeeded = payment.status() == Status::Succeeded;
        let taken: Amount = charges.iter().map(|charge| charge.captured).sum();
        prop_assert_eq!(taken, if succeeded { MONEY.amount } else { Amount::ZERO });
        let captured = charges.iter().filter(|charge| charge.state.is_past_void());
        prop_assert_eq!(captured.count(), usize::from(succeeded));
        prop_assert!(charges.iter().all(|charge| !charge.is_alive()), "{charges:?}");

        for hold in payin_card::hold_ids(&payment) {
            let state = journey.house.ledger.hold(hold);
            let fits = if succeeded { Some(HoldState::Posted) } else { None };
            prop_assert!(state == fits || !succeeded && state == Some(HoldState::Voided));
        }
        prop_assert_eq!(earned(&journey.house), if succeeded { fees() } else { Amount::ZERO });
        prop_assert_eq!(journey.house.account(AccountName::TransitIn).debits_pending, Amount::ZERO);
    }
}

#[test]
fn the_journeys_that_are_tried_end_in_every_way() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::new(cases(1));
    let any = (any_luck(), prop::collection::vec(any_event(), 0..40));
    let mut ends = std::collections::BTreeMap::new();
    for _ in 0..500 {
        let (luck, events) = any.new_tree(&mut runner).expect("a journey").current();
        let mut journey = Journey::new(luck, 0);
        events.into_iter().for_each(|event| journey.goes_on(event));
        journey.arrives();
        let attempts = journey.history.payment().attempts().len();
        *ends.entry((journey.history.payment().status(), attempts)).or_insert(0) += 1;
    }
    for status in [Status::Succeeded, Status::Failed, Status::Canceled] {
        for attempts in [1, 2] {
            assert!(ends.contains_key(&(status, attempts)), "{status:?} {attempts}: {ends:?}");
        }
    }
}

/// What may happen at the next call.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// This becomes of it.
    Call(Fate),
    /// It leaves, and the worker crashes before the answer comes.
    Crash(Fate),
    /// It leaves, and the other worker goes on with the payment.
    Swap(Fate),
    /// The client cancels before the answer comes.
    Cancel(Fate),
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        12 => any_fate().prop_map(Event::Call),
        2 => any_fate().prop_map(Event::Crash),
        2 => any_fate().prop_map(Event::Swap),
        1 => any_fate().prop_map(Event::Cancel),
    ]
}

fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Answered),
        2 => Just(Fate::RequestLost),
        2 => Just(Fate::ReplyLost),
        2 => (1..600_u64).prop_map(Duration::from_secs).prop_map(Fate::Late),
        1 => (1..300_u64).prop_map(Duration::from_secs).prop_map(Fate::Twice),
        1 => Just(Fate::Forgotten),
        1 => Just(Fate::Throttled),
        2 => any::<bool>().prop_map(Fate::ServerError),
    ]
}

fn any_luck() -> impl Strategy<Value = Luck> {
    let at = (0..7_200_u64).prop_map(Duration::from_secs);
    let verdict = prop_oneof![
        8 => Just(Verdict::Now(true)),
        1 => Just(Verdict::Now(false)),
        1 => (at.clone(), any::<bool>()).prop_map(|(at, approves)| Verdict::At(at, approves)),
    ];
    let issuer = prop_oneof![
        6 => Just(IssuerAnswer::Approve),
        2 => Just(IssuerAnswer::Decline(Decline::Soft)),
        1 => Just(IssuerAnswer::Decline(Decline::Hard)),
        1 => Just(IssuerAnswer::ApprovePart(5_000)),
        1 => (at, any::<bool>()).prop_map(|(after, yes)| IssuerAnswer::Later(after, yes)),
    ];
    let issuers = prop::collection::vec(issuer, 6);
    let limit = prop_oneof![9 => Just(Amount(1_000_000)), 1 => Just(Amount(1))];
    let providers = (0..EVERY.len(), 0..EVERY.len());
    let all = (verdict, issuers, 0..60_u64, limit, providers);
    all.prop_map(|(verdict, issuers, lag, limit, (first, second))| Luck {
        verdict,
        issuers,
        lag: Duration::from_secs(lag),
        limit,
        providers: [EVERY[first], EVERY[second]],
    })
}

/// One payment, two workers that take turns, and everybody that they talk to.
struct Journey {
    rules: Rules,
    history: History,
    house: House,
    worker: Conductor,
    other: Conductor,
    now: Duration,
}

impl Journey {
    fn new(luck: Luck, token: u64) -> Self {
        let rarely = Duration::from_secs(6 * 3_600);
        let rules = Rules { provider_backoff_max: rarely, ..rules_at(luck.providers) };
        let history = History::new(token, Defects::NONE).with(&rules);
        let worker = Conductor::take_over(history.records(), Duration::ZERO, &rules);
        let worker = worker.expect("a journal that folds");
        Self {
            rules,
            history,
            house: House::new(luck, token),
            other: worker.clone(),
            worker,
            now: Duration::ZERO,
        }
    }

    /// Up to the next call, and what becomes of it.
    fn goes_on(&mut self, event: Event) {
        let (Event::Call(fate) | Event::Crash(fate) | Event::Swap(fate) | Event::Cancel(fate)) =
            event;
        let Some(answer) = self.calls(fate) else { return };
        match event {
            Event::Call(_) => {
                if let Some((number, answer)) = answer {
                    self.worker.hear(number, &answer, self.now, &self.rules);
                }
            }
            Event::Crash(_) => {
                let taken = Conductor::take_over(self.history.records(), self.now, &self.rules);
                self.worker = taken.expect("a journal that folds");
            }
            Event::Swap(_) => {
                std::mem::swap(&mut self.worker, &mut self.other);
                self.reads_anew();
            }
            Event::Cancel(_) => {
                if self.history.payment().may_cancel() {
                    self.history.append(&[Record::CancelRequested]);
                    self.reads_anew();
                }
            }
        }
    }

    /// The rest of the way, on which nothing goes wrong any more, and as long
    /// as anything is under way.
    fn arrives(&mut self) {
        let mut calls = 0;
        while let Some(answer) = self.calls(Fate::Answered) {
            if let Some((number, answer)) = answer {
                self.worker.hear(number, &answer, self.now, &self.rules);
            }
            calls += 1;
            assert!(calls < 3_000, "it never ends: {:#?}", self.history);
        }
        self.now += Duration::from_secs(86_400);
        while self.house.next_arrival(self.now).is_some() {}
    }

    /// The next call, if there is any, and its answer, if it comes at once.
    fn calls(&mut self, fate: Fate) -> Option<Option<(u32, Answer)>> {
        for _ in 0..ACTS_MAX {
            while let Some((late, answer)) = self.house.next_arrival(self.now) {
                if self.worker.operation() == late.operation
                    && let Some(answer) = answer
                {
                    self.worker.hear(late.number, &answer, self.now, &self.rules);
                }
            }
            match self.worker.act(self.now, &self.rules) {
                Act::Commit(records) => {
                    self.history.append(&records);
                    assert_eq!(self.worker.committed(&records), Ok(()));
                }
                Act::Call(call, number) => {
                    self.history.called(&call);
                    let operation = self.worker.operation();
                    let answer = self.house.call(&call, number, operation, fate, self.now);
                    self.now += Duration::from_millis(50);
                    return Some(answer.map(|answer| (number, answer)));
                }
                Act::Wait(pause) => {
                    let until = self.now + pause;
                    let next = self.house.underway.iter().map(|late| late.at).min();
                    self.now = next.map_or(until, |next| next.min(until)).max(self.now);
                }
                Act::Tell(call) => self.history.called(&call),
                Act::Decide(snapshot) => self.worker.decide(by_rules(&snapshot)),
                Act::Finish => return None,
            }
        }
        panic!("it goes round in circles: {:#?}", self.history);
    }

    fn reads_anew(&mut self) {
        let folds = self.worker.refresh(self.history.records(), &self.rules);
        assert_eq!(folds, Ok(()));
    }
}

/// More acts than any worker needs from one call to the next.
const ACTS_MAX: u32 = 1_000;

fn earned(house: &House) -> Amount {
    let credits = |name| -> Amount {
        let Balance { credits_posted, .. } = house.account(name);
        credits_posted
    };
    credits(AccountName::FeeIncome) + credits(AccountName::TaxPayable)
}

fn fees() -> Amount {
    let quote = quote(Version::CURRENT, MONEY);
    quote.fee + quote.tax
}
