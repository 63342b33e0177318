//! A campaign as JSON, of a format with a version of its own and a schema.

use std::collections::BTreeMap;
use std::time::Duration;

use scenarios::campaign::{Campaign, Finding};
use scenarios::invariant::{Invariant, InvariantStory};
use scenarios::sometimes::{FaultKind, Step};
use scenarios::trapped::{Ages, Pool, TrappedIn};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::campaign_report::{CampaignReport, Outcome, Standing, outcome_of, standings};
use crate::campaign_table::CampaignRow;
use crate::json;

/// The version of the format: it grows by one when a field changes its meaning or
/// goes; new fields don't change it.
pub const VERSION: u16 = 1;

/// The word in the first field.
pub const FORMAT: &str = "pennywise-campaign";

/// The whole report. Ends with a line break.
///
/// # Errors
/// None that a report can cause.
pub fn render(report: &CampaignReport<'_>) -> Result<String, serde_json::Error> {
    json::pretty(&CampaignDocument::of(report))
}

/// What `pennywise fuzz` came to. Amounts are in minor units of their currency and written
/// as text, since they may exceed what a number of JSON holds; spans are nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignDocument {
    /// Always `pennywise-campaign`.
    pub format: String,
    /// The version of the format: one more whenever a field changes its meaning or goes.
    pub version: u16,
    /// The version of pennywise that wrote it.
    pub pennywise: String,
    /// The seed of all seeds: `0x` and 16 hex digits.
    pub master_seed: String,
    /// The defects that were planted.
    pub planted: Vec<String>,
    /// Who decided, if somebody was asked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// How it was looked for what is rare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// What all of it came to.
    pub verdict: Verdict,
    /// Trials run.
    pub trials: u64,
    /// Trials in which an invariant did not hold.
    pub violated: u64,
    /// Trials of which nothing can be concluded.
    pub inconclusive: u64,
    /// How much was not seen of what a large campaign over the whole catalog has to see;
    /// absent of a campaign that is not held to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<u64>,
    /// Every invariant, over all scenarios.
    pub invariants: Vec<InvariantTotal>,
    /// Each scenario, in the order in which they ran.
    pub scenarios: Vec<ScenarioReport>,
}

/// What trials come to together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every invariant held.
    Held,
    /// Some did not.
    Violated,
    /// A limit was hit, or something was not tested that should have been.
    Inconclusive,
    /// A seed did not come to the same when it ran again.
    NotDeterministic,
}

/// An invariant over all scenarios.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvariantTotal {
    /// Its code.
    pub code: Invariant,
    /// Its name.
    pub name: String,
    /// What it claims.
    pub claim: String,
    /// How often it had something to judge.
    pub exercised: u64,
    /// In how many trials it did not hold.
    pub violated: u64,
}

/// One scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioReport {
    /// Its name.
    pub scenario: String,
    /// What it came to.
    pub verdict: Verdict,
    /// Trials run.
    pub trials: u64,
    /// The fewest trials that have to exercise what the scenario promises to.
    pub trials_min: u64,
    /// Trials in which an invariant did not hold.
    pub violated: u64,
    /// Trials of which nothing can be concluded.
    pub inconclusive: u64,
    /// How many trials ran twice, to see whether they come to the same.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rechecked: u64,
    /// How many of them did not.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub differed: u64,
    /// Events handled.
    pub events: u64,
    /// Messages sent.
    pub messages: u64,
    /// Virtual time simulated.
    pub virtual_nanos: String,
    /// The digest of the digests of all trials: equal where every event was.
    pub digest: String,
    /// How payments ended, counted.
    pub payments: BTreeMap<String, u64>,
    /// Faults that struck, counted, and what issuers and banks do in any weather.
    pub faults: BTreeMap<String, u64>,
    /// How often each policy decided, and how often the rules had to in its place, by why.
    pub decisions: BTreeMap<String, u64>,
    /// Every invariant.
    pub invariants: Vec<InvariantStanding>,
    /// The first violation of each kind.
    pub findings: Vec<FindingReport>,
    /// The first trials of which nothing can be concluded.
    pub undecided: Vec<Undecided>,
    /// Which faults struck while which step was in flight, those pairs that were seen.
    pub coverage: Vec<Covered>,
    /// Money that waited, by currency.
    pub trapped: Vec<TrappedMoney>,
    /// How long holds lasted.
    pub holds: Spans,
    /// How long payments took that have ended, from their acceptance on.
    #[serde(default)]
    pub ends: Spans,
    /// How many times an attempt at a provider became unknown.
    pub doubts: u64,
    /// The longest time for which one was.
    pub doubt_longest_nanos: u64,
}

