//! Payments that outlive the release of the code that began them (payments.md F28).

use std::time::Duration;

use model::{
    Act, Amount, Answer, Call, Conductor, Currency, Defect, Defects, Intent, Money, Outcome, Quote,
    Record, RiskReply, Rules, Version, quote,
};

use crate::history::intent;
use crate::script::rules;

#[test]
fn what_a_payment_costs_is_what_the_release_said_that_quoted_it() {
    for (first, next) in [(0, 1), (1, 0), (0, 0), (1, 1)] {
        let [first, next] = [first, next].map(Version::of_release);
        let records = quoted_by(first, &rules());
        assert_eq!(read_by(next, &records, &rules()), Some(quote(first, MONEY)), "by {next:?}");
    }
}

#[test]
fn releases_work_prices_out_otherwise() {
    let [first, next] = [0, 1].map(|release| quote(Version::of_release(release), MONEY));
    assert!(first.fee != next.fee && first.version != next.version, "{first:?} and {next:?}");
}

/// Under `deploy-recomputes-quote`.
#[test]
fn whoever_works_it_out_once_more_goes_by_its_own_release() {
    let defects = Defects::NONE.with(Defect::DeployRecomputesQuote);
    let rules = Rules { defects, ..rules() };
    let records = quoted_by(Version::First, &rules);
    for version in [Version::First, Version::Second] {
        assert_eq!(read_by(version, &records, &rules), Some(quote(version, MONEY)));
    }
}

/// What `version` reads in `records`.
fn read_by(version: Version, records: &[Record], rules: &Rules) -> Option<Quote> {
    let mut heir = Conductor::take_over(records, Duration::ZERO, rules).expect("it folds");
    heir.tell(Duration::ZERO, version);
    heir.payment().quote()
}

/// The journal of a payment up to its quote, by a worker of this release.
fn quoted_by(version: Version, rules: &Rules) -> Vec<Record> {
    let mut records = vec![Record::Accepted(Intent { money: MONEY, ..intent(1) })];
    let mut worker = Conductor::take_over(&records, Duration::ZERO, rules).expect("it folds");
    worker.tell(Duration::ZERO, version);
    loop {
        match worker.act(Duration::ZERO, rules) {
            Act::Commit(written) => {
                worker.committed(&written).expect("what it wanted fits");
                records.extend(written);
            }
            Act::Call(Call::Risk(_), number) => {
                let approved = Answer::Risk(RiskReply::Approve);
                worker.hear(number, &approved, Duration::ZERO, rules);
            }
            other => panic!("{other:?}"),
        }
        let quoted = |record: &Record| {
            matches!(record, Record::StepOutcome { outcome: Outcome::Quoted(_), .. })
        };
        if records.iter().any(quoted) {
            return records;
        }
    }
}

/// Ten dinars: thousandths, which releases charge otherwise.
const MONEY: Money = Money { amount: Amount(10_000), currency: Currency::Kwd };
