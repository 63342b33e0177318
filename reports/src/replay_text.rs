//! What the replay of a repro came to, of one file or of a folder.

use model::Defects;
use scenarios::Fingerprint;
use scenarios::repro::{Answer, Departure, Recording, Replayed, Repro};

use crate::layout;
use crate::number::{Count, counted};
use crate::plan_text;

/// The answer in a line, and the facts behind it.
pub fn render(repro: &Repro, planted: Defects, replayed: &Replayed) -> String {
    let Replayed { answer, trial, missed, departure } = replayed;
    let mut facts = vec![("planted", names(planted))];
    let sought = repro.violation;
    let shown = trial.violations().iter().find(|seen| seen.fingerprint() == sought);
    let shown = shown.or_else(|| trial.violations().first());
    if let Some(violation) = shown {
        facts.push(("shows", kind(violation.fingerprint())));
        facts.push(("evidence", violation.evidence.clone()));
    }
    if *answer != Answer::SameViolation {
        facts.push(("sought", kind(sought)));
    }
    if planted == repro.planted {
        facts.extend(missed.iter().map(|id| ("missed", missing(repro, *id))));
    }
    if let (Some(departure), Some(recording)) = (departure, &repro.recording) {
        facts.push(("departs", departs(departure, recording, repro)));
    }
    if let Some(expected) = repro.expected(planted) {
        let as_expected =
            if expected == *answer { "" } else { ", and that is not what it came to" };
        facts.push(("expected", format!("{expected}{as_expected}")));
    }
    format!("{answer}\n{}", layout::facts(facts))
}

/// One replay of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The name of the file.
    pub file: String,
    /// What was planted.
    pub planted: Defects,
    /// What the replay came to.
    pub answer: Answer,
    /// What the file expects of it, if it says.
    pub expected: Option<Answer>,
}

impl Case {
    /// Whether it came to what the file expects, or the file expects nothing.
    pub fn is_as_expected(&self) -> bool {
        self.expected.is_none_or(|expected| expected == self.answer)
    }
}

/// The verdict over a folder, and then a line for each replay.
pub fn suite(cases: &[Case]) -> String {
    let wrong = cases.iter().filter(|case| !case.is_as_expected()).count();
    let replays = counted(cases.len() as u64, "replay");
    let verdict = match wrong {
        0 => format!("verdict: {replays}, each as its file expects\n"),
        wrong => {
            let wrong = Count(wrong as u64);
            format!("verdict: {replays}, {wrong} of them not as their files expect\n")
        }
    };
    let row = |case: &Case| {
        let unexpected = match case.expected {
            Some(expected) if expected != case.answer => format!("  expected: {expected}"),
            _ => String::new(),
        };
        let with = format!("planted: {}", names(case.planted));
        vec![case.answer.to_string(), case.file.clone(), format!("{with}{unexpected}")]
    };
    verdict + "\n" + &layout::unwrapped(cases.iter().map(row).collect())
}

fn names(planted: Defects) -> String {
    let names: Vec<_> = planted.stories().map(|story| story.name).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

fn kind(violation: Fingerprint) -> String {
    let Fingerprint { invariant, step, relation, .. } = violation;
    format!("{invariant} {}: {relation}, at the step `{step}`", invariant.story().name)
}

/// A fault that did not strike.
fn missing(repro: &Repro, id: u32) -> String {
    let sentence = plan_text::fault_with(&repro.plan, id);
    let sentence = sentence.map(|sentence| format!(": {sentence}")).unwrap_or_default();
    format!("fault{}{id} never struck{sentence}", layout::UNBROKEN)
}

fn departs(departure: &Departure, recording: &Recording, repro: &Repro) -> String {
    let Departure { after, before, between: [from, until] } = departure;
    let (after, before) = (Count(*after), Count(*before));
    let events = Count(recording.events);
    format!(
        "from the {events} events that pennywise {} recorded, between event {after} ({from}) and \
         event {before} ({until})",
        repro.tool
    )
}
