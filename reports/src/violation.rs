//! The story of one violation.

use scenarios::campaign::Finding;
use scenarios::invariant::Invariant;
use scenarios::judge::Violation;

use crate::campaign_table::CampaignRow;
use crate::layout;
use crate::number::{Count, counted};
use crate::repeat::Repeat;

/// What did not hold, what shows it, and when: a headline and a few facts.
pub fn text(violation: &Violation) -> String {
    headline(violation) + &layout::facts(facts(violation))
}

/// The later violations of a trial in a line each; empty if there are none.
pub fn others(violations: &[Violation]) -> String {
    let row = |violation: &Violation| {
        let (at, code) = (violation.at.to_string(), violation.invariant.to_string());
        vec![at, code, violation.evidence.clone()]
    };
    match violations.is_empty() {
        true => String::new(),
        false => {
            let rows = violations.iter().map(row).collect();
            format!("\nviolated as well\n{}", layout::columns(2, rows))
        }
    }
}

/// The same as [`text`] for the first trial of a campaign that showed it, with the number
/// of trials that did; the last lines are the commands that repeat the trial, and the `file`
/// that it was kept in.
pub fn finding(finding: &Finding, row: &CampaignRow<'_>, file: Option<&str>) -> String {
    let mut facts = facts(&finding.violation);
    facts.push(("scenario", row.campaign.scenario.clone()));
    facts.push((
        "trials",
        format!(
            "it was the first to go wrong in {} of {}; this is the earliest, trial {}",
            Count(finding.trials),
            counted(row.campaign.trials, "trial"),
            Count(finding.index + 1)
        ),
    ));
    let run = row.repeat.command(finding.seed);
    let replay = file.map(|file| Repeat::replay(file) + "\n").unwrap_or_default();
    headline(&finding.violation) + &layout::facts(facts) + &run + "\n" + &replay
}

/// A claim, by its code and its name.
pub fn name(invariant: Invariant) -> String {
    let story = invariant.story();
    format!("{} {}", story.code, story.name)
}

fn headline(violation: &Violation) -> String {
    format!("violated: {}\n", name(violation.invariant))
}

fn facts(violation: &Violation) -> Vec<(&'static str, String)> {
    let seen = match violation.event {
        0 => format!("at rest, {}", violation.at),
        event => format!("{}, event {}", violation.at, Count(event)),
    };
    vec![
        ("claim", violation.invariant.story().statement.to_owned()),
        ("evidence", violation.evidence.clone()),
        ("kind", format!("{}, at the step `{}`", violation.relation, violation.step)),
        ("seen", seen),
    ]
}

#[cfg(test)]
pub(crate) mod tests {
    use model::{Defect, Defects, Token};
    use scenarios::judge::Relation;
    use sim::{Seed, VirtualTime};

    use super::*;
    use crate::campaign_table::tests::{campaign, row};

    /// A violation that charges payment 7 twice, seen during event 1,234.
    pub(crate) fn charged_twice() -> Violation {
        Violation {
            workflow: "payin_card",
            invariant: Invariant::I05,
            at: VirtualTime::from_nanos(12_345_678_000),
            event: 1_234,
            token: Token(7),
            step: "capture",
            relation: Relation::NewOperationAtOtherProvider,
            evidence: "payment 7 is charged 2 times".to_owned(),
        }
    }

    #[test]
    fn the_story_names_the_claim_the_evidence_and_the_moment() {
        let text = text(&charged_twice());
        assert!(text.starts_with("violated: I05 one-effective-charge-per-payment\n"), "{text}");
        for words in [
            "at every instant at most one charge",
            "payment 7 is charged 2 times",
            "new operation at another provider, at the step `capture`",
            "00:00:12.345678, event 1,234",
        ] {
            assert!(text.contains(words), "{words} is missing in {text}");
        }
    }

    #[test]
    fn what_is_seen_at_rest_has_no_event() {
        let text = text(&Violation { event: 0, ..charged_twice() });
        assert!(text.contains("at rest, 00:00:12.345678"), "{text}");
    }

    #[test]
    fn later_violations_have_a_line_each() {
        assert_eq!(others(&[]), "");
        let text = others(&[charged_twice(), charged_twice()]);
        let line = "  00:00:12.345678  I05  payment 7 is charged 2 times\n";
        assert_eq!(text, format!("\nviolated as well\n{line}{line}"));
    }

    #[test]
    fn the_last_line_of_a_finding_repeats_it() {
        let mut campaign = campaign();
        let violation = charged_twice();
        campaign.findings =
            vec![Finding { index: 17, seed: Seed(42), plan: None, violation, trials: 3 }];
        let planted: Defects = [Defect::FreshKeyPerTry].into_iter().collect();
        let row = row(&campaign, planted);
        let text = finding(&campaign.findings[0], &row, None);
        let run = "pennywise run calm-day --seed 0x000000000000002a --plant fresh-key-per-try";
        assert_eq!(text.lines().last(), Some(run));
        let kept = finding(&campaign.findings[0], &row, Some("my repros/I05.toml"));
        assert_eq!(kept, text.clone() + "pennywise replay 'my repros/I05.toml'\n");
        let told = "the first to go wrong in 3 of 1,000 trials; this is the earliest, trial 18\n";
        assert!(text.contains(told), "{text}");
    }
}
