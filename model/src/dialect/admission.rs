//! Which dialects can be worked with at all (payments.md 1.6): those where
//! every doubt can be resolved.

use std::time::Duration;

use super::{Dialect, ProviderEndpoint, Undoing};

/// The bounds within which a doubt has to be resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoubtBounds {
    /// How long an outcome is asked for: `T_resolve`.
    pub resolve_within: Duration,
    /// From this age of its last send on, an operation can't happen any more:
    /// `t_nf`.
    pub never_found: Duration,
}

impl DoubtBounds {
    /// How long a key has to live to outlive every doubt.
    pub fn doubt(&self) -> Duration {
        self.resolve_within + self.never_found
    }
}

/// Why a dialect can't be worked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inadmissible {
    /// Nothing tells whether an operation happened.
    #[error(
        "nothing ever tells what became of {verb} whose reply was lost: keys that are kept for \
         T_resolve and t_nf, a query that finds for T_resolve, or {other} would"
    )]
    NeverDefinite {
        /// What can't be known.
        verb: &'static str,
        /// What else would tell.
        other: &'static str,
    },
    /// Nothing tells that an authorization is gone.
    #[error(
        "an authorization that nobody wants can be neither undone nor seen to be gone: a way to \
         undo it would do, or a query that finds for T_resolve"
    )]
    NeverKnownGone,
    /// An authorization that nobody wants outlives every doubt.
    #[error("an authorization that nobody wants can't be undone, and expires later than T_resolve")]
    HeldTooLong,
    /// A query forgets an authorization that still holds.
    #[error(
        "a query that forgets an authorization before it has ended, and t_nf after, would let it \
         be taken for one that never came"
    )]
    ForgottenTooSoon,
}

impl Inadmissible {
    /// The setting that it is about.
    pub const fn setting(&self) -> &'static str {
        match self {
            Self::NeverDefinite { .. } => "keeps",
            Self::NeverKnownGone => "undo",
            Self::HeldTooLong => "authorization_lifetime",
            Self::ForgottenTooSoon => "retention",
        }
    }
}

impl Dialect {
    /// Whether every doubt at a provider like this can be resolved.
    ///
    /// # Errors
    /// If one can't; the error says which, and what would help.
    pub fn admit(&self, bounds: &DoubtBounds) -> Result<(), Inadmissible> {
        use ProviderEndpoint::{Authorize, Capture, Refund};
        let by_query = self.queries.is_some_and(|q| q.retention >= bounds.resolve_within);
        let by_undo = self.undo != Undoing::Expiry;
        let by_line = self.settlement.carries_reference;
        for (endpoint, verb, otherwise, other) in [
            (Authorize, "an authorization", by_undo, "a way to undo it"),
            (Capture, "a capture", by_undo, "a way to undo its authorization"),
            (Refund, "a refund", by_line, "settlement lines with its reference"),
        ] {
            if !self.outlives(endpoint, bounds.doubt()) && !by_query && !otherwise {
                return Err(Inadmissible::NeverDefinite { verb, other });
            }
        }
        if !by_undo && !by_query {
            return Err(Inadmissible::NeverKnownGone);
        }
        if !by_undo && self.authorization_lifetime > bounds.resolve_within {
            return Err(Inadmissible::HeldTooLong);
        }
        let ends_within = self.authorization_lifetime + bounds.never_found;
        if self.queries.is_some_and(|queries| queries.retention < ends_within) {
            return Err(Inadmissible::ForgottenTooSoon);
        }
        Ok(())
    }
}
