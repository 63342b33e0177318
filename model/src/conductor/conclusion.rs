//! What evidence comes to: the record that it permits, or another doubt.

use std::time::Duration;

use super::{Conductor, give_up};
use crate::attempt::AttemptEvent;
use crate::defect::Defect;
use crate::evidence::Evidence;
use crate::flight::{Aim, Sends, effect_of};
use crate::money::Amount;
use crate::outgoing::attempt_provider;
use crate::payment::Payment;
use crate::record::{Case, Outcome, Record, Refusal, UndoOutcome};
use crate::rules::Rules;
use crate::saga::Try;
use crate::status::Status;
use crate::workflow::Action;

impl Conductor {
    /// Draws the conclusion from `evidence`, if it allows one.
    pub(super) fn conclude(
        &mut self,
        evidence: Evidence,
        number: u32,
        sent_at: Duration,
        now: Duration,
        rules: &Rules,
    ) {
        let Some(flight) = &mut self.flight else { return };
        let sends = self.sends.iter().find(|sends| Some(sends.which) == effect_of(flight.aim));
        let settled_at = sends.map(|sends| sends.settled_at(rules.never_found));
        let in_doubt = self.payment.saga().doubtful_pivot().is_some();
        // Whatever else is on its way to a charge that is closed takes nothing any more.
        let closed = matches!(evidence, Evidence::Taken { is_open: false, .. });
        let evidence = match (flight.aim, evidence) {
            (Aim::Step(..), Evidence::Taken { is_open: false, .. })
                if flight.inherited && rules.defects.has(Defect::LoserCompensatesWinner) =>
            {
                Evidence::Refused(Refusal::DeclinedSoft)
            }
            (Aim::Step(which, _), Evidence::Taken { amount, is_open }) => {
                by_the_sum(&self.payment, which, amount, is_open, rules)
            }
            (_, Evidence::Lapsed) if self.payment.covering().is_none() => Evidence::Illegal,
            // Where the undo is the query for a capture in doubt, it tells of that.
            (Aim::Undo(..), Evidence::TakenAfterAll { .. }) if in_doubt => {
                Evidence::Undone(UndoOutcome::TooLate)
            }
            // What was taken, and how much, a query tells.
            (Aim::Undo(which, Action::Authorize), Evidence::Undone(UndoOutcome::TooLate))
                if !in_doubt && answers_queries(&self.payment, which, rules) =>
            {
                flight.look_up = true;
                Evidence::Unknown
            }
            // What a query did not see is there, as the undo has told.
            (Aim::Undo(..), Evidence::NotExecuted) if flight.look_up => Evidence::Unknown,
            (_, Evidence::Short) if !self.payment.may_fall_short() => Evidence::Illegal,
            // Somebody has less than it had when it was asked.
            (Aim::Step(_, Action::Hold), Evidence::Refused(_)) if self.payment.may_fall_short() => {
                Evidence::Short
            }
            (_, evidence) => evidence,
        };
        let settled = settled_at.is_none_or(|at| sent_at >= at);
        match (flight.aim, evidence) {
            (Aim::Step(which, _), Evidence::Done(outcome))
                if is_ours(&self.payment, which, outcome) =>
            {
                self.conclusion = Some(accept(&self.payment, which, outcome, rules));
            }
            (Aim::Step(which, _), Evidence::Released) => {
                let outcome = self.payment.released();
                self.conclusion = Some(Record::StepOutcome { which, outcome });
            }
            // Whatever else is on its way to a bank gets the same answer.
            (Aim::Step(which, Action::Send), Evidence::Refused(refusal)) => {
                let outcome = Outcome::Refused(refusal);
                self.conclusion = Some(Record::StepOutcome { which, outcome });
            }
            (Aim::Step(which, _), Evidence::Refused(refusal)) => {
                let others = |s: &Sends| s.others_open(number, sent_at, rules.never_found);
                let open = || !closed && sends.is_some_and(others);
                let hasty = [Defect::DuplicateIsDecline, Defect::LoserCompensatesWinner];
                if open() && !hasty.into_iter().any(|defect| rules.defects.has(defect)) {
                    flight.tentative = Some(refusal);
                    flight.rest_until = settled_at.unwrap_or(now);
                } else {
                    self.conclusion =
                        Some(Record::StepOutcome { which, outcome: Outcome::Refused(refusal) });
                }
            }
            (Aim::Step(which, _), Evidence::NotExecuted)
                if rules.defects.has(Defect::NotFoundMeansNever) =>
            {
                let outcome = Outcome::Refused(Refusal::FailedDefinite);
                self.conclusion = Some(Record::StepOutcome { which, outcome });
            }
            (Aim::Step(which, action), Evidence::NotExecuted) if settled => {
                // A key that was begun and never finished answers nothing else
                // until it expires: asking for a capture anew has an end.
                let again = action != Action::Authorize && !flight.asked_anew;
                let absent = (!again).then_some(Refusal::FailedDefinite);
                let proven = flight.tentative.or(absent);
                match proven {
                    Some(refusal) => {
                        self.conclusion =
                            Some(Record::StepOutcome { which, outcome: Outcome::Refused(refusal) });
                    }
                    // What nobody else can do is asked for again, by its own id.
                    None => flight.start_over(now),
                }
            }
            (Aim::Step(which, Action::Authorize), Evidence::Throttled)
                if rules.defects.has(Defect::ThrottleIsFailover) =>
            {
                let outcome = Outcome::Refused(Refusal::FailedDefinite);
                self.conclusion = Some(Record::StepOutcome { which, outcome });
            }
            (Aim::Step(..), Evidence::Throttled) => {
                // One that was answered, or is older than anything takes, was read.
                flight.sent = flight.sent && sends.is_some_and(|sends| !sends.never_left());
                self.doubt(now, rules);
            }
            (Aim::Step(..), Evidence::Booked) => flight.look_up = true,
            (Aim::Step(..), Evidence::Lapsed) => self.conclusion = self.payment.covering(),
            (Aim::Step(..), Evidence::Short) => self.conclusion = Some(Record::Short),
            (Aim::Step(..), Evidence::Illegal) => {
                self.conclusion = self
                    .payment
                    .case()
                    .is_none()
                    .then_some(Record::CaseOpened(Case::RefusedRetriable));
                self.doubt(now, rules);
            }
            (Aim::Step(_, action), Evidence::Later) => {
                flight.pending = action == Action::Risk;
                if effect_of(flight.aim).is_some() {
                    self.payment.observe(AttemptEvent::Pending);
                }
                if action == Action::Risk && self.payment.status() == Status::Processing {
                    self.conclusion = Some(Record::StatusChanged(Status::InReview));
                }
                self.doubt(now, rules);
            }
            (Aim::Step(which, Action::Authorize), Evidence::TakenAfterAll { charge, amount }) => {
                if sends.is_some_and(|s| s.others_open(number, sent_at, rules.never_found)) {
                    flight.rest_until = settled_at.unwrap_or(now);
                } else {
                    let outcome = Outcome::TakenAfterAll { charge, amount };
                    self.conclusion = Some(Record::StepOutcome { which, outcome });
                }
            }
            (Aim::Undo(which, _), Evidence::TakenAfterAll { charge, amount }) => {
                let outcome = UndoOutcome::TakenAfterAll { charge, amount };
                self.conclusion = Some(Record::CompOutcome { which, outcome });
            }
            (Aim::Undo(which, _), Evidence::Undone(outcome)) => {
                self.conclusion = Some(Record::CompOutcome { which, outcome });
            }
            (Aim::Undo(which, _), Evidence::NotExecuted) => {
                let decided = || settled || rules.decides;
                let known = || rules.defects.pick(Defect::RefundsInDoubt, || settled, decided);
                if rules.defects.pick(Defect::VoidWithoutFence, known, || true) {
                    let outcome = UndoOutcome::NeverHappened;
                    self.conclusion = Some(Record::CompOutcome { which, outcome });
                } else {
                    flight.rest_until = settled_at.unwrap_or(now);
                }
            }
            (Aim::Notice, Evidence::Done(_)) => self.conclusion = Some(Record::Notified),
            (aim @ Aim::Step(..), Evidence::Unknown)
                if effect_of(aim).is_some()
                    && rules.defects.has(Defect::AmbiguousErrorStoredFinal) =>
            {
                self.conclusion = Some(Record::StatusChanged(Status::Failed));
            }
            _ => self.doubt(now, rules),
        }
    }
}

