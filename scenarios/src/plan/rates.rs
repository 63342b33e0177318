//! What currencies are worth in a plan, and how that changes.

use std::num::NonZeroU64;

use model::{Currency, ExchangeQuote, Rate};
use serde::{Deserialize, Serialize};
use sim::VirtualTime;

use super::{Operation, Plan};

/// What the market pays for one currency in another: the feed that a worker
/// reads, by the date on its own wall clock. The other way round the same rates
/// hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RatePath {
    /// What is exchanged.
    pub source: Currency,
    /// For what.
    pub target: Currency,
    /// What the exchange costs, in basis points of what is given.
    pub spread_basis_points: u16,
    /// How long what is offered can be relied on, in seconds.
    pub holds_for: u32,
    /// How many millionths of a minor unit of the target a minor unit of the
    /// source is worth in the beginning.
    pub millionths: NonZeroU64,
    /// How that changes, in the order of time.
    pub moves: Vec<RateMove>,
}

/// A change of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RateMove {
    /// When.
    pub at: VirtualTime,
    /// What it is from then on.
    pub millionths: NonZeroU64,
}

impl RatePath {
    /// What is offered at `at` for the exchange of `source` into `target`;
    /// `None` if this path is about others.
    fn offered(
        &self,
        source: Currency,
        target: Currency,
        at: VirtualTime,
    ) -> Option<ExchangeQuote> {
        let rate = self.rate(at);
        let rate = match (source, target) {
            _ if (source, target) == (self.source, self.target) => rate,
            _ if (target, source) == (self.source, self.target) => rate.inverse(),
            _ => return None,
        };
        let Self { spread_basis_points, holds_for, .. } = *self;
        Some(ExchangeQuote { source, target, rate, spread_basis_points, holds_for })
    }

    /// Whether there is a moment at which it offers this.
    pub(crate) fn ever_offers(&self, quote: &ExchangeQuote) -> bool {
        let moments = self.moves.iter().map(|change| change.at);
        [VirtualTime::ZERO]
            .into_iter()
            .chain(moments)
            .any(|at| self.offered(quote.source, quote.target, at) == Some(*quote))
    }

    fn rate(&self, at: VirtualTime) -> Rate {
        let latest = self.moves.iter().rev().find(|change| change.at <= at);
        let target = latest.map_or(self.millionths, |change| change.millionths);
        Rate { target, source: MILLION }
    }
}

impl Plan {
    /// What the market offers at `at` for the exchange of `source` into
    /// `target`, if it offers any.
    pub fn offered(
        &self,
        source: Currency,
        target: Currency,
        at: VirtualTime,
    ) -> Option<ExchangeQuote> {
        self.rates.iter().find_map(|path| path.offered(source, target, at))
    }

    /// Forgets what nobody exchanges any more.
    pub(crate) fn forget_rates(&mut self) {
        let operations = &self.operations;
        self.rates.retain(|path| operations.iter().any(|operation| operation.goes_by(path)));
    }
}

impl Operation {
    /// What its merchant gets it in.
    pub fn settlement_currency(&self) -> Currency {
        self.purpose.pay_in().settlement_currency.unwrap_or(self.money.currency)
    }

    /// Whether it is exchanged at the rates of `path`.
    pub fn goes_by(&self, path: &RatePath) -> bool {
        let [source, target] = [self.money.currency, self.settlement_currency()];
        path.offered(source, target, VirtualTime::ZERO).is_some()
    }
}

/// A million, as the denominator of every rate.
pub(crate) const MILLION: NonZeroU64 = NonZeroU64::new(1_000_000).expect("a million is not zero");
