//! When a campaign is held to what has to be seen: if it is over the whole catalog and large.

use std::collections::BTreeSet;

use super::{Missing, Tally};
use crate::campaign::Campaign;
use crate::catalog;

/// How many trials of every scenario of the catalog a campaign has that is held to it: so
/// many that what is not rare is missing by chance in hardly any.
pub const TRIALS_MIN: u64 = 4_000;

/// What these campaigns of one command have seen, all together.
pub fn seen<'c>(campaigns: impl IntoIterator<Item = &'c Campaign>) -> Tally {
    campaigns.into_iter().fold(Tally::default(), |mut sum, campaign| {
        sum.add(&campaign.seen);
        sum
    })
}

/// What is missing in campaigns that are held to it; `None` if they are not.
pub fn missing<'c>(campaigns: impl Iterator<Item = &'c Campaign> + Clone) -> Option<Missing> {
    let large = campaigns.clone().filter(|campaign| campaign.trials >= TRIALS_MIN);
    let large: BTreeSet<_> = large.map(|campaign| campaign.scenario.as_str()).collect();
    let is_whole = catalog::all().iter().all(|scenario| large.contains(scenario.name.as_str()));
    if !is_whole {
        return None;
    }
    let mut missing = seen(campaigns.clone()).missing();
    missing.succeeded = Some(succeeded(campaigns)).filter(|share| *share < SUCCEEDED_MIN);
    Some(missing)
}

/// The share of payments that succeeded, whatever came of that later, in percent.
pub fn succeeded<'c>(campaigns: impl Iterator<Item = &'c Campaign>) -> u64 {
    let (mut succeeded, mut all) = (0, 0);
    for (outcome, count) in campaigns.flat_map(|campaign| &campaign.outcomes) {
        all += count;
        if matches!(*outcome, "succeeded" | "settled" | "returned") {
            succeeded += count;
        }
    }
    succeeded * 100 / all.max(1)
}

/// How many of a hundred payments have to succeed, or else most trials fail early.
const SUCCEEDED_MIN: u64 = 50;
