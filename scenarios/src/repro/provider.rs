//! What issuers, providers and the risk service are like, as tables.

use std::time::Duration;

use model::Dialect;
use serde::Deserialize;
use sim::Rate;
use toml::Spanned;

use super::bounds::SPAN_MAX;
use super::habits::{self, HabitsTable};
use super::line::{quoted, span};
use crate::bounds::{HELD_BACK_MAX, INDEX_LAG_MAX, LATE_EFFECT_MAX};
use crate::invalid::Wrong;
use crate::plan::{IssuerPlan, ProviderFaults, ProviderPlan, RiskPlan, WebhookFaults};
use crate::span::Span;

/// A provider as a file says it; what is left out never happens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderTable {
    /// The plain one where it is left out.
    dialect: Option<Spanned<String>>,
    #[serde(default)]
    decline_soft: Rate,
    #[serde(default)]
    decline_hard: Rate,
    #[serde(default)]
    partial: Rate,
    #[serde(default)]
    deferred: Rate,
    deferred_max: Option<Spanned<Span>>,
    #[serde(default)]
    capture_declined: Rate,
    #[serde(default)]
    refund_failed: Rate,
    #[serde(default)]
    refund_returned: Rate,
    #[serde(default)]
    reply_dropped: Rate,
    #[serde(default)]
    request_dropped: Rate,
    #[serde(default)]
    late_effect: Rate,
    late_effect_max: Option<Spanned<Span>>,
    #[serde(default)]
    error_after: Rate,
    #[serde(default)]
    error_before: Rate,
    #[serde(default)]
    throttled: Rate,
    index_lag_max: Option<Spanned<Span>>,
    #[serde(default)]
    webhook_dropped: Rate,
    #[serde(default)]
    webhook_repeated: Rate,
    #[serde(default)]
    webhook_reordered: Rate,
    webhook_reorder_max: Option<Spanned<Span>>,
    webhook_delay_max: Option<Spanned<Span>>,
    #[serde(default)]
    webhook_early: Rate,
    habits: Option<Spanned<HabitsTable>>,
}

/// What the risk service says, as a file says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RiskTable {
    reject: Rate,
    review: Rate,
    review_max: Option<Spanned<Span>>,
    told: bool,
    undecided: Rate,
}

/// The providers of a file that names none: two, at which nothing goes wrong.
pub(super) fn calm_cast() -> Vec<ProviderPlan> {
    vec![calm(Dialect::plain()); 2]
}

/// The risk service that approves of everything.
pub(super) fn calm_risk() -> RiskPlan {
    RiskPlan {
        reject: Rate::NEVER,
        review: Rate::NEVER,
        review_max: Duration::ZERO,
        told: false,
        undecided: Rate::NEVER,
    }
}

fn calm(dialect: Dialect) -> ProviderPlan {
    let never = Rate::NEVER;
    ProviderPlan {
        dialect,
        issuer: IssuerPlan {
            decline_soft: never,
            decline_hard: never,
            partial: never,
            deferred: never,
            deferred_max: Duration::ZERO,
            capture_declined: never,
            refund_failed: never,
            refund_returned: never,
        },
        faults: ProviderFaults {
            reply_dropped: never,
            request_dropped: never,
            late_effect: never,
            late_effect_max: Duration::ZERO,
            error_after: never,
            error_before: never,
            throttled: never,
            index_lag_max: Duration::ZERO,
            webhooks: WebhookFaults::default(),
        },
    }
}