/// Whether the provider of an authorization tells how it stands.
fn answers_queries(payment: &Payment, which: Try, rules: &Rules) -> bool {
    rules.dialect(attempt_provider(payment, which)).queries.is_some()
}

/// Whether what happened is what was asked for, so far as it can be told: whoever
/// took another amount talks of something else.
fn is_ours(payment: &Payment, which: Try, outcome: Outcome) -> bool {
    match outcome {
        Outcome::Captured { amount } => amount == payment.part(which),
        Outcome::Refunded { amount } => amount == payment.intent().money.amount,
        _ => true,
    }
}

/// What became of the capture that `which` is a try at, if `taken` was captured
/// in all, and more can be or not: each capture before it is definite.
fn by_the_sum(
    payment: &Payment,
    which: Try,
    taken: Amount,
    is_open: bool,
    rules: &Rules,
) -> Evidence {
    let (before, part) = (payment.captured(), payment.part(which));
    match is_open {
        _ if taken == before + part => Evidence::Done(Outcome::Captured { amount: part }),
        true if taken == before => Evidence::NotExecuted,
        false if taken == before => rules.defects.pick(
            Defect::AuthExpiryConstant,
            || Evidence::Refused(Refusal::AuthorizationGone),
            || Evidence::Done(Outcome::Captured { amount: part }),
        ),
        _ => Evidence::Unknown,
    }
}

/// The record of a success, unless it is not what was asked for: a partial
/// approval is undone, and counts as a definite refusal.
fn accept(payment: &Payment, which: Try, outcome: Outcome, rules: &Rules) -> Record {
    if let Outcome::Authorized { amount, .. } = outcome
        && amount < payment.intent().money.amount
    {
        return give_up(payment, which, rules);
    }
    Record::StepOutcome { which, outcome }
}
