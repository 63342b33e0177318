//! What people should know of a defect.

use serde::Serialize;

use super::Defect;

/// What people should know of a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DefectStory {
    /// The defect.
    pub defect: Defect,
    /// The name to plant it by.
    pub name: &'static str,
    /// What the wrong code does, and what exposes it.
    pub story: &'static str,
    /// Where the pattern was seen.
    pub source: &'static str,
    /// The codes of the invariants that are expected to catch it.
    pub caught_by: &'static [&'static str],
    /// Whether every score has to find it: it is one of those that payments.md marks
    /// with a star.
    pub first_wave: bool,
    /// How much it takes to expose it.
    pub ease: Ease,
}

/// How much it takes to expose a defect, by estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ease {
    /// Any of the usual faults.
    Easy,
    /// One kind of fault, or two events in one order.
    Medium,
    /// Three events or more, a long time, or a rare fault.
    Hard,
}

impl Ease {
    /// All, the easiest first.
    pub const ALL: [Self; 3] = [Self::Easy, Self::Medium, Self::Hard];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
        }
    }
}

impl Defect {
    /// What people should know of it.
    pub fn story(self) -> &'static DefectStory {
        let found = Self::ALL.iter().find(|story| story.defect == self);
        found.expect("every defect is in the list, as a test proves")
    }

    /// The defect of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|story| story.name == name).map(|story| story.defect)
    }
}
