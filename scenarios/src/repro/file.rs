//! A repro as a file: TOML that people read, edit and compare.

use model::{Defect, Defects};
use serde::Deserialize;
use sim::{DigestValue, Seed};
use toml::Spanned;

use super::bounds::DIGESTS_MAX;
use super::line::quoted;
use super::notes::Notes;
use super::recording::Recording;
use super::world::{self, Origin, WorldTable};
use super::{Answer, Repro, ReproError};
use crate::fingerprint::{Fingerprint, NotAFingerprint};
use crate::invalid::{InvalidFile, Wrong, nearest};

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: u32,
    tool: String,
    samplers: u16,
    scenario: String,
    seed: Seed,
    #[serde(default)]
    planted: Vec<Named>,
    expect: Spanned<String>,
    expect_without: Option<Spanned<String>>,
    violation: Kind,
    evidence: String,
    world: WorldTable,
    recorded: Option<RecordedTable>,
}

/// No more of a file than the version of its format.
#[derive(Debug, Deserialize)]
struct Head {
    format: Option<Spanned<i64>>,
}

/// What the run came to when the file was written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedTable {
    events: u64,
    digest: Spanned<String>,
    every: Spanned<u64>,
    digests: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    unstruck: Vec<u32>,
}

/// A kind of violation.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Kind(Fingerprint);

/// A defect by its name.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Named(Defect);

/// The text of `repro`.
pub(super) fn text(repro: &Repro) -> String {
    let mut text: String = repro.story.lines().map(comment).collect();
    if !text.is_empty() {
        text.push('\n');
    }
    for (name, value) in head(repro) {
        text.push_str(&format!("{name} = {value}\n"));
    }
    text.push('\n');
    text.push_str(&world::text(&repro.plan, &repro.notes));
    if let Some(recording) = &repro.recording {
        text.push_str(&recorded(recording));
    }
    text
}

fn comment(line: &str) -> String {
    let line = format!("# {line}");
    format!("{}\n", line.trim_end())
}

fn head(repro: &Repro) -> Vec<(&'static str, String)> {
    let planted: Vec<_> = repro.planted.stories().map(|story| quoted(story.name)).collect();
    let mut head = vec![
        ("format", FORMAT.to_string()),
        ("tool", quoted(&repro.tool)),
        ("samplers", repro.plan.samplers.to_string()),
        ("scenario", quoted(&repro.plan.scenario)),
        ("seed", quoted(&repro.plan.seed.to_string())),
    ];
    if !planted.is_empty() {
        head.push(("planted", format!("[{}]", planted.join(", "))));
    }
    head.push(("expect", quoted(repro.expect.name())));
    if let Some(expect) = repro.expect_without {
        head.push(("expect_without", quoted(expect.name())));
    }
    head.push(("violation", quoted(&repro.violation.to_string())));
    head.push(("evidence", quoted(&repro.evidence)));
    head
}

fn recorded(recording: &Recording) -> String {
    let Recording { events, digest, every, digests, unstruck } = recording;
    let digests: Vec<_> = digests.iter().map(|digest| format!("\"{digest:08x}\"")).collect();
    let mut lines = String::new();
    for eight in digests.chunks(8) {
        lines.push_str(&format!("    {},\n", eight.join(", ")));
    }
    let mut text = format!(
        "\n[recorded]\nevents = {events}\ndigest = \"{digest}\"\nevery = {every}\ndigests = [\n\
         {lines}]\n"
    );
    if !unstruck.is_empty() {
        text.push_str(&format!("unstruck = {unstruck:?}\n"));
    }
    text
}

/// The repro in `text`, which `origin` names in errors.
///
/// # Errors
/// If it is no repro, or one of another version of the format.
pub(super) fn parse(origin: &str, text: &str) -> Result<Repro, ReproError> {
    read(text).map_err(|wrong| ReproError::Invalid(Box::new(InvalidFile::new(origin, text, wrong))))
}

