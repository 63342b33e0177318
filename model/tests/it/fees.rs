//! What a payment costs its merchant, and how a posting books it.

use model::workflow::payin_card::post;
use model::{AccountName, Amount, Defects, Quote, Record, quote};
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
        let expected = Quote { version: 1, fee: Amount(fee), tax: Amount(tax) };
        assert_eq!(quote(Amount(amount)), expected, "of {amount}");
    }
}

#[test]
fn a_posting_books_the_quote_of_the_journal_and_no_leg_of_nothing() {
    let mut door = Door::new(&rules(), 0);
    door.follow("... post");
    let payment = door.payment();
    let legs = post(&payment);
    let booked = |name| -> Amount {
        legs.iter().filter(|leg| leg.credit.name == name).map(|leg| leg.amount).sum()
    };
    assert_eq!(booked(AccountName::FeeIncome), payment.quote().fee);
    assert_eq!(booked(AccountName::TaxPayable), payment.quote().tax);
    assert_eq!(legs.iter().filter(|leg| !leg.linked).count(), 1, "one chain");
    assert!(legs.last().is_some_and(|leg| !leg.linked), "that ends");

    let free = Quote { version: 2, fee: Amount(5), tax: Amount::ZERO };
    let requoted = door.records().iter().map(|record| match record {
        Record::StepOutcome { which, outcome: model::Outcome::Quoted(_) } => {
            Record::StepOutcome { which: *which, outcome: model::Outcome::Quoted(free) }
        }
        other => *other,
    });
    let journal: Vec<_> = requoted.collect();
    let payment = model::Payment::fold(&journal, Defects::NONE).expect("it folds");
    let legs = post(&payment);
    assert_eq!(legs.len(), 4, "tax of nothing is no leg");
    assert!(legs.iter().any(|leg| leg.amount == free.fee), "nothing is computed again");
    assert!(legs.last().is_some_and(|leg| !leg.linked), "the chain ends");
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn a_merchant_never_pays_more_than_it_is_paid(amount in 1..=i128::from(u64::MAX)) {
        let quote = quote(Amount(amount));
        prop_assert!(quote.fee > Amount::ZERO && quote.tax >= Amount::ZERO);
        prop_assert!(quote.fee + quote.tax <= Amount(amount), "{quote:?}");
    }
}
