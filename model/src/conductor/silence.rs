//! What a worker makes of no answer, and of one that tells nothing.

use std::time::Duration;

use super::Conductor;
use crate::attempt::AttemptEvent;
use crate::defect::Defect;
use crate::flight::{Aim, Waiting, effect_of};
use crate::record::{Outcome, Record, Refusal};
use crate::rules::Rules;
use crate::saga::Try;
use crate::status::Status;
use crate::workflow::Action;

impl Conductor {
    /// No answer came in time.
    pub(super) fn miss(&mut self, lost: Waiting, now: Duration, rules: &Rules) {
        let Some(flight) = &self.flight else { return };
        let at_provider = effect_of(flight.aim).is_some();
        if at_provider && lost.effectful {
            self.payment.observe(AttemptEvent::Unknown);
            self.try_by_itself(rules);
        }
        let Some(flight) = &self.flight else { return };
        if let Aim::Step(which, action) = flight.aim {
            let declined = Outcome::Refused(Refusal::DeclinedHard);
            if at_provider && rules.defects.has(Defect::TimeoutIsFailure) {
                self.conclusion = Some(Record::StepOutcome { which, outcome: declined });
                return;
            }
            if lost.effectful && self.forgets_attempt(which, action, rules) {
                return;
            }
            if let Some(again) = self.replanned(which, action, rules).filter(|_| lost.effectful) {
                self.conclusion = Some(again);
                return;
            }
            if at_provider && rules.defects.has(Defect::AmbiguousErrorStoredFinal) {
                self.conclusion = Some(Record::StatusChanged(Status::Failed));
                return;
            }
            if action == Action::Post && rules.defects.has(Defect::UndoPastPivot) {
                self.conclusion = Some(Record::StatusChanged(Status::Failing));
                return;
            }
        }
        self.doubt(now, rules);
    }

    /// Whether the attempt at a refund that met an error is forgotten, as if it
    /// had never been made.
    pub(super) fn forgets_attempt(&mut self, which: Try, action: Action, rules: &Rules) -> bool {
        let forgets = action == Action::Refund && rules.defects.has(Defect::DeleteAttemptOnError);
        if forgets {
            let outcome = Outcome::Refused(Refusal::FailedDefinite);
            self.conclusion = Some(Record::StepOutcome { which, outcome });
        }
        forgets
    }

    /// One more time there was nothing to learn.
    pub(super) fn doubt(&mut self, now: Duration, rules: &Rules) {
        let Some(flight) = &mut self.flight else { return };
        flight.doubts += 1;
        // Whoever decides later, a provider or a person, is asked ever more rarely.
        let at_provider = matches!(flight.aim, Aim::Step(_, Action::Release));
        let rarely = flight.pending || at_provider || effect_of(flight.aim).is_some();
        flight.rest_until = now + rules.backoff(flight.doubts, rarely);
        if let (Some(within), Aim::Step(_, Action::Risk), true) =
            (rules.review_within, flight.aim, flight.pending)
        {
            flight.rest_until = flight.doubtful_since + within;
        }
        if matches!(flight.aim, Aim::Step(_, Action::Verdict)) {
            flight.rest_until = now + VERDICT_ASKED_EVERY;
        }
    }
}

/// How often a provider is asked what a customer's bank has decided: it tells,
/// too, and nobody is in a hurry.
const VERDICT_ASKED_EVERY: Duration = Duration::from_secs(12 * 3_600);
