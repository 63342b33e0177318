//! Defects of whoever chooses the provider.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::BreakerReroutesInflight,
        name: "breaker-reroutes-inflight",
        story: "a circuit opens, and what is in flight at that provider is sent to another \
                although nobody knows what became of it",
        source: "none public: the same shape as a duplicate that counts as a decline",
        caught_by: &["I14", "I35"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::HedgedCharge,
        name: "hedged-charge",
        story: "two providers are asked to authorize at once and the first answer is kept, so \
                that the other keeps the customer's money reserved",
        source: "none public: hedged requests, known from reads",
        caught_by: &["I13", "I35"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::NoProbeStarvation,
        name: "no-probe-starvation",
        story: "a router sends everything where it went well before, and tries nobody else now \
                and then, so that a provider that has recovered is not noticed",
        source: "juspay/decision-engine: some of all payments are sent elsewhere on purpose \
                 (hedging), so that no provider starves",
        caught_by: &["L07"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::ThrottleIsFailover,
        name: "throttle-is-failover",
        story: "whoever is turned away by a limiter, or by a lock, asks the next provider, \
                although an earlier send of the same attempt is unanswered",
        source: "juspay/decision-engine gsm.csv (lock_timeout is retried); \
                 woocommerce-payments#4801",
        caught_by: &["I35", "I18", "I05"],
        first_wave: true,
        ease: Ease::Easy,
    },
];
