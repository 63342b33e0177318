//! A part of a campaign as a file keeps it: all of it, exactly, where reports round.

mod trapped;

use std::collections::BTreeMap;
use std::time::Duration;

use model::{Age, Amount, Cause, Currency, Report, Token};
use serde::{Deserialize, Serialize};
use sim::{Digest, DigestValue, Seed, VirtualTime};

use super::{Campaign, Caught, Finding, Part, Rechecked, Shard, Undecided};
use crate::fingerprint::{Fingerprint, NotAFingerprint};
use crate::invariant::Invariant;
use crate::judge::Violation;
use crate::sometimes::TallyRecord;
use trapped::TrappedRecord;

/// The words of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    scenario: String,
    shard: Shard,
    trials: u64,
    violated: u64,
    inconclusive: u64,
    events: u64,
    messages: u64,
    virtual_nanos: u128,
    event_limit_used: u64,
    horizon_used: u64,
    planned: u64,
    never_struck: u64,
    outcomes: BTreeMap<String, u64>,
    strikes: BTreeMap<String, u64>,
    decisions: BTreeMap<String, u64>,
    exercised: BTreeMap<Invariant, u64>,
    not_applicable: Vec<Invariant>,
    caught: BTreeMap<Invariant, CaughtRecord>,
    findings: Vec<FindingRecord>,
    undecided: Vec<UndecidedRecord>,
    rechecked: Rechecked,
    unreconciled: Option<ReportRecord>,
    seen: TallyRecord,
    trapped: TrappedRecord,
    /// 32 hex digits for each trial.
    digests: Vec<String>,
}

