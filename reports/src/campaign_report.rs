//! What `fuzz` came to, as every format shows it: plain data, and what follows from it.

use std::collections::BTreeMap;

use model::decision::Policy;
use model::{Defect, Defects};
use scenarios::campaign::{Campaign, Caught, Finding};
use scenarios::invariant::Invariant;
use scenarios::sometimes::Missing;
use scenarios::{Fingerprint, Strategy};
use sim::Seed;

use crate::campaign_table::{self, CampaignRow};
use crate::repeat::Repeat;

/// Campaigns over some scenarios under one master seed.
#[derive(Clone, Debug)]
pub struct CampaignReport<'c> {
    /// The version of pennywise.
    pub version: &'c str,
    /// The seed of all seeds.
    pub master_seed: Seed,
    /// What is planted.
    pub defects: Defects,
    /// Who decides, if somebody was asked to.
    pub policy: Option<Policy>,
    /// How it was looked for what is rare.
    pub strategy: Strategy,
    /// Whether it is the reference as it is: nothing is planted, nobody else decides. Only
    /// that has to see everything that there is to see.
    pub is_reference: bool,
    /// A row for each scenario.
    pub rows: Vec<CampaignRow<'c>>,
    /// The file that each kind of finding was kept in.
    pub files: BTreeMap<Fingerprint, String>,
}

/// What trials come to together, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// All held.
    Held,
    /// A limit was hit, or something was not tested that should have been.
    Inconclusive,
    /// An invariant did not hold.
    Violated,
    /// A seed did not come to the same when it ran again: nothing else counts.
    NotDeterministic,
}

/// How an invariant stands in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It held each of these times.
    Held(u64),
    /// It did not hold.
    Violated(Caught),
    /// It had nothing to judge, and the scenario promises that it would have had by now.
    Untested,
    /// It had nothing to judge.
    NotExercised,
    /// No world of the scenario can give it anything to judge.
    NotApplicable,
}

impl Outcome {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Inconclusive => "inconclusive",
            Self::Violated => "violated",
            Self::NotDeterministic => "not deterministic",
        }
    }
}

impl Standing {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held(_) => "held",
            Self::Violated(_) => "violated",
            Self::Untested => "untested",
            Self::NotExercised => "not-exercised",
            Self::NotApplicable => "not-applicable",
        }
    }
}

impl CampaignReport<'_> {
    /// What all rows come to together.
    pub fn outcome(&self) -> Outcome {
        let unseen = self.unseen().is_some_and(|missing| missing.is_any());
        let outcome = if unseen { Outcome::Inconclusive } else { Outcome::Held };
        self.rows.iter().map(outcome_of).fold(outcome, Outcome::max)
    }

    /// What is missing of what a large campaign of the reference over the whole catalog has
    /// to see; `None` if this is none, and not held to it.
    pub fn unseen(&self) -> Option<Missing> {
        campaign_table::unseen(&self.rows).filter(|_| self.is_reference)
    }

    /// The file that `finding` was kept in, if it was.
    pub fn file(&self, finding: &Finding) -> Option<&str> {
        self.files.get(&finding.violation.fingerprint()).map(String::as_str)
    }

    /// The commands that repeat `finding` of `row`, ready to paste: the last one is for the
    /// file that it was kept in.
    pub fn commands(&self, finding: &Finding, row: &CampaignRow<'_>) -> Vec<String> {
        let run = row.repeat.command(finding.seed);
        [run].into_iter().chain(self.file(finding).map(Repeat::replay)).collect()
    }

    /// The names of what is planted.
    pub fn planted(&self) -> impl Iterator<Item = &'static str> {
        let defects = self.defects;
        let planted = Defect::ALL.iter().filter(move |story| defects.has(story.defect));
        planted.map(|story| story.name)
    }

    /// The sum of a figure over all rows.
    pub fn sum(&self, of: impl Fn(&Campaign) -> u64) -> u64 {
        self.rows.iter().map(|row| of(row.campaign)).sum()
    }
}

/// What one row comes to.
pub fn outcome_of(row: &CampaignRow<'_>) -> Outcome {
    let campaign = row.campaign;
    match campaign {
        _ if campaign.rechecked.differed > 0 => Outcome::NotDeterministic,
        Campaign { violated: 1.., .. } => Outcome::Violated,
        Campaign { inconclusive: 1.., .. } => Outcome::Inconclusive,
        _ if is_long_enough(row) && !campaign.missed.is_empty() => Outcome::Inconclusive,
        _ => Outcome::Held,
    }
}

/// How every invariant stands in `row`, by code.
pub fn standings<'r>(
    row: &'r CampaignRow<'_>,
) -> impl Iterator<Item = (Invariant, Standing)> + use<'r> {
    Invariant::ALL.iter().map(|story| (story.code, standing(story.code, row)))
}