/// How an invariant stands in a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvariantStanding {
    /// Its code.
    pub code: Invariant,
    /// `held`, `violated`, `untested` if the scenario promises to exercise it and did not,
    /// `not-exercised`, or `not-applicable` if no world of the scenario can.
    pub standing: String,
    /// How often it had something to judge.
    pub exercised: u64,
    /// In how many trials it did not hold.
    pub violated: u64,
    /// The place of the first trial in which it did not, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_index: Option<u64>,
}

/// The first trial that showed one kind of violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingReport {
    /// The kind: invariant, workflow, step and relation.
    pub kind: String,
    /// The code of the invariant.
    pub code: Invariant,
    /// Its name.
    pub name: String,
    /// What shows that it does not hold.
    pub evidence: String,
    /// The payment that it is about; 0 for all.
    pub payment: u64,
    /// When it was seen.
    pub at_nanos: u64,
    /// During which event; absent if it was seen at rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<u64>,
    /// The place of the trial in the campaign, from 0.
    pub index: u64,
    /// Its seed.
    pub seed: String,
    /// How many trials showed this kind first.
    pub trials: u64,
    /// The file that it was kept in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The commands that repeat it.
    pub repeat: Vec<String>,
}

/// A trial of which nothing can be concluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Undecided {
    /// Its seed.
    pub seed: String,
    /// Why.
    pub why: String,
    /// The command that repeats it.
    pub repeat: String,
}

/// A fault that struck while a step was in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Covered {
    /// The kind of fault.
    pub fault: String,
    /// The step.
    pub step: String,
    /// In how many trials.
    pub trials: u64,
}

/// Money that waited, in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrappedMoney {
    /// The currency.
    pub currency: String,
    /// By what it waited for: `risk`, `authorization`, `in doubt`, `compensating`,
    /// `unsettled`; and the sums `held`, `reserved` and `at risk`.
    pub pools: BTreeMap<String, Waited>,
}

/// How much waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waited {
    /// The most at once.
    pub most: String,
    /// What was left at the end.
    pub at_end: String,
    /// The integral over time, in minor units times seconds.
    pub minor_seconds: String,
}

/// How long things lasted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Spans {
    /// How many there were.
    pub count: u64,
    /// Half of them lasted no longer.
    pub p50_nanos: u64,
    /// 99 of 100 lasted no longer.
    pub p99_nanos: u64,
    /// The longest.
    pub longest_nanos: u64,
    /// How many lasted up to a second, and longer than that up to ten seconds, a minute,
    /// ten minutes, an hour, a day, and longer still.
    #[serde(default)]
    pub classes: Vec<u64>,
}

impl Spans {
    /// Where the classes end, but for the last.
    pub const LIMITS: [Duration; 6] = [
        Duration::from_secs(1),
        Duration::from_secs(10),
        Duration::from_secs(60),
        Duration::from_secs(600),
        Duration::from_secs(3_600),
        Duration::from_secs(86_400),
    ];
}

impl CampaignDocument {
    /// The document of a report.
    pub fn of(report: &CampaignReport<'_>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            pennywise: report.version.to_owned(),
            master_seed: report.master_seed.to_string(),
            planted: report.planted().map(str::to_owned).collect(),
            policy: report.policy.map(|policy| policy.to_string()),
            strategy: Some(report.strategy.to_string()),
            verdict: report.outcome().into(),
            trials: report.sum(|campaign| campaign.trials),
            violated: report.sum(|campaign| campaign.violated),
            inconclusive: report.sum(|campaign| campaign.inconclusive),
            unseen: report.unseen().map(|missing| missing.count() as u64),
            invariants: Invariant::ALL.iter().map(|story| total(story, report)).collect(),
            scenarios: report.rows.iter().map(|row| scenario(row, report)).collect(),
        }
    }
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Held => Self::Held,
            Outcome::Inconclusive => Self::Inconclusive,
            Outcome::Violated => Self::Violated,
            Outcome::NotDeterministic => Self::NotDeterministic,
        }
    }
}

fn total(story: &InvariantStory, report: &CampaignReport<'_>) -> InvariantTotal {
    let code = story.code;
    InvariantTotal {
        code,
        name: story.name.to_owned(),
        claim: story.statement.to_owned(),
        exercised: report.sum(|campaign| campaign.exercised.get(&code).copied().unwrap_or(0)),
        violated: report.sum(|campaign| campaign.caught.get(&code).map_or(0, |it| it.trials)),
    }
}

