//! What is said of single lines of a repro, in comments: why each is needed, and
//! how far it can be moved.

use std::collections::BTreeMap;

use crate::shrink::{Line, Proof, Range, Shrunk, Stretchable, Without};
use crate::span::Span;

/// Comments on lines; they mean nothing to whoever reads the file back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes(BTreeMap<Line, Vec<String>>);

impl Notes {
    /// What shrinking has proven of each line.
    pub fn of(shrunk: &Shrunk) -> Self {
        let mut notes = Self::default();
        for Proof { line, without } in &shrunk.minimal {
            notes.add(*line, needed(without));
        }
        for range in &shrunk.ranges {
            notes.add(range.line, stretch(range));
        }
        notes
    }

    fn add(&mut self, line: Line, note: String) {
        self.0.entry(line).or_default().push(note);
    }

    /// What is said of `line`.
    pub(super) fn on(&self, line: Line) -> impl Iterator<Item = &str> {
        self.0.get(&line).into_iter().flatten().map(String::as_str)
    }

    /// What is said of what no line of a list stands for, with its name.
    pub(super) fn on_settings(&self) -> impl Iterator<Item = String> {
        let is_setting = |line: &Line| {
            !matches!(
                line,
                Line::Operation(_)
                    | Line::SecondClick(_)
                    | Line::Cancellation(_)
                    | Line::Insistence(_)
                    | Line::Fault(_)
                    | Line::Trouble(_)
                    | Line::Stroke(_)
                    | Line::Forced(_)
                    | Line::File(_)
            )
        };
        let settings = self.0.iter().filter(move |(line, _)| is_setting(line));
        settings.flat_map(|(line, notes)| notes.iter().map(move |note| format!("{line}: {note}")))
    }
}

fn needed(without: &Without) -> String {
    match without {
        Without::Passes => "without it, it passes".to_owned(),
        Without::FailsElse(other) => format!("without it, it fails in another way: {other}"),
        Without::FailsTheSame => {
            "without it, it fails all the same: not shrunk to the end".to_owned()
        }
    }
}

fn stretch(range: &Range) -> String {
    let Range { what, shortest, too_short, longest, too_long, tried, .. } = range;
    let what = match what {
        Stretchable::Dwell => "how long",
        Stretchable::Moment => "when",
    };
    let [least, most] = [shortest, longest].map(|span| Span(*span));
    let fails = match (too_short, too_long) {
        _ if tried <= &1 => format!("{least} was tried alone"),
        (None, None) => format!("fails with any that was tried, {least} to {most}"),
        (None, Some(long)) => format!("fails with up to {most}, not with {}", Span(*long)),
        (Some(short), None) => format!("fails from {least} on, not with {}", Span(*short)),
        (Some(short), Some(long)) if shortest == longest => {
            format!("fails with {least}, not with {} or {}", Span(*short), Span(*long))
        }
        (Some(short), Some(long)) => {
            format!("fails from {least} to {most}, not with {} or {}", Span(*short), Span(*long))
        }
    };
    format!("{what}: {fails}")
}
