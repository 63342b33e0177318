//! One authorization on its way through the adapter: what to ask the provider
//! next, and what its answers prove.

use std::time::Duration;

use model::evidence::{Evidence, weigh};
use model::saga::Try;
use model::two_phase::Participant;
use model::workflow::Action;
use model::{
    Aim, Answer, ChargeId, Dialect, OperationId, Outcome, ProviderEndpoint, ProviderRequest,
    Refusal, Rules, UndoOutcome, Undoing,
};
use sim::Role;

use super::entry::BranchEntry;
use crate::message::{About, Settled, Vote, Work};

/// The adapter's part of a transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errand {
    pub(super) about: About,
    pub(super) work: Option<Work>,
    pub(super) state: Participant,
    pub(super) coordinator: Role,
    pub(super) charge: Option<ChargeId>,
    pub(super) settled: Option<Settled>,
    pub(super) doing: Doing,
    /// Whether nothing is reserved and nothing will be, as nothing else was asked.
    pub(super) is_clean: bool,
    /// What it votes if it does not vote yes.
    pub(super) refusal: Vote,
    /// Since when it does what it does.
    pub(super) since: Duration,
    /// When the provider was last asked to reserve or take money; at boot, that.
    pub(super) effect_sent: Duration,
    /// Calls made, of any kind.
    pub(super) calls: u32,
    /// The reminder that counts.
    pub(super) round: u32,
    /// Calls or inquiries since anything was learned.
    pub(super) tries: u32,
}

/// What an errand is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// Money is to be reserved.
    Authorizing,
    /// It is, and waits for the decision.
    Waiting,
    /// It is to be taken.
    Capturing,
    /// It is to be given back, or never to be reserved.
    Voiding,
    /// Nothing is left to do.
    Nothing,
}

/// What an answer of the provider comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// The money is reserved.
    Authorized(ChargeId),
    /// It is not, or only in part, and this is what to vote.
    Refused(Vote),
    /// The money is taken.
    Captured,
    /// It can't be taken any more, although that was promised.
    Revoked,
    /// Nothing is reserved, and nothing ever will be.
    Gone,
    /// It is known no better than before.
    Open,
}

impl Errand {
    pub(super) fn new(about: About, work: Option<Work>, coordinator: Role, now: Duration) -> Self {
        Self {
            about,
            work,
            state: Participant::Working,
            coordinator,
            charge: None,
            settled: None,
            doing: Doing::Authorizing,
            is_clean: false,
            refusal: Vote::NotHere,
            since: now,
            effect_sent: now,
            calls: 0,
            round: 0,
            tries: 0,
        }
    }

    pub(super) fn restored(entry: &BranchEntry, now: Duration) -> Self {
        let BranchEntry { about, work, state, coordinator, charge, settled } = *entry;
        let doing = match state {
            Participant::Working => Doing::Authorizing,
            Participant::Prepared => Doing::Waiting,
            _ if settled.is_some() || work.is_none() => Doing::Nothing,
            Participant::Committed => Doing::Capturing,
            Participant::Aborted => Doing::Voiding,
        };
        let fresh = Self::new(about, work, coordinator, now);
        // What was asked before the crash may have been asked just before it.
        Self { state, charge, settled, doing, ..fresh }
    }

    pub(super) fn entry(&self) -> BranchEntry {
        let Self { about, work, state, coordinator, charge, settled, .. } = *self;
        BranchEntry { about, work, state, coordinator, charge, settled }
    }

    /// The key of the authorization.
    pub(super) fn authorization(&self) -> OperationId {
        let transaction = self.about.transaction;
        transaction.payment.operation(AUTHORIZATION, transaction.attempt)
    }

    fn capture(&self) -> OperationId {
        let transaction = self.about.transaction;
        transaction.payment.operation(CAPTURE, transaction.attempt)
    }

    /// What to ask the provider now; `None` if that has to wait.
    pub(super) fn request(&self, now: Duration, rules: &Rules) -> Option<ProviderRequest> {
        let work = self.work?;
        let dialect = rules.dialect(work.provider);
        let query = ProviderRequest::Query { target: self.authorization() };
        // Turn and turn about: what repeats harmlessly, and what only asks.
        let asks = self.tries % 2 == 1 && dialect.queries.is_some();
        match self.doing {
            Doing::Authorizing if self.calls == 0 => Some(ProviderRequest::Authorize {
                reference: self.authorization(),
                money: work.money,
            }),
            Doing::Authorizing if !asks && self.may_repeat(dialect, now, rules) => {
                Some(ProviderRequest::Authorize {
                    reference: self.authorization(),
                    money: work.money,
                })
            }
            Doing::Authorizing => dialect.queries.map(|_| query),
            Doing::Capturing if asks => Some(query),
            // A charge can be captured to the end only once, whatever the key.
            Doing::Capturing => Some(ProviderRequest::Capture {
                reference: self.capture(),
                charge: self.charge?,
                amount: work.money.amount,
                is_final: true,
            }),
            Doing::Voiding if dialect.undo == Undoing::Expiry => Some(query),
            Doing::Voiding => Some(ProviderRequest::VoidByReference {
                reference: self.authorization().undo(),
                target: self.authorization(),
            }),
            Doing::Waiting | Doing::Nothing => None,
        }
    }

    /// What `answer` proves of what it is at.
    pub(super) fn weigh(&self, answer: &Answer, now: Duration, rules: &Rules) -> Finding {
        let Some(work) = self.work else { return Finding::Open };
        let which = Try { step: 0, attempt: self.about.transaction.attempt };
        let aim = match self.doing {
            Doing::Authorizing => Aim::Step(which, Action::Authorize),
            Doing::Capturing => Aim::Step(which, Action::Capture),
            Doing::Voiding => Aim::Undo(which, Action::Authorize),
            Doing::Waiting | Doing::Nothing => return Finding::Open,
        };
        match (self.doing, weigh(aim, answer, rules.defects)) {
            (Doing::Authorizing, Evidence::Done(Outcome::Authorized { charge, amount })) => {
                let whole = amount == work.money.amount;
                if whole { Finding::Authorized(charge) } else { Finding::Refused(Vote::NotHere) }
            }
            (Doing::Authorizing, Evidence::Refused(Refusal::DeclinedHard)) => {
                Finding::Refused(Vote::No)
            }
            (Doing::Authorizing, Evidence::Refused(_)) => Finding::Refused(Vote::NotHere),
            (Doing::Capturing, Evidence::Done(_) | Evidence::Taken { .. }) => Finding::Captured,
            (Doing::Capturing, Evidence::Refused(_)) => Finding::Revoked,
            (
                Doing::Voiding,
                Evidence::Undone(UndoOutcome::TooLate) | Evidence::TakenAfterAll { .. },
            ) => Finding::Captured,
            (Doing::Voiding, Evidence::Undone(_)) => Finding::Gone,
            // It was not seen, and whatever was sent is too old to be seen any more.
            (Doing::Voiding, Evidence::NotExecuted)
                if now >= self.effect_sent + rules.never_found =>
            {
                Finding::Gone
            }
            _ => Finding::Open,
        }
    }

    fn may_repeat(&self, dialect: &Dialect, now: Duration, rules: &Rules) -> bool {
        let age = now.saturating_sub(self.since);
        dialect.may_resend(ProviderEndpoint::Authorize, age, rules.never_found)
    }
}

/// The numbers of these among the operations of a payment.
const AUTHORIZATION: u8 = 4;
const CAPTURE: u8 = 5;
