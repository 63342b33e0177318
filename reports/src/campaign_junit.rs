//! A campaign as JUnit XML: a suite for each scenario, a case for each invariant, and one
//! that says whether every trial came to a verdict. Never a case for a seed: how many there
//! are is a matter of time.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use scenarios::campaign::Undecided;
use scenarios::invariant::Invariant;

use crate::campaign_report::{CampaignReport, Standing, standings};
use crate::campaign_table::CampaignRow;
use crate::number::counted;
use crate::{rechecked, violation};

/// The whole report. No time of day and no duration is in it, so that it repeats.
///
/// # Errors
/// None that a report can cause.
pub fn render(report: &CampaignReport<'_>) -> Result<String, quick_junit::SerializeError> {
    let mut junit = Report::new("pennywise");
    junit.add_test_suites(report.rows.iter().map(|row| suite(row, report)));
    junit.to_string()
}

fn suite(row: &CampaignRow<'_>, report: &CampaignReport<'_>) -> TestSuite {
    let mut suite = TestSuite::new(row.campaign.scenario.as_str());
    for (name, value) in [
        ("master seed", report.master_seed.to_string()),
        ("trials", row.campaign.trials.to_string()),
        ("digest", row.campaign.digest.to_string()),
    ] {
        suite.add_property((name, value.as_str()));
    }
    let cases = standings(row).map(|(code, stands)| invariant(code, stands, row, report));
    suite.add_test_cases(cases);
    suite.add_test_case(concluded(row));
    if row.campaign.rechecked.trials > 0 {
        suite.add_test_case(repeats(row));
    }
    suite
}

fn invariant(
    code: Invariant,
    stands: Standing,
    row: &CampaignRow<'_>,
    report: &CampaignReport<'_>,
) -> TestCase {
    let trials = counted(row.campaign.trials, "trial");
    let status = match stands {
        Standing::Held(_) => TestCaseStatus::success(),
        Standing::Violated(caught) => {
            let message =
                format!("{} does not hold in {} of {trials}", violation::name(code), caught.trials);
            non_success(NonSuccessKind::Failure, &message, &shown(code, row, report))
        }
        Standing::Untested => {
            let message = format!("the scenario promises to exercise {code} and did not");
            non_success(NonSuccessKind::Error, &message, &format!("in {trials}"))
        }
        Standing::NotExercised => skipped(&format!("it had nothing to judge in {trials}")),
        Standing::NotApplicable => skipped("no world of the scenario gives it anything to judge"),
    };
    case(violation::name(code), row, status)
}

/// What shows that an invariant does not hold, and how to see it again.
fn shown(code: Invariant, row: &CampaignRow<'_>, report: &CampaignReport<'_>) -> String {
    let of = |it: &&scenarios::campaign::Finding| it.violation.invariant == code;
    let findings = row.campaign.findings.iter().filter(of).map(|finding| {
        let commands = report.commands(finding, row).join("\n");
        format!("seed {}: {}\n{commands}\n", finding.seed, finding.violation.evidence)
    });
    let findings: String = findings.collect();
    match row.campaign.caught.get(&code) {
        // It was never the first violation of a trial, and so is no finding of its own.
        Some(caught) if findings.is_empty() => {
            format!("seed {}\n{}\n", caught.seed, row.repeat.command(caught.seed))
        }
        _ => format!("{}\n{findings}", code.story().statement),
    }
}

fn concluded(row: &CampaignRow<'_>) -> TestCase {
    let campaign = row.campaign;
    let status = match campaign.inconclusive {
        0 => TestCaseStatus::success(),
        trials => {
            let of = counted(campaign.trials, "trial");
            let message = format!("{trials} of {of} came to no verdict");
            let first = campaign.undecided.iter().map(|Undecided { seed, why, .. }| {
                format!("seed {seed}: {why}\n{}\n", row.repeat.command(*seed))
            });
            non_success(NonSuccessKind::Error, &message, &first.collect::<String>())
        }
    };
    case("every trial comes to a verdict".to_owned(), row, status)
}

/// Whether every trial that ran twice came to the same.
fn repeats(row: &CampaignRow<'_>) -> TestCase {
    let status = match row.campaign.rechecked.differed {
        0 => TestCaseStatus::success(),
        _ => {
            let told = rechecked::unlike(std::slice::from_ref(row)).concat();
            non_success(NonSuccessKind::Error, &rechecked::fact(row.campaign), &told)
        }
    };
    case("every trial that runs again comes to the same".to_owned(), row, status)
}

fn case(name: String, row: &CampaignRow<'_>, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(row.campaign.scenario.as_str());
    case
}

fn non_success(kind: NonSuccessKind, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message).set_description(text);
    status
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(why);
    status
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::*;
    use crate::campaign_report::tests::{found, report};

    fn children<'n>(node: Node<'n, 'n>, name: &'static str) -> Vec<Node<'n, 'n>> {
        node.children().filter(|child| child.has_tag_name(name)).collect()
    }

    /// Asked of a reader of XML that knows nothing of what wrote it.
    #[test]
    fn a_suite_has_a_case_for_each_invariant_and_counts_what_became_of_them() {
        let campaign = found();
        let text = render(&report(&campaign)).unwrap();
        let read = Document::parse(&text).unwrap();
        let [suite] = children(read.root_element(), "testsuite")[..] else { panic!("{text}") };
        let cases = children(suite, "testcase");
        assert_eq!(cases.len(), Invariant::ALL.len() + 1);
        let counted = |name| suite.attribute(name).unwrap().parse::<usize>().unwrap();
        assert_eq!(counted("tests"), cases.len());
        for (attribute, tag, count) in
            [("failures", "failure", 1), ("errors", "error", 1), ("skipped", "skipped", 1)]
        {
            let of = |case: &&Node<'_, '_>| !children(**case, tag).is_empty();
            assert_eq!(cases.iter().filter(of).count(), count, "{tag}");
            assert_eq!(counted(attribute), count, "{attribute}");
        }
        assert!(cases.iter().all(|case| case.attribute("classname") == Some("calm-day")));
        assert!(!text.contains("timestamp") && !text.contains(" time="), "{text}");
    }

    #[test]
    fn a_failure_says_what_shows_it_and_how_to_see_it_again() {
        let text = render(&report(&found())).unwrap();
        let read = Document::parse(&text).unwrap();
        let failure = read.descendants().find(|node| node.has_tag_name("failure")).unwrap();
        let message = "I05 one-effective-charge-per-payment does not hold in 3 of 1,000 trials";
        assert_eq!(failure.attribute("message"), Some(message));
        let told = failure.text().unwrap();
        for words in ["payment 7 is charged 2 times", "pennywise run calm-day", "pennywise replay"]
        {
            assert!(told.contains(words), "{told}");
        }
    }
}
