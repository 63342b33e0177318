//! Dialects for tests: each has the habits of one kind of provider.

use std::time::Duration;

use model::{
    Concurrent, Dialect, Interrupted, Keeps, KeyHabits, KeyScope, Mismatch, ProviderEndpoint,
    QueryHabits, Reads, RefundHabits, Residual, SettlementHabits, Undoing, WebhookHabits,
};

/// Keeps every reply for a day, and blocks what it has not seen.
pub(crate) const KEEPS_ALL: usize = 0;
/// Keeps successes only, and blocks nothing.
pub(crate) const KEEPS_SUCCESS: usize = 1;
/// Keeps what an execution really came to, one room for all endpoints.
pub(crate) const RESUMES: usize = 2;
/// Keeps all but errors, and blocks a key whose request was interrupted.
pub(crate) const KEEPS_REFUSALS: usize = 3;
/// Keeps nothing, tells nothing, and takes back what nobody listened to.
pub(crate) const LEGACY: usize = 4;
/// Keeps replies for half an hour, replays them to anything, ignores keys of
/// refunds, and undoes nothing.
pub(crate) const HOSTILE: usize = 5;
/// All of them.
pub(crate) const EVERY: [usize; 6] =
    [KEEPS_ALL, KEEPS_SUCCESS, RESUMES, KEEPS_REFUSALS, LEGACY, HOSTILE];

/// The dialect with this number.
pub(crate) fn dialect(number: usize) -> Dialect {
    let mut dialect = plain();
    match number {
        KEEPS_ALL => {}
        KEEPS_SUCCESS => {
            dialect.name = "keeps-success".to_owned();
            dialect.keys.keeps = Keeps::OnlySuccess;
            dialect.undo = Undoing::VoidByReference;
            dialect.authorization_lifetime = days(10);
            let (reads, lag_max) = (Reads::Index, Duration::from_secs(60));
            dialect.queries = Some(QueryHabits { reads, lag_max, retention: days(90) });
        }
        RESUMES => {
            dialect.name = "resumes".to_owned();
            dialect.keys.keeps = Keeps::ResumeToCompletion;
            dialect.keys.lifetime = days(30);
            dialect.keys.scope = KeyScope::Account;
            dialect.undo = Undoing::VoidByReference;
            dialect.residual = Residual::Kept;
        }
        KEEPS_REFUSALS => {
            dialect.name = "keeps-refusals".to_owned();
            dialect.keys.keeps = Keeps::SuccessAndRefusal;
            dialect.keys.interrupted = Interrupted::BlockedUntilExpiry;
            dialect.keys.concurrent = Concurrent::OneProcessed;
            dialect.keys.shared_by_regions = false;
        }
        LEGACY => {
            dialect.name = "legacy".to_owned();
            dialect.keys.keeps = Keeps::Nothing;
            dialect.queries = None;
            dialect.undo = Undoing::VoidByReference;
            dialect.auto_reverse_after = Some(Duration::from_secs(1_800));
        }
        _ => {
            dialect.name = "hostile".to_owned();
            dialect.keys.lifetime = Duration::from_secs(1_800);
            dialect.keys.mismatch = Mismatch::ReplaysOldReply;
            dialect.keys.ignored_at = vec![ProviderEndpoint::Refund];
            dialect.undo = Undoing::Expiry;
        }
    }
    dialect
}

/// The two at which most tests try payments: `a` and `b`.
pub(crate) fn cast() -> [Dialect; 2] {
    [dialect(KEEPS_ALL), dialect(KEEPS_SUCCESS)]
}

fn plain() -> Dialect {
    Dialect {
        name: "keeps-all".to_owned(),
        title: "keeps all".to_owned(),
        source: "made up".to_owned(),
        undo: Undoing::CancelByKey,
        residual: Residual::Released,
        authorization_lifetime: days(7),
        auto_reverse_after: None,
        keys: KeyHabits {
            keeps: Keeps::AllAfterExecution,
            lifetime: days(1),
            scope: KeyScope::Endpoint,
            mismatch: Mismatch::Error,
            concurrent: Concurrent::Conflict,
            interrupted: Interrupted::RunsAgain,
            ignored_at: Vec::new(),
            limiter_first: true,
            shared_by_regions: true,
        },
        queries: Some(QueryHabits {
            reads: Reads::Books,
            lag_max: Duration::ZERO,
            retention: days(90),
        }),
        settlement: SettlementHabits { cut_off_every: days(1), carries_reference: true },
        refunds: RefundHabits {
            synchronous: true,
            pending_max: Duration::ZERO,
            fails_late_within: None,
        },
        webhooks: WebhookHabits { retries_for: days(3), ordered: false, signed: true },
    }
}

pub(crate) fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}
