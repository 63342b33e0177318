//! A campaign as a page: verdicts, findings, how each invariant stands in each scenario,
//! which faults met which steps, how payments ended and money waited. It needs no script.

use std::collections::BTreeMap;

use scenarios::invariant::Invariant;
use scenarios::sometimes::{self, FaultKind, Step, excuse};

use super::{escaped, page};
use crate::brief::Brief;
use crate::campaign_json::{CampaignDocument, FindingReport, ScenarioReport, Spans, Verdict};
use crate::campaign_report::CampaignReport;
use crate::campaign_table;
use crate::number::Count;

/// The page.
pub fn render(report: &CampaignReport<'_>) -> String {
    let document = CampaignDocument::of(report);
    let verdict = campaign_table::verdict(&report.rows);
    let (name, mood) = named(document.verdict);
    let planted = match document.planted.is_empty() {
        true => String::new(),
        false => format!("<p>planted: <b>{}</b></p>\n", escaped(&document.planted.join(", "))),
    };
    let body = format!(
        "<header>\n<h1>pennywise: {name}</h1>\n<p>master seed <code>{}</code>, pennywise {}</p>\n\
         <p class=\"verdict {mood}\">{}</p>\n{planted}</header>\n<main>\n{}{}{}{}{}{}</main>\n",
        document.master_seed,
        escaped(&document.pennywise),
        escaped(verdict.trim_end()),
        findings(&document),
        scenarios_table(&document),
        standings(&document),
        coverage(report),
        endings(&document),
        times(&document),
    );
    page(&format!("pennywise: {name}"), STYLE, &body, "", "{}")
}

const fn named(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Held => ("held", "good"),
        Verdict::Inconclusive => ("inconclusive", "unsure"),
        Verdict::Violated => ("violated", "bad"),
        Verdict::NotDeterministic => ("not deterministic", "bad"),
    }
}

fn findings(document: &CampaignDocument) -> String {
    let of = |it: &ScenarioReport| -> String {
        it.findings.iter().map(|finding| found(finding, it)).collect()
    };
    let told: String = document.scenarios.iter().map(of).collect();
    match told.is_empty() {
        true => told,
        false => format!("<section><h2>What did not hold</h2>\n{told}</section>\n"),
    }
}

fn found(finding: &FindingReport, scenario: &ScenarioReport) -> String {
    let claim = escaped(finding.code.story().statement);
    let commands = escaped(&finding.repeat.join("\n"));
    format!(
        "<h3>{} {}</h3>\n<p>{claim}</p>\n<p><mark>{}</mark></p>\n<p>{}, first in {} of {} \
         trials</p>\n<pre tabindex=\"0\">{commands}</pre>\n",
        finding.code,
        escaped(&finding.name),
        escaped(&finding.evidence),
        escaped(&scenario.scenario),
        Count(finding.trials),
        Count(scenario.trials),
    )
}

fn scenarios_table(document: &CampaignDocument) -> String {
    let rows = document.scenarios.iter().map(|it| {
        let (name, mood) = named(it.verdict);
        let numbers = [it.trials, it.violated, it.inconclusive, it.events, it.messages];
        let numbers = numbers.map(|number| format!("<td class=\"n\">{}</td>", Count(number)));
        format!(
            "<tr><th scope=\"row\">{}</th><td class=\"verdict {mood}\">{name}</td>{}\
             <td><code>{}</code></td></tr>\n",
            escaped(&it.scenario),
            numbers.concat(),
            it.digest
        )
    });
    let head = ["trials", "violated", "inconclusive", "events", "messages"];
    let head = head.map(|name| format!("<th class=\"n\" scope=\"col\">{name}</th>")).concat();
    format!(
        "<section><h2>Scenarios</h2>\n<div class=\"wide\"><table><thead><tr><th scope=\"col\">\
         scenario</th><th scope=\"col\">verdict</th>{head}<th scope=\"col\">digest</th></tr>\
         </thead><tbody>\n{}</tbody></table></div></section>\n",
        rows.collect::<String>()
    )
}

/// A row for each invariant, a column for each scenario: how often it had something to
/// judge, and where it did not hold.
fn standings(document: &CampaignDocument) -> String {
    let head = document.scenarios.iter().map(|it| column(&it.scenario));
    let rows = Invariant::ALL.iter().enumerate().map(|(at, story)| {
        let cells = document.scenarios.iter().map(|it| {
            let stands = &it.invariants[at];
            match stands.standing.as_str() {
                "violated" => format!("<td class=\"n hit\">✗ {}</td>", Count(stands.violated)),
                "held" => format!("<td class=\"n\">{}</td>", Count(stands.exercised)),
                "untested" => "<td class=\"n open\">untested</td>".to_owned(),
                "not-applicable" => "<td class=\"n none\">–</td>".to_owned(),
                _ => "<td class=\"n none\">0</td>".to_owned(),
            }
        });
        let (code, name) = (story.code, escaped(story.name));
        let claim = escaped(story.statement);
        let cells = cells.collect::<String>();
        format!("<tr><th scope=\"row\" title=\"{claim}\">{code} {name}</th>{cells}</tr>\n")
    });
    format!(
        "<section><h2>Invariants</h2>\n<p>How often each had something to judge; – where no world \
         can give it anything.</p>\n<div class=\"wide\"><table class=\"grid\"><thead><tr><td></td>\
         {}</tr></thead><tbody>\n{}</tbody></table></div></section>\n",
        head.collect::<String>(),
        rows.collect::<String>()
    )
}

