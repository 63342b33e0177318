//! What an answer proves: the classifier that most real bugs get wrong.

use crate::call::Answer;
use crate::charge::ChargeState;
use crate::defect::{Defect, Defects};
use crate::flight::Aim;
use crate::identity::ChargeId;
use crate::money::Amount;
use crate::provider::{Decline, ProviderReply};
use crate::rail::{BankReply, Rejection, RemittanceState};
use crate::record::{Outcome, Refusal, UndoOutcome};
use crate::refund::RefundState;
use crate::risk::RiskReply;
use crate::transfer::TransferResult;
use crate::workflow::Action;

/// What an answer proves about the operation that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// It happened.
    Done(Outcome),
    /// So much was captured in all, and more can be, or not. What that says of
    /// one of several captures, the sum of those before it tells.
    Taken {
        /// How much.
        amount: Amount,
        /// Whether more can be captured.
        is_open: bool,
    },
    /// This execution of it did nothing.
    Refused(Refusal),
    /// It has not been executed so far; it still may be, unless everything
    /// that was sent is settled.
    NotExecuted,
    /// Money was taken as this charge, which nobody here asked for: that it was
    /// reserved is not even known, or it was given up.
    TakenAfterAll {
        /// As which charge.
        charge: ChargeId,
        /// How much.
        amount: Amount,
    },
    /// It will be decided later.
    Later,
    /// What was not captured is reserved no more.
    Released,
    /// It is undone, or can't be.
    Undone(UndoOutcome),
    /// The first transfer of the chain is there already; the rest has to be
    /// looked up.
    Booked,
    /// It was refused because a promise had ended that it was to go by.
    Lapsed,
    /// It was refused because an account has less than it was to take, and will be
    /// whenever it is repeated.
    Short,
    /// It was refused where nothing may refuse it.
    Illegal,
    /// That one sending was turned away unread, by a limiter or by a connection
    /// that was refused.
    Throttled,
    /// Nothing: it may have happened.
    Unknown,
}

/// What `answer` proves about `aim`.
pub fn weigh(aim: Aim, answer: &Answer, defects: Defects) -> Evidence {
    match (aim, answer) {
        (_, Answer::Bounced) => Evidence::Throttled,
        (Aim::Step(_, action), Answer::Provider(reply)) => match action {
            Action::Capture => weigh_capture(*reply, defects),
            Action::Refund => weigh_refund(*reply, defects),
            Action::Contest => weigh_contest(*reply),
            Action::Verdict => weigh_verdict(*reply, defects),
            Action::Release => weigh_release(*reply, defects),
            _ => weigh_authorization(*reply, defects),
        },
        (Aim::Step(_, Action::Send), Answer::Bank(reply)) => weigh_send(*reply),
        (Aim::Step(_, Action::Recall), Answer::Bank(reply)) => weigh_recall(*reply),
        (Aim::Undo(..), Answer::Provider(reply)) => weigh_void(*reply),
        (Aim::Step(_, action), Answer::Booked(results)) => match action {
            Action::Hold => weigh_hold(results),
            _ => weigh_post(results, defects),
        },
        (Aim::Undo(..), Answer::Booked(results)) => weigh_void_hold(results),
        (Aim::Step(_, action), Answer::Found { asked, found }) => {
            weigh_found(action, *asked, *found)
        }
        (Aim::Step(..), Answer::Risk(reply)) => match reply {
            RiskReply::Approve => Evidence::Done(Outcome::Approved),
            RiskReply::Reject => Evidence::Refused(Refusal::Rejected),
            RiskReply::Review => defects.pick(
                Defect::StaleRisk,
                || Evidence::Later,
                || Evidence::Done(Outcome::Approved),
            ),
            RiskReply::Released => Evidence::Unknown,
        },
        (Aim::Undo(..), Answer::Risk(RiskReply::Released)) => Evidence::Undone(UndoOutcome::Voided),
        (Aim::Step(_, Action::Notify) | Aim::Notice, Answer::Noticed) => {
            Evidence::Done(Outcome::Notified)
        }
        _ => Evidence::Unknown,
    }
}

fn weigh_authorization(reply: ProviderReply, defects: Defects) -> Evidence {
    match reply {
        ProviderReply::Authorized { charge, amount }
        | ProviderReply::Status(ChargeState::Authorized, charge, amount) => {
            Evidence::Done(Outcome::Authorized { charge, amount })
        }
        ProviderReply::Declined(Decline::Soft)
        | ProviderReply::Status(ChargeState::Declined, ..) => {
            Evidence::Refused(Refusal::DeclinedSoft)
        }
        ProviderReply::Declined(Decline::Hard) => Evidence::Refused(Refusal::DeclinedHard),
        ProviderReply::Status(state, ..) if is_gone(state) => {
            Evidence::Refused(Refusal::AuthorizationGone)
        }
        // Nothing is captured before it is known to be authorized.
        ProviderReply::Status(state, charge, amount) if state.is_past_void() => {
            Evidence::TakenAfterAll { charge, amount }
        }
        ProviderReply::Pending | ProviderReply::Status(ChargeState::Pending, ..) => Evidence::Later,
        ProviderReply::Invalid => Evidence::Refused(Refusal::Invalid),
        ProviderReply::NotFound => Evidence::NotExecuted,
        other => weigh_error(other, defects),
    }
}

