//! Defects of what tells merchants and the lake.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::CommitThenPublish,
        name: "commit-then-publish",
        story: "events wait in memory until their consumers have heard of them, so that a crash \
                after the commit loses those that nobody has acknowledged",
        source: "eclipse-dirigible PR#6854; OpenRisk#344",
        caught_by: &["I32"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::ConsumerNoDedupe,
        name: "consumer-no-dedupe",
        story: "the lake counts every delivery of an event, so that one whose acknowledgment \
                was lost counts twice",
        source: "a consumer that takes at least once for exactly once",
        caught_by: &["I32"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::NotifiedOnInsert,
        name: "notified-on-insert",
        story: "a webhook counts as delivered once it is handed to whoever delivers it, so \
                that one whose first delivery fails is never sent again",
        source: "juspay/hyperswitch#3408",
        caught_by: &["I32"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::PublishThenCommit,
        name: "publish-then-commit",
        story: "the event leaves before the change that it tells of is durable, so that a crash \
                between the two has told consumers of what never happened",
        source: "sixb#273, an event before its transaction",
        caught_by: &["I32"],
        first_wave: true,
        ease: Ease::Easy,
    },
];