/// A row for each kind of fault that struck, a column for each step of a saga.
fn coverage(report: &CampaignReport<'_>) -> String {
    let tally = sometimes::seen(report.rows.iter().map(|row| row.campaign));
    let struck = |fault: &FaultKind| Step::all().any(|step| tally.cell(*fault, step) > 0);
    let rows = FaultKind::all().filter(struck).map(|fault| {
        let cells = Step::all().map(|step| match tally.cell(fault, step) {
            0 if excuse(fault, step).is_some() => "<td class=\"n none\">–</td>".to_owned(),
            0 => "<td class=\"n open\">0</td>".to_owned(),
            trials => format!("<td class=\"n met\">{}</td>", Count(trials)),
        });
        let cells = cells.collect::<String>();
        format!("<tr><th scope=\"row\">{}</th>{cells}</tr>\n", fault.name())
    });
    let head = Step::all().map(|step| column(step.name())).collect::<String>();
    format!(
        "<section><h2>Faults while steps were in flight</h2>\n<p>In how many trials; – where that \
         can't be.</p>\n<div class=\"wide\"><table class=\"grid\"><thead><tr><td></td>{head}</tr>\
         </thead><tbody>\n{}</tbody></table></div></section>\n",
        rows.collect::<String>()
    )
}

/// How payments ended, and what struck meanwhile.
fn endings(document: &CampaignDocument) -> String {
    let counts = |counts: &BTreeMap<String, u64>| {
        let told =
            counts.iter().map(|(name, count)| format!("{} {}", escaped(name), Count(*count)));
        told.collect::<Vec<_>>().join(", ")
    };
    let rows = document.scenarios.iter().map(|it| {
        format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n",
            escaped(&it.scenario),
            counts(&it.payments),
            counts(&it.faults),
        )
    });
    format!(
        "<section><h2>Payments and faults</h2>\n<div class=\"wide\"><table><thead><tr>\
         <th scope=\"col\">scenario</th><th scope=\"col\">payments</th><th scope=\"col\">faults\
         </th></tr></thead><tbody>\n{}</tbody></table></div></section>\n",
        rows.collect::<String>()
    )
}

/// How long payments took to their end, and how long money was held: percentiles, and how
/// they are spread.
fn times(document: &CampaignDocument) -> String {
    let ends = spread(document, |it| &it.ends);
    let holds = spread(document, |it| &it.holds);
    let about = "<p>The bars are shares: up to 1 s, 10 s, 1 min, 10 min, 1 h, 1 d, and longer.</p>";
    format!(
        "<section><h2>How long payments took to their end</h2>\n{about}\n{ends}</section>\n\
         <section><h2>How long money was held</h2>\n{about}\n{holds}</section>\n"
    )
}

fn spread(document: &CampaignDocument, of: fn(&ScenarioReport) -> &Spans) -> String {
    let span = |nanos: u64| Brief::nanos(u128::from(nanos)).to_string();
    let rows = document.scenarios.iter().map(|it| {
        let spans = of(it);
        let told = [spans.p50_nanos, spans.p99_nanos, spans.longest_nanos].map(span);
        let told = told.map(|told| format!("<td class=\"n\">{told}</td>")).concat();
        let (name, count) = (escaped(&it.scenario), Count(spans.count));
        let bars = bars(spans);
        format!("<tr><th scope=\"row\">{name}</th><td class=\"n\">{count}</td>{told}{bars}</tr>\n")
    });
    let head = ["count", "half within", "99 % within", "longest"];
    let head = head.map(|name| format!("<th class=\"n\" scope=\"col\">{name}</th>")).concat();
    format!(
        "<div class=\"wide\"><table><thead><tr><th scope=\"col\">scenario</th>{head}\
         <th scope=\"col\">spread</th></tr></thead><tbody>\n{}</tbody></table></div>",
        rows.collect::<String>()
    )
}

/// A bar for each class, as high as its share of the largest; what it is, when pointed at.
fn bars(spans: &Spans) -> String {
    let names = Spans::LIMITS.map(|limit| format!("up to {}", Brief::from(limit)));
    let names = names.into_iter().chain(["longer".to_owned()]);
    let most = spans.classes.iter().copied().max().unwrap_or(0).max(1);
    let bar = |(name, count): (String, &u64)| {
        let height = (count * 100).div_ceil(most);
        let told = format!("{name}: {}", Count(*count));
        format!("<i title=\"{told}\" style=\"height:{height}%\"></i>")
    };
    let told = names.zip(&spans.classes).map(bar).collect::<String>();
    format!("<td><span class=\"bars\">{told}</span></td>")
}

fn column(name: &str) -> String {
    format!("<th class=\"up\" scope=\"col\"><span>{}</span></th>", escaped(name))
}

const STYLE: &str = include_str!("campaign.css");

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;
    use crate::campaign_report::tests::{found, report};

    #[test]
    fn the_page_shows_what_was_found_and_is_well_formed() {
        let text = render(&report(&found()));
        for words in [
            "<h1>pennywise: violated</h1>",
            "<mark>payment 7 is charged 2 times</mark>",
            "pennywise replay 'my repros/I05.toml'",
            "<td class=\"n hit\">✗ 3</td>",
            "<h2>How long payments took to their end</h2>",
        ] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        let body = &text[text.find("<main>").unwrap()..text.find("</main>").unwrap() + 7];
        Document::parse(body).unwrap();
        assert!(!text.contains("://"), "it asks the network for something");
    }
}