fn standing(invariant: Invariant, row: &CampaignRow<'_>) -> Standing {
    let campaign = row.campaign;
    let met = campaign.exercised.get(&invariant).copied().unwrap_or(0);
    match campaign.caught.get(&invariant) {
        Some(caught) => Standing::Violated(*caught),
        None if met > 0 => Standing::Held(met),
        None if campaign.not_applicable.contains(&invariant) => Standing::NotApplicable,
        None if is_long_enough(row) && campaign.missed.contains(&invariant) => Standing::Untested,
        None => Standing::NotExercised,
    }
}

fn is_long_enough(row: &CampaignRow<'_>) -> bool {
    row.campaign.trials >= row.scenario.trials_min
}

#[cfg(test)]
pub(crate) mod tests {
    use scenarios::campaign::Undecided;
    use scenarios::catalog;

    use super::*;
    use crate::campaign_table::tests::{campaign, row};
    use crate::violation::tests::charged_twice;

    /// A campaign of the calm day that found something, and left something open.
    pub(crate) fn found() -> Campaign {
        let mut campaign = campaign();
        let seed = Seed(42);
        campaign.violated = 3;
        campaign.inconclusive = 1;
        campaign.caught = [(Invariant::I05, Caught { index: 17, seed, trials: 3 })].into();
        let violation = charged_twice();
        campaign.findings = vec![Finding { index: 17, seed, plan: None, violation, trials: 3 }];
        campaign.undecided =
            vec![Undecided { index: 9, seed: Seed(7), why: "the limit of events was hit" }];
        campaign.outcomes = [("failed", 10), ("succeeded", 90)].into();
        campaign.strikes = [("message-loss", 5), ("declined", 10)].into();
        campaign.exercised.insert(Invariant::I14, 0);
        campaign
    }

    /// Its report, with a planted defect.
    pub(crate) fn report(campaign: &Campaign) -> CampaignReport<'_> {
        let defects = Defects::NONE.with(Defect::FreshKeyPerTry);
        let kind = charged_twice().fingerprint();
        CampaignReport {
            version: "0.1.0",
            master_seed: Seed(1),
            defects,
            policy: None,
            strategy: Strategy::Portfolio,
            is_reference: false,
            rows: vec![row(campaign, defects)],
            files: [(kind, "my repros/I05.toml".to_owned())].into(),
        }
    }

    fn outcome_after(change: impl FnOnce(&mut Campaign)) -> Outcome {
        let mut campaign = Campaign::new(catalog::named("calm-day").unwrap());
        campaign.trials = catalog::named("calm-day").unwrap().trials_min;
        change(&mut campaign);
        report(&campaign).outcome()
    }

    #[test]
    fn a_violation_outweighs_what_is_inconclusive() {
        assert_eq!(outcome_after(|_| {}), Outcome::Held);
        assert_eq!(outcome_after(|campaign| campaign.inconclusive = 1), Outcome::Inconclusive);
        let both = |campaign: &mut Campaign| (campaign.violated, campaign.inconclusive) = (1, 1);
        assert_eq!(outcome_after(both), Outcome::Violated);
    }

    #[test]
    fn a_seed_that_does_not_repeat_outweighs_everything() {
        let all = |campaign: &mut Campaign| {
            campaign.violated = 1;
            campaign.rechecked.differed = 1;
        };
        assert_eq!(outcome_after(all), Outcome::NotDeterministic);
    }

    #[test]
    fn only_a_campaign_that_is_long_enough_has_to_exercise_everything() {
        let missed = |campaign: &mut Campaign| campaign.missed = vec![Invariant::I14];
        assert_eq!(outcome_after(missed), Outcome::Inconclusive);
        let short = |campaign: &mut Campaign| {
            missed(campaign);
            campaign.trials -= 1;
        };
        assert_eq!(outcome_after(short), Outcome::Held);
    }

    #[test]
    fn a_finding_is_repeated_from_its_seed_and_from_its_file() {
        let campaign = found();
        let report = report(&campaign);
        assert_eq!(
            report.commands(&campaign.findings[0], &report.rows[0]),
            [
                "pennywise run calm-day --seed 0x000000000000002a --plant fresh-key-per-try",
                "pennywise replay 'my repros/I05.toml'"
            ]
        );
    }

    #[test]
    fn every_invariant_stands_somehow() {
        let mut campaign = found();
        campaign.trials = 1_000_000;
        campaign.missed = vec![Invariant::I14];
        campaign.exercised.remove(&Invariant::I26);
        campaign.not_applicable = vec![Invariant::I26];
        let report = report(&campaign);
        let standings: BTreeMap<_, _> = standings(&report.rows[0]).collect();
        let named = |code| standings[&code].name();
        assert_eq!(standings.len(), Invariant::ALL.len());
        assert_eq!(
            [Invariant::I01, Invariant::I05, Invariant::I14, Invariant::I26].map(named),
            ["held", "violated", "untested", "not-applicable"]
        );
    }
}
