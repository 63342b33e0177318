//! Trials that run twice, to see whether a seed comes to the same again.

use serde::{Deserialize, Serialize};
use sim::{DigestValue, Domain, Rate, Seed};

use super::UNDECIDED_MAX;
use crate::trial::{Trial, Verdict};

/// What came of running trials twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rechecked {
    /// How many ran twice.
    pub trials: u64,
    /// How many of them came to something else.
    pub differed: u64,
    /// The first few of these.
    pub unlike: Vec<Unlike>,
}

/// A trial that came to something else when it ran again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unlike {
    /// The trial's place in the campaign, from 0.
    pub index: u64,
    /// Its seed.
    pub seed: Seed,
    /// The digest of each run; equal if only the verdicts differ.
    pub digests: [DigestValue; 2],
}

/// What a trial came to when it ran again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Again {
    digest: DigestValue,
    is_same: bool,
}

/// Runs a trial again if it did not hold, or is one of the share of those that did.
pub(super) fn again(
    trial: &Trial,
    share: Option<Rate>,
    run: impl FnOnce(Seed) -> Trial,
) -> Option<Again> {
    let share = share?;
    let is_asked = trial.verdict != Verdict::Held || trial.seed.stream(RECHECK).chance(share);
    is_asked.then(|| {
        let again = run(trial.seed);
        let is_same = (again.digest, &again.verdict) == (trial.digest, &trial.verdict);
        Again { digest: again.digest, is_same }
    })
}

impl Rechecked {
    /// Takes in what came of one more.
    pub(super) fn take(&mut self, index: u64, trial: &Trial, again: Again) {
        self.trials += 1;
        if !again.is_same {
            self.differed += 1;
            let digests = [trial.digest, again.digest];
            self.unlike.push(Unlike { index, seed: trial.seed, digests });
            self.unlike.truncate(UNDECIDED_MAX);
        }
    }

    /// Takes in what came of others.
    pub(super) fn add(&mut self, other: &Self) {
        self.trials += other.trials;
        self.differed += other.differed;
        self.unlike.extend(&other.unlike);
        self.unlike.sort_by_key(|unlike| unlike.index);
        self.unlike.truncate(UNDECIDED_MAX);
    }
}

const RECHECK: Domain = Domain(u64::from_le_bytes(*b"re-check"));

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use model::{Defect, Defects};
    use rayon::ThreadPoolBuilder;

    use super::super::{Campaign, Shard, Work};
    use super::*;
    use crate::strategy::Corpus;
    use crate::{catalog, trial};

    fn campaign(
        share: Option<Rate>,
        defects: Defects,
        change: impl Fn(Trial) -> Trial + Sync,
    ) -> Campaign {
        let scenario = catalog::named("stormy-network").unwrap();
        let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let work = Work { master: Seed(1), count: 60, shard: Shard::WHOLE, recheck: share };
        let run = |_: &Corpus, seed| change(trial::run(scenario, seed, defects));
        Campaign::new(scenario).run(scenario, work, run, &pool, |_| true)
    }

    #[test]
    fn every_trial_that_fails_runs_twice_and_of_the_others_a_share() {
        let defects = Defects::NONE.with(Defect::TimeoutIsFailure);
        let run = |share| campaign(share, defects, |trial| trial);
        let (none, failing, some) =
            (run(None), run(Some(Rate::NEVER)), run(Some(Rate::per_million(200_000))));
        let all = run(Some(Rate::ALWAYS));
        assert!(none.violated > 0);
        assert_eq!((none.rechecked.trials, failing.rechecked.trials), (0, failing.violated));
        assert!((failing.violated + 1..60).contains(&some.rechecked.trials), "{some:?}");
        assert_eq!((all.rechecked.trials, all.rechecked.differed), (60, 0));
        assert_eq!(Campaign { rechecked: none.rechecked.clone(), ..all }, none);
    }

    #[test]
    fn a_trial_that_comes_to_something_else_is_told_by_its_seed() {
        let runs = AtomicU64::new(0);
        let change = |trial: Trial| {
            let digest = DigestValue([runs.fetch_add(1, Ordering::Relaxed), 0]);
            Trial { digest, ..trial }
        };
        let campaign = campaign(Some(Rate::ALWAYS), Defects::NONE, change);
        let Rechecked { trials, differed, unlike } = campaign.rechecked;
        assert_eq!((trials, differed, unlike.len()), (60, 60, UNDECIDED_MAX));
        assert_eq!(unlike[0].seed, Seed(1).derive("stormy-network", 0));
        assert_ne!(unlike[0].digests[0], unlike[0].digests[1]);
    }
}
