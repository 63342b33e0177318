//! How often each kind of misfortune struck in a trial, by name.

use sim::{Strike, World};

use crate::fact::{BankStrike, DecisionStrike, ProviderStrike};
use crate::judge::{BANK_STRIKES, DECISION_STRIKES, Judge, PROVIDER_STRIKES};
use crate::plan::Mishap;
use crate::system::PaymentSystem;

/// What may become of a quote for an exchange, in the order in which reports list
/// it.
pub const QUOTE_STRIKES: [&str; 3] = ["quote-renewed", "quote-lapsed", "promise-covered"];

/// Each that struck.
pub(super) fn strikes(world: &World<'_, PaymentSystem>, judge: &Judge) -> Vec<(&'static str, u64)> {
    let sights = judge.authorities().sights();
    let kernel = Strike::ALL.iter().map(|strike| (strike.name(), world.strikes().of(*strike)));
    let providers = PROVIDER_STRIKES
        .iter()
        .map(|strike| (provider_strike_name(*strike), sights.struck(*strike)));
    let banks =
        BANK_STRIKES.iter().map(|strike| (bank_strike_name(*strike), sights.struck(*strike)));
    let decider = DECISION_STRIKES
        .iter()
        .map(|strike| (decision_strike_name(*strike), sights.struck(*strike)));
    let quotes = judge.authorities().quotes();
    let quotes = QUOTE_STRIKES.into_iter().zip([quotes.renewed, quotes.lapsed, quotes.covered]);
    let files = Mishap::NAMES.iter().map(|name| (*name, judge.authorities().file_strikes(name)));
    let all = kernel.chain(providers).chain(banks).chain(decider).chain(quotes).chain(files);
    all.filter(|(_, count)| *count > 0).collect()
}

/// The name of a misfortune at a provider.
pub fn provider_strike_name(strike: ProviderStrike) -> &'static str {
    match strike {
        ProviderStrike::BrownOut => "brown-out",
        ProviderStrike::Outage => "hard-outage",
        ProviderStrike::ReplyDropped => "timeout-after-effect",
        ProviderStrike::RequestDropped => "timeout-before-effect",
        ProviderStrike::LateEffect => "late-effect",
        ProviderStrike::ErrorAfter => "5xx-after-effect",
        ProviderStrike::ErrorBefore => "5xx-before-effect",
        ProviderStrike::Throttled => "throttled",
        ProviderStrike::Declined => "declined",
        ProviderStrike::PartialApproval => "partial-approval",
        ProviderStrike::Deferred => "pending-then-result",
        ProviderStrike::CaptureDeclined => "capture-declined",
        ProviderStrike::Disputed => "chargeback",
        ProviderStrike::IndexLag => "index-lag",
        ProviderStrike::KeyExpired => "key-expired",
        ProviderStrike::RefundFailed => "refund-failed",
        ProviderStrike::RefundReturned => "refund-returned",
        ProviderStrike::RefundPending => "refund-pending",
        ProviderStrike::WebhookDropped => "webhook-dropped",
        ProviderStrike::WebhookRepeated => "webhook-repeated",
        ProviderStrike::WebhookDelayed => "webhook-delayed",
        ProviderStrike::WebhookReordered => "webhook-reordered",
        ProviderStrike::WebhookEarly => "webhook-early",
        ProviderStrike::RefundedByHand => "refund-by-hand",
        ProviderStrike::WebhooksReplayed => "webhook-replay",
        ProviderStrike::Objected => "pre-arbitration",
        ProviderStrike::Breach => "broken-word",
    }
}

/// The name of something out of the ordinary that comes from a bank.
pub fn bank_strike_name(strike: BankStrike) -> &'static str {
    match strike {
        BankStrike::NoAnswer => "no-answer",
        BankStrike::LateAnswer => "late-answer",
        BankStrike::SlowInvestigation => "slow-investigation",
        BankStrike::RecallAccepted => "recall-accepted",
        BankStrike::RecallRefused => "recall-refused",
        BankStrike::Deemed => "deemed",
        BankStrike::Rejected => "bank-rejection",
        BankStrike::Returned => "payout-return",
    }
}

/// The name of something that goes wrong at the decider.
pub fn decision_strike_name(strike: DecisionStrike) -> &'static str {
    match strike {
        DecisionStrike::Late => "decision-late",
        DecisionStrike::Mute => "decision-mute",
        DecisionStrike::Stale => "decision-stale",
        DecisionStrike::Garbled => "decision-garbled",
        DecisionStrike::Outside => "decision-outside",
        DecisionStrike::Adverse => "decision-adverse",
        DecisionStrike::Swapped => "model-swapped",
    }
}
