//! A dialect as a TOML file that people read and copy.

use model::{
    Concurrent, Dialect, Interrupted, Keeps, KeyHabits, KeyScope, Mismatch, ProviderEndpoint,
    QueryHabits, Reads, RefundHabits, Residual, SettlementHabits, Undoing, WebhookHabits,
};
use serde::{Deserialize, Serialize};

use crate::span::Span;

/// What a dialect file says; [`Dialect`] says what each setting means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DialectSettings {
    /// Lower-case words joined by hyphens.
    pub name: String,
    /// What it is like, in a few words.
    pub title: String,
    /// Where the habits were seen.
    pub source: String,
    /// How an operation is undone whose authorization may have come.
    pub undo: Undoing,
    /// What becomes of what a last capture leaves of its authorization.
    pub residual: Residual,
    /// How long an authorization holds.
    pub authorization_lifetime: Span,
    /// How long after an authorization whose asker had hung up the provider
    /// takes it back by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_reverse_after: Option<Span>,
    /// What it does with idempotency keys.
    pub keys: KeySettings,
    /// How it tells what became of a reference; left out if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queries: Option<QuerySettings>,
    /// When captures are settled.
    pub settlement: SettlementSettings,
    /// How it gives money back.
    pub refunds: RefundSettings,
    /// How it tells of changes by itself.
    pub webhooks: WebhookSettings,
}

/// What a provider does with idempotency keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySettings {
    /// Which replies it keeps.
    pub keeps: Keeps,
    /// How long it keeps them.
    pub lifetime: Span,
    /// Within what a key has to be unique.
    pub scope: KeyScope,
    /// What a key answers that comes back with another request.
    pub mismatch: Mismatch,
    /// What a key answers whose request is being worked on.
    pub concurrent: Concurrent,
    /// What becomes of a key whose request was interrupted by a crash.
    pub interrupted: Interrupted,
    /// Endpoints that take a key and ignore it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored_at: Vec<ProviderEndpoint>,
    /// Whether the limiter turns away even what a kept reply would answer.
    pub limiter_first: bool,
    /// Whether every region of the provider knows the keys of every other.
    #[serde(default = "shared", skip_serializing_if = "is_shared")]
    pub shared_by_regions: bool,
}

/// How a provider tells what became of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuerySettings {
    /// What is read.
    pub reads: Reads,
    /// How long at most a charge stays invisible.
    pub lag_max: Span,
    /// How long it is found.
    pub retention: Span,
}

/// When captures are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettlementSettings {
    /// How far apart the cut-offs are.
    pub cut_off_every: Span,
    /// Whether a line of a settlement file carries the reference.
    pub carries_reference: bool,
}

/// How a provider gives money back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundSettings {
    /// Whether it says at once what became of a refund.
    pub synchronous: bool,
    /// How long it takes at most to say it later.
    #[serde(default)]
    pub pending_max: Span,
    /// How long after it succeeded a refund can still fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails_late_within: Option<Span>,
}

/// How a provider tells of changes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// How long it tries; no time at all where there are none.
    pub retries_for: Span,
    /// Whether they come in the order of the changes.
    pub ordered: bool,
    /// Whether they are signed.
    pub signed: bool,
}

impl From<DialectSettings> for Dialect {
    fn from(said: DialectSettings) -> Self {
        let DialectSettings { keys, settlement, refunds, webhooks, .. } = said;
        Self {
            name: said.name,
            title: said.title,
            source: said.source,
            undo: said.undo,
            residual: said.residual,
            authorization_lifetime: said.authorization_lifetime.0,
            auto_reverse_after: said.auto_reverse_after.map(|span| span.0),
            keys: KeyHabits {
                keeps: keys.keeps,
                lifetime: keys.lifetime.0,
                scope: keys.scope,
                mismatch: keys.mismatch,
                concurrent: keys.concurrent,
                interrupted: keys.interrupted,
                ignored_at: keys.ignored_at,
                limiter_first: keys.limiter_first,
                shared_by_regions: keys.shared_by_regions,
            },
            queries: said.queries.map(|queries| QueryHabits {
                reads: queries.reads,
                lag_max: queries.lag_max.0,
                retention: queries.retention.0,
            }),
            settlement: SettlementHabits {
                cut_off_every: settlement.cut_off_every.0,
                carries_reference: settlement.carries_reference,
            },
            refunds: RefundHabits {
                synchronous: refunds.synchronous,
                pending_max: refunds.pending_max.0,
                fails_late_within: refunds.fails_late_within.map(|span| span.0),
            },
            webhooks: WebhookHabits {
                retries_for: webhooks.retries_for.0,
                ordered: webhooks.ordered,
                signed: webhooks.signed,
            },
        }
    }
}

impl From<&Dialect> for DialectSettings {
    fn from(dialect: &Dialect) -> Self {
        let Dialect { keys, queries, settlement, refunds, webhooks, .. } = dialect;
        Self {
            name: dialect.name.clone(),
            title: dialect.title.clone(),
            source: dialect.source.clone(),
            undo: dialect.undo,
            residual: dialect.residual,
            authorization_lifetime: Span(dialect.authorization_lifetime),
            auto_reverse_after: dialect.auto_reverse_after.map(Span),
            keys: KeySettings {
                keeps: keys.keeps,
                lifetime: Span(keys.lifetime),
                scope: keys.scope,
                mismatch: keys.mismatch,
                concurrent: keys.concurrent,
                interrupted: keys.interrupted,
                ignored_at: keys.ignored_at.clone(),
                limiter_first: keys.limiter_first,
                shared_by_regions: keys.shared_by_regions,
            },
            queries: queries.map(|queries| QuerySettings {
                reads: queries.reads,
                lag_max: Span(queries.lag_max),
                retention: Span(queries.retention),
            }),
            settlement: SettlementSettings {
                cut_off_every: Span(settlement.cut_off_every),
                carries_reference: settlement.carries_reference,
            },
            refunds: RefundSettings {
                synchronous: refunds.synchronous,
                pending_max: Span(refunds.pending_max),
                fails_late_within: refunds.fails_late_within.map(Span),
            },
            webhooks: WebhookSettings {
                retries_for: Span(webhooks.retries_for),
                ordered: webhooks.ordered,
                signed: webhooks.signed,
            },
        }
    }
}

fn shared() -> bool {
    true
}

fn is_shared(shared: &bool) -> bool {
    *shared
}
