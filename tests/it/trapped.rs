//! Trapped money: what the judge adds up as it goes is what a naive reader of
//! the same facts comes to, and nothing waits at the end but what has a case.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{
    AccountName, Amount, ChargeEvent, Currency, Defects, Intent, Money, PaymentId, Record, Status,
    StoreEntry, Token, Transfer, TransferId, TransferKind,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use scenarios::bounds::PROVIDER_TIMEOUT;
use scenarios::fact::Fact;
use scenarios::judge::Judge;
use scenarios::message::Message;
use scenarios::party::PROBE;
use scenarios::trapped::{Pool, Trapped};
use scenarios::{Entry, PaymentSystem, Plan, Timer, catalog, trial};
use sim::{Ending, Observer, Role, Seed, Sighting, VirtualTime};

/// A judge, and beside it a clerk who writes every fact down.
struct Bench {
    judge: Judge,
    facts: Vec<(VirtualTime, Noted)>,
}

/// A fact that money waits by.
#[derive(Clone)]
enum Noted {
    Row(Transfer),
    Expired(TransferId),
    Record(PaymentId, Record),
    Moved(Token, ChargeEvent),
}

impl Observer<PaymentSystem> for Bench {
    fn sent(&mut self, seen: Sighting, to: Role, message: &Message) {
        self.judge.sent(seen, to, message);
    }

    fn durable(&mut self, seen: Sighting, entry: &Entry) {
        let mut note = |noted| self.facts.push((seen.at, noted));
        match entry {
            Entry::Ledger(booking) => {
                booking.expired.iter().for_each(|hold| note(Noted::Expired(hold.id)));
                booking.rows.iter().for_each(|row| note(Noted::Row(*row)));
            }
            Entry::Store(StoreEntry::Committed(commit)) => {
                let records = commit.records.iter();
                records.for_each(|record| note(Noted::Record(commit.payment, *record)));
            }
            Entry::Provider(entry) => {
                let moved = entry.movement();
                moved.into_iter().for_each(|m| note(Noted::Moved(m.charge.token, m.event)));
            }
            _ => {}
        }
        self.judge.durable(seen, entry);
    }

    fn noted(&mut self, seen: Sighting, fact: &Fact) {
        self.judge.noted(seen, fact);
    }
}

/// What the clerk's notes come to, looked up one by one.
#[derive(Debug, Default, PartialEq, Eq)]
struct Naive {
    /// How long a worker waits for a provider.
    timeout: Duration,
    /// Minor units times nanoseconds.
    held: BTreeMap<Currency, i128>,
    unsettled: BTreeMap<Currency, i128>,
    at_risk: BTreeMap<Currency, i128>,
    holds: u64,
    longest: u128,
    doubts: u64,
    doubt_longest: u128,
}

impl Naive {
    fn of(facts: &[(VirtualTime, Noted)], timeout: Duration, end: VirtualTime) -> Self {
        let mut naive = Self { timeout, ..Self::default() };
        for (n, (at, noted)) in facts.iter().enumerate() {
            match noted {
                Noted::Row(row) => naive.take_row(facts, *at, row, end),
                Noted::Record(payment, Record::StepIntent { which, .. })
                    if intent_of(facts, *payment).order.workflow().action(*which).is_outside() =>
                {
                    let ends = |noted: &Noted| match noted {
                        Noted::Record(of, Record::StepOutcome { which: w, .. }) => {
                            of == payment && w == which
                        }
                        // The undo of an authorization tells of a capture, too.
                        Noted::Record(of, Record::CompOutcome { .. }) => of == payment,
                        _ => false,
                    };
                    let until = first(&facts[n..], ends).unwrap_or(end);
                    naive.take_attempt(facts, (*at, until), *payment);
                }
                _ => {}
            }
        }
        naive
    }

    /// From its intent to its outcome an attempt is unknown after a while, but
    /// for the time between a deferral and the next word of a provider.
    fn take_attempt(
        &mut self,
        facts: &[(VirtualTime, Noted)],
        (from, until): (VirtualTime, VirtualTime),
        payment: PaymentId,
    ) {
        let intent = intent_of(facts, payment);
        let mut since = Some(from);
        let within = |at: &VirtualTime| from <= *at && *at <= until;
        for (at, noted) in facts.iter().filter(|(at, _)| within(at)) {
            match noted {
                Noted::Moved(token, event) if *token == intent.token => match (since, event) {
                    (Some(began), ChargeEvent::Deferred) => {
                        self.doubt(intent.money, began, *at);
                        since = None;
                    }
                    (None, event) if *event != ChargeEvent::Deferred => since = Some(*at),
                    _ => {}
                },
                _ => {}
            }
        }
        if let Some(began) = since {
            self.doubt(intent.money, began, until);
        }
    }

