//! Trapped funds: how much money waits at any moment, for what, and for how
//! long (payments.md 1.8 and 5.3).
//!
//! Counted from outside, from what the authorities say as it gets durable, and
//! per currency, tenants together, amounts in minor units:
//!
//! - *Held* is what is pending in the ledger, memo accounts apart: every hold
//!   from the moment it is placed until it is posted, voided or expired.
//! - Each hold waits for one [cause](Pool::CAUSES) at a time. It is told by the
//!   journal of the payment that it belongs to, and holds move when it changes:
//!   - *compensating* while the payment is failing or canceling, or an undo of
//!     it is intended and has no outcome;
//!   - else *unsettled* once its pivot is committed;
//!   - else *in doubt* while an attempt at a provider, an authorization or a
//!     capture, is unknown: intended for longer than a worker waits for its
//!     answer ([`PROVIDER_TIMEOUT`](crate::bounds::PROVIDER_TIMEOUT)), and
//!     without an outcome of its own or of its undo. What the provider's books
//!     have as pending is not unknown: it waits for the issuer, and for as long
//!     again once that has decided;
//!   - else *risk* while the payment is in review;
//!   - else *authorization*.
//! - Two causes count more than holds. Of a payment in review for which nothing
//!   is held its amount counts as *risk*. And *unsettled* is also what the
//!   ledger has posted as owed by providers, or as on its way out by a rail:
//!   the balances of these accounts, until a settlement moves it on. So the five
//!   causes less these two are held, at every moment.
//! - *Reserved* is what providers' books have authorized and not captured,
//!   voided or let expire: it lies on customers' cards.
//! - *At risk* are the amounts of attempts that are unknown, those too that are
//!   being undone meanwhile: nobody here knows whether that money was taken.
//!
//! What lasts for no time, such as a step between two rows of one chain, is
//! never the most at once.

mod ages;
mod funds;

use std::time::Duration;

use model::{Amount, Currency};
use serde::{Serialize, Serializer};
use sim::VirtualTime;

pub use ages::Ages;
pub(crate) use ages::AgesRecord;
pub(crate) use funds::Funds;

/// Money that waits: five causes, and three sums across them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// For a person to review it.
    Risk,
    /// For a provider to authorize it, or for its capture.
    Authorization,
    /// For somebody to learn what became of an attempt.
    InDoubt,
    /// For what was done to be undone.
    Compensating,
    /// For the ledger to book what was captured, and for providers to pay it.
    Unsettled,
    /// All holds in the ledger.
    Held,
    /// All authorizations at providers.
    Reserved,
    /// All attempts that are unknown.
    AtRisk,
}

impl Pool {
    /// Every pool, causes first.
    pub const ALL: [Self; 8] = [
        Self::Risk,
        Self::Authorization,
        Self::InDoubt,
        Self::Compensating,
        Self::Unsettled,
        Self::Held,
        Self::Reserved,
        Self::AtRisk,
    ];

    /// The five causes: money waits for one of them at a time.
    pub const CAUSES: [Self; 5] =
        [Self::Risk, Self::Authorization, Self::InDoubt, Self::Compensating, Self::Unsettled];

    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Authorization => "authorization",
            Self::InDoubt => "in doubt",
            Self::Compensating => "compensating",
            Self::Unsettled => "unsettled",
            Self::Held => "held",
            Self::Reserved => "reserved",
            Self::AtRisk => "at risk",
        }
    }
}

/// An amount for a time: minor units times nanoseconds, exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AmountTime(pub i128);

impl AmountTime {
    /// In minor units times whole seconds, rounded down.
    pub const fn minor_seconds(self) -> i128 {
        self.0.div_euclid(1_000_000_000)
    }
}

impl Serialize for AmountTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i128(self.minor_seconds())
    }
}

/// What one pool came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Level {
    /// The most that was in it at once.
    pub most: Amount,
    /// What is in it at the end.
    pub at_end: Amount,
    /// The integral over time of what was in it, in minor units times seconds.
    #[serde(rename = "minor_seconds")]
    pub amount_time: AmountTime,
}

impl Level {
    /// Whether nothing ever was in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What waited in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TrappedIn {
    /// The currency.
    pub currency: Currency,
    /// Each pool, in the order of [`Pool::ALL`].
    #[serde(serialize_with = "by_name")]
    pub levels: [Level; Pool::ALL.len()],
}

impl TrappedIn {
    /// One pool of it.
    pub fn level(&self, pool: Pool) -> Level {
        self.levels[pool as usize]
    }
}

/// What waited in a trial, or in all trials of a campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trapped {
    /// By currency, those that were met, in order.
    pub currencies: Vec<TrappedIn>,
    /// How long holds lasted; those that are open at the end, until then.
    pub holds: Ages,
    /// How long payments took that have ended, from their acceptance on.
    pub ends: Ages,
    /// How many times an attempt at a provider became unknown.
    pub doubts: u64,
    /// The longest time for which one was.
    #[serde(rename = "doubt_longest_nanos", serialize_with = "nanos")]
    pub doubt_longest: Duration,
    /// Every change, in order: only of a recorded trial. Of several changes of
    /// a pool at one moment the last one counts.
    #[serde(skip)]
    pub series: Vec<Change>,
}

/// A pool has another amount from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// When.
    pub at: VirtualTime,
    /// In which currency.
    pub currency: Currency,
    /// Which pool.
    pub pool: Pool,
    /// What is in it then.
    pub amount: Amount,
}

impl Trapped {
    /// Takes another trial in: amounts over time and what is left at the end
    /// add up, of the most and the longest the larger remains.
    pub fn add(&mut self, other: &Self) {
        for theirs in &other.currencies {
            match self.currencies.binary_search_by_key(&theirs.currency, |ours| ours.currency) {
                Ok(at) => self.currencies[at].add(theirs),
                Err(at) => self.currencies.insert(at, *theirs),
            }
        }
        self.holds.add(&other.holds);
        self.ends.add(&other.ends);
        self.doubts += other.doubts;
        self.doubt_longest = self.doubt_longest.max(other.doubt_longest);
    }
}

impl TrappedIn {
    fn add(&mut self, other: &Self) {
        for (ours, theirs) in self.levels.iter_mut().zip(&other.levels) {
            ours.most = ours.most.max(theirs.most);
            ours.at_end += theirs.at_end;
            ours.amount_time.0 += theirs.amount_time.0;
        }
    }
}

fn by_name<S: Serializer>(
    levels: &[Level; Pool::ALL.len()],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(Pool::ALL.iter().zip(levels).filter(|(_, level)| !level.is_empty()))
}

fn nanos<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(span.as_nanos())
}
