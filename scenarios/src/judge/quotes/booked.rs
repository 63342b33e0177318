//! What the ledger booked of one capture, added up, and what of it is not as it
//! was quoted.

use model::{
    AccountName, Amount, Cover, Currency, Exchange, HoldState, Quote, Rate, Transfer, TransferKind,
};

/// The sums of what was booked with a capture: in the currency that was paid,
/// and in another one that its merchant gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Booked {
    paid: Sums,
    settled: Sums,
    /// Whether what the merchant was promised was still reserved for it.
    by_promise: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    /// What the provider owes.
    owed: Amount,
    /// What merchants get, before fee and tax.
    earned: Amount,
    fee: Amount,
    tax: Amount,
    /// What the liquidity got.
    bought: Amount,
    /// What bought nothing.
    residue: Amount,
    /// What the house paid more because a quote had ended.
    difference: Amount,
}

/// Something that is booked otherwise than it was quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) what: &'static str,
    pub(super) due: Amount,
    pub(super) booked: Amount,
    /// Whether it is in the currency that the merchant gets.
    pub(super) is_settled: bool,
}

impl Booked {
    /// What `rows` come to, of a payment in the currency `paid`.
    pub(super) fn of<'r>(rows: impl Iterator<Item = &'r Transfer>, paid: Currency) -> Self {
        let mut booked = Self::default();
        for row in rows {
            if !matches!(row.kind, TransferKind::Posted | TransferKind::PostPending(_)) {
                continue;
            }
            let is_paid = row.debit.currency == paid;
            let sums = if is_paid { &mut booked.paid } else { &mut booked.settled };
            sums.take(row);
            booked.by_promise |= row.kind.pending().is_some()
                && (row.debit.name, is_paid) == (AccountName::Liquidity, false);
        }
        booked
    }

    /// What is wrong, if the merchants get the currency that was paid: `gross` of
    /// `whole` was taken.
    pub(super) fn misses(&self, quote: &Quote, gross: Amount, whole: Amount) -> Option<Wrong> {
        let part = |cost: Amount| Amount(cost.0 * gross.0 / whole.0.max(1));
        let Sums { owed, earned, fee, tax, .. } = self.paid;
        first(
            false,
            [
                ("what the provider owes", gross, owed),
                ("net, fee and tax together", gross, earned),
                ("the fee", part(quote.fee), fee),
                ("the tax", part(quote.tax), tax),
            ],
        )
    }

    /// The same, if the merchant gets another currency, which `locked` is about:
    /// all of `gross` was taken, and the promise of it stands so.
    pub(super) fn misses_exchange(
        &self,
        quote: &Quote,
        gross: Amount,
        locked: Option<Exchange>,
        cover: Option<Cover>,
        promise: Option<HoldState>,
    ) -> Option<Wrong> {
        let Some(locked) = locked else {
            let (what, due, booked) = ("what is exchanged without a quote", Amount::ZERO, gross);
            return Some(Wrong { what, due, booked, is_settled: false });
        };
        let target = bought(&locked, gross);
        let cost = cost(target, locked.quote.rate);
        let residue = gross - locked.spread - cost;
        let difference = cover.map_or(Amount::ZERO, |cover| self::cost(target, cover.rate) - cost);
        let Sums { owed, .. } = self.paid;
        let Sums { earned, fee, tax, .. } = self.settled;
        // Whether the promise was kept by what was reserved, or bought anew.
        let kept = match promise {
            Some(HoldState::Posted) => cover.is_none() && self.by_promise,
            Some(HoldState::Expired) => cover.is_some() && !self.by_promise,
            _ => false,
        };
        let spread = spread(&locked, gross);
        first(
            false,
            [
                ("what the provider owes", gross, owed),
                ("the spread of the quote", spread, locked.spread),
                ("cost and spread", gross - residue, self.paid.bought - difference),
                ("what is left over", residue, self.paid.residue),
                ("what keeping the promise cost", difference, self.paid.difference),
            ],
        )
        .or_else(|| {
            first(
                true,
                [
                    ("what the merchant gets", target, earned),
                    ("the fee", quote.fee, fee),
                    ("the tax", quote.tax, tax),
                    ("what was promised", target, if kept { earned } else { Amount::ZERO }),
                ],
            )
        })
    }
}

