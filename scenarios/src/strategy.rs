//! How a campaign looks for what is rare: the ways in which a seed becomes a plan.
//!
//! All but feedback make the plan of a seed alone, so that a trial is repeated by its seed
//! and strategy, and shards of a campaign come to what the whole comes to. Feedback learns
//! from the trials before ([`Corpus`]): what it finds is repeated by the file of the finding.

mod corpus;
mod lineage;
mod orders;
mod richness;
mod swarm;

use std::fmt;
use std::str::FromStr;

use model::Defects;
use serde::Serialize;
use sim::{Domain, Seed};

use crate::invalid::nearest;
use crate::plan::Plan;
use crate::settings::Scenario;

pub use corpus::Corpus;
pub(crate) use richness::richest_first;

/// A way to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Each of the others but feedback, as the seed says.
    Portfolio,
    /// Nothing off, all rates as likely.
    Uniform,
    /// Kinds of fault and of operation off.
    Swarm,
    /// Faults where they hurt.
    Aimed,
    /// Deliveries by priorities.
    Priorities,
    /// Deliveries in any order.
    Walk,
    /// Faults that cut how payments succeeded.
    Lineage,
    /// A portfolio that learns.
    Feedback,
}

/// What a strategy is called, and how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StrategyStory {
    /// Which.
    pub strategy: Strategy,
    /// What reports and the command line call it.
    pub name: &'static str,
    /// How it looks, and whose idea that is.
    pub story: &'static str,
}

impl Strategy {
    /// Every one.
    pub const ALL: &'static [StrategyStory] = &[
        StrategyStory {
            strategy: Self::Portfolio,
            name: "portfolio",
            story: "Each of the others but feedback, as the seed says, uniform and aimed more \
                    often: none is best for every bug. Where trials are dealt over scenarios, \
                    those come first that have most in them",
        },
        StrategyStory {
            strategy: Self::Uniform,
            name: "uniform",
            story: "Everything that the scenario has is on, and strikes at any rate up to its \
                    most, each as likely",
        },
        StrategyStory {
            strategy: Self::Swarm,
            name: "swarm",
            story: "Some kinds of fault and of operation are off, and the rates of the others \
                    differ wildly, so that none hides another (Groce et al., Swarm Testing, 2012)",
        },
        StrategyStory {
            strategy: Self::Aimed,
            name: "aimed",
            story: "Besides, most operations meet one fault where it hurts: around the request \
                    that can't be taken back, on a lease, or between an append and its sync",
        },
        StrategyStory {
            strategy: Self::Priorities,
            name: "priorities",
            story: "Chains of messages arrive by priorities, and some messages are demoted (PCT, \
                    Burckhardt et al., 2010; for chains, Ozkan et al., 2018)",
        },
        StrategyStory {
            strategy: Self::Walk,
            name: "walk",
            story: "Whatever is under way may arrive next: a uniform random walk through the \
                    orders of deliveries",
        },
        StrategyStory {
            strategy: Self::Lineage,
            name: "lineage",
            story: "Payments that succeed are looked at backward, and meet a fault that would \
                    have cut how they came to; and another where they succeed all the same \
                    (Alvaro et al., Lineage-driven Fault Injection, 2015)",
        },
        StrategyStory {
            strategy: Self::Feedback,
            name: "feedback",
            story: "A portfolio that learns: plans which reach what none before them had are kept \
                    and changed, in generations. A finding is repeated by its file, not by its \
                    seed",
        },
    ];

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|story| story.name == name).map(|story| story.strategy)
    }

    /// What is told of it.
    pub fn story(self) -> &'static StrategyStory {
        let story = Self::ALL.iter().find(|story| story.strategy == self);
        story.expect("every strategy has a story")
    }

    /// Whether scenarios with most in them are tried first, and not in their order.
    pub(crate) fn deals_richest_first(self) -> bool {
        matches!(self, Self::Portfolio | Self::Feedback)
    }

    /// The one by which this seed is searched, if a portfolio is.
    fn of(self, seed: Seed) -> Self {
        match self {
            Self::Portfolio | Self::Feedback => {
                let draw = seed.stream(MEMBERS).draw();
                draw.pick(&PORTFOLIO).copied().unwrap_or(Self::Swarm)
            }
            other => other,
        }
    }
}

/// The plan that `seed` comes to in `scenario`, by the strategy that it is searched by, with
/// `defects` planted; by feedback, before anything is learned. Without a strategy it is what
/// the scenario says.
pub fn plan(scenario: &Scenario, seed: Seed, defects: Defects) -> Plan {
    match scenario.strategy.map(|strategy| strategy.of(seed)) {
        None => Plan::draw(scenario, seed),
        Some(Strategy::Uniform) => Plan::draw_evenly(scenario, seed),
        Some(Strategy::Aimed) => Plan::draw_aimed(scenario, seed),
        Some(Strategy::Priorities) => orders::priorities(scenario, seed),
        Some(Strategy::Walk) => orders::walk(scenario, seed),
        Some(Strategy::Lineage) => lineage::plan(scenario, seed, defects),
        Some(Strategy::Swarm | Strategy::Portfolio | Strategy::Feedback) => {
            swarm::plan(scenario, seed)
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.story().name)
    }
}

/// A word that names no strategy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no strategy `{0}`; {near}`pennywise list strategies` names them all",
    near = near(.0)
)]
pub struct NotAStrategy(String);

fn near(word: &str) -> String {
    let names = Strategy::ALL.iter().map(|story| story.name);
    nearest(word, names).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default()
}

impl FromStr for Strategy {
    type Err = NotAStrategy;

    fn from_str(text: &str) -> Result<Self, NotAStrategy> {
        Self::named(text).ok_or_else(|| NotAStrategy(text.to_owned()))
    }
}

/// What a portfolio has, each as often as it is in it: those more often by which a trial of a
/// crowded world shows most of the bank (docs/search.md).
const PORTFOLIO: [Strategy; 9] = [
    Strategy::Uniform,
    Strategy::Uniform,
    Strategy::Uniform,
    Strategy::Aimed,
    Strategy::Aimed,
    Strategy::Swarm,
    Strategy::Priorities,
    Strategy::Walk,
    Strategy::Lineage,
];

const MEMBERS: Domain = Domain(u64::from_le_bytes(*b"strategy"));
