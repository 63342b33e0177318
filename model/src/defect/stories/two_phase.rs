//! Defects of two-phase commit: they show under no other protocol.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::CommitBeforeLogOrPreparedInMemory,
        name: "commit-before-log-or-prepared-in-memory",
        story: "under two-phase commit the coordinator tells of COMMIT before that is in its \
                log, and participants vote yes on what they have in memory, so that a crash \
                takes back what others have acted on",
        source: "infinispan#18143; horizontal-scaling-convex#101",
        caught_by: &["I30"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::HeuristicAbort,
        name: "heuristic-abort",
        story: "a participant that has voted yes aborts when it hears nothing from its \
                coordinator for a while, although the others may be told to commit",
        source: "infinispan#18143, a heuristic mismatch",
        caught_by: &["I30"],
        first_wave: false,
        ease: Ease::Medium,
    },
];
