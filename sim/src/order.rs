//! In which order what is under way arrives.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::draw::{Domain, Draw, Draws};
use crate::message::SendIdentity;
use crate::quantiles::Quantiles;
use crate::rate::Rate;
use crate::time::nanos;

/// How long sendings are under way, and so in which order they arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// As long as the latencies of their kind say.
    #[default]
    Usual,
    /// Any time up to this: whatever is under way may be the next to arrive, a uniform
    /// random walk through the orders of deliveries.
    Walk(Duration),
    /// By priority: what is about one operation and goes to one actor has one priority, and
    /// the lower it is the longer that is under way. A sending that is demoted arrives
    /// behind everything else. The idea is PCT's (Burckhardt et al., 2010), for chains of
    /// messages as in PCTCP (Ozkan et al., 2018); demotions are its change points.
    Priorities {
        /// How many priorities there are.
        levels: u8,
        /// How much longer what has the next lower one is under way.
        step: Duration,
        /// How often a sending is demoted.
        demoted: Rate,
    },
}

impl Order {
    /// Whether it is that of the latencies.
    pub fn is_usual(&self) -> bool {
        *self == Self::Usual
    }

    /// How long the sending that `identity` names is under way, in nanoseconds, where
    /// `usual` says how long those of its kind are.
    pub(crate) fn sample(
        &self,
        draws: &Draws,
        identity: &SendIdentity,
        usual: &Quantiles,
        draw: Draw,
    ) -> u64 {
        match *self {
            Self::Usual => usual.sample(draw),
            Self::Walk(within) => draw.split(WALK).below(nanos(within).saturating_add(1)),
            Self::Priorities { levels, step, demoted } => {
                let chain = [identity.subject.0, u64::from(identity.to.0)];
                let level = draws.draw(PRIORITY, &chain).below(u64::from(levels.max(1)));
                let is_demoted = demoted.hits(draw.split(DEMOTED));
                let level = if is_demoted { u64::from(levels) } else { level };
                usual.sample(draw).saturating_add(nanos(step).saturating_mul(level))
            }
        }
    }
}

const PRIORITY: Domain = Domain(u64::from_le_bytes(*b"priority"));
const WALK: u64 = 0x57;
const DEMOTED: u64 = 0x58;
