//! What books and settlement files differ in, in a row.

use std::collections::BTreeMap;

use model::{Age, Amount, Cause, Currency, Money, Report};

use crate::brief::Brief;
use crate::number::counted;

/// How many items of each currency, what they come to, why they are open and how old they
/// are, and how old the oldest is.
pub(crate) fn brief(report: &Report) -> String {
    let item = |(currency, open): (&Currency, &(u32, Amount))| {
        let (count, amount) = *open;
        let money = Money { amount, currency: *currency };
        let ages = report.ages.get(currency).map_or(String::new(), |sums| ages(sums, *currency));
        let causes = report.causes.get(currency).map_or(String::new(), causes);
        let told = [causes, ages].into_iter().filter(|told| !told.is_empty());
        let told: Vec<_> = told.collect();
        let told = if told.is_empty() { String::new() } else { format!(" ({})", told.join("; ")) };
        format!("{} of {money}{told}", counted(count.into(), "item"))
    };
    let each: Vec<_> = report.open.iter().map(item).collect();
    if each.is_empty() {
        return "nothing: books and files agree".to_owned();
    }
    format!("{}, for up to {}", each.join(", "), Brief::from(report.oldest))
}

/// What of it is how old, where that is not all of it.
fn ages(sums: &[(u32, Amount); Age::ALL.len()], currency: Currency) -> String {
    let some = Age::ALL.iter().zip(sums).filter(|(_, (count, _))| *count > 0);
    let each: Vec<_> = some
        .map(|(age, (count, amount))| {
            let money = Money { amount: *amount, currency };
            let most = if *age == Age::Older { "" } else { "up to " };
            format!("{count} of {money} for {most}{age}")
        })
        .collect();
    if each.len() < 2 { String::new() } else { each.join(", ") }
}

/// Why they are open.
fn causes(causes: &BTreeMap<Cause, u32>) -> String {
    let each: Vec<_> = causes.iter().map(|(cause, count)| format!("{count} {cause}")).collect();
    each.join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::Difference;

    use super::*;

    #[test]
    fn what_differs_is_told_by_currency_and_age() {
        let mut report = Report::default();
        assert_eq!(brief(&report), "nothing: books and files agree");
        report.open.insert(Currency::Eur, (2, Amount(1_230)));
        report.open.insert(Currency::Jpy, (1, Amount(7)));
        report.oldest = Duration::from_secs(3 * 86_400);
        assert_eq!(brief(&report), "2 items of 12.30 EUR, 1 item of 7 JPY, for up to 3d");
        let none = (0, Amount::ZERO);
        report.ages.insert(Currency::Eur, [(1, Amount(1_000)), none, none, (1, Amount(230))]);
        report.ages.insert(Currency::Jpy, [none, (1, Amount(7)), none, none]);
        assert_eq!(
            brief(&report),
            "2 items of 12.30 EUR (1 of 10.00 EUR for up to a day, 1 of 2.30 EUR for longer), \
             1 item of 7 JPY, for up to 3d"
        );
        let twice = Cause::Differs(Difference::Duplicate);
        report.causes.insert(Currency::Eur, BTreeMap::from([(Cause::Missing, 1), (twice, 1)]));
        report.causes.insert(Currency::Jpy, BTreeMap::from([(Cause::Unforeseen, 1)]));
        assert_eq!(
            brief(&report),
            "2 items of 12.30 EUR (1 missing, 1 told twice; 1 of 10.00 EUR for up to a day, 1 of \
             2.30 EUR for longer), 1 item of 7 JPY (1 unforeseen), for up to 3d"
        );
    }
}