/// What can't be read as a [`Part`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPart {
    /// What was seen is of other kinds.
    #[error("what was seen is not of the kinds that are known here")]
    Seen,
    /// A span is in a class that there is none of, or a currency has other pools.
    #[error("what was trapped is not of the kinds that are known here")]
    Trapped,
    /// It is no kind of finding.
    #[error(transparent)]
    Kind(#[from] NotAFingerprint),
    /// It is no digest.
    #[error("`{0}` is no digest: expected 32 hex digits")]
    Digest(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaughtRecord {
    index: u64,
    seed: Seed,
    trials: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingRecord {
    /// A [`Fingerprint`].
    kind: String,
    index: u64,
    seed: Seed,
    trials: u64,
    at: VirtualTime,
    event: u64,
    token: u64,
    evidence: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UndecidedRecord {
    index: u64,
    seed: Seed,
    why: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportRecord {
    open: BTreeMap<Currency, (u32, Amount)>,
    oldest: Duration,
    ages: BTreeMap<Currency, [(u32, Amount); Age::ALL.len()]>,
    causes: Vec<(Currency, Cause, u32)>,
}

impl From<Part> for Record {
    fn from(part: Part) -> Self {
        let Part { shard, campaign, digests } = part;
        Self {
            shard,
            trials: campaign.trials,
            violated: campaign.violated,
            inconclusive: campaign.inconclusive,
            events: campaign.events,
            messages: campaign.messages,
            virtual_nanos: campaign.virtual_nanos,
            event_limit_used: campaign.event_limit_used,
            horizon_used: campaign.horizon_used,
            planned: campaign.planned,
            never_struck: campaign.never_struck,
            outcomes: owned(campaign.outcomes),
            strikes: owned(campaign.strikes),
            decisions: owned(campaign.decisions),
            exercised: campaign.exercised,
            not_applicable: campaign.not_applicable,
            caught: campaign.caught.into_iter().map(|(i, caught)| (i, caught.into())).collect(),
            findings: campaign.findings.into_iter().map(FindingRecord::from).collect(),
            undecided: campaign.undecided.into_iter().map(UndecidedRecord::from).collect(),
            rechecked: campaign.rechecked,
            unreconciled: campaign.unreconciled.map(ReportRecord::from),
            seen: (&campaign.seen).into(),
            trapped: campaign.trapped.into(),
            digests: digests.iter().map(DigestValue::to_string).collect(),
            scenario: campaign.scenario,
        }
    }
}

impl TryFrom<Record> for Part {
    type Error = NotAPart;

    fn try_from(record: Record) -> Result<Self, NotAPart> {
        let digests: Result<Vec<_>, _> = record.digests.iter().map(|text| digest(text)).collect();
        let digests = digests?;
        let findings: Result<_, _> = record.findings.into_iter().map(Finding::try_from).collect();
        let mut running = Digest::new();
        for DigestValue([one, other]) in &digests {
            running.word(*one);
            running.word(*other);
        }
        let campaign = Campaign {
            scenario: record.scenario,
            trials: record.trials,
            violated: record.violated,
            inconclusive: record.inconclusive,
            events: record.events,
            messages: record.messages,
            virtual_nanos: record.virtual_nanos,
            event_limit_used: record.event_limit_used,
            horizon_used: record.horizon_used,
            planned: record.planned,
            never_struck: record.never_struck,
            outcomes: kept(record.outcomes),
            strikes: kept(record.strikes),
            decisions: kept(record.decisions),
            exercised: record.exercised,
            not_applicable: record.not_applicable,
            missed: Vec::new(),
            caught: record.caught.into_iter().map(|(i, caught)| (i, caught.into())).collect(),
            findings: findings?,
            undecided: record.undecided.into_iter().map(Undecided::from).collect(),
            rechecked: record.rechecked,
            unreconciled: record.unreconciled.map(Report::from),
            seen: record.seen.try_into()?,
            trapped: record.trapped.try_into()?,
            digest: running.finish(),
            running,
            learns: false,
        };
        Ok(Self { shard: record.shard, campaign, digests })
    }
}

impl From<Caught> for CaughtRecord {
    fn from(Caught { index, seed, trials }: Caught) -> Self {
        Self { index, seed, trials }
    }
}

impl From<CaughtRecord> for Caught {
    fn from(CaughtRecord { index, seed, trials }: CaughtRecord) -> Self {
        Self { index, seed, trials }
    }
}

impl From<Finding> for FindingRecord {
    fn from(Finding { index, seed, plan: _, violation, trials }: Finding) -> Self {
        let kind = violation.fingerprint().to_string();
        let Violation { at, event, token, evidence, .. } = violation;
        Self { kind, index, seed, trials, at, event, token: token.0, evidence }
    }
}

impl TryFrom<FindingRecord> for Finding {
    type Error = NotAPart;

    fn try_from(record: FindingRecord) -> Result<Self, NotAPart> {
        let FindingRecord { kind, index, seed, trials, at, event, token, evidence } = record;
        let Fingerprint { invariant, workflow, step, relation } = kind.parse()?;
        let token = Token(token);
        let violation =
            Violation { invariant, at, event, token, workflow, step, relation, evidence };
        Ok(Self { index, seed, plan: None, violation, trials })
    }
}

impl From<Undecided> for UndecidedRecord {
    fn from(Undecided { index, seed, why }: Undecided) -> Self {
        Self { index, seed, why: why.to_owned() }
    }
}

impl From<UndecidedRecord> for Undecided {
    fn from(UndecidedRecord { index, seed, why }: UndecidedRecord) -> Self {
        Self { index, seed, why: why.leak() }
    }
}

impl From<Report> for ReportRecord {
    fn from(Report { open, oldest, ages, causes }: Report) -> Self {
        let causes = causes.into_iter().flat_map(|(currency, causes)| {
            causes.into_iter().map(move |(cause, count)| (currency, cause, count))
        });
        Self { open, oldest, ages, causes: causes.collect() }
    }
}

impl From<ReportRecord> for Report {
    fn from(ReportRecord { open, oldest, ages, causes: told }: ReportRecord) -> Self {
        let mut causes = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (currency, cause, count) in told {
            causes.entry(currency).or_default().insert(cause, count);
        }
        Self { open, oldest, ages, causes }
    }
}

fn owned(counts: BTreeMap<&'static str, u64>) -> BTreeMap<String, u64> {
    counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

/// Names are part of the program where trials run. Whoever reads some hundred of them from
/// files keeps them for as long as it runs.
fn kept(counts: BTreeMap<String, u64>) -> BTreeMap<&'static str, u64> {
    counts.into_iter().map(|(name, count)| (&*name.leak(), count)).collect()
}

fn digest(text: &str) -> Result<DigestValue, NotAPart> {
    let halves = text.split_at_checked(16).filter(|_| text.len() == 32);
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let half = |text| u64::from_str_radix(text, 16).ok().filter(|_| is_hex);
    let read = halves.and_then(|(one, other)| Some(DigestValue([half(one)?, half(other)?])));
    read.ok_or_else(|| NotAPart::Digest(text.to_owned()))
}