fn scenario(row: &CampaignRow<'_>, report: &CampaignReport<'_>) -> ScenarioReport {
    let campaign = row.campaign;
    let trapped = &campaign.trapped;
    ScenarioReport {
        scenario: campaign.scenario.clone(),
        verdict: outcome_of(row).into(),
        trials: campaign.trials,
        trials_min: row.scenario.trials_min,
        violated: campaign.violated,
        inconclusive: campaign.inconclusive,
        rechecked: campaign.rechecked.trials,
        differed: campaign.rechecked.differed,
        events: campaign.events,
        messages: campaign.messages,
        virtual_nanos: campaign.virtual_nanos.to_string(),
        digest: campaign.digest.to_string(),
        payments: owned(&campaign.outcomes),
        faults: owned(&campaign.strikes),
        decisions: owned(&campaign.decisions),
        invariants: standings(row).map(|it| invariant(it, campaign)).collect(),
        findings: campaign.findings.iter().map(|it| finding(it, row, report)).collect(),
        undecided: campaign
            .undecided
            .iter()
            .map(|trial| Undecided {
                seed: trial.seed.to_string(),
                why: trial.why.to_owned(),
                repeat: row.repeat.command(trial.seed),
            })
            .collect(),
        coverage: coverage(campaign),
        trapped: trapped.currencies.iter().map(waited).collect(),
        holds: spans(&trapped.holds),
        ends: spans(&trapped.ends),
        doubts: trapped.doubts,
        doubt_longest_nanos: nanos(trapped.doubt_longest),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn spans(ages: &Ages) -> Spans {
    Spans {
        count: ages.count(),
        p50_nanos: nanos(ages.percentile(50)),
        p99_nanos: nanos(ages.percentile(99)),
        longest_nanos: nanos(ages.longest()),
        classes: ages.classes(Spans::LIMITS),
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

fn invariant((code, stands): (Invariant, Standing), campaign: &Campaign) -> InvariantStanding {
    let caught = match stands {
        Standing::Violated(caught) => Some(caught),
        _ => None,
    };
    InvariantStanding {
        code,
        standing: stands.name().to_owned(),
        exercised: campaign.exercised.get(&code).copied().unwrap_or(0),
        violated: caught.map_or(0, |caught| caught.trials),
        first_index: caught.map(|caught| caught.index),
    }
}

fn finding(finding: &Finding, row: &CampaignRow<'_>, report: &CampaignReport<'_>) -> FindingReport {
    let violation = &finding.violation;
    FindingReport {
        kind: violation.fingerprint().to_string(),
        code: violation.invariant,
        name: violation.invariant.story().name.to_owned(),
        evidence: violation.evidence.clone(),
        payment: violation.token.0,
        at_nanos: violation.at.as_nanos(),
        event: (violation.event > 0).then_some(violation.event),
        index: finding.index,
        seed: finding.seed.to_string(),
        trials: finding.trials,
        file: report.file(finding).map(str::to_owned),
        repeat: report.commands(finding, row),
    }
}

fn coverage(campaign: &Campaign) -> Vec<Covered> {
    let cells = FaultKind::all().flat_map(|fault| Step::all().map(move |step| (fault, step)));
    let seen = cells.map(|(fault, step)| Covered {
        fault: fault.name().to_owned(),
        step: step.name().to_owned(),
        trials: campaign.seen.cell(fault, step),
    });
    seen.filter(|cell| cell.trials > 0).collect()
}

fn waited(trapped: &TrappedIn) -> TrappedMoney {
    let pool = |pool: &Pool| {
        let level = trapped.level(*pool);
        let waited = Waited {
            most: i128::from(level.most).to_string(),
            at_end: i128::from(level.at_end).to_string(),
            minor_seconds: level.amount_time.minor_seconds().to_string(),
        };
        (pool.name().to_owned(), waited)
    };
    TrappedMoney {
        currency: trapped.currency.code().to_owned(),
        pools: Pool::ALL.iter().filter(|it| !trapped.level(**it).is_empty()).map(pool).collect(),
    }
}

fn owned(counts: &BTreeMap<&'static str, u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign_report::tests::{found, report};

    #[test]
    fn a_report_is_read_back_as_it_was_written() {
        let campaign = found();
        let text = render(&report(&campaign)).unwrap();
        let read: CampaignDocument = serde_json::from_str(&text).unwrap();
        assert_eq!(json::pretty(&read).unwrap(), text);
        assert_eq!((read.verdict, read.violated), (Verdict::Violated, 3));
        let finding = &read.scenarios[0].findings[0];
        assert_eq!(finding.kind, "I05 payin_card capture new-operation-at-other-provider");
        assert_eq!(finding.file.as_deref(), Some("my repros/I05.toml"));
        assert_eq!(read.invariants.iter().map(|it| it.violated).sum::<u64>(), 3);
    }

    #[test]
    fn the_first_lines_say_what_it_is() {
        let text = render(&report(&found())).unwrap();
        let head = "{\n  \"format\": \"pennywise-campaign\",\n  \"version\": 1,\n";
        assert!(text.starts_with(head), "{text}");
    }
}
