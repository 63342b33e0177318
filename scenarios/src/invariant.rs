//! The invariants: what each claims, in one sentence, by which authorities.

mod stories;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a payment system must never do, or must have done in the end. The
/// codes and the exact checks are those of payments.md section 2.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Invariant {
    /// Double entry.
    I01,
    /// No overdraft.
    I02,
    /// Transfer ids work once.
    I03,
    /// Holds resolve once.
    I04,
    /// One effective charge per intent.
    I05,
    /// The charged amount is the intended one.
    I06,
    /// Nothing goes back that was not captured.
    I07,
    /// One effective refund per intent.
    I08,
    /// Only what may have happened is undone.
    I09,
    /// Compensation happens exactly once.
    I10,
    /// Nothing comes of what was undone.
    I11,
    /// No undo past the pivot.
    I12,
    /// Intent before effect.
    I13,
    /// No failover while in doubt.
    I14,
    /// Legal transitions only.
    I15,
    /// Terminal is final.
    I16,
    /// No success without money.
    I17,
    /// No failure with money.
    I18,
    /// Replies under one key agree.
    I19,
    /// A key stands for one request.
    I20,
    /// Tenants are apart.
    I21,
    /// Webhooks are applied once, and never regress.
    I22,
    /// What is acknowledged is durable.
    I23,
    /// The status is the fold of the journal.
    I24,
    /// Replay is pure.
    I25,
    /// Fencing.
    I26,
    /// Quotes are kept.
    I27,
    /// Fees exactly once, and only when due.
    I28,
    /// Risk keeps the gate.
    I29,
    /// Two-phase commit is atomic.
    I30,
    /// Whoever decides stays within what is allowed.
    I31,
    /// No phantom and no lost events.
    I32,
    /// External conservation.
    I33,
    /// All parties agree.
    I34,
    /// Holds are released.
    I35,
    /// What failed is net zero.
    I36,
    /// What is in suspense has a case.
    I37,
    /// What was paid is booked, and what differs is known.
    I38,
    /// Every accepted payment terminates.
    L01,
    /// Compensation completes.
    L02,
    /// Doubts resolve.
    L03,
    /// Holds are not forgotten.
    L04,
    /// No key stays locked.
    L05,
    /// What providers do by themselves is booked.
    L06,
    /// Whoever was moved away from is tried again.
    L07,
    /// How two-phase commit blocks.
    L08,
}

/// When an invariant is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvariantKind {
    /// After every event.
    Always,
    /// Once the world is at rest.
    AtRest,
    /// Within a bound after faults have ended.
    Eventually,
}

impl fmt::Display for InvariantKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Always => "always",
            Self::AtRest => "at rest",
            Self::Eventually => "eventually",
        })
    }
}

/// What people should know of an invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct InvariantStory {
    /// Its code.
    pub code: Invariant,
    /// What it claims.
    pub name: &'static str,
    /// When it is judged.
    pub kind: InvariantKind,
    /// Whose word counts: PB providers' books, LG ledger, JR durable journal,
    /// CL clients' screens, EX what leaves the system.
    pub authorities: &'static str,
    /// The claim, exactly.
    pub statement: &'static str,
    /// How long it may take, where it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<&'static str>,
}

impl Invariant {
    /// What people should know of it.
    pub fn story(self) -> &'static InvariantStory {
        &STORIES[self as usize]
    }

    /// The invariant with this code.
    pub fn with_code(code: &str) -> Option<Self> {
        let known = STORIES.iter().map(|story| story.code);
        known.into_iter().find(|invariant| invariant.to_string() == code)
    }
}

static STORIES: [InvariantStory; 46] = Invariant::ALL;

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invariant_stands_in_the_list_at_its_own_place() {
        for (at, story) in Invariant::ALL.iter().enumerate() {
            assert_eq!(story.code as usize, at);
            assert_eq!(Invariant::with_code(&story.code.to_string()), Some(story.code));
        }
    }
}
