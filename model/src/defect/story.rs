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