impl Sums {
    fn take(&mut self, row: &Transfer) {
        match (row.debit.name, row.credit.name) {
            (AccountName::ProviderReceivable(_), _) => self.owed += row.amount,
            (AccountName::ExchangeDifference, _) => {
                self.difference += row.amount;
                self.bought += row.amount;
            }
            (_, AccountName::ExchangeDifference) => {
                self.difference -= row.amount;
                self.bought -= row.amount;
            }
            (_, AccountName::MerchantPending(_)) => self.earned += row.amount,
            (_, AccountName::FeeIncome) => self.fee += row.amount,
            (_, AccountName::TaxPayable) => self.tax += row.amount,
            (_, AccountName::Liquidity) => self.bought += row.amount,
            (_, AccountName::ExchangeResidue) => self.residue += row.amount,
            _ => {}
        }
    }
}

/// What `given` buys by a quote: rounded down.
pub(super) fn bought(locked: &Exchange, given: Amount) -> Amount {
    let Rate { target, source } = locked.quote.rate;
    Amount((given - locked.spread).0 * i128::from(target.get()) / i128::from(source.get()))
}

/// What `target` costs at this rate: rounded up.
fn cost(target: Amount, rate: Rate) -> Amount {
    let Rate { target: many, source } = rate;
    let (many, source) = (i128::from(many.get()), i128::from(source.get()));
    Amount((target.0 * source + many - 1) / many)
}

/// The spread of a quote, if it is less than one unit off; else what it should
/// be.
fn spread(locked: &Exchange, given: Amount) -> Amount {
    let exact = given.0 * i128::from(locked.quote.spread_basis_points);
    let off = (locked.spread.0 * 10_000 - exact).abs();
    if off < 10_000 { locked.spread } else { Amount(exact / 10_000) }
}

