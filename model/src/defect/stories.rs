//! The stories of all defects: a file for each part of the system that can be wrong.

mod agent;
mod idempotency;
mod ledger;
mod money;
mod outbox;
mod provider;
mod reconciliation;
mod recovery;
mod routing;
mod saga;
mod two_phase;
mod webhook;

use super::{Defect, DefectStory};

impl Defect {
    /// Every defect, by name.
    pub const ALL: &'static [DefectStory] = &SORTED;
}

/// The stories of each part.
const PARTS: &[&[DefectStory]] = &[
    saga::STORIES,
    idempotency::STORIES,
    ledger::STORIES,
    provider::STORIES,
    webhook::STORIES,
    reconciliation::STORIES,
    outbox::STORIES,
    money::STORIES,
    routing::STORIES,
    recovery::STORIES,
    two_phase::STORIES,
    agent::STORIES,
];

const COUNT: usize = {
    let (mut count, mut part) = (0, 0);
    while part < PARTS.len() {
        count += PARTS[part].len();
        part += 1;
    }
    count
};

/// All of them by name, wherever each stands.
const SORTED: [DefectStory; COUNT] = {
    let mut sorted = [PARTS[0][0]; COUNT];
    let (mut count, mut part) = (0, 0);
    while part < PARTS.len() {
        let mut at = 0;
        while at < PARTS[part].len() {
            let story = PARTS[part][at];
            let mut place = count;
            while place > 0 && comes_before(story.name, sorted[place - 1].name) {
                sorted[place] = sorted[place - 1];
                place -= 1;
            }
            sorted[place] = story;
            count += 1;
            at += 1;
        }
        part += 1;
    }
    sorted
};

const fn comes_before(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() {
        if one[at] != other[at] {
            return one[at] < other[at];
        }
        at += 1;
    }
    one.len() < other.len()
}

impl DefectStory {
    /// Whether it is a defect of two-phase commit, which no other protocol shows.
    pub fn is_of_two_phase_commit(&self) -> bool {
        two_phase::STORIES.iter().any(|story| story.defect == self.defect)
    }
}
