//! Defects of the gatekeeper and its keys.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::AmbiguousErrorStoredFinal,
        name: "ambiguous-error-stored-final",
        story: "whatever goes wrong while a provider is asked is rescued into a failure, which \
                is stored under the key as the final reply: the payment ends there, whether \
                the provider has charged or not",
        source: "rocket-rides-atomic `api.rb`: a Stripe error becomes a stored 503 and \
                 `recovery_point` finished; actor-ts#984",
        caught_by: &["I15", "I18", "I34"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::CheckThenInsert,
        name: "check-then-insert",
        story: "the gatekeeper reads that a key is free, mints a fresh payment id and inserts \
                without compare-and-set, so two concurrent requests both win",
        source: "furthemore/APIS PR#193; saleor#19220",
        caught_by: &["I19", "I05", "I34"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::ClaimDeletedAfterEffect,
        name: "claim-deleted-after-effect",
        story: "when the handler of a payment breaks off after the charge, before it is \
                booked, its claim on the key is deleted so that the customer may try again, \
                and is charged again",
        source: "the `catch` that deletes the claim in actor-ts#984",
        caught_by: &["I34", "I19", "I05"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::KeyGlobalScope,
        name: "key-global-scope",
        story: "idempotency keys are unique over all tenants, so that a tenant whose customer \
                chose a key that another tenant's had chosen gets no payment",
        source: "kortix-ai/suna PR#5267; nestjs-agentic#126",
        caught_by: &["I21"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::LockIsRecordTtl,
        name: "lock-is-record-ttl",
        story: "the mark that a payment is being worked on lives as long as the record of its \
                key, so that after a crash nobody goes on, and whoever asks hears 409 for a day",
        source: "actor-ts#984; Whop documents it as intended",
        caught_by: &["L05", "L04"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::NoFingerprint,
        name: "no-fingerprint",
        story: "a key that is used again for another amount gets the reply to the first \
                request, and the customer believes that the second was paid",
        source: "Qonto documents that the cached response comes even if the body differs",
        caught_by: &["I20"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::ReaperKillsLiveKeys,
        name: "reaper-kills-live-keys",
        story: "the reaper of idempotency keys goes by their age alone, so that an outage that \
                outlasts them frees the keys of payments that are not finished",
        source: "rocket-rides-atomic `reaper.rb` deletes by `created_at`, whatever the \
                 `recovery_point`",
        caught_by: &["I19", "I05"],
        first_wave: false,
        ease: Ease::Hard,
    },
    DefectStory {
        defect: Defect::StoreFailOpen,
        name: "store-fail-open",
        story: "where the store of keys can't be reached, a request is carried out without it",
        source: "methodfi documents falling back to processing without idempotency",
        caught_by: &["I13", "I35"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::KeyNeverRotates,
        name: "key-never-rotates",
        story: "what was refused for good is made anew under the key of the first try, so that \
                whoever has that key answers with the refusal that it has stored, or takes the \
                one for the other",
        source: "medusajs/medusa PR#16390; TigerBeetle answers `id_already_failed`",
        caught_by: &["I09", "I11", "I26", "L01"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::TtlByLocalClock,
        name: "ttl-by-local-clock",
        story: "how old a key is, the clock on the wall of whoever removes it says, so that one \
                that is set a day ahead removes the keys of payments that are minutes old, and \
                whoever asks again pays again",
        source: "none public: a proposal of the catalog of defects",
        caught_by: &["I19", "I05"],
        first_wave: false,
        ease: Ease::Hard,
    },
    DefectStory {
        defect: Defect::ReadsAreCached,
        name: "reads-are-cached",
        story: "how a payment stands is answered from a cache for a minute, so that whoever has \
                been told how it ended sees it under way again",
        source: "none public: a cache in front of what is asked most often",
        caught_by: &["I16", "I15"],
        first_wave: false,
        ease: Ease::Easy,
    },
];
