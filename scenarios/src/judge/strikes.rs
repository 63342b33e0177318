//! Every kind of strike, in the order in which reports list them.

use crate::fact::{BankStrike, DecisionStrike, ProviderStrike};

/// Every kind of strike at a provider, in the order in which reports list them.
pub const PROVIDER_STRIKES: [ProviderStrike; 27] = [
    ProviderStrike::BrownOut,
    ProviderStrike::Outage,
    ProviderStrike::ReplyDropped,
    ProviderStrike::RequestDropped,
    ProviderStrike::LateEffect,
    ProviderStrike::ErrorAfter,
    ProviderStrike::ErrorBefore,
    ProviderStrike::Throttled,
    ProviderStrike::Declined,
    ProviderStrike::PartialApproval,
    ProviderStrike::Deferred,
    ProviderStrike::CaptureDeclined,
    ProviderStrike::Disputed,
    ProviderStrike::IndexLag,
    ProviderStrike::KeyExpired,
    ProviderStrike::RefundFailed,
    ProviderStrike::RefundPending,
    ProviderStrike::WebhookDropped,
    ProviderStrike::WebhookRepeated,
    ProviderStrike::WebhookDelayed,
    ProviderStrike::WebhookReordered,
    ProviderStrike::WebhookEarly,
    ProviderStrike::RefundReturned,
    ProviderStrike::RefundedByHand,
    ProviderStrike::WebhooksReplayed,
    ProviderStrike::Objected,
    ProviderStrike::Breach,
];

/// Every kind of strike at a bank, in the order in which reports list them.
pub const BANK_STRIKES: [BankStrike; 8] = [
    BankStrike::NoAnswer,
    BankStrike::LateAnswer,
    BankStrike::SlowInvestigation,
    BankStrike::RecallAccepted,
    BankStrike::RecallRefused,
    BankStrike::Deemed,
    BankStrike::Rejected,
    BankStrike::Returned,
];

/// Every kind of strike at the decider, in the order in which reports list them.
pub const DECISION_STRIKES: [DecisionStrike; 7] = [
    DecisionStrike::Late,
    DecisionStrike::Mute,
    DecisionStrike::Stale,
    DecisionStrike::Garbled,
    DecisionStrike::Outside,
    DecisionStrike::Adverse,
    DecisionStrike::Swapped,
];
