//! What holds whatever is posted in whatever order, and what is left when
//! everything that was begun is finished.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{
    AccountId, AccountName, Amount, Currency, Defects, Ledger, Tenant, Transfer, TransferResult,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::cases::cases;
use crate::conservation::{overdrawn, pending, reserved, state, unbalanced};
use crate::deal::{
    BANK, Deal, HOLDS_FOR, PLENTY, PROVIDER, SOURCE, STEPS, TARGET, any_deal, funds, named,
};

/// What may become of a deal, posting by posting.
const STORIES: &[&[&str]] = &[
    &["hold", "void"],
    &["hold", "post", "settle"],
    &["hold", "post a part", "post the rest", "settle all"],
    &["hold", "post a part", "void the rest", "settle"],
    &["hold", "post", "reserve a refund early", "refund early", "settle after a refund"],
    &[
        "hold",
        "post",
        "reserve a refund early",
        "settle during a refund",
        "refund early, settled meanwhile",
    ],
    &[
        "hold",
        "post",
        "reserve a refund early",
        "settle during a refund",
        "fail an early refund",
        "settle what the refund left",
    ],
    &["hold", "post", "reserve a refund early", "fail an early refund", "settle"],
    &["hold", "post", "settle", "reserve a refund", "refund", "fail a refund late"],
    &["hold", "post", "settle", "reserve a refund", "refund", "give the debt up"],
    &["hold", "post", "settle", "reserve a refund", "fail a refund"],
    &["hold", "post", "give back by hand early", "settle after a refund"],
    &["hold", "post", "settle", "give back by hand"],
    &[
        "hold",
        "post",
        "reserve a refund early",
        "settle after a refund",
        "fail an early refund",
        "release what the refund left",
    ],
    &["hold", "post", "settle with a fee off", "give the fee off back"],
    &["hold", "post", "pass a line"],
    &["suspend a line", "clear a line"],
    &["hold", "post", "settle", "open a dispute", "win it"],
    &["hold", "post", "settle", "open a dispute", "lose it", "give the debt up"],
    &["hold", "post", "settle", "give a receivable up"],
    &["hold", "post", "settle", "correct a settlement"],
    &["hold a payout", "void a payout"],
    &["hold a payout", "post a payout", "settle a payout"],
    &["hold a payout", "post a payout", "settle a payout", "give a payout back"],
    &["hold an exchange", "void an exchange"],
    &["hold an exchange", "confirm an exchange"],
    &["hold an exchange"],
    &["hold an exchanged payment", "void an exchanged payment"],
    &["hold an exchanged payment", "post an exchanged payment"],
    &["hold an exchanged payment", "buy what an exchanged payment was promised"],
    &["suspend late money", "clear late money"],
    &["suspend a late payout", "clear a late payout"],
];

proptest! {
    #![proptest_config(cases(500))]

    /// Postings in any order, sensible or not: before what they follow, twice,
    /// after a quote has expired, against what was voided, under burned ids.
    #[test]
    fn whatever_is_posted_in_whatever_order_the_books_are_even(
        (deals, chaos) in any_chaos(),
    ) {
        let mut ledger = Ledger::new(Defects::NONE);
        for request in deals.iter().flat_map(funds) {
            ledger.create(&request, Duration::ZERO);
        }
        let (mut now, mut earlier) = (Duration::ZERO, Vec::new());
        for (deal, place, pause) in chaos {
            let chain = (STEPS[place].chain)(&deals[deal % deals.len()]);
            now += Duration::from_secs(pause);
            ledger.create(&chain, now);
            prop_assert_eq!(unbalanced(&ledger), BTreeMap::new());
            prop_assert_eq!(overdrawn(&ledger), Vec::new());
            prop_assert_eq!(reserved(&ledger), pending(&ledger));
            earlier.push(chain);
        }
        let before = state(&ledger);
        for chain in &earlier {
            let (results, booking) = ledger.create(chain, now);
            prop_assert!(!results.contains(&TransferResult::Created), "{results:?}");
            prop_assert_eq!(booking.rows, Vec::new());
        }
        prop_assert_eq!(state(&ledger), before);
    }

    /// The house's half of I33: what the books say is outside is what banks and
    /// providers have, and everything else adds up to it.
    #[test]
    fn when_all_stories_are_told_the_money_is_where_the_world_has_it(
        tales in any_tales(),
    ) {
        let mut ledger = Ledger::new(Defects::NONE);
        let mut outside = BTreeMap::<Tenant, (i128, i128)>::new();
        for (deal, _) in &tales.deals {
            for request in funds(deal) {
                prop_assert!(all_created(&mut ledger, &request, Duration::ZERO), "{request:?}");
            }
            outside.entry(deal.tenant).or_default().0 += PLENTY;
        }
        for (second, (deal, name)) in (1..).zip(tales.told()) {
            let step = named(name);
            let (now, chain) = (Duration::from_secs(second), (step.chain)(deal));
            prop_assert!(all_created(&mut ledger, &chain, now), "{name} of {deal:?}");
            let moved = (step.outside)(deal);
            let sums = outside.entry(deal.tenant).or_default();
            *sums = (sums.0 + moved.0, sums.1 + moved.1);
            let before = state(&ledger);
            prop_assert!(!all_created(&mut ledger, &chain, now) || chain.is_empty());
            prop_assert_eq!(state(&ledger), before, "{} twice", name);
        }
        ledger.expire(Duration::from_secs(3_600));
        prop_assert_eq!(pending(&ledger), BTreeMap::new());
        for (tenant, (bank, receivable)) in outside {
            let owned = |name| owned(&ledger, tenant, SOURCE, name);
            prop_assert_eq!(-owned(AccountName::Bank(BANK)), bank);
            prop_assert_eq!(-owned(AccountName::ProviderReceivable(PROVIDER)), receivable);
            for (currency, outside) in [(SOURCE, bank + receivable), (TARGET, 0)] {
                let inside: i128 = inside(&ledger, tenant, currency);
                let yen = if currency == TARGET { tales.of(tenant) * PLENTY } else { 0 };
                prop_assert_eq!(inside, outside + yen, "{} {}", tenant, currency);
            }
        }
        for (account, balance) in ledger.accounts() {
            let left = balance.credits_posted - balance.debits_posted;
            let between = matches!(
                account.name,
                AccountName::TransitIn
                    | AccountName::TransitOut(_)
                    | AccountName::TransitOutProviders
                    | AccountName::Suspense
                    | AccountName::Dispute(_)
            );
            prop_assert!(!between || left == Amount::ZERO, "{account}: {balance:?}");
        }
    }
}

