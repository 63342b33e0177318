//! How one provider differs from another (payments.md 4.1).

mod admission;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use admission::{DoubtBounds, Inadmissible};

/// The habits of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dialect {
    /// What it is called.
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
    pub authorization_lifetime: Duration,
    /// How long after an authorization whose asker had hung up the provider
    /// takes it back by itself; `None` if it never does.
    pub auto_reverse_after: Option<Duration>,
    /// What it does with idempotency keys.
    pub keys: KeyHabits,
    /// Whether and how it tells what became of a reference.
    pub queries: Option<QueryHabits>,
    /// When captures are settled.
    pub settlement: SettlementHabits,
    /// How it gives money back.
    pub refunds: RefundHabits,
    /// How it tells of changes by itself.
    pub webhooks: WebhookHabits,
}

/// What a provider does with idempotency keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyHabits {
    /// Which replies it keeps.
    pub keeps: Keeps,
    /// How long it keeps them, from the first sight of the key on.
    pub lifetime: Duration,
    /// Within what a key has to be unique.
    pub scope: KeyScope,
    /// What a key answers that comes back with another request.
    pub mismatch: Mismatch,
    /// What a key answers whose request is being worked on.
    pub concurrent: Concurrent,
    /// What becomes of a key whose request was interrupted by a crash.
    pub interrupted: Interrupted,
    /// Endpoints that take a key and ignore it.
    pub ignored_at: Vec<ProviderEndpoint>,
    /// Whether the limiter turns away even what a kept reply would answer.
    pub limiter_first: bool,
    /// Whether every region of the provider knows the keys of every other.
    pub shared_by_regions: bool,
}

/// The endpoints of a provider that move money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderEndpoint {
    /// Reserves money.
    Authorize,
    /// Takes it.
    Capture,
    /// Gives it back.
    Refund,
}

/// Which replies a provider keeps under an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeps {
    /// Every reply from the start of execution on, errors included.
    AllAfterExecution,
    /// What the execution really came to: whoever got an error and repeats the
    /// request is told.
    ResumeToCompletion,
    /// Successes only: what was declined or failed is executed anew.
    OnlySuccess,
    /// Successes and refusals: what failed is executed anew.
    SuccessAndRefusal,
    /// None: every request is executed.
    Nothing,
}

/// Within what a key has to be unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyScope {
    /// The whole account: a key of one endpoint is taken at all of them.
    Account,
    /// One endpoint.
    Endpoint,
}

/// What a key answers that comes back with another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mismatch {
    /// An error.
    Error,
    /// What it answered to the first request, as if it were the same.
    ReplaysOldReply,
}

/// What a key answers whose request is being worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concurrent {
    /// A conflict, at once.
    Conflict,
    /// Nothing until the first is done, then the same.
    OneProcessed,
}

/// What becomes of a key whose request was interrupted by a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interrupted {
    /// The next request with it is executed.
    RunsAgain,
    /// It answers a conflict until it expires: the provider takes no chance of
    /// executing it twice.
    BlockedUntilExpiry,
}

/// How a provider undoes an operation that is known by its reference only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undoing {
    /// A reference that it has not seen is blocked for good.
    CancelByKey,
    /// A reference that it has not seen stays unknown, and may still come.
    VoidByReference,
    /// Not at all: whatever is not captured expires.
    Expiry,
}

/// What becomes of what a last capture leaves of its authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Residual {
    /// It is released at once.
    Released,
    /// It stays reserved until it is voided, or the authorization ends.
    Kept,
}

/// How a provider tells what became of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QueryHabits {
    /// What is read.
    pub reads: Reads,
    /// How long at most a charge stays invisible.
    pub lag_max: Duration,
    /// How long it is found.
    pub retention: Duration,
}

/// What a query reads, and so what it means that nothing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reads {
    /// The books: nothing of it was executed so far.
    Books,
    /// An index that lags behind them: it may have been executed.
    Index,
}

/// When captures are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SettlementHabits {
    /// How far apart the cut-offs are, counted from the beginning of time.
    pub cut_off_every: Duration,
    /// Whether a line of a settlement file carries the reference.
    pub carries_reference: bool,
}

/// How a provider gives money back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RefundHabits {
    /// Whether it says at once what became of a refund.
    pub synchronous: bool,
    /// How long it takes at most to say it later.
    pub pending_max: Duration,
    /// How long after it succeeded a refund can still fail; `None` if none
    /// ever does.
    pub fails_late_within: Option<Duration>,
}

/// How a provider tells of changes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WebhookHabits {
    /// How long it tries; no time at all where there are none.
    pub retries_for: Duration,
    /// Whether they come in the order of the changes.
    pub ordered: bool,
    /// Whether they are signed.
    pub signed: bool,
}

impl Dialect {
    /// A provider that keeps every promise anybody could ask for. Files leave
    /// out what they say of it: it never changes.
    pub fn plain() -> Self {
        let day = Duration::from_secs(86_400);
        Self {
            name: "plain".to_owned(),
            title: "keeps every promise".to_owned(),
            source: String::new(),
            undo: Undoing::CancelByKey,
            residual: Residual::Released,
            authorization_lifetime: 7 * day,
            auto_reverse_after: None,
            keys: KeyHabits {
                keeps: Keeps::AllAfterExecution,
                lifetime: 30 * day,
                scope: KeyScope::Account,
                mismatch: Mismatch::Error,
                concurrent: Concurrent::Conflict,
                interrupted: Interrupted::RunsAgain,
                ignored_at: Vec::new(),
                limiter_first: false,
                shared_by_regions: true,
            },
            queries: Some(QueryHabits {
                reads: Reads::Books,
                lag_max: Duration::ZERO,
                retention: 90 * day,
            }),
            settlement: SettlementHabits { cut_off_every: day, carries_reference: true },
            refunds: RefundHabits {
                synchronous: true,
                pending_max: Duration::ZERO,
                fails_late_within: None,
            },
            webhooks: WebhookHabits { retries_for: Duration::ZERO, ordered: true, signed: true },
        }
    }

    /// Whether a key is looked at here.
    pub fn honors_keys(&self, endpoint: ProviderEndpoint) -> bool {
        self.keys.keeps != Keeps::Nothing && !self.keys.ignored_at.contains(&endpoint)
    }

    /// Whether a repetition is harmless as long as the key lives: whatever the
    /// first came to is kept, so that it can't be executed a second time.
    pub fn repeats_safely(&self, endpoint: ProviderEndpoint) -> bool {
        let all = matches!(self.keys.keeps, Keeps::AllAfterExecution | Keeps::ResumeToCompletion);
        all && self.honors_keys(endpoint)
    }

    /// Whether an operation whose key is `age` old may be repeated before the
    /// first try is known to be dead. A send takes `margin` at most to arrive.
    pub fn may_resend(&self, endpoint: ProviderEndpoint, age: Duration, margin: Duration) -> bool {
        self.repeats_safely(endpoint) && age + margin < self.keys.lifetime
    }

    /// Whether a key outlives every doubt, so that it can be repeated by
    /// somebody who does not know how old it is.
    pub fn outlives(&self, endpoint: ProviderEndpoint, doubt: Duration) -> bool {
        self.repeats_safely(endpoint) && self.keys.lifetime >= doubt
    }

    /// Whether undoing a reference that it has never seen blocks it for good.
    pub fn tombstones(&self) -> bool {
        self.undo == Undoing::CancelByKey
    }

    /// How long at most a charge stays invisible to a query.
    pub fn query_lag_max(&self) -> Duration {
        self.queries.map_or(Duration::ZERO, |queries| queries.lag_max)
    }
}