fn weigh_capture(reply: ProviderReply, defects: Defects) -> Evidence {
    match reply {
        ProviderReply::Captured { amount, .. } => Evidence::Done(Outcome::Captured { amount }),
        ProviderReply::AlreadyCaptured { amount, .. } => Evidence::Taken { amount, is_open: false },
        ProviderReply::Status(state, _, amount) if state.is_past_void() => {
            Evidence::Taken { amount, is_open: false }
        }
        ProviderReply::Status(ChargeState::PartiallyCaptured, _, amount) => {
            Evidence::Taken { amount, is_open: true }
        }
        ProviderReply::Declined(_) => Evidence::Refused(Refusal::DeclinedSoft),
        ProviderReply::Expired => Evidence::Refused(Refusal::AuthorizationGone),
        ProviderReply::Status(state, ..) if is_gone(state) => {
            Evidence::Refused(Refusal::AuthorizationGone)
        }
        ProviderReply::Status(ChargeState::Authorized, ..) => Evidence::NotExecuted,
        ProviderReply::Invalid => Evidence::Refused(Refusal::Invalid),
        other => weigh_error(other, defects),
    }
}

/// Nothing is left to give back of a charge that is captured and closed.
fn weigh_release(reply: ProviderReply, defects: Defects) -> Evidence {
    match reply {
        ProviderReply::Released | ProviderReply::TooLate => Evidence::Released,
        ProviderReply::Status(state, ..) if state.is_past_void() => Evidence::Released,
        ProviderReply::Status(..) => Evidence::Later,
        other => weigh_error(other, defects),
    }
}

/// A refund that came back later had no effect in the end, no more than one
/// that was refused.
fn weigh_refund(reply: ProviderReply, defects: Defects) -> Evidence {
    match reply {
        ProviderReply::Refunded { amount }
        | ProviderReply::RefundStatus(RefundState::Succeeded, amount) => {
            Evidence::Done(Outcome::Refunded { amount })
        }
        ProviderReply::RefundFailed
        | ProviderReply::RefundStatus(RefundState::Failed | RefundState::FailedLate, _) => {
            Evidence::Refused(Refusal::RefundFailed)
        }
        ProviderReply::Pending | ProviderReply::RefundStatus(RefundState::Pending, _) => {
            Evidence::Later
        }
        ProviderReply::Invalid => Evidence::Refused(Refusal::Invalid),
        ProviderReply::NotFound => Evidence::NotExecuted,
        other => weigh_error(other, defects),
    }
}

/// Whatever became of the dispute meanwhile, the answer has come.
fn weigh_contest(reply: ProviderReply) -> Evidence {
    match reply {
        ProviderReply::Dispute(_) => Evidence::Done(Outcome::Answered),
        _ => Evidence::Unknown,
    }
}

/// How a charge that was disputed stands.
fn weigh_verdict(reply: ProviderReply, defects: Defects) -> Evidence {
    match reply {
        ProviderReply::Status(ChargeState::Disputed, ..) => Evidence::Later,
        ProviderReply::Status(ChargeState::Settled, ..) => {
            let won = defects.pick(Defect::DisputeWonIgnored, || true, || false);
            Evidence::Done(Outcome::Decided { won })
        }
        ProviderReply::Status(ChargeState::ChargedBack, ..) => {
            Evidence::Done(Outcome::Decided { won: false })
        }
        _ => Evidence::Unknown,
    }
}

/// What came back was sent all the same: that it did is another story.
fn weigh_send(reply: BankReply) -> Evidence {
    match reply {
        BankReply::Accepted
        | BankReply::Status(
            RemittanceState::Accepted | RemittanceState::Settled | RemittanceState::Returned(_),
        ) => Evidence::Done(Outcome::Sent),
        BankReply::Rejected(why) | BankReply::Status(RemittanceState::Rejected(why)) => {
            Evidence::Refused(match why {
                Rejection::Account => Refusal::NoSuchAccount,
                Rejection::Offline | Rejection::Reversed => Refusal::Unreachable,
            })
        }
        // Neither yes nor no is no no: the money may be there.
        BankReply::Deemed
        | BankReply::Status(RemittanceState::Pending | RemittanceState::Deemed) => Evidence::Later,
        BankReply::NotFound | BankReply::Status(RemittanceState::Absent) => Evidence::NotExecuted,
        BankReply::Mismatch => Evidence::Illegal,
        BankReply::RecallAccepted | BankReply::RecallRefused => Evidence::Unknown,
    }
}