/// The lines of the table of `provider`, its habits last.
pub(super) fn lines(provider: &ProviderPlan) -> Vec<String> {
    let ProviderPlan { dialect, issuer, faults } = provider;
    let plain = *dialect == Dialect::plain();
    let mut lines = Vec::new();
    lines.extend((!plain).then(|| format!("dialect = {}", quoted(&dialect.name))));
    lines.extend(rate("decline_soft", issuer.decline_soft));
    lines.extend(rate("decline_hard", issuer.decline_hard));
    lines.extend(rate("partial", issuer.partial));
    lines.extend(rate("deferred", issuer.deferred));
    lines.extend(most("deferred_max", issuer.deferred_max));
    lines.extend(rate("capture_declined", issuer.capture_declined));
    lines.extend(rate("refund_failed", issuer.refund_failed));
    lines.extend(rate("refund_returned", issuer.refund_returned));
    lines.extend(rate("reply_dropped", faults.reply_dropped));
    lines.extend(rate("request_dropped", faults.request_dropped));
    lines.extend(rate("late_effect", faults.late_effect));
    lines.extend(most("late_effect_max", faults.late_effect_max));
    lines.extend(rate("error_after", faults.error_after));
    lines.extend(rate("error_before", faults.error_before));
    lines.extend(rate("throttled", faults.throttled));
    lines.extend(most("index_lag_max", faults.index_lag_max));
    let webhooks = &faults.webhooks;
    lines.extend(rate("webhook_dropped", webhooks.dropped));
    lines.extend(rate("webhook_repeated", webhooks.repeated));
    lines.extend(rate("webhook_reordered", webhooks.reordered));
    lines.extend(most("webhook_reorder_max", webhooks.reorder_max));
    lines.extend(most("webhook_delay_max", webhooks.delay_max));
    lines.extend(rate("webhook_early", webhooks.early));
    if !plain {
        lines.push("[world.providers.habits]".to_owned());
        lines.extend(habits::lines(dialect));
    }
    lines
}

/// The lines of the table of the risk service.
pub(super) fn risk_lines(risk: &RiskPlan) -> Vec<String> {
    let lines = [
        rate("reject", risk.reject),
        rate("review", risk.review),
        most("review_max", risk.review_max),
        risk.told.then(|| "told = true".to_owned()),
        rate("undecided", risk.undecided),
    ];
    lines.into_iter().flatten().collect()
}

/// The line of a rate, unless it is zero.
pub(super) fn rate(name: &str, rate: Rate) -> Option<String> {
    (rate != Rate::NEVER).then(|| format!("{name} = {}", quoted(&rate.to_string())))
}

/// The line of a span, unless it is no time at all.
pub(super) fn most(name: &str, span: Duration) -> Option<String> {
    (!span.is_zero()).then(|| format!("{name} = {}", quoted(&Span(span).to_string())))
}

impl ProviderTable {
    /// What the table says.
    ///
    /// # Errors
    /// If there is no such dialect, or a span is out of bounds.
    pub(super) fn provider(mut self) -> Result<ProviderPlan, Wrong> {
        Ok(ProviderPlan {
            dialect: habits::dialect(self.dialect, self.habits)?,
            issuer: IssuerPlan {
                decline_soft: self.decline_soft,
                decline_hard: self.decline_hard,
                partial: self.partial,
                deferred: self.deferred,
                deferred_max: span(&mut self.deferred_max, "deferred_max", SPAN_MAX)?,
                capture_declined: self.capture_declined,
                refund_failed: self.refund_failed,
                refund_returned: self.refund_returned,
            },
            faults: ProviderFaults {
                reply_dropped: self.reply_dropped,
                request_dropped: self.request_dropped,
                late_effect: self.late_effect,
                late_effect_max: span(
                    &mut self.late_effect_max,
                    "late_effect_max",
                    LATE_EFFECT_MAX,
                )?,
                error_after: self.error_after,
                error_before: self.error_before,
                throttled: self.throttled,
                index_lag_max: span(&mut self.index_lag_max, "index_lag_max", INDEX_LAG_MAX)?,
                webhooks: WebhookFaults {
                    dropped: self.webhook_dropped,
                    repeated: self.webhook_repeated,
                    reordered: self.webhook_reordered,
                    reorder_max: span(
                        &mut self.webhook_reorder_max,
                        "webhook_reorder_max",
                        HELD_BACK_MAX,
                    )?,
                    delay_max: span(
                        &mut self.webhook_delay_max,
                        "webhook_delay_max",
                        HELD_BACK_MAX,
                    )?,
                    early: self.webhook_early,
                },
            },
        })
    }
}

impl RiskTable {
    /// What the table says.
    ///
    /// # Errors
    /// If a span is out of bounds.
    pub(super) fn risk(mut self) -> Result<RiskPlan, Wrong> {
        let review_max = span(&mut self.review_max, "review_max", SPAN_MAX)?;
        let Self { reject, review, told, undecided, .. } = self;
        Ok(RiskPlan { reject, review, review_max, told, undecided })
    }
}
