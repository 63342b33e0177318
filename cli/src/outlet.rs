//! Where the outcome of a campaign goes, and as what: the screen, and files besides.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use reports::campaign_report::Outcome;
use reports::{
    CampaignReport, campaign_json, campaign_junit, campaign_markdown, campaign_table, github, html,
    rechecked, violation,
};

use crate::arguments::CampaignFormat;
use crate::failure::Failure;
use crate::screen::{Mood, Screen};
use crate::shelf;

/// Every place that hears of the outcome.
pub(crate) struct Outlets {
    screen: CampaignFormat,
    files: Vec<(PathBuf, CampaignFormat)>,
    /// The summary of the job, where it is GitHub that asks for it.
    summary: Option<PathBuf>,
}

impl Outlets {
    /// The screen, as `format`; and each of `files`, which is none yet and can be written,
    /// in the format that its name ends with.
    ///
    /// # Errors
    /// If one can't be written, is there already, or ends in nothing that is known.
    pub(crate) fn new(format: CampaignFormat, files: &[PathBuf]) -> Result<Self, Failure> {
        let mut known = BTreeSet::new();
        let mut told = Vec::with_capacity(files.len());
        for path in files {
            let format = format_of(path)?;
            let writable = match known.insert(path) {
                true => shelf::can_write_new(path),
                false => Err("it is named twice".to_owned()),
            };
            writable.map_err(|why| unwritable(path, &why))?;
            told.push((path.clone(), format));
        }
        let summary = summary().filter(|_| format == CampaignFormat::Github);
        Ok(Self { screen: format, files: told, summary })
    }

    /// Says what is about to run: a result only where people read it.
    ///
    /// # Errors
    /// If stdout can't be written.
    pub(crate) fn begin(&self, heading: &str, screen: &mut Screen<'_>) -> Result<(), Failure> {
        match self.screen {
            CampaignFormat::Text | CampaignFormat::Github => screen.headline(Mood::Plain, heading),
            _ => {
                screen.remark(heading);
                Ok(())
            }
        }
    }

    /// Tells `report` everywhere; files first, so that a screen that nobody reads to the end
    /// takes nothing from them.
    ///
    /// # Errors
    /// If something can't be written.
    pub(crate) fn tell(
        &self,
        report: &CampaignReport<'_>,
        screen: &mut Screen<'_>,
    ) -> Result<(), Failure> {
        for (path, format) in &self.files {
            shelf::write(path, &rendered(report, *format)?).map_err(Failure::Output)?;
        }
        if let Some(path) = &self.summary {
            append(path, &campaign_markdown::render(report)).map_err(Failure::Output)?;
        }
        match self.screen {
            CampaignFormat::Text => text(report, screen),
            CampaignFormat::Github => {
                text(report, screen)?;
                screen.print(&format!("\n{}", github::annotations(report)))
            }
            format => screen.print(&rendered(report, format)?),
        }
    }
}

fn rendered(report: &CampaignReport<'_>, format: CampaignFormat) -> Result<String, Failure> {
    match format {
        CampaignFormat::Json => {
            campaign_json::render(report).map_err(|error| Failure::Harness(error.to_string()))
        }
        CampaignFormat::Junit => {
            campaign_junit::render(report).map_err(|error| Failure::Harness(error.to_string()))
        }
        CampaignFormat::Html => Ok(html::campaign(report)),
        CampaignFormat::Markdown | CampaignFormat::Text | CampaignFormat::Github => {
            Ok(campaign_markdown::render(report))
        }
    }
}

/// The table first, then what is wrong, the violations last.
fn text(report: &CampaignReport<'_>, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let rows = &report.rows;
    screen.print(&format!("\n{}\n", campaign_table::render(rows)))?;
    let mood = match report.outcome() {
        Outcome::Held => Mood::Good,
        Outcome::Inconclusive => Mood::Unsure,
        Outcome::Violated | Outcome::NotDeterministic => Mood::Bad,
    };
    screen.headline(mood, &campaign_table::verdict(rows))?;
    screen.print(&campaign_table::missed(rows))?;
    if let Some(missing) = report.unseen() {
        screen.print(&campaign_table::unseen_text(&missing))?;
    }
    for text in rechecked::unlike(rows) {
        screen.print("\n")?;
        screen.headline(Mood::Bad, &text)?;
    }
    for text in campaign_table::undecided(rows) {
        screen.print("\n")?;
        screen.headline(Mood::Unsure, &text)?;
    }
    for row in rows {
        for finding in &row.campaign.findings {
            screen.print("\n")?;
            let told = violation::finding(finding, row, report.file(finding));
            screen.headline(Mood::Bad, &told)?;
        }
    }
    Ok(())
}

/// The format that the name of a file ends with.
fn format_of(path: &Path) -> Result<CampaignFormat, Failure> {
    match path.extension().and_then(OsStr::to_str) {
        Some("json") => Ok(CampaignFormat::Json),
        Some("xml") => Ok(CampaignFormat::Junit),
        Some("md") => Ok(CampaignFormat::Markdown),
        Some("html") => Ok(CampaignFormat::Html),
        _ => Err(unwritable(path, "it has to end in `.json`, `.xml` for JUnit, `.md` or `.html`")),
    }
}

fn unwritable(path: &Path, why: &str) -> Failure {
    Failure::BadInput(format!("the report can't be written to `{}`: {why}", path.display()))
}

/// Where the runner of GitHub wants the summary of a job, where it runs.
#[expect(
    clippy::disallowed_methods,
    reason = "somebody asked for what GitHub shows, and it says so in its environment alone"
)]
fn summary() -> Option<PathBuf> {
    std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// The runner's file may hold what other steps have written.
fn append(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())
}
