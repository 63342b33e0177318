//! What changed from one campaign to another, and what of it may be chance.

use std::collections::{BTreeMap, BTreeSet};

use crate::campaign_json::{CampaignDocument, ScenarioReport, TrappedMoney, Verdict};
use crate::difference_text;

/// Two campaigns, compared scenario by scenario.
#[derive(Clone, Debug)]
pub struct Difference {
    /// A sentence about each: master seed, version, verdict.
    pub ends: [String; 2],
    /// Scenarios that only one of them has, before and after.
    pub alone: [Vec<String>; 2],
    /// Those that both have, in the order of the second.
    pub scenarios: Vec<ScenarioDifference>,
}

/// One scenario in both campaigns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioDifference {
    /// Its name.
    pub scenario: String,
    /// Whether both ran the same seeds: then nothing that differs is chance.
    pub is_paired: bool,
    /// Whether every event of every trial is the same.
    pub is_same: bool,
    /// The verdicts.
    pub verdicts: [Verdict; 2],
    /// Shares, those that differ.
    pub shares: Vec<ShareChange>,
    /// Kinds of violation that are new, gone, or found sooner or later.
    pub findings: Vec<FindingChange>,
    /// Other figures that differ: nobody knows how much of that is chance, unless paired.
    pub figures: Vec<FigureChange>,
    /// Faults that met a step in one of them alone: no more, and for the first time.
    pub coverage: [Vec<String>; 2],
}

/// A share of something that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareChange {
    /// Of what.
    pub name: String,
    /// What is counted, such as `trial`.
    pub noun: &'static str,
    /// So many of so many, before and after.
    pub shares: [(u64, u64); 2],
    /// Whether it may be chance.
    pub may_be_chance: bool,
}

/// A kind of violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingChange {
    /// Which.
    pub kind: String,
    /// The place of the first trial that shows it, from 0; none where none does.
    pub first: [Option<u64>; 2],
}

/// A figure that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureChange {
    /// What it is.
    pub name: String,
    /// Before and after.
    pub values: [i128; 2],
    /// What it counts.
    pub unit: Unit,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Nanos,
    /// Minor units times seconds, a trial.
    MinorSeconds,
    /// Thousandths.
    Thousandths,
}

impl Difference {
    /// What changed from `before` to `after`.
    pub fn of(before: &CampaignDocument, after: &CampaignDocument) -> Self {
        let names = |it: &CampaignDocument| -> BTreeSet<String> {
            it.scenarios.iter().map(|it| it.scenario.clone()).collect()
        };
        let [one, other] = [names(before), names(after)];
        let seeds = before.master_seed == after.master_seed;
        let pairs = after.scenarios.iter().filter_map(|now| {
            let then = before.scenarios.iter().find(|then| then.scenario == now.scenario)?;
            Some(scenario(then, now, seeds && then.trials == now.trials))
        });
        Self {
            ends: [before, after].map(difference_text::end),
            alone: [
                one.difference(&other).cloned().collect(),
                other.difference(&one).cloned().collect(),
            ],
            scenarios: pairs.collect(),
        }
    }

    /// The same in words.
    pub fn text(&self) -> String {
        difference_text::render(self)
    }
}

fn scenario(
    before: &ScenarioReport,
    after: &ScenarioReport,
    is_paired: bool,
) -> ScenarioDifference {
    let both = [before, after];
    ScenarioDifference {
        scenario: after.scenario.clone(),
        is_paired,
        is_same: is_paired && before.digest == after.digest,
        verdicts: both.map(|it| it.verdict),
        shares: shares(both, is_paired),
        findings: findings(both),
        figures: figures(both),
        coverage: coverage(both),
    }
}

fn shares(both: [&ScenarioReport; 2], is_paired: bool) -> Vec<ShareChange> {
    let trials = |of: fn(&ScenarioReport) -> u64| both.map(|it| (of(it), it.trials));
    let mut all = vec![
        ("violated".to_owned(), "trial", trials(|it| it.violated)),
        ("inconclusive".to_owned(), "trial", trials(|it| it.inconclusive)),
    ];
    let payments = |it: &ScenarioReport| it.payments.values().sum::<u64>();
    let names: BTreeSet<_> = both.iter().flat_map(|it| it.payments.keys()).collect();
    for name in names {
        let of = |it: &ScenarioReport| it.payments.get(name).copied().unwrap_or(0);
        all.push((name.clone(), "payment", both.map(|it| (of(it), payments(it)))));
    }
    let changes = all.into_iter().filter_map(|(name, noun, shares)| {
        let [(hits, of), (hits_now, of_now)] = shares;
        let differs =
            u128::from(hits) * u128::from(of_now) != u128::from(hits_now) * u128::from(of);
        let may_be_chance = !is_paired && is_within_chance(shares);
        differs.then_some(ShareChange { name, noun, shares, may_be_chance })
    });
    changes.collect()
}

/// Whether two shares are closer than three standard deviations of what they would differ by
/// if they were drawn alike, each case by itself. In whole numbers: both sides are multiplied
/// with what they would be divided by.
fn is_within_chance([(hits, of), (hits_now, of_now)]: [(u64, u64); 2]) -> bool {
    let mut numbers = [hits, of, hits_now, of_now].map(u128::from);
    while numbers.iter().any(|number| *number > LARGE) {
        numbers = numbers.map(|number| number / 2);
    }
    let [hits, of, hits_now, of_now] = numbers;
    let apart = (hits * of_now).abs_diff(hits_now * of);
    let (all_hits, all) = (hits + hits_now, of + of_now);
    apart * apart * all <= DEVIATIONS * DEVIATIONS * all_hits * (all - all_hits) * of * of_now
}

