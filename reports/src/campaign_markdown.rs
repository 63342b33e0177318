//! A campaign as Markdown, short enough for the summary of a job or the comment of a
//! change: the verdict, what was violated, and a table.

use scenarios::campaign::Finding;

use crate::campaign_report::{CampaignReport, Outcome, Standing, outcome_of, standings};
use crate::campaign_table::{self, CampaignRow};
use crate::markdown::cell;
use crate::number::{Count, counted};
use crate::{rechecked, violation};

/// The whole report.
pub fn render(report: &CampaignReport<'_>) -> String {
    let verdict = campaign_table::verdict(&report.rows);
    let mut text = format!("## pennywise: {}\n\n{verdict}\n", report.outcome().name());
    let (master, version) = (report.master_seed, report.version);
    text.push_str(&format!("Master seed `{master}`, pennywise {version}."));
    let planted: Vec<_> = report.planted().map(|name| format!("`{name}`")).collect();
    if !planted.is_empty() {
        text.push_str(&format!(" Planted: {}.", planted.join(", ")));
    }
    text.push_str("\n\n");
    for row in &report.rows {
        for finding in &row.campaign.findings {
            text.push_str(&section(finding, row, report));
        }
    }
    for told in campaign_table::undecided(&report.rows) {
        let (why, command) = told.split_once('\n').unwrap_or((&told, ""));
        text.push_str(&format!("- {}\n\n{}", cell(why), code(command)));
    }
    for told in rechecked::unlike(&report.rows) {
        let (what, command) = told.split_once('\n').unwrap_or((&told, ""));
        text.push_str(&format!("- {}\n\n{}", cell(what), code(command)));
    }
    let missed = campaign_table::missed(&report.rows);
    text.extend(missed.lines().map(|line| format!("- {}\n", cell(line))));
    if let Some(missing) = report.unseen() {
        let unseen = campaign_table::unseen_text(&missing);
        text.extend(unseen.lines().map(|line| format!("- {}\n", cell(line))));
    }
    text + &table(report)
}

fn section(finding: &Finding, row: &CampaignRow<'_>, report: &CampaignReport<'_>) -> String {
    let violation = &finding.violation;
    let name = violation::name(violation.invariant);
    let claim = cell(violation.invariant.story().statement);
    let evidence = cell(&violation.evidence);
    let (scenario, shown) = (&row.campaign.scenario, Count(finding.trials));
    let of = counted(row.campaign.trials, "trial");
    let commands = report.commands(finding, row).join("\n");
    format!(
        "### {name} does not hold\n\n{claim}\n\n- scenario `{scenario}`, first in {shown} of {of}\n\
         - {evidence}\n\n{}",
        code(&commands)
    )
}

fn table(report: &CampaignReport<'_>) -> String {
    let head = "| scenario | verdict | trials | violated | inconclusive | judged | digest |\n\
                | --- | --- | ---: | ---: | ---: | ---: | --- |\n";
    let rows = report.rows.iter().map(|row| {
        let campaign = row.campaign;
        let judged = standings(row).filter(|(_, it)| matches!(it, Standing::Held(_)));
        let mark = match outcome_of(row) {
            Outcome::Held => "✅ held",
            Outcome::Inconclusive => "❔ inconclusive",
            Outcome::Violated => "❌ violated",
            Outcome::NotDeterministic => "❌ not deterministic",
        };
        format!(
            "| {} | {mark} | {} | {} | {} | {} of {} | `{}` |\n",
            cell(&campaign.scenario),
            Count(campaign.trials),
            Count(campaign.violated),
            Count(campaign.inconclusive),
            judged.count() + campaign.caught.len(),
            standings(row).filter(|(_, it)| *it != Standing::NotApplicable).count(),
            campaign.digest
        )
    });
    format!("{head}{}", rows.collect::<String>())
}

fn code(text: &str) -> String {
    format!("```sh\n{}\n```\n\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign_report::tests::{found, report};

    #[test]
    fn the_summary_names_what_is_violated_and_how_to_see_it_again() {
        let campaign = found();
        let text = render(&report(&campaign));
        let expected = "\
## pennywise: violated

verdict: violated, 3 of 1,000 trials, and 1 inconclusive

Master seed `0x0000000000000001`, pennywise 0.1.0. Planted: `fresh-key-per-try`.

### I05 one-effective-charge-per-payment does not hold
";
        assert!(text.starts_with(expected), "{text}");
        for words in [
            "- scenario `calm-day`, first in 3 of 1,000 trials\n- payment 7 is charged 2 times\n",
            "```sh\npennywise run calm-day --seed 0x000000000000002a --plant fresh-key-per-try\n\
             pennywise replay 'my repros/I05.toml'\n```\n",
            "the limit of events was hit",
            "| calm-day | ❌ violated | 1,000 | 3 | 1 |",
        ] {
            assert!(text.contains(words), "{words}\n{text}");
        }
    }
}
