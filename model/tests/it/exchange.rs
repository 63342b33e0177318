//! Exchange at a locked rate: what is got, what it costs, and that nobody gains
//! by exchanging there and back.

use std::num::NonZeroU64;

use model::{Amount, Currency, Exchange, ExchangeQuote, Exchanged, Rate, Version, exchange};
use proptest::prelude::*;

use crate::cases::cases;

#[test]
fn an_exchange_is_rounded_in_favor_of_the_liquidity_and_its_residue_is_told() {
    for (target, source, given, got, cost, residue) in [
        (1, 1, 100, 100, 100, 0),
        (3, 2, 100, 150, 100, 0),
        (3, 2, 101, 151, 101, 0),
        (2, 5, 1_000, 400, 1_000, 0),
        (2, 5, 1_001, 400, 1_000, 1),
        (2, 5, 1_002, 400, 1_000, 2),
        (2, 5, 1_003, 401, 1_003, 0),
        (1, 250, 1_249, 4, 1_000, 249),
        (1, 250, 249, 0, 0, 249),
        (1, 1, 0, 0, 0, 0),
    ] {
        let exchange = by(&quote_of(target, source), given);
        let told = (exchange.target.0, exchange.cost.0, exchange.residue.0);
        assert_eq!(told, (got, cost, residue), "{given} at {target}/{source}");
        assert_eq!(exchange.spread, Amount::ZERO);
    }
}

#[test]
fn the_spread_is_taken_before_the_rate_and_each_version_rounds_it_in_its_own_way() {
    for (given, points, first, second) in
        [(1_000, 100, 10, 10), (1_010, 100, 11, 10), (1_050, 100, 11, 10), (7, 10_000, 7, 7)]
    {
        let quote = ExchangeQuote { spread_basis_points: points, ..quote_of(1, 1) };
        for (version, spread) in [(Version::First, first), (Version::Second, second)] {
            let exchange = exchange(version, &quote, Amount(given));
            assert_eq!(exchange.spread, Amount(spread), "{given} by {version:?}");
            assert_eq!(exchange.target, Amount(given - spread));
        }
    }
}

proptest! {
    #![proptest_config(cases(4_000))]

    #[test]
    fn what_is_given_is_cost_spread_and_residue_to_the_last_unit(
        quote in any_quote(),
        given in 0..1_000_000_000_000_i128,
        version in any_version(),
    ) {
        let exchange = exchange(version, &quote, Amount(given));
        prop_assert_eq!(exchange.given(), Amount(given));
        for part in [exchange.target, exchange.cost, exchange.spread, exchange.residue] {
            prop_assert!(part >= Amount::ZERO, "{exchange:?}");
        }
        // It buys nothing: it is worth less than one minor unit of the target.
        let Rate { target, source } = quote.rate;
        let worth = exchange.residue.0 * i128::from(target.get());
        prop_assert!(worth < i128::from(source.get()), "{exchange:?}");
        prop_assert!(exchange.residue == Amount::ZERO || target < source);
    }

    #[test]
    fn there_and_back_never_gains(
        quote in any_quote(),
        given in 0..1_000_000_000_000_i128,
        version in any_version(),
        times in 1..4_usize,
    ) {
        let back = ExchangeQuote {
            source: quote.target,
            target: quote.source,
            rate: quote.rate.inverse(),
            ..quote
        };
        let mut left = Amount(given);
        for _ in 0..times {
            let there = exchange(version, &quote, left).target;
            let again = exchange(version, &back, there).target;
            prop_assert!(again <= left, "{left:?} became {again:?} by way of {there:?}");
            left = again;
        }
    }

    /// As a refund converted at the rate of the day would.
    #[test]
    fn what_goes_back_in_parts_takes_from_the_merchant_what_it_got_and_never_more(
        quote in any_quote(),
        given in 1..1_000_000_000_i128,
        shares in prop::collection::vec(0..1_000_i128, 1..8),
    ) {
        let exchange = by(&quote, given);
        let mut exchanged = Exchanged::of(&exchange);
        let parts = model::share(Amount(given), &shares.into_iter().map(Amount).collect::<Vec<_>>());
        let (mut returned, mut borne) = (Amount::ZERO, Amount::ZERO);
        for part in parts {
            let bears = exchanged.bears(returned, part);
            exchanged.take(bears);
            returned += part;
            borne += bears.money().amount;
            prop_assert!(borne <= exchange.target, "{borne:?} of {exchange:?}");
            let gives = borne.0 * given;
            prop_assert!(gives >= returned.0 * exchange.target.0, "the house gains nothing less");
        }
        prop_assert!(returned != Amount(given) || borne == exchange.target, "{exchange:?}");
    }
}

/// A quote without a spread that holds for thirty seconds, from dinars to yen.
pub(crate) fn quote_of(target: u64, source: u64) -> ExchangeQuote {
    let unit = |count| NonZeroU64::new(count).expect("a rate above zero");
    ExchangeQuote {
        source: Currency::Kwd,
        target: Currency::Jpy,
        rate: Rate { target: unit(target), source: unit(source) },
        spread_basis_points: 0,
        holds_for: 30,
    }
}

/// Rates between currencies of like and of very different minor units.
pub(crate) fn any_quote() -> impl Strategy<Value = ExchangeQuote> {
    let unit = || prop_oneof![1..10_u64, 1..1_000_000_u64];
    let spread = prop_oneof![Just(0), 0..300_u16, 0..=10_000_u16];
    (unit(), unit(), spread).prop_map(|(target, source, spread_basis_points)| ExchangeQuote {
        spread_basis_points,
        ..quote_of(target, source)
    })
}

fn any_version() -> impl Strategy<Value = Version> {
    prop_oneof![Just(Version::First), Just(Version::Second)]
}

fn by(quote: &ExchangeQuote, given: i128) -> Exchange {
    exchange(Version::First, quote, Amount(given))
}