    fn doubt(&mut self, money: Money, began: VirtualTime, until: VirtualTime) {
        let age = until.since(began.after(self.timeout)).as_nanos();
        if age > 0 {
            self.doubts += 1;
            self.doubt_longest = self.doubt_longest.max(age);
            *self.at_risk.entry(money.currency).or_default() += money.amount.0 * age as i128;
        }
    }

    fn take_row(
        &mut self,
        facts: &[(VirtualTime, Noted)],
        at: VirtualTime,
        row: &Transfer,
        end: VirtualTime,
    ) {
        let currency = row.debit.currency;
        if row.kind.is_hold() && !row.debit.name.is_memo() {
            let resolves = |noted: &Noted| match noted {
                Noted::Row(other) => other.kind.pending() == Some(row.id),
                Noted::Expired(id) => *id == row.id,
                Noted::Record(..) | Noted::Moved(..) => false,
            };
            let age = first(facts, resolves).unwrap_or(end).since(at).as_nanos();
            self.holds += 1;
            self.longest = self.longest.max(age);
            *self.held.entry(currency).or_default() += row.amount.0 * age as i128;
        }
        if matches!(row.kind, TransferKind::Posted | TransferKind::PostPending(_)) {
            let moved = row.amount.0 * (owing(row.debit.name) - owing(row.credit.name));
            if moved != 0 {
                *self.unsettled.entry(currency).or_default() +=
                    moved * end.since(at).as_nanos() as i128;
            }
        }
    }
}

fn first(facts: &[(VirtualTime, Noted)], fits: impl Fn(&Noted) -> bool) -> Option<VirtualTime> {
    facts.iter().find(|(_, noted)| fits(noted)).map(|(at, _)| *at)
}

fn intent_of(facts: &[(VirtualTime, Noted)], payment: PaymentId) -> Intent {
    let accepted = facts.iter().find_map(|(_, noted)| match noted {
        Noted::Record(of, Record::Accepted(intent)) if *of == payment => Some(*intent),
        _ => None,
    });
    accepted.expect("a payment begins with its acceptance")
}

/// What is pending in the ledger, memo accounts apart, as the judge's sums of
/// all accounts have it.
fn pending(judge: &Judge, currency: Currency) -> i128 {
    let accounts = judge.authorities().balances().iter();
    let money = accounts.filter(|(id, _)| id.currency == currency && !id.name.is_memo());
    money.map(|(_, balance)| balance.debits_pending.0).sum()
}

/// What providers owe and what is on its way out, by the same sums.
fn owed(judge: &Judge, currency: Currency) -> i128 {
    let accounts = judge.authorities().balances().iter();
    let here = accounts.filter(|(id, _)| id.currency == currency);
    here.map(|(id, balance)| owing(id.name) * (balance.debits_posted - balance.credits_posted).0)
        .sum()
}

/// 1 where a debit is money that is still to come, -1 where a credit is money
/// that is still to go, else 0.
fn owing(name: AccountName) -> i128 {
    match name {
        AccountName::ProviderReceivable(_) => 1,
        AccountName::TransitOut(_) => -1,
        _ => 0,
    }
}

/// What is under review, by the notes, with nothing held for it: risk comes
/// before the hold.
fn reviewed(facts: &[(VirtualTime, Noted)], currency: Currency) -> i128 {
    let mut statuses = BTreeMap::new();
    for (_, noted) in facts {
        if let Noted::Record(payment, Record::StatusChanged(status)) = noted {
            statuses.insert(*payment, *status);
        }
    }
    let waiting = statuses.iter().filter(|(_, status)| **status == Status::InReview);
    let money = waiting.map(|(payment, _)| intent_of(facts, *payment).money);
    money.filter(|money| money.currency == currency).map(|money| money.amount.0).sum()
}

