//! What there is to fuzz, to judge by, to suffer, to plant and to pay through: a
//! line each.

use model::decision::Policy;
use model::{Defect, Dialect};
use scenarios::invariant::Invariant;
use scenarios::{Scenario, Strategy};

use crate::fault_story::{self, FaultKind};
use crate::layout;

/// A line for each of `scenarios`: its name and title.
pub fn scenarios(scenarios: &[Scenario]) -> String {
    let row = |scenario: &Scenario| vec![scenario.name.clone(), scenario.title.clone()];
    layout::unwrapped(scenarios.iter().map(row).collect())
}

/// A line for each invariant: its code, when it is judged, by whose word, its name, what
/// it claims, and how long that may take.
pub fn invariants() -> String {
    let rows = Invariant::ALL.iter().map(|story| {
        let bound = story.bound.map(|bound| format!(" (within {bound})")).unwrap_or_default();
        vec![
            story.code.to_string(),
            story.kind.to_string(),
            story.authorities.to_owned(),
            story.name.to_owned(),
            format!("{}{bound}", story.statement),
        ]
    });
    layout::unwrapped(rows.collect())
}

/// A line for each fault: its name, its code, whether it ever ends, and what
/// it does.
pub fn faults() -> String {
    let rows = fault_story::ALL.iter().map(|story| {
        let kind = match story.kind {
            FaultKind::Disturbance => "disturbance",
            FaultKind::Business => "business",
        };
        [story.name, story.code, kind, story.what].map(str::to_owned).to_vec()
    });
    layout::unwrapped(rows.collect())
}

/// A line for each defect: its name, the invariants that are expected to catch
/// it, and what the wrong code does.
pub fn defects() -> String {
    let rows = Defect::ALL.iter().map(|story| {
        vec![story.name.to_owned(), story.caught_by.join(" "), story.story.to_owned()]
    });
    layout::unwrapped(rows.collect())
}

/// A line for each policy: its name, and how it chooses.
pub fn policies() -> String {
    let rows = Policy::ALL.iter().map(|story| vec![story.name.to_owned(), story.story.to_owned()]);
    layout::unwrapped(rows.collect())
}

/// A line for each strategy: its name, and how it looks for what is rare.
pub fn strategies() -> String {
    let rows = Strategy::ALL.iter();
    layout::unwrapped(
        rows.map(|story| vec![story.name.to_owned(), story.story.to_owned()]).collect(),
    )
}

/// A line for each of `dialects`: its name, and what it is like.
pub fn dialects(dialects: &[Dialect]) -> String {
    let row = |dialect: &Dialect| vec![dialect.name.clone(), dialect.title.clone()];
    layout::unwrapped(dialects.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_exactly_one_line() {
        assert_eq!(invariants().lines().count(), Invariant::ALL.len());
        assert_eq!(faults().lines().count(), fault_story::ALL.len());
        assert_eq!(defects().lines().count(), Defect::ALL.len());
        assert_eq!(policies().lines().count(), Policy::ALL.len());
        assert_eq!(strategies().lines().count(), Strategy::ALL.len());
        let catalog = scenarios::catalog::all();
        assert_eq!(scenarios(catalog).lines().count(), catalog.len());
        let cast = scenarios::cast::all();
        assert_eq!(dialects(cast).lines().count(), cast.len());
    }

    #[test]
    fn a_line_begins_with_the_name_to_use() {
        assert!(defects().lines().any(|line| line.starts_with("fresh-key-per-try  ")));
        assert!(invariants().lines().any(|line| line.starts_with("I05  always ")));
    }
}
