//! What a provider writes into its journal.

use std::time::Duration;

use model::{
    ChargeId, DisputeEvent, EventId, Execution, FileId, IssuerAnswer, Movement, OperationId,
    ProviderReply, ProviderRequest, SettlementFile, Token,
};

use crate::party::statement::Writing;

/// An entry of a provider's journal: enough to do it again, and what it did to
/// the books.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProviderEntry {
    /// This request was executed so.
    Executed(ProviderRequest, Doing, Option<Movement>),
    /// Time passed over this charge.
    Matured(ChargeId, Duration, Movement),
    /// Time passed over the refunds of this reference.
    RefundMatured(OperationId, Duration, Movement),
    /// This happened then to the dispute over this charge, which may be answered
    /// until then.
    Disputed(ChargeId, DisputeEvent, Duration, Duration, Movement),
    /// This request waits to be executed, and came so.
    Begun(ProviderRequest, Doing),
    /// This request was turned away: its ordinal, and what it was told.
    TurnedAway(ProviderRequest, u32, ProviderReply),
    /// The ingress acknowledged this event.
    Told(EventId),
    /// Somebody gave so many basis points of this charge back by hand, then.
    RefundedByHand(ChargeId, u16, Duration, Movement),
    /// This settlement file was written.
    Wrote(Box<Writing>),
    /// The reconciler has this one.
    Delivered(FileId),
    /// This charge, which had come to nothing, was taken then.
    TookAfterAll(ChargeId, Duration, Movement),
}

impl ProviderEntry {
    /// When it changed the books.
    pub(super) fn at(&self) -> Option<Duration> {
        match self {
            Self::Executed(_, doing, _) => Some(doing.now),
            Self::Matured(_, at, _)
            | Self::RefundMatured(_, at, _)
            | Self::Disputed(_, _, at, _, _)
            | Self::TookAfterAll(_, at, _)
            | Self::RefundedByHand(_, _, at, _) => Some(*at),
            _ => None,
        }
    }

    /// What it did to the books, with the reference that it has.
    pub(super) fn referred(&self, movement: &Movement) -> Movement {
        let reference = match self {
            Self::RefundMatured(reference, ..) => Some(*reference),
            _ => None,
        };
        Movement { reference: movement.reference.or(reference), ..*movement }
    }

    /// The settlement file that it wrote.
    pub fn file(&self) -> Option<&SettlementFile> {
        match self {
            Self::Wrote(writing) => Some(&writing.file),
            _ => None,
        }
    }

    /// What it did to the books.
    pub fn movement(&self) -> Option<&Movement> {
        match self {
            Self::Executed(_, _, movement) => movement.as_ref(),
            Self::Matured(_, _, movement)
            | Self::RefundMatured(_, _, movement)
            | Self::Disputed(_, _, _, _, movement)
            | Self::TookAfterAll(_, _, movement)
            | Self::RefundedByHand(_, _, _, movement) => Some(movement),
            Self::Begun(..)
            | Self::TurnedAway(..)
            | Self::Told(_)
            | Self::Wrote(_)
            | Self::Delivered(_) => None,
        }
    }
}

/// How a request was executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Doing {
    pub(super) now: Duration,
    pub(super) token: Token,
    pub(super) ordinal: u32,
    pub(super) issuer: IssuerAnswer,
    pub(super) lag: Duration,
    pub(super) fails_after: bool,
    pub(super) hung_up: bool,
}

impl Doing {
    /// A request that has come, before anything about it is drawn.
    pub(super) fn coming(token: Token, ordinal: u32, now: Duration) -> Self {
        Self {
            now,
            token,
            ordinal,
            issuer: IssuerAnswer::Approve,
            lag: Duration::ZERO,
            fails_after: false,
            hung_up: false,
        }
    }

    pub(super) fn execution(&self) -> Execution {
        Execution {
            now: self.now,
            token: self.token,
            ordinal: self.ordinal,
            // The house knows one region of each provider.
            region: 0,
            issuer: self.issuer,
            lag: self.lag,
            fails_after: self.fails_after,
            hung_up: self.hung_up,
        }
    }
}
