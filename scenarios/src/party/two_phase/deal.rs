//! One payment in a coordinator's hands.

use std::time::Duration;

use model::two_phase::{Branch, Coordinator, Decision, Transaction};
use model::{Fingerprint, Intent, ProviderId, Status};

use super::entry::CoordinatorEntry;
use crate::message::{About, Vote, Work};

/// A payment, and the transaction that is to bring it about.
#[derive(Clone, Debug)]
pub(super) struct Deal {
    pub(super) intent: Intent,
    pub(super) fingerprint: Fingerprint,
    pub(super) stage: Stage,
    /// How many transactions were begun for it.
    pub(super) attempt: u8,
    /// By way of which provider the last of them goes.
    pub(super) provider: ProviderId,
    /// Whether its client wants it no more.
    pub(super) is_canceled: bool,
    /// What the branch voted that would not.
    pub(super) refusal: Option<Vote>,
    /// Whether the provider has taken back what it had promised.
    pub(super) is_revoked: bool,
    /// What its client is shown.
    pub(super) status: Status,
    /// Whether its client knows how it ended, or need not be told.
    pub(super) is_told: bool,
    /// When the last transaction was begun.
    pub(super) begun: Duration,
    /// The number of the reminder that counts.
    pub(super) round: u32,
    /// Calls since something was heard.
    pub(super) tries: u32,
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The risk service is asked: nothing is locked while it looks.
    Assessing,
    /// A transaction is on its way.
    Transacting(Coordinator),
    /// It is over.
    Ended,
}

/// What comes next once a transaction is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The payment has come to this.
    End(Status),
    /// A person has it.
    Case,
    /// Another transaction, by way of this provider.
    Again(ProviderId),
}

impl Deal {
    pub(super) fn new(intent: Intent, fingerprint: Fingerprint) -> Self {
        Self {
            intent,
            fingerprint,
            stage: Stage::Assessing,
            attempt: 0,
            provider: ProviderId(0),
            is_canceled: false,
            refusal: None,
            is_revoked: false,
            status: Status::Processing,
            is_told: false,
            begun: Duration::ZERO,
            round: 0,
            tries: 0,
        }
    }

    /// Changes it by an entry of the log.
    pub(super) fn restore(&mut self, entry: &CoordinatorEntry) {
        match entry {
            CoordinatorEntry::Accepted(..) => {}
            CoordinatorEntry::CancelRequested(_) => self.is_canceled = true,
            CoordinatorEntry::Begun(transaction, provider) => {
                (self.attempt, self.provider) = (transaction.attempt, *provider);
                self.stage = Stage::Transacting(Coordinator::recovered(false));
            }
            CoordinatorEntry::Committed(_) => {
                self.stage = Stage::Transacting(Coordinator::recovered(true));
            }
            CoordinatorEntry::Ended(_, status) => {
                (self.stage, self.status) = (Stage::Ended, *status);
            }
            CoordinatorEntry::Revoked(_) => {
                self.stage = Stage::Ended;
                (self.is_revoked, self.is_told) = (true, true);
            }
            CoordinatorEntry::Told(_) => self.is_told = true,
        }
    }

    /// The last transaction that was begun for it.
    pub(super) fn transaction(&self) -> Transaction {
        Transaction { payment: self.intent.payment, attempt: self.attempt }
    }

    /// Whether only a provider has not done what was decided, which may take it days.
    pub(super) fn awaits_provider(&self) -> bool {
        let Stage::Transacting(coordinator) = self.stage else { return false };
        coordinator.untold().iter().eq([Branch::Providers])
    }

    pub(super) fn about(&self, branch: Branch) -> About {
        About { transaction: self.transaction(), token: self.intent.token, branch }
    }

    pub(super) fn work(&self, branch: Branch) -> Work {
        let Intent { tenant, merchant, money, .. } = self.intent;
        Work { about: self.about(branch), tenant, merchant, money, provider: self.provider }
    }

    /// What was decided about the transaction of this `attempt`, if it was: what
    /// nobody remembers was aborted.
    pub(super) fn decision(&self, attempt: u8) -> Option<Decision> {
        match self.stage {
            _ if attempt != self.attempt => Some(Decision::Abort),
            Stage::Assessing => Some(Decision::Abort),
            Stage::Transacting(coordinator) => coordinator.decision(),
            Stage::Ended if self.is_revoked || self.status == Status::Succeeded => {
                Some(Decision::Commit)
            }
            Stage::Ended => Some(Decision::Abort),
        }
    }

    /// What comes next, now that every branch has done what was decided. There are
    /// `providers` of them.
    pub(super) fn next(&self, decision: Decision, providers: u8) -> Next {
        let other = ProviderId(self.provider.0 + 1);
        match (decision, self.refusal) {
            (Decision::Commit, _) if self.is_revoked => Next::Case,
            (Decision::Commit, _) => Next::End(Status::Succeeded),
            _ if self.is_canceled => Next::End(Status::Canceled),
            (_, Some(Vote::No)) => Next::End(Status::Failed),
            _ if self.attempt >= ATTEMPTS_MAX => Next::End(Status::Failed),
            (_, Some(Vote::NotHere)) if other.0 >= providers => Next::End(Status::Failed),
            (_, Some(Vote::NotHere)) => Next::Again(other),
            // The votes took too long, or the coordinator forgot them in a crash.
            (_, Some(Vote::Yes) | None) => Next::Again(self.provider),
        }
    }
}

/// How many transactions are begun for one payment at most.
const ATTEMPTS_MAX: u8 = 3;