/// The properties would mean little if some posting were never booked, or never
/// refused.
#[test]
fn every_posting_is_booked_now_and_then_and_refused_now_and_then() {
    let mut seen = BTreeMap::<_, (u32, u32)>::new();
    let mut runner = TestRunner::new(cases(1));
    for _ in 0..1_000 {
        let (deals, chaos) = any_chaos().new_tree(&mut runner).expect("chaos").current();
        let mut ledger = Ledger::new(Defects::NONE);
        deals.iter().flat_map(funds).for_each(|request| {
            ledger.create(&request, Duration::ZERO);
        });
        for (second, (deal, place, _)) in (0..).zip(chaos) {
            let chain = (STEPS[place].chain)(&deals[deal % deals.len()]);
            let booked = all_created(&mut ledger, &chain, Duration::from_secs(second));
            let counts = seen.entry(STEPS[place].name).or_default();
            *(if booked { &mut counts.0 } else { &mut counts.1 }) += 1;
        }
    }
    assert_eq!(seen.len(), STEPS.len());
    assert!(seen.values().all(|counts| counts.0 >= 3 && counts.1 >= 3), "{seen:?}");
    let told: Vec<_> = STORIES.iter().flat_map(|story| story.iter()).collect();
    let untold: Vec<_> = STEPS.iter().filter(|step| !told.contains(&&step.name)).collect();
    // A debt can be recovered only from what the merchant earns elsewhere.
    assert_eq!(untold.iter().map(|step| step.name).collect::<Vec<_>>(), ["recover the debt"]);
}

/// Deals, with the story of each, and in which order they go on.
#[derive(Clone, Debug)]
struct Tales {
    deals: Vec<(Deal, &'static [&'static str])>,
    order: Vec<prop::sample::Index>,
}

impl Tales {
    /// Every posting of every story, each in the order of its story.
    fn told(&self) -> Vec<(&Deal, &'static str)> {
        let mut left: Vec<_> = self.deals.iter().map(|(deal, story)| (deal, *story)).collect();
        let mut order = self.order.iter().cycle();
        let mut told = Vec::new();
        while !left.is_empty() {
            let at = order.next().map_or(0, |index| index.index(left.len()));
            let (deal, story) = &mut left[at];
            let Some((next, rest)) = story.split_first() else {
                left.remove(at);
                continue;
            };
            told.push((*deal, *next));
            *story = rest;
        }
        told
    }

    /// How many deals a tenant has.
    fn of(&self, tenant: Tenant) -> i128 {
        self.deals.iter().filter(|(deal, _)| deal.tenant == tenant).count() as i128
    }
}

fn any_tales() -> impl Strategy<Value = Tales> {
    let story = || prop::sample::select(STORIES);
    let deals = (1..7_u64).map(|subject| (any_deal(subject), story())).collect::<Vec<_>>();
    let order = prop::collection::vec(any::<prop::sample::Index>(), 8..40);
    (deals, order).prop_map(|(deals, order)| Tales { deals, order })
}

/// Deals, and postings about them by place, each after a pause.
fn any_chaos() -> impl Strategy<Value = (Vec<Deal>, Vec<(usize, usize, u64)>)> {
    let pause = prop_oneof![9 => 0..9_u64, 1 => Just(u64::from(HOLDS_FOR))];
    let posting = (0..3_usize, any_place(), pause);
    let deals = (1..4_u64).map(any_deal).collect::<Vec<_>>();
    (deals, prop::collection::vec(posting, 1..60))
}

/// Mostly what others follow.
fn any_place() -> impl Strategy<Value = usize> {
    let first = ["hold", "post", "settle", "hold a payout", "hold an exchange"];
    let place = |name: &str| STEPS.iter().position(|step| step.name == name).expect("a posting");
    prop_oneof![1 => prop::sample::select(first.map(place).to_vec()), 3 => 0..STEPS.len()]
}

/// Whether every transfer of `chain` was booked at `now`.
fn all_created(ledger: &mut Ledger, chain: &[Transfer], now: Duration) -> bool {
    ledger.create(chain, now).0.iter().all(|result| *result == TransferResult::Created)
}

fn owned(ledger: &Ledger, tenant: Tenant, currency: Currency, name: AccountName) -> i128 {
    let balance = ledger.balance(AccountId { tenant, currency, name });
    (balance.credits_posted - balance.debits_posted).0
}

/// What the house owes to those within it, itself included.
fn inside(ledger: &Ledger, tenant: Tenant, currency: Currency) -> i128 {
    let within = ledger.accounts().filter(|(account, _)| {
        (account.tenant, account.currency) == (tenant, currency)
            && !account.name.is_outside()
            && !account.name.is_memo()
    });
    within.map(|(_, balance)| (balance.credits_posted - balance.debits_posted).0).sum()
}
