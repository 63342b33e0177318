//! Exchange between currencies at a locked rate: stateless, versioned, pure.
//!
//! Rates are ratios of whole numbers, never approximated. What is rounded is
//! rounded in favor of the liquidity accounts, so that there and back never
//! gains; the spread stays out of the rate (both as TigerBeetle recommends in
//! its `docs/coding/recipes/currency-exchange.md`).

use std::num::NonZeroU64;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::currency::Currency;
use crate::money::Amount;
use crate::quote::Version;
use crate::rounding::Rounding;

/// How many minor units of one currency so many minor units of another are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rate {
    /// Minor units of the target.
    pub target: NonZeroU64,
    /// Minor units of the source that they are worth.
    pub source: NonZeroU64,
}

/// A promise to exchange at a rate, until it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ExchangeQuote {
    /// What is given.
    pub source: Currency,
    /// What is got for it.
    pub target: Currency,
    /// At which rate.
    pub rate: Rate,
    /// What the exchange costs, in basis points of what is given.
    pub spread_basis_points: u16,
    /// How long the promise holds, in seconds of the ledger's clock from the
    /// moment on when it reserves the target amount; and before that, by the
    /// clock of whoever asked for it.
    pub holds_for: u32,
}

/// What an exchange comes to. What is given is the sum of cost, spread and
/// residue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Exchange {
    /// The version of the calculation.
    pub version: Version,
    /// By which quote.
    pub quote: ExchangeQuote,
    /// What is got, in minor units of the target.
    pub target: Amount,
    /// What that is worth at the rate, rounded up, in minor units of the source.
    pub cost: Amount,
    /// The price of the exchange.
    pub spread: Amount,
    /// What was given and buys nothing: less than one minor unit of the target
    /// is worth, so nothing where the target's is the smaller one.
    pub residue: Amount,
}

/// How the house comes by a target amount that it owes, once nobody is bound to
/// the rate any more at which it was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cover {
    /// At which rate.
    pub rate: Rate,
    /// What the target amount costs by it, rounded up, in minor units of the
    /// source.
    pub cost: Amount,
}

impl Rate {
    /// The same rate, the other way round.
    pub const fn inverse(self) -> Self {
        Self { target: self.source, source: self.target }
    }

    /// What `source` is worth, rounded up, so that who is given it gives no less.
    pub(crate) fn claim(self, source: Amount) -> Amount {
        Rounding::Up.scale(source, self.target.get(), self.source.get())
    }

    /// What `source` is worth, rounded down.
    fn worth(self, source: Amount) -> Amount {
        Rounding::Down.scale(source, self.target.get(), self.source.get())
    }

    /// What `target` costs, rounded up.
    fn cost(self, target: Amount) -> Amount {
        Rounding::Up.scale(target, self.source.get(), self.target.get())
    }
}

/// What `given` comes to by `quote`.
pub fn exchange(version: Version, quote: &ExchangeQuote, given: Amount) -> Exchange {
    let rounding = match version {
        Version::First => Rounding::Up,
        Version::Second => Rounding::HalfEven,
    };
    let points = u64::from(quote.spread_basis_points);
    let spread = rounding.scale(given, points, 10_000).min(given);
    let target = quote.rate.worth(given - spread);
    let cost = quote.rate.cost(target);
    Exchange { version, quote: *quote, target, cost, spread, residue: given - spread - cost }
}

impl Exchange {
    /// What was given.
    pub fn given(&self) -> Amount {
        self.cost + self.spread + self.residue
    }

    /// What it takes to get the same at another rate.
    pub fn cover(&self, rate: Rate) -> Cover {
        Cover { rate, cost: rate.cost(self.target) }
    }

    /// How long the promise holds once it is in the ledger, or until it is.
    pub fn holds_for(&self) -> Duration {
        Duration::from_secs(u64::from(self.quote.holds_for))
    }
}
