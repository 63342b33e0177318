//! The parts of a campaign, put together: what comes of them is what comes of running it whole.

use super::{Campaign, Finding, Part, Shard, UNDECIDED_MAX};
use crate::settings::Scenario;

/// The campaign of `count` trials over `scenario` whose parts these are, in any order; `None`
/// if they are not its parts, all of them and none twice.
pub fn merge(scenario: &Scenario, count: u64, parts: &[Part]) -> Option<Campaign> {
    let mut parts: Vec<_> = parts.iter().collect();
    parts.sort_by_key(|part| part.shard);
    let all = parts.first().map_or(Shard::WHOLE, |part| part.shard).all();
    let are_parts = parts.iter().map(|part| part.shard).eq(all)
        && parts.iter().all(|part| part.campaign.scenario == scenario.name)
        && parts.iter().all(|part| part.has_all_of(count));
    if !are_parts {
        return None;
    }
    let mut campaign = Campaign::new(scenario);
    for part in &parts {
        campaign.absorb(&part.campaign);
    }
    campaign.findings.sort_by_key(|finding| finding.index);
    campaign.undecided.sort_by_key(|trial| trial.index);
    campaign.undecided.truncate(UNDECIDED_MAX);
    let longest = parts.first().map_or(0, |part| part.digests.len());
    let rounds = 0..longest;
    for digest in rounds.flat_map(|nth| parts.iter().filter_map(move |p| p.digests.get(nth))) {
        campaign.digested(*digest);
    }
    campaign.close(scenario);
    Some(campaign)
}

impl Campaign {
    /// Takes in what other trials came to; their order is for the caller to see to.
    fn absorb(&mut self, other: &Self) {
        self.trials += other.trials;
        self.violated += other.violated;
        self.inconclusive += other.inconclusive;
        self.events += other.events;
        self.messages += other.messages;
        self.virtual_nanos += other.virtual_nanos;
        self.event_limit_used = self.event_limit_used.max(other.event_limit_used);
        self.horizon_used = self.horizon_used.max(other.horizon_used);
        self.planned += other.planned;
        self.never_struck += other.never_struck;
        for (sums, counts) in [
            (&mut self.outcomes, &other.outcomes),
            (&mut self.strikes, &other.strikes),
            (&mut self.decisions, &other.decisions),
        ] {
            counts.iter().for_each(|(name, count)| *sums.entry(name).or_default() += count);
        }
        for (invariant, count) in &other.exercised {
            *self.exercised.entry(*invariant).or_default() += count;
        }
        self.trapped.add(&other.trapped);
        self.seen.add(&other.seen);
        if let Some(report) = &other.unreconciled {
            self.unreconciled.get_or_insert_default().add(report);
        }
        self.undecided.extend(&other.undecided);
        self.rechecked.add(&other.rechecked);
        self.absorb_violations(other);
    }

    /// The first trial that shows something is the one with the lowest index, whoever ran it.
    fn absorb_violations(&mut self, other: &Self) {
        for (invariant, theirs) in &other.caught {
            let ours =
                self.caught.entry(*invariant).or_insert(super::Caught { trials: 0, ..*theirs });
            if theirs.index < ours.index {
                (ours.index, ours.seed) = (theirs.index, theirs.seed);
            }
            ours.trials += theirs.trials;
        }
        for theirs in &other.findings {
            let kind = theirs.violation.fingerprint();
            let known = self.findings.iter_mut().find(|f| f.violation.fingerprint() == kind);
            match known {
                Some(ours) => {
                    let trials = ours.trials + theirs.trials;
                    let first =
                        if theirs.index < ours.index { theirs.clone() } else { ours.clone() };
                    *ours = Finding { trials, ..first };
                }
                None => self.findings.push(theirs.clone()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Defect, Defects};
    use rayon::ThreadPoolBuilder;
    use sim::Seed;

    use super::super::{Terms, run, run_part};
    use super::*;
    use crate::catalog;

    const COUNT: u64 = 50;

    fn parts(name: &str, defects: Defects, shards: u64) -> (Campaign, Vec<Part>) {
        let scenario = catalog::named(name).unwrap();
        let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let whole = run(scenario, Seed(1), COUNT, defects, &pool, |_| true);
        let all = Shard::new(1, shards).unwrap().all();
        let part = |shard| {
            let terms = Terms { master: Seed(1), count: COUNT, shard, defects, recheck: None };
            run_part(scenario, terms, &pool, |_| true)
        };
        (whole, all.map(part).collect())
    }

    #[test]
    fn parts_put_together_are_the_whole_as_they_are_and_from_a_file() {
        let defects = Defects::NONE.with(Defect::TimeoutIsFailure);
        for (name, defects) in [("calm-day", Defects::NONE), ("stormy-network", defects)] {
            let scenario = catalog::named(name).unwrap();
            for shards in [1, 3, 64] {
                let (whole, mut parts) = parts(name, defects, shards);
                assert_eq!(whole.findings.is_empty(), defects == Defects::NONE);
                parts.reverse();
                assert_eq!(merge(scenario, COUNT, &parts).as_ref(), Some(&whole), "{name}");
                let text = serde_json::to_string(&parts).unwrap();
                let read: Vec<Part> = serde_json::from_str(&text).unwrap();
                assert_eq!(merge(scenario, COUNT, &read).as_ref(), Some(&whole), "{name}");
            }
        }
    }

    #[test]
    fn what_is_not_all_of_a_campaign_makes_none() {
        let scenario = catalog::named("calm-day").unwrap();
        let (_, parts) = parts("calm-day", Defects::NONE, 2);
        let other = catalog::named("stormy-network").unwrap();
        assert_eq!(merge(scenario, COUNT, &[]), None);
        assert_eq!(merge(scenario, COUNT, &parts[..1]), None);
        assert_eq!(merge(scenario, COUNT, &[parts[0].clone(), parts[0].clone()]), None);
        assert_eq!(merge(scenario, COUNT + 1, &parts), None);
        assert_eq!(merge(other, COUNT, &parts), None);
    }
}
