//! Defects of what talks to providers.

use crate::defect::{Defect, DefectStory, Ease};

pub(super) const STORIES: &[DefectStory] = &[
    DefectStory {
        defect: Defect::FiveHundredIsNotExecuted,
        name: "5xx-is-not-executed",
        story: "a server error from a provider counts as `not executed`, so the next provider \
                is tried while the first may have charged",
        source: "Stripe documents that a 5xx leaves the outcome unknown",
        caught_by: &["I14", "I18", "I35", "I05"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::AuthExpiryConstant,
        name: "auth-expiry-constant",
        story: "every authorization is taken to live for seven days, so that a parcel which \
                ships within them counts as charged although the provider has closed the \
                authorization before",
        source: "Stripe says 7 days, Visa 4 days 18 hours; providers disagree",
        caught_by: &["I17", "I33", "I34"],
        first_wave: false,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::KeyIgnoredEndpoint,
        name: "key-ignored-endpoint",
        story: "a refund whose reply was lost is sent again under its key, as an authorization \
                would be, to a provider whose refund endpoint takes a key and ignores it",
        source: "Solidgate documents keys that are ignored; razorpay-mcp-server PR#128",
        caught_by: &["I08"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::MinorUnitsX100,
        name: "minor-units-x100",
        story: "an amount is sent to providers as if every currency had hundredths, so that a \
                customer who pays in yen is charged a hundred times as much",
        source: "stripe-sfcc PR#31; gumroad PR#3749; active_merchant#1943",
        caught_by: &["I06"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::ResidualAuth,
        name: "residual-auth",
        story: "what a partial capture leaves of its authorization is taken to be free, so that \
                a provider that releases nothing by itself keeps the customer's money reserved",
        source: "juspay/hyperswitch#2036",
        caught_by: &["I35"],
        first_wave: false,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::DuplicateIsDecline,
        name: "duplicate-is-decline",
        story: "that a request is being worked on counts as a decline, so that the next \
                provider is asked while the first one charges",
        source: "juspay/decision-engine gsm.csv (adyen 704 is retried at the next connector)",
        caught_by: &["I35", "I18", "I05"],
        first_wave: true,
        ease: Ease::Medium,
    },
    DefectStory {
        defect: Defect::NotFoundMeansNever,
        name: "not-found-means-never",
        story: "what a query does not find counts as never sent, although the index that it \
                reads lags behind",
        source: "juspay/hyperswitch#3675; GOV.UK pay-tech-docs PR#400; solana pay#456",
        caught_by: &["I35", "I05", "I18", "I13"],
        first_wave: true,
        ease: Ease::Easy,
    },
    DefectStory {
        defect: Defect::ProviderKeyOutlived,
        name: "provider-key-outlived",
        story: "what is in doubt is sent again under its key for as long as the doubt lasts, \
                and the provider has forgotten the key by then",
        source: "rocket-rides reaps after 72 hours what Stripe keeps for 24",
        caught_by: &["I35", "I05", "I08"],
        first_wave: false,
        ease: Ease::Hard,
    },
    DefectStory {
        defect: Defect::SdkInnerRetry,
        name: "sdk-inner-retry",
        story: "the library beneath tries again by itself when an answer is lost, under a key \
                of its own",
        source: "antiwork/gumroad PR#6620",
        caught_by: &["I13", "I35"],
        first_wave: false,
        ease: Ease::Easy,
    },
];
