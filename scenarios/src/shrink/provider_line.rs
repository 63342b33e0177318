//! What a provider or an issuer does at a rate: a line that a plan can do without.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sim::Rate;

use crate::plan::ProviderPlan;

/// What a provider or an issuer does at a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderLine {
    /// F05.
    ReplyDropped,
    /// F06.
    RequestDropped,
    /// F07.
    LateEffect,
    /// F08, after the effect.
    ErrorAfter,
    /// F08, before the effect.
    ErrorBefore,
    /// F10.
    Throttled,
    /// F16.
    IndexLag,
    /// F11, soft.
    DeclineSoft,
    /// F11, hard.
    DeclineHard,
    /// F12.
    Partial,
    /// F13.
    Deferred,
    /// F14.
    CaptureDeclined,
    /// Refunds that come to nothing.
    RefundFailed,
    /// F23.
    RefundReturned,
    /// F15, never told.
    WebhookDropped,
    /// F15, told once more.
    WebhookRepeated,
    /// F15, told behind later ones.
    WebhookReordered,
    /// F15, told late.
    WebhookDelay,
    /// F15, told before the answer.
    WebhookEarly,
}

impl ProviderLine {
    /// Every one, faults first.
    pub const ALL: [Self; 19] = [
        Self::ReplyDropped,
        Self::RequestDropped,
        Self::LateEffect,
        Self::ErrorAfter,
        Self::ErrorBefore,
        Self::Throttled,
        Self::IndexLag,
        Self::WebhookDropped,
        Self::WebhookRepeated,
        Self::WebhookReordered,
        Self::WebhookDelay,
        Self::WebhookEarly,
        Self::DeclineSoft,
        Self::DeclineHard,
        Self::Partial,
        Self::Deferred,
        Self::CaptureDeclined,
        Self::RefundFailed,
        Self::RefundReturned,
    ];

    /// What files call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReplyDropped => "reply-dropped",
            Self::RequestDropped => "request-dropped",
            Self::LateEffect => "late-effect",
            Self::ErrorAfter => "error-after",
            Self::ErrorBefore => "error-before",
            Self::Throttled => "throttled",
            Self::IndexLag => "index-lag",
            Self::DeclineSoft => "decline-soft",
            Self::DeclineHard => "decline-hard",
            Self::Partial => "partial",
            Self::Deferred => "deferred",
            Self::CaptureDeclined => "capture-declined",
            Self::RefundFailed => "refund-failed",
            Self::RefundReturned => "refund-returned",
            Self::WebhookDropped => "webhook-dropped",
            Self::WebhookRepeated => "webhook-repeated",
            Self::WebhookReordered => "webhook-reordered",
            Self::WebhookDelay => "webhook-delay",
            Self::WebhookEarly => "webhook-early",
        }
    }

    pub(super) fn is_on(self, provider: &ProviderPlan) -> bool {
        match self {
            Self::IndexLag => !provider.faults.index_lag_max.is_zero(),
            Self::WebhookDelay => !provider.faults.webhooks.delay_max.is_zero(),
            _ => *self.rate(&mut provider.clone()) > Rate::NEVER,
        }
    }

    pub(super) fn calm(self, provider: &mut ProviderPlan) {
        match self {
            Self::IndexLag => provider.faults.index_lag_max = Duration::ZERO,
            Self::WebhookDelay => provider.faults.webhooks.delay_max = Duration::ZERO,
            Self::WebhookReordered => provider.faults.webhooks.reorder_max = Duration::ZERO,
            Self::LateEffect => provider.faults.late_effect_max = Duration::ZERO,
            Self::Deferred => provider.issuer.deferred_max = Duration::ZERO,
            _ => {}
        }
        if !matches!(self, Self::IndexLag | Self::WebhookDelay) {
            *self.rate(provider) = Rate::NEVER;
        }
    }

    /// The rate of anything but the lag of an index and the delay of webhooks,
    /// which are lengths.
    fn rate(self, provider: &mut ProviderPlan) -> &mut Rate {
        let ProviderPlan { issuer, faults, .. } = provider;
        match self {
            Self::ReplyDropped => &mut faults.reply_dropped,
            Self::RequestDropped => &mut faults.request_dropped,
            Self::LateEffect | Self::IndexLag => &mut faults.late_effect,
            Self::ErrorAfter => &mut faults.error_after,
            Self::ErrorBefore => &mut faults.error_before,
            Self::Throttled => &mut faults.throttled,
            Self::DeclineSoft => &mut issuer.decline_soft,
            Self::DeclineHard => &mut issuer.decline_hard,
            Self::Partial => &mut issuer.partial,
            Self::Deferred => &mut issuer.deferred,
            Self::CaptureDeclined => &mut issuer.capture_declined,
            Self::RefundFailed => &mut issuer.refund_failed,
            Self::RefundReturned => &mut issuer.refund_returned,
            Self::WebhookDropped => &mut faults.webhooks.dropped,
            Self::WebhookRepeated => &mut faults.webhooks.repeated,
            Self::WebhookReordered | Self::WebhookDelay => &mut faults.webhooks.reordered,
            Self::WebhookEarly => &mut faults.webhooks.early,
        }
    }
}
