//! A repro: a violation as a small file that people read, edit, compare and
//! keep, and that anybody can replay.
//!
//! A repro holds the plan itself and not only the seed that it was drawn from, so
//! that it survives changes of how seeds become plans, and faults that wait for
//! something that means something, so that it survives changes of the subject.
//! Where it does not, [`Replayed`] says so: it is never a silent pass.

mod bank;
mod bounds;
mod decision;
mod fault;
mod fault_line;
mod file;
mod group;
mod habits;
mod key;
mod line;
mod moment;
mod name;
mod network;
mod notes;
mod operation;
mod present;
mod provider;
mod rates;
mod recording;
mod replay;
mod route;
mod settlement;
mod spot;
mod stroke;
mod world;

use std::path::Path;

use miette::Diagnostic;
use model::Defects;

use crate::fingerprint::Fingerprint;
use crate::invalid::InvalidFile;
use crate::plan::Plan;
use crate::shrink::Shrunk;

pub use name::file_name;
pub use notes::Notes;
pub use recording::{Departure, Recording};
pub use replay::{Answer, Replayed};

/// A violation, and all that it takes to see it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repro {
    /// The version of pennywise that wrote it.
    pub tool: String,
    /// The defects that it was found with.
    pub planted: Defects,
    /// What its replay is expected to come to.
    pub expect: Answer,
    /// And without the planted defects, where there are any.
    pub expect_without: Option<Answer>,
    /// The kind of violation that it is about.
    pub violation: Fingerprint,
    /// What the authorities said when it was seen.
    pub evidence: String,
    /// What is run.
    pub plan: Plan,
    /// What that came to, event by event, when it was written.
    pub recording: Option<Recording>,
    /// What is said of its lines in comments. Not read back.
    pub notes: Notes,
    /// What is said at its beginning in comments. Not read back.
    pub story: String,
}

/// Why a repro can't be had.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ReproError {
    /// The file can't be read.
    #[error("failed to read the repro `{path}`: {reason}")]
    #[diagnostic(help("a repro is a TOML file that `pennywise fuzz` wrote"))]
    Unreadable {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file says something that a repro can't say.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Invalid(Box<InvalidFile>),
}

impl Repro {
    /// The repro of a violation of this kind, which `plan` shows with `planted`;
    /// `None` if it does not.
    pub fn new(plan: Plan, planted: Defects, violation: Fingerprint, tool: &str) -> Option<Self> {
        let (trial, recording) = Recording::of(plan.clone(), planted);
        let seen = trial.violations().iter().find(|seen| seen.fingerprint() == violation)?;
        let mut repro = Self {
            tool: tool.to_owned(),
            planted,
            expect: Answer::SameViolation,
            expect_without: None,
            violation,
            evidence: seen.evidence.clone(),
            plan,
            recording: Some(recording),
            notes: Notes::default(),
            story: String::new(),
        };
        if planted != Defects::NONE {
            repro.expect_without = Some(repro.replay(Defects::NONE).answer);
        }
        Some(repro)
    }

    /// The repro of what shrinking has come to, with what it has proven of each
    /// line.
    pub fn of_shrunk(shrunk: &Shrunk, tool: &str) -> Option<Self> {
        let kind = shrunk.violation.fingerprint();
        let mut repro = Self::new(shrunk.plan.clone(), shrunk.defects, kind, tool)?;
        repro.notes = Notes::of(shrunk);
        Some(repro)
    }

    /// The text of its file.
    pub fn text(&self) -> String {
        file::text(self)
    }

    /// The repro in `text`, which `origin` names in errors.
    ///
    /// # Errors
    /// If it is no repro; the error says where and what was expected.
    pub fn parse(origin: &str, text: &str) -> Result<Self, ReproError> {
        file::parse(origin, text)
    }

    /// The repro in the file at `path`.
    ///
    /// # Errors
    /// If the file can't be read, or is no repro.
    pub fn file(path: &Path) -> Result<Self, ReproError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ReproError::Unreadable {
            path: shown.clone(),
            reason: error.to_string(),
        })?;
        Self::parse(&shown, &text)
    }

    /// The name that its file has where nobody chose another.
    pub fn file_name(&self) -> String {
        file_name(self.violation, self.planted)
    }

    /// What is expected with `planted`, if the file says.
    pub fn expected(&self, planted: Defects) -> Option<Answer> {
        if planted == self.planted {
            return Some(self.expect);
        }
        self.expect_without.filter(|_| planted == Defects::NONE)
    }
}
