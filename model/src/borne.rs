//! What the merchant of an exchanged payment bears of what goes back of it: what
//! it was promised at the rate that the payment had locked, whatever the rate of
//! the day.

use serde::{Deserialize, Serialize};

use crate::currency::Currency;
use crate::exchange::Exchange;
use crate::money::{Amount, Money};
use crate::rounding::Rounding;

/// What a merchant bears, in the currency that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Borne {
    currency: Currency,
    minor: u64,
}

/// What an exchanged payment came to, and how much of it went back or may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exchanged {
    currency: Currency,
    given: u64,
    target: u64,
    /// What the merchant bears already.
    borne: u64,
}

impl Borne {
    /// So much.
    pub fn of(money: Money) -> Self {
        Self { currency: money.currency, minor: minor_units(money.amount) }
    }

    /// This and `other`, in the same currency.
    #[must_use]
    pub(crate) fn and(self, other: Option<Self>) -> Self {
        let more = other.map_or(0, |other| other.minor);
        Self { minor: self.minor.saturating_add(more), ..self }
    }

    /// The same as money.
    pub fn money(self) -> Money {
        Money { amount: Amount(i128::from(self.minor)), currency: self.currency }
    }
}

impl Exchanged {
    /// All of `exchange`, of which nothing went back.
    pub fn of(exchange: &Exchange) -> Self {
        Self {
            currency: exchange.quote.target,
            given: minor_units(exchange.given()),
            target: minor_units(exchange.target),
            borne: 0,
        }
    }

    /// What the merchant bears if `amount` of what was given goes back, and `before`
    /// has: its share of what it got, rounded up, so that there and back never gains,
    /// less what it bears already. Once all of it has gone back, that is exactly what
    /// it got.
    pub fn bears(&self, before: Amount, amount: Amount) -> Borne {
        let gone = i128::from(before + amount).clamp(0, i128::from(self.given));
        let due = match self.given {
            0 => 0,
            given => Rounding::Up.scale(Amount(gone), self.target, given).0,
        };
        let minor = minor_units(Amount(due - i128::from(self.borne)));
        Borne { currency: self.currency, minor }
    }

    /// What the merchant bears of all that went back, or may.
    pub fn borne(&self) -> Borne {
        Borne { currency: self.currency, minor: self.borne }
    }

    /// It bears so much more.
    pub fn take(&mut self, borne: Borne) {
        self.borne = self.borne.saturating_add(borne.minor);
    }

    /// It bears so much less again.
    pub(crate) fn give_again(&mut self, borne: Borne) {
        self.borne = self.borne.saturating_sub(borne.minor);
    }
}

/// Nobody is paid more than that, and nobody bears less than nothing.
fn minor_units(amount: Amount) -> u64 {
    u64::try_from(amount.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;
    use crate::exchange::{ExchangeQuote, Rate, exchange};
    use crate::quote::Version;

    /// 1,000 fils at 45 yen for 100 fils: 450 yen.
    fn exchanged(given: i128, target: u64, source: u64) -> Exchanged {
        let unit = |count| NonZeroU64::new(count).expect("above zero");
        let rate = Rate { target: unit(target), source: unit(source) };
        let quote = ExchangeQuote {
            source: Currency::Kwd,
            target: Currency::Jpy,
            rate,
            spread_basis_points: 0,
            holds_for: 30,
        };
        Exchanged::of(&exchange(Version::First, &quote, Amount(given)))
    }

    #[test]
    fn a_part_bears_its_share_at_the_locked_rate_rounded_up() {
        let whole = exchanged(1_000, 45, 100);
        for (before, amount, bears) in
            [(0, 1_000, 450), (0, 100, 45), (0, 1, 1), (0, 3, 2), (0, 999, 450), (0, 0, 0)]
        {
            let borne = whole.bears(Amount(before), Amount(amount)).money();
            assert_eq!(borne, Money { amount: Amount(bears), currency: Currency::Jpy }, "{amount}");
        }
    }

    /// One refund after the other, some of which come to nothing later: as soon as all
    /// of a payment has gone back, its merchant has given exactly what it got.
    #[test]
    fn the_parts_of_a_payment_that_is_given_back_sum_exactly_whatever_failed_between() {
        for (given, target, source) in [(1_000, 45, 100), (7, 3, 1), (997, 1, 13), (50_000, 7, 3)] {
            let mut whole = exchanged(given, target, source);
            let (mut gone, mut standing) = (Amount::ZERO, Vec::new());
            for n in 0..given {
                let part = Amount(1 + n % 3).min(Amount(given) - gone);
                let borne = whole.bears(gone, part);
                whole.take(borne);
                (gone, standing) = (gone + part, [standing, vec![(part, borne)]].concat());
                if n % 4 == 1 {
                    let (part, borne) = standing.remove(standing.len() / 2);
                    whole.give_again(borne);
                    gone -= part;
                }
                if gone == Amount(given) {
                    break;
                }
            }
            let left = Amount(given) - gone;
            let last = whole.bears(gone, left);
            let all: u64 = standing.iter().map(|(_, borne)| borne.minor).sum();
            assert_eq!(all + last.minor, whole.target, "{given} at {target} for {source}");
        }
    }
}
