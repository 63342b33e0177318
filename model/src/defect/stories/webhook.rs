//! Defects of what hears webhooks.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::AckAndDrop,
        name: "ack-and-drop",
        story: "a webhook about a charge that the house has no name for yet is answered with \
                200 and dropped, so an event that comes almost immediately is lost",
        source: "duncanmcclean/statamic-cargo#190",
        caught_by: &["I23"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::DedupeBeforeWork,
        name: "dedupe-before-work",
        story: "the event is remembered before anything is done about it, so when the work \
                fails its repetition is acknowledged as done",
        source: "soleur#2789; AI-Shipping-Labs#285; PageSpace PR#1588",
        caught_by: &["I23"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::DupCredit,
        name: "dup-credit",
        story: "nobody asks whether an event came before, so that one that is delivered \
                twice is applied twice",
        source: "wasp open-saas#688; woocommerce-payments#3814",
        caught_by: &["I22"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::StaleOverwrites,
        name: "stale-overwrites",
        story: "whatever arrives last wins: what a webhook tells overwrites a newer state, and a \
                change that comes too late is refused, but its status is written all the same",
        source: "hyperswitch#9925 and #10340; mollie/WooCommerce#1252; polar PR#13315",
        caught_by: &["I15", "I16", "I22", "I24"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::WebhookAlsoActs,
        name: "webhook-also-acts",
        story: "a webhook that tells of an authorization captures it under a key of its own, \
                while the worker captures it too",
        source: "woocommerce-gateway-stripe#489; saleor#19220",
        caught_by: &["I13"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::WrongEventType,
        name: "wrong-event-type",
        story: "a dispute that comes back after it was won is told by an event of another \
                type, which nobody listens to",
        source: "HiEvents#1067: an event type that is never sent for the method",
        caught_by: &["L06", "I33", "I34"],
        first_wave: false,
        ease: Ease::Easy,
    },
];
