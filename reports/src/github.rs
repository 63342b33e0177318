//! A campaign as the commands that GitHub reads from the log of a job and shows as
//! annotations: an error for each finding, a warning for what is open.

use crate::campaign_report::CampaignReport;
use crate::campaign_table;
use crate::{rechecked, violation};

/// The annotations, a line each; empty if there is nothing to say.
pub fn annotations(report: &CampaignReport<'_>) -> String {
    let mut text = String::new();
    for row in &report.rows {
        for finding in &row.campaign.findings {
            let title = violation::name(finding.violation.invariant);
            let (name, evidence) = (&row.campaign.scenario, &finding.violation.evidence);
            let commands = report.commands(finding, row).join("\n");
            let told = format!("{name}, seed {}: {evidence}\n{commands}", finding.seed);
            text.push_str(&annotation("error", &title, &told));
        }
    }
    for told in rechecked::unlike(&report.rows) {
        text.push_str(&annotation("error", "not deterministic", told.trim_end()));
    }
    for told in campaign_table::undecided(&report.rows) {
        text.push_str(&annotation("warning", "inconclusive", told.trim_end()));
    }
    let missed = campaign_table::missed(&report.rows);
    for line in missed.lines().filter(|line| line.starts_with("not tested: ")) {
        text.push_str(&annotation("warning", "not tested", line));
    }
    if let Some(missing) = report.unseen().filter(|missing| missing.is_any()) {
        let unseen = campaign_table::unseen_text(&missing);
        text.push_str(&annotation("warning", "never seen", unseen.trim_end()));
    }
    text
}

fn annotation(level: &str, title: &str, told: &str) -> String {
    format!("::{level} title={}::{}\n", property(title), data(told))
}

/// As the runner reads it: a line break would end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign_report::tests::{found, report};
    use crate::campaign_table::tests::campaign;

    #[test]
    fn a_campaign_that_held_is_not_annotated() {
        assert_eq!(annotations(&report(&campaign())), "");
    }

    #[test]
    fn every_finding_is_an_error_in_one_line_with_the_commands_that_repeat_it() {
        let text = annotations(&report(&found()));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines[0],
            "::error title=I05 one-effective-charge-per-payment::calm-day, seed \
             0x000000000000002a: payment 7 is charged 2 times%0Apennywise run calm-day --seed \
             0x000000000000002a --plant fresh-key-per-try%0Apennywise replay 'my repros/I05.toml'"
        );
        assert!(lines[1].starts_with("::warning title=inconclusive::"), "{text}");
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn what_means_something_to_the_runner_is_escaped() {
        assert_eq!(
            annotation("error", "a: b, c", "50%\n"),
            "::error title=a%3A b%2C c::50%25%0A\n"
        );
    }
}
