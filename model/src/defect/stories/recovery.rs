//! Defects of what restarts, and of what runs by a clock.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::NoFsync,
        name: "no-fsync",
        story: "a commit is confirmed before it is on the disk, so that a power loss takes \
                back what was acted on",
        source: "none public: write-behind caches that were taken for the disk",
        caught_by: &["I13", "I24", "I23"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::ReplaySideEffects,
        name: "replay-side-effects",
        story: "whoever rebuilds a payment from its journal sends again what the journal tells \
                of",
        source: "envato/event_sourcery#183; laravel-event-projector#29",
        caught_by: &["I25"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::CronCatchupTwice,
        name: "cron-catchup-twice",
        story: "a scheduler that takes over runs again what was due before, so that what was \
                captured is captured again",
        source: "Santander on 25 December 2021; mozilla/fxa#12126",
        caught_by: &["I06", "I13", "I17", "I33"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::TerminalWrittenByCaller,
        name: "terminal-written-by-caller",
        story: "a workflow returns, and its caller writes the status then, so that a crash \
                between them leaves a finished payment that nobody calls finished",
        source: "JiRaska/open-bank-oss PR#4306",
        caught_by: &["L01", "I34", "I23", "I33"],
        first_wave: false,
        ease: Ease::Easy,
    },
];
