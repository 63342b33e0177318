//! What books and settlement files differ in, in a row.

use model::{Currency, Money, Report};

use crate::brief::Brief;
use crate::number::counted;

/// How many items of each currency, what they come to, and how old the oldest is.
pub(crate) fn brief(report: &Report) -> String {
    let item = |(currency, open): (&Currency, &(u32, model::Amount))| {
        let (count, amount) = *open;
        let money = Money { amount, currency: *currency };
        format!("{} of {money}", counted(count.into(), "item"))
    };
    let each: Vec<_> = report.open.iter().map(item).collect();
    if each.is_empty() {
        return "nothing: books and files agree".to_owned();
    }
    format!("{}, for up to {}", each.join(", "), Brief::from(report.oldest))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::Amount;

    use super::*;

    #[test]
    fn what_differs_is_told_by_currency_and_age() {
        let mut report = Report::default();
        assert_eq!(brief(&report), "nothing: books and files agree");
        report.open.insert(Currency::Eur, (2, Amount(1_230)));
        report.open.insert(Currency::Jpy, (1, Amount(7)));
        report.oldest = Duration::from_secs(3 * 86_400);
        assert_eq!(brief(&report), "2 items of 12.30 EUR, 1 item of 7 JPY, for up to 3d");
    }
}