fn findings(both: [&ScenarioReport; 2]) -> Vec<FindingChange> {
    let mut kinds = BTreeMap::<&str, [Option<u64>; 2]>::new();
    for (at, report) in both.iter().enumerate() {
        for finding in &report.findings {
            kinds.entry(&finding.kind).or_default()[at] = Some(finding.index);
        }
    }
    let changed = kinds.into_iter().filter(|(_, [before, after])| before != after);
    changed.map(|(kind, first)| FindingChange { kind: kind.to_owned(), first }).collect()
}

fn figures(both: [&ScenarioReport; 2]) -> Vec<FigureChange> {
    let nanos = |of: fn(&ScenarioReport) -> u64| both.map(|it| i128::from(of(it)));
    let per_trial = |of: fn(&ScenarioReport) -> u64| {
        both.map(|it| i128::from(of(it)) * 1_000 / i128::from(it.trials.max(1)))
    };
    let mut all = vec![
        ("half of all payments end within".to_owned(), nanos(|it| it.ends.p50_nanos), Unit::Nanos),
        ("99 % of payments end within".to_owned(), nanos(|it| it.ends.p99_nanos), Unit::Nanos),
        ("half of all holds within".to_owned(), nanos(|it| it.holds.p50_nanos), Unit::Nanos),
        ("99 % of holds within".to_owned(), nanos(|it| it.holds.p99_nanos), Unit::Nanos),
        ("the longest hold".to_owned(), nanos(|it| it.holds.longest_nanos), Unit::Nanos),
        ("messages a trial".to_owned(), per_trial(|it| it.messages), Unit::Thousandths),
        ("doubts a trial".to_owned(), per_trial(|it| it.doubts), Unit::Thousandths),
    ];
    let currencies = both.iter().flat_map(|it| &it.trapped).map(|it| it.currency.as_str());
    for currency in currencies.collect::<BTreeSet<_>>() {
        for pool in ["held", "at risk"] {
            let values = both.map(|it| waited(&it.trapped, currency, pool, it.trials));
            all.push((format!("{pool} in {currency}, a trial"), values, Unit::MinorSeconds));
        }
    }
    let changed = all.into_iter().filter(|(_, [before, after], _)| before != after);
    changed.map(|(name, values, unit)| FigureChange { name, values, unit }).collect()
}

fn waited(trapped: &[TrappedMoney], currency: &str, pool: &str, trials: u64) -> i128 {
    let found = trapped.iter().find(|it| it.currency == currency);
    let waited = found.and_then(|it| it.pools.get(pool));
    let sum = waited.and_then(|it| it.minor_seconds.parse::<i128>().ok()).unwrap_or(0);
    sum / i128::from(trials.max(1))
}

fn coverage(both: [&ScenarioReport; 2]) -> [Vec<String>; 2] {
    let seen = |it: &ScenarioReport| -> BTreeSet<String> {
        it.coverage.iter().map(|cell| format!("{} during {}", cell.fault, cell.step)).collect()
    };
    let [before, after] = both.map(seen);
    [before.difference(&after).cloned().collect(), after.difference(&before).cloned().collect()]
}

/// The most that the squares of the test have room for.
const LARGE: u128 = 10_000_000;
const DEVIATIONS: u128 = 3;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::campaign_report::tests::{found, report};
    use crate::campaign_table::tests::campaign;

    /// The document of a campaign of the calm day.
    fn document(change: impl FnOnce(&mut scenarios::campaign::Campaign)) -> CampaignDocument {
        let mut campaign = campaign();
        change(&mut campaign);
        CampaignDocument::of(&report(&campaign))
    }

    #[test]
    fn two_equal_campaigns_are_the_same_in_every_event() {
        let one = document(|_| {});
        let difference = Difference::of(&one, &one);
        assert!(difference.scenarios[0].is_same);
        assert!(difference.text().contains("calm-day: the same in every event\n"));
    }

    #[test]
    fn a_share_differs_by_chance_only_where_the_seeds_do() {
        let [before, mut after] = [3, 5].map(|violated| document(|it| it.violated = violated));
        let paired = Difference::of(&before, &after);
        assert!(!paired.scenarios[0].shares[0].may_be_chance);
        after.master_seed = "0x0000000000000002".to_owned();
        let other = Difference::of(&before, &after);
        assert!(other.scenarios[0].shares[0].may_be_chance);
    }

    #[test]
    fn what_lies_three_deviations_apart_is_no_chance() {
        for (shares, by_chance) in [
            ([(50, 1_000), (60, 1_000)], true),
            ([(50, 1_000), (90, 1_000)], false),
            ([(0, 1_000), (0, 1_000)], true),
            ([(5_000_000_000, 10_000_000_000), (6_000_000_000, 10_000_000_000)], false),
        ] {
            assert_eq!(is_within_chance(shares), by_chance, "{shares:?}");
        }
    }

    #[test]
    fn a_new_kind_of_violation_and_lost_coverage_are_told() {
        let before = document(|_| {});
        let mut after = CampaignDocument::of(&report(&found()));
        after.scenarios[0].digest = "another".to_owned();
        let text = Difference::of(&before, &after).text();
        for words in [
            "calm-day, the same seeds\n",
            "  held → violated\n",
            "  0 of 1,000 trials → 3 of 1,000\n",
            "  I05 payin_card capture new-operation-at-other-provider, first in the 18th trial\n",
        ] {
            assert!(text.contains(words), "{words}\n{text}");
        }
    }
}