/// The first of these that is not booked as it is due.
fn first<const COUNT: usize>(
    is_settled: bool,
    legs: [(&'static str, Amount, Amount); COUNT],
) -> Option<Wrong> {
    let wrong = legs.into_iter().find(|(_, due, booked)| due != booked);
    wrong.map(|(what, due, booked)| Wrong { what, due, booked, is_settled })
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use model::posting::Voucher;
    use model::posting::payin::{self, CapturedPart};
    use model::posting::payin_exchange::{self, CapturedExchange};
    use model::{ExchangeQuote, Merchant, OperationId, ProviderId, Tenant, Token, Version};

    use super::*;

    /// Each leg of a capture, one unit more than it should be, is caught; and so
    /// is one that is not there.
    #[test]
    fn a_leg_that_is_wrong_by_one_unit_is_caught_whichever_it_is() {
        let exchange = exchanged();
        for cover in
            [None, Some(exchange.cover(rate(150, 100))), Some(exchange.cover(rate(90, 100)))]
        {
            let legs = legs(&exchange, cover);
            assert_eq!(wrong(&legs, &exchange, cover), None, "{legs:?}");
            for at in 0..legs.len() {
                let is_memo = legs[at].debit.name.is_memo();
                let mut off = legs.clone();
                off[at].amount += Amount(1);
                assert_eq!(wrong(&off, &exchange, cover).is_none(), is_memo, "{:?}", off[at]);
                let mut less = legs.clone();
                less.remove(at);
                assert_eq!(wrong(&less, &exchange, cover).is_none(), is_memo, "{:?}", legs[at]);
            }
        }
    }

    #[test]
    fn what_is_booked_at_another_rate_than_the_locked_one_is_caught() {
        let (promised, quoted) = (exchanged(), quote_at(rate(146, 100)));
        let anew = model::exchange(Version::First, &quoted, GIVEN);
        let wrong = wrong(&legs(&anew, None), &promised, None).expect("it is wrong");
        assert!(wrong.booked != wrong.due);
        let at_spot = legs(&promised, Some(promised.cover(rate(146, 100))));
        assert!(self::wrong(&at_spot, &promised, None).is_some(), "a cover that nobody journaled");
    }

    #[test]
    fn a_promise_is_bought_anew_only_when_it_has_ended() {
        let exchange = exchanged();
        let cover = Some(exchange.cover(rate(160, 100)));
        let booked = booked(&legs(&exchange, cover));
        for (promise, holds) in
            [(HoldState::Expired, true), (HoldState::Pending, false), (HoldState::Posted, false)]
        {
            let wrong = booked.misses_exchange(&QUOTE, GIVEN, Some(exchange), cover, Some(promise));
            assert_eq!(wrong.is_none(), holds, "{promise:?}");
        }
    }

    #[test]
    fn a_quote_whose_spread_is_a_unit_off_is_caught() {
        for off in [-1, 1] {
            let mut exchange = exchanged();
            exchange.spread += Amount(off);
            let wrong = wrong(&legs(&exchange, None), &exchange, None);
            assert!(wrong.is_some(), "{off}");
        }
    }

    #[test]
    fn what_is_split_and_rounded_part_by_part_is_caught() {
        let part = |amount, fee| CapturedPart {
            merchant: Merchant(1),
            amount: Amount(amount),
            fee: Amount(fee),
            tax: Amount::ZERO,
            rest: Amount::ZERO,
        };
        let quote = Quote { version: Version::First, fee: Amount(3), tax: Amount::ZERO };
        for (parts, holds) in [
            ([part(34, 1), part(33, 1), part(33, 1)], true),
            ([part(33, 1), part(33, 1), part(33, 1)], false),
            ([part(34, 1), part(33, 1), part(33, 0)], false),
            ([part(34, 2), part(33, 1), part(33, 1)], false),
        ] {
            let legs = payin::post(&VOUCHER, ProviderId(0), &parts);
            let wrong = booked(&legs).misses(&quote, Amount(100), Amount(100));
            assert_eq!(wrong.is_none(), holds, "{parts:?}: {wrong:?}");
        }
    }

    fn wrong(legs: &[Transfer], locked: &Exchange, cover: Option<Cover>) -> Option<Wrong> {
        let promise = if cover.is_some() { HoldState::Expired } else { HoldState::Posted };
        booked(legs).misses_exchange(&QUOTE, GIVEN, Some(*locked), cover, Some(promise))
    }

    fn booked(legs: &[Transfer]) -> Booked {
        Booked::of(legs.iter(), VOUCHER.currency)
    }

    fn legs(exchange: &Exchange, cover: Option<Cover>) -> Vec<Transfer> {
        let (merchant, fee, tax) = (Merchant(1), QUOTE.fee, QUOTE.tax);
        let part = CapturedExchange { merchant, exchange: *exchange, fee, tax, cover };
        payin_exchange::post(&VOUCHER, ProviderId(0), &part)
    }

    /// With a spread and a residue.
    fn exchanged() -> Exchange {
        let exchange = model::exchange(Version::First, &quote_at(rate(10, 77)), GIVEN);
        assert!(exchange.spread > Amount::ZERO && exchange.residue > Amount::ZERO, "{exchange:?}");
        exchange
    }

    fn quote_at(rate: Rate) -> ExchangeQuote {
        let (source, target) = (Currency::Kwd, Currency::Jpy);
        ExchangeQuote { source, target, rate, spread_basis_points: 123, holds_for: 30 }
    }

    fn rate(target: u64, source: u64) -> Rate {
        let unit = |count| NonZeroU64::new(count).expect("above zero");
        Rate { target: unit(target), source: unit(source) }
    }

    const GIVEN: Amount = Amount(10_000);
    const QUOTE: Quote = Quote { version: Version::First, fee: Amount(7), tax: Amount(2) };
    const VOUCHER: Voucher = Voucher {
        tenant: Tenant(1),
        currency: Currency::Kwd,
        subject: 5,
        number: 0,
        token: Token(1),
        operation: OperationId(9),
    };
}
