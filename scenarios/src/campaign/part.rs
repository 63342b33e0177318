//! What one of several machines that share a campaign does of it.

use model::Defects;
use rayon::ThreadPool;
use serde::{Deserialize, Serialize};
use sim::{DigestValue, Rate, Seed};

use super::record::Record;
use super::{Campaign, Progress, Shard, Work};
use crate::settings::Scenario;

/// Some trials of a campaign, added up, and what it takes to put them together with the
/// others. Nothing is `missed` in a part: that shows in the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Record", into = "Record")]
pub struct Part {
    /// Which trials it has.
    pub shard: Shard,
    /// What they came to.
    pub campaign: Campaign,
    /// The digest of each, in order.
    pub digests: Vec<DigestValue>,
}

/// Of which campaign, and which of its trials.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The seed of all seeds.
    pub master: Seed,
    /// How many trials the whole campaign has.
    pub count: u64,
    /// Which of them run.
    pub shard: Shard,
    /// What is planted.
    pub defects: Defects,
    /// The share of trials that hold which run twice, as do all that don't; if any are to.
    pub recheck: Option<Rate>,
}

/// Runs the part of a campaign over `scenario` that `terms` say, until it is done or `go_on`
/// says no.
pub fn run_part(
    scenario: &Scenario,
    terms: Terms,
    pool: &ThreadPool,
    mut go_on: impl FnMut(Progress<'_>) -> bool,
) -> Part {
    let Terms { defects, .. } = terms;
    let mut digests = Vec::new();
    let trial = super::searched(scenario, defects);
    let work = terms.work();
    let mut campaign = Campaign::new(scenario).run(scenario, work, trial, pool, |progress| {
        digests.extend(progress.batch.iter().map(|trial| trial.digest));
        go_on(progress)
    });
    campaign.missed.clear();
    Part { shard: terms.shard, campaign, digests }
}

/// Runs the campaign over `scenario` of which `terms` say a part, all of it, until it is done or
/// `go_on` says no.
pub fn run_whole(
    scenario: &Scenario,
    terms: Terms,
    pool: &ThreadPool,
    go_on: impl FnMut(Progress<'_>) -> bool,
) -> Campaign {
    let terms = Terms { shard: Shard::WHOLE, ..terms };
    let trial = super::searched(scenario, terms.defects);
    Campaign::new(scenario).run(scenario, terms.work(), trial, pool, go_on)
}

impl Terms {
    const fn work(self) -> Work {
        let Self { master, count, shard, defects: _, recheck } = self;
        Work { master, count, shard, recheck }
    }
}

impl From<Campaign> for Part {
    /// A campaign that nobody shares, and that is put together with no other.
    fn from(campaign: Campaign) -> Self {
        Self { shard: Shard::WHOLE, campaign, digests: Vec::new() }
    }
}

impl Part {
    /// Whether it has all of its trials of a campaign of `count`.
    pub fn has_all_of(&self, count: u64) -> bool {
        let share = self.shard.share(count);
        self.campaign.trials == share && self.digests.len() as u64 == share
    }
}