/// Yes and no are answers alike: where the bank does not get it back, nothing
/// changes.
fn weigh_recall(reply: BankReply) -> Evidence {
    match reply {
        BankReply::RecallAccepted => Evidence::Done(Outcome::Recalled { granted: true }),
        BankReply::RecallRefused => Evidence::Done(Outcome::Recalled { granted: false }),
        _ => Evidence::Unknown,
    }
}

/// Whether a charge that stands so was authorized no more, or never.
fn is_gone(state: ChargeState) -> bool {
    matches!(
        state,
        ChargeState::Voided
            | ChargeState::AuthorizationExpired
            | ChargeState::AutoReversed
            | ChargeState::Tombstoned
    )
}

/// Answers that tell nothing. A server error leaves the outcome unknown
/// (docs.stripe.com/error-handling).
fn weigh_error(reply: ProviderReply, defects: Defects) -> Evidence {
    match reply {
        ProviderReply::ServerError => defects.pick(
            Defect::FiveHundredIsNotExecuted,
            || Evidence::Unknown,
            || Evidence::Refused(Refusal::FailedDefinite),
        ),
        // The limiter runs before the idempotency layer (docs.stripe.com/error-low-level).
        ProviderReply::Throttled => Evidence::Throttled,
        ProviderReply::InProgress => defects.pick(
            Defect::DuplicateIsDecline,
            || Evidence::Unknown,
            || Evidence::Refused(Refusal::DeclinedSoft),
        ),
        // Whoever says that it was processed before, is being processed, or came
        // with a key of something else, does not say what became of it.
        _ => Evidence::Unknown,
    }
}

/// What the answer to an undo proves, or that to the query which stands for it
/// where there is no undo.
fn weigh_void(reply: ProviderReply) -> Evidence {
    match reply {
        ProviderReply::Voided => Evidence::Undone(UndoOutcome::Voided),
        ProviderReply::Tombstoned | ProviderReply::Status(ChargeState::Tombstoned, ..) => {
            Evidence::Undone(UndoOutcome::Tombstoned)
        }
        ProviderReply::TooLate | ProviderReply::Released => Evidence::Undone(UndoOutcome::TooLate),
        ProviderReply::Status(ChargeState::PartiallyCaptured, ..) => {
            Evidence::Undone(UndoOutcome::TooLate)
        }
        ProviderReply::Status(state, charge, amount) if state.is_past_void() => {
            Evidence::TakenAfterAll { charge, amount }
        }
        ProviderReply::Status(ChargeState::AuthorizationExpired, ..) => {
            Evidence::Undone(UndoOutcome::Expired)
        }
        ProviderReply::Status(state, ..) if is_gone(state) || state == ChargeState::Declined => {
            Evidence::Undone(UndoOutcome::Voided)
        }
        ProviderReply::Status(..) => Evidence::Later,
        ProviderReply::UnknownReference | ProviderReply::NotFound => Evidence::NotExecuted,
        _ => Evidence::Unknown,
    }
}

fn weigh_hold(results: &[TransferResult]) -> Evidence {
    use TransferResult::*;
    if results.iter().all(|result| *result == Created) {
        return Evidence::Done(Outcome::Held);
    }
    if results.first() == Some(&Exists) {
        return Evidence::Booked;
    }
    if results.iter().any(|result| matches!(result, ExceedsCredits | IdAlreadyFailed)) {
        return Evidence::Refused(Refusal::OverLimit);
    }
    Evidence::Illegal
}

fn weigh_post(results: &[TransferResult], defects: Defects) -> Evidence {
    use TransferResult::*;
    if results.iter().all(|result| *result == Created) {
        return Evidence::Done(Outcome::Posted);
    }
    if results.first() == Some(&Exists) {
        return Evidence::Booked;
    }
    if is_wrongly_posted(results, defects) {
        return Evidence::Done(Outcome::Posted);
    }
    if results.contains(&PendingTransferExpired) {
        return Evidence::Lapsed;
    }
    if results.iter().any(|result| matches!(result, ExceedsCredits | IdAlreadyFailed)) {
        return Evidence::Short;
    }
    Evidence::Illegal
}

/// Whether what was posted before counts as posted by this.
fn is_wrongly_posted(results: &[TransferResult], defects: Defects) -> bool {
    let before = results.first() == Some(&TransferResult::PendingTransferAlreadyPosted);
    before && defects.has(Defect::DoublePost)
}

fn weigh_void_hold(results: &[TransferResult]) -> Evidence {
    use TransferResult::*;
    // A hold that has ended by itself reserves nothing, either.
    let undone = |result: &TransferResult| {
        matches!(result, Created | Exists | PendingTransferAlreadyVoided | PendingTransferExpired)
    };
    match results.first() {
        Some(first) if undone(first) => Evidence::Undone(UndoOutcome::Voided),
        _ => Evidence::Illegal,
    }
}

/// A chain that was booked before is there whole, or something is very wrong.
fn weigh_found(action: Action, asked: usize, found: usize) -> Evidence {
    match action {
        _ if found < asked => Evidence::Illegal,
        Action::Hold => Evidence::Done(Outcome::Held),
        _ => Evidence::Done(Outcome::Posted),
    }
}