/// Runs a world to its end, comparing at every moment.
fn run(scenario: &str, seed: Seed) -> (Trapped, Naive, bool) {
    let plan = Plan::draw(catalog::named(scenario).unwrap(), seed);
    let currencies: std::collections::BTreeSet<_> =
        plan.operations.iter().map(|operation| operation.money.currency).collect();
    let system = PaymentSystem::new(plan, Defects::NONE);
    let mut bench = Bench { judge: Judge::new(&system.plan).recorded(), facts: Vec::new() };
    let mut world = trial::world(&system);
    let (mut known, mut is_probed) = (0, false);
    let ending = loop {
        let ending = world.step(&mut bench);
        if bench.facts.len() > known {
            known = bench.facts.len();
            for currency in &currencies {
                let pool = |pool| bench.judge.authorities().trapped_in(*currency, pool).0;
                let causes: i128 = Pool::CAUSES.into_iter().map(pool).sum();
                let held = pending(&bench.judge, *currency);
                assert_eq!(pool(Pool::Held), held);
                let besides = owed(&bench.judge, *currency) + reviewed(&bench.facts, *currency);
                assert_eq!(causes, held + besides, "{scenario} {seed} {}", currency.code());
            }
        }
        match ending {
            None => {}
            Some(Ending::Rest) if !is_probed => {
                is_probed = true;
                world.wake(PROBE, Timer::Look);
            }
            Some(ending) => break ending,
        }
    };
    trial::conclude(&world, &mut bench.judge, ending);
    let case = |noted: &Noted| matches!(noted, Noted::Record(_, Record::CaseOpened(_)));
    let has_case = bench.facts.iter().any(|(_, noted)| case(noted));
    let trapped = bench.judge.authorities().trapped(world.now());
    let timeout = bench.judge.authorities().plan().provider_timeout.0.unwrap_or(PROVIDER_TIMEOUT);
    (trapped, Naive::of(&bench.facts, timeout, world.now()), has_case)
}

/// The integral of what was recorded of a pool, change by change.
fn of_series(trapped: &Trapped, pool: Pool, currency: Currency, end: VirtualTime) -> i128 {
    let of_it =
        |change: &&scenarios::trapped::Change| change.pool == pool && change.currency == currency;
    let mut changes = trapped.series.iter().filter(of_it).peekable();
    let mut sum = 0;
    while let Some(change) = changes.next() {
        let until = changes.peek().map_or(end, |next| next.at);
        sum += change.amount.0 * until.since(change.at).as_nanos() as i128;
    }
    sum
}

fn check(scenario: &str, seed: Seed) {
    let (trapped, naive, has_case) = run(scenario, seed);
    let end = trial::run(catalog::named(scenario).unwrap(), seed, Defects::NONE);
    for within in &trapped.currencies {
        let of = |sums: &BTreeMap<_, i128>| sums.get(&within.currency).copied().unwrap_or(0);
        let time = |pool| within.level(pool).amount_time.0;
        assert_eq!(time(Pool::Held), of(&naive.held));
        assert_eq!(time(Pool::AtRisk), of(&naive.at_risk));
        let waits = Pool::CAUSES.into_iter().map(time).sum::<i128>() - of(&naive.unsettled);
        assert!(waits >= time(Pool::Held), "only what is in review waits without a hold");
        for pool in Pool::ALL {
            let series = of_series(&trapped, pool, within.currency, end.ended_at);
            assert_eq!(series, time(pool), "{}", pool.name());
            let booked = pool == Pool::Unsettled;
            let left = within.level(pool).at_end;
            assert!(booked || has_case || left == Amount::ZERO, "{} {left:?}", pool.name());
        }
    }
    assert_eq!(trapped.holds.count(), naive.holds);
    assert_eq!(trapped.holds.longest().as_nanos(), naive.longest);
    assert_eq!(trapped.doubts, naive.doubts);
    assert_eq!(trapped.doubt_longest.as_nanos(), naive.doubt_longest);
    let fast = Trapped { series: Vec::new(), ..trapped };
    assert_eq!(end.trapped, fast, "a fast run tells the same, but for the series");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x7A9),
        ..Default::default()
    })]

    #[test]
    fn what_is_trapped_is_what_a_naive_reader_of_the_facts_comes_to(
        at in 0..catalog::all().len(),
        seed in any::<u64>(),
    ) {
        check(&catalog::all()[at].name, Seed(seed));
    }
}

/// Money that was taken too late went back when the payment itself was long over: the judge
/// had forgotten how much that was, and a refund in doubt put nothing at risk.
#[test]
fn a_refund_of_what_was_taken_too_late_is_at_risk_while_it_is_in_doubt() {
    check("broken-promises", Seed(6_378_866_968_650_511_848));
}

/// Twice a provider took what it was not to take of one payment, and both went back at once:
/// the end of the second refund was taken for that of the first.
#[test]
fn two_refunds_of_what_was_taken_too_late_are_told_apart() {
    check("broken-promises", Seed(9_620_558_043_519_847_473));
}

#[test]
fn every_cause_traps_money_somewhere_in_the_catalog() {
    let mut met = std::collections::BTreeSet::new();
    for scenario in catalog::all() {
        for seed in 1..=10 {
            let trial = trial::run(scenario, Seed(seed), Defects::NONE);
            for within in &trial.trapped.currencies {
                met.extend(Pool::ALL.into_iter().filter(|pool| within.level(*pool).most.0 > 0));
            }
        }
    }
    assert_eq!(met.into_iter().collect::<Vec<_>>(), Pool::ALL);
}