fn read(text: &str) -> Result<Repro, Wrong> {
    check_format(toml::from_str(text)?)?;
    let file: File = toml::from_str(text).map_err(|error| {
        let is_short = error.message().starts_with("missing field");
        let wrong = Wrong::from(error);
        if is_short {
            wrong.help("a part of the file is missing: was it cut short?")
        } else {
            wrong
        }
    })?;
    let planted: Defects = file.planted.iter().map(|named| named.0).collect();
    let expect = answer(&file.expect)?;
    let expect_without = file.expect_without.as_ref().map(answer).transpose()?;
    if let (Some(without), Defects::NONE) = (&file.expect_without, planted) {
        let problem = "`expect_without` is for a file with `planted` defects";
        return Err(Wrong::new(without.span(), problem));
    }
    let origin = Origin { samplers: file.samplers, scenario: file.scenario, seed: file.seed };
    Ok(Repro {
        tool: file.tool,
        planted,
        expect,
        expect_without,
        violation: file.violation.0,
        evidence: file.evidence,
        plan: file.world.plan(origin)?,
        recording: file.recorded.map(RecordedTable::recording).transpose()?,
        notes: Notes::default(),
        story: String::new(),
    })
}

fn check_format(head: Head) -> Result<(), Wrong> {
    let Some(format) = head.format else {
        let problem = format!("this is no repro: expected `format = {FORMAT}` at its beginning");
        return Err(Wrong::new(0..0, problem));
    };
    let (place, format) = (format.span(), format.into_inner());
    if format == i64::from(FORMAT) {
        return Ok(());
    }
    let wrong = Wrong::new(place, format!("format {format} is none that this version can read"));
    Err(match format > i64::from(FORMAT) {
        true => wrong.help(format!(
            "a newer pennywise wrote it: expected format {FORMAT}; take the version that wrote it"
        )),
        false => wrong.help(format!("expected format {FORMAT}")),
    })
}

fn answer(word: &Spanned<String>) -> Result<Answer, Wrong> {
    let known = Answer::EXPECTED.into_iter().find(|answer| answer.name() == word.get_ref());
    known.ok_or_else(|| {
        let names = Answer::EXPECTED.map(|answer| format!("`{}`", answer.name())).join(" or ");
        let problem = format!("`{}` is nothing to expect: expected {names}", word.get_ref());
        Wrong::new(word.span(), problem)
    })
}

impl RecordedTable {
    fn recording(self) -> Result<Recording, Wrong> {
        if *self.every.get_ref() == 0 {
            return Err(Wrong::new(self.every.span(), "`every` is at least 1"));
        }
        let (place, digests) = (self.digests.span(), self.digests.into_inner());
        if digests.len() > DIGESTS_MAX {
            return Err(Wrong::new(place, format!("expected at most {DIGESTS_MAX} digests")));
        }
        let prefix = |word: Spanned<String>| {
            let digits = Some(word.get_ref()).filter(|word| word.len() == 8);
            let prefix = digits.and_then(|word| u32::from_str_radix(word, 16).ok());
            prefix.ok_or_else(|| Wrong::new(word.span(), "expected 8 hex digits of a digest"))
        };
        let half = |half: Option<&str>| u64::from_str_radix(half?, 16).ok();
        let whole = self.digest.get_ref();
        let words = (half(whole.get(..16)), half(whole.get(16..)));
        let (Some(one), Some(other)) = words else {
            return Err(Wrong::new(self.digest.span(), "expected the 32 hex digits of a digest"));
        };
        Ok(Recording {
            events: self.events,
            digest: DigestValue([one, other]),
            every: self.every.into_inner(),
            digests: digests.into_iter().map(prefix).collect::<Result<_, _>>()?,
            unstruck: self.unstruck,
        })
    }
}

impl TryFrom<String> for Kind {
    type Error = NotAFingerprint;

    fn try_from(text: String) -> Result<Self, NotAFingerprint> {
        text.parse().map(Self)
    }
}

impl TryFrom<String> for Named {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Defect::named(&name).map(Self).ok_or_else(|| {
            let known = Defect::ALL.iter().map(|story| story.name);
            let near = nearest(&name, known).map(|near| format!("did you mean `{near}`? "));
            let near = near.unwrap_or_default();
            format!("there is no defect `{name}`: {near}`pennywise list defects` names them all")
        })
    }
}

/// The version of the format that is written, and the only one that is read.
const FORMAT: u32 = 1;
