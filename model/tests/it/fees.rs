//! What a payment costs its merchant, and how a posting books it.

use model::workflow::Action;
use model::{AccountName, Amount, Currency, Defects, Money, Quote, Record, Version, quote, share};
use proptest::prelude::*;

use crate::cases::cases;
use crate::script::{Door, rules};

#[test]
fn a_fee_is_a_share_and_a_fixed_part_and_its_tax_a_fifth() {
    for (amount, fee, tax) in [
        (1, 1, 0),
        (2, 1, 0),
        (3, 2, 0),
        (10, 5, 1),
        (60, 30, 6),
        (63, 32, 6),
        (64, 32, 6),
        (100, 33, 7),
        (1_000, 59, 12),
        (10_000, 320, 64),
        (1_000_000, 29_030, 5_806),
    ] {
        let expected = Quote { version: Version::First, fee: Amount(fee), tax: Amount(tax) };
        assert_eq!(quote(Version::First, money(amount)), expected, "of {amount}");
    }
}

#[test]
fn a_posting_books_the_quote_of_the_journal_and_no_leg_of_nothing() {
    let mut door = Door::new(&rules(), 0);
    door.follow("... post");
    let payment = door.payment();
    let legs = payment.booking(Action::Post);
    let booked = |name| -> Amount {
        legs.iter().filter(|leg| leg.credit.name == name).map(|leg| leg.amount).sum()
    };
    let quoted = payment.quote().expect("it is quoted");
    assert_eq!(booked(AccountName::FeeIncome), quoted.fee);
    assert_eq!(booked(AccountName::TaxPayable), quoted.tax);
    assert_eq!(legs.iter().filter(|leg| !leg.linked).count(), 1, "one chain");
    assert!(legs.last().is_some_and(|leg| !leg.linked), "that ends");

    let free = Quote { version: Version::Second, fee: Amount(5), tax: Amount::ZERO };
    let requoted = door.records().iter().map(|record| match record {
        Record::StepOutcome { which, outcome: model::Outcome::Quoted(_) } => {
            Record::StepOutcome { which: *which, outcome: model::Outcome::Quoted(free) }
        }
        other => *other,
    });
    let journal: Vec<_> = requoted.collect();
    let payment = model::Payment::fold(&journal, Defects::NONE).expect("it folds");
    let legs = payment.booking(Action::Post);
    assert_eq!(legs.len(), 4, "tax of nothing is no leg");
    assert!(legs.iter().any(|leg| leg.amount == free.fee), "nothing is computed again");
    assert!(legs.last().is_some_and(|leg| !leg.linked), "the chain ends");
}

#[test]
fn each_version_rounds_in_its_own_way_and_keeps_doing_so() {
    for (amount, currency, first, second) in [
        (1_000, Currency::Eur, (59, 12), (59, 12)),
        (500, Currency::Eur, (45, 9), (44, 9)),
        (1_500, Currency::Eur, (74, 15), (74, 15)),
        (2_500, Currency::Eur, (103, 21), (102, 20)),
        (2_500, Currency::Jpy, (103, 21), (102, 20)),
        (2_500, Currency::Kwd, (103, 21), (172, 34)),
    ] {
        let of = |version| {
            let Quote { fee, tax, .. } = quote(version, money_in(amount, currency));
            (fee.0, tax.0)
        };
        assert_eq!(of(Version::First), first, "{amount} {currency}");
        assert_eq!(of(Version::Second), second, "{amount} {currency}");
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn a_merchant_never_pays_more_than_it_is_paid(
        amount in 1..=i128::from(u64::MAX),
        version in any_version(),
        currency in prop::sample::select(Currency::ALL),
    ) {
        let quote = quote(version, money_in(amount, currency));
        prop_assert!(quote.fee >= Amount::ZERO && quote.tax >= Amount::ZERO);
        prop_assert!(quote.fee + quote.tax <= Amount(amount), "{quote:?}");
    }

    #[test]
    fn what_the_merchants_of_a_payment_bear_sums_to_its_quote_and_ruins_none(
        amounts in prop::collection::vec(any_amount(), 1..12),
        version in any_version(),
    ) {
        let amounts: Vec<_> = amounts.into_iter().map(Amount).collect();
        let whole = quote(version, money(amounts.iter().copied().sum::<Amount>().0));
        let parts = whole.split(&amounts);
        prop_assert_eq!(parts.iter().map(|part| part.fee).sum::<Amount>(), whole.fee);
        prop_assert_eq!(parts.iter().map(|part| part.tax).sum::<Amount>(), whole.tax);
        for (part, amount) in parts.iter().zip(&amounts) {
            prop_assert!(part.fee >= Amount::ZERO && part.tax >= Amount::ZERO);
            prop_assert!(part.fee + part.tax <= *amount, "{part:?} of {amount:?}");
        }
    }

    #[test]
    fn the_parts_of_a_split_sum_to_the_whole_and_each_is_within_a_unit_of_its_share(
        total in 0..1_000_000_000_i128,
        weights in prop::collection::vec(any_amount(), 1..12),
    ) {
        let weights: Vec<_> = weights.into_iter().map(Amount).collect();
        let sum = weights.iter().copied().sum::<Amount>();
        let parts = share(Amount(total), &weights);
        prop_assert_eq!(parts.iter().copied().sum::<Amount>(), Amount(total));
        for (part, weight) in parts.iter().zip(&weights) {
            let off = part.0 * sum.0 - total * weight.0;
            prop_assert!(off.abs() < sum.0, "{part:?} for {weight:?} of {sum:?}");
            prop_assert!(total > sum.0 || part <= weight);
        }
    }
}

/// Often one minor unit, where rounding hurts the most.
fn any_amount() -> impl Strategy<Value = i128> {
    prop_oneof![Just(1), 1..10_i128, 1..1_000_000_i128]
}

fn any_version() -> impl Strategy<Value = Version> {
    prop_oneof![Just(Version::First), Just(Version::Second)]
}

fn money(amount: i128) -> Money {
    money_in(amount, Currency::Eur)
}

fn money_in(amount: i128, currency: Currency) -> Money {
    Money { amount: Amount(amount), currency }
}
