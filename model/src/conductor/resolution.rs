//! How a doubt at a provider is resolved, in its dialect (payments.md 1.6).

use std::time::Duration;

use super::{Choice, Conductor};
use crate::defect::Defect;
use crate::dialect::{Dialect, ProviderEndpoint, Undoing};
use crate::flight::{Flight, Sends};
use crate::outgoing::{attempt_provider, step_call};
use crate::record::{Outcome, Record, Refusal};
use crate::rules::Rules;
use crate::saga::Try;
use crate::workflow::Action;

impl Conductor {
    /// Sends what was not sent; of what may have been, does what the rules or
    /// whoever decides chooses of what is harmless.
    pub(super) fn resolve(
        &self,
        flight: &Flight,
        which: Try,
        now: Duration,
        rules: &Rules,
    ) -> Choice {
        let payment = &self.payment;
        let action = payment.action(which);
        let recovers = flight.inherited && rules.defects.has(Defect::RecoveryMeansNewAttempt);
        let breaks = flight.doubts > 1 && rules.defects.has(Defect::BreakerReroutesInflight);
        if action == Action::Authorize
            && (recovers || breaks)
            && let Some(provider) = payment.route(rules)
        {
            let another = Try { attempt: which.attempt + 1, ..which };
            return Choice::Conclude(payment.step_intent(another, Some(provider)));
        }
        let stuck = || action == Action::Refund && now >= flight.begun + STUCK_AFTER;
        if rules.defects.pick(Defect::AutoFailStuck, || false, stuck) {
            let outcome = Outcome::Refused(Refusal::RefundFailed);
            return Choice::Conclude(Record::StepOutcome { which, outcome });
        }
        let age = now.saturating_sub(flight.begun);
        if !flight.sent && !flight.inherited {
            let sends = self.sends.iter().find(|sends| sends.which == which);
            let waited = age >= rules.give_up_after;
            if waited && action == Action::Authorize && sends.is_some_and(Sends::never_left) {
                // Nobody there ever read a byte of it: somebody else may be asked.
                let outcome = Outcome::Refused(Refusal::FailedDefinite);
                return Choice::Conclude(Record::StepOutcome { which, outcome });
            }
            return Choice::Call(step_call(payment, which, flight.calls, rules));
        }
        if rules.defects.has(Defect::WaitsForTheWebhook) && age < ASKED_AFTER {
            return Choice::Rest(flight.begun + ASKED_AFTER);
        }
        let slow = || action == Action::Authorize && rules.decides && age >= rules.give_up_after;
        if rules.defects.pick(Defect::MetricGaming, || false, slow) {
            let outcome = Outcome::Refused(Refusal::DeclinedHard);
            return Choice::Conclude(Record::StepOutcome { which, outcome });
        }
        let dialect = rules.dialect(attempt_provider(payment, which));
        let resend = flight.tentative.is_none() && may_resend(dialect, flight, action, age, rules);
        let snapshot = self.doubt_about(flight, which, now, resend, rules);
        match self.chosen(&snapshot, rules) {
            Ok(chosen) => self.about_doubt(chosen, which, flight.calls, now, rules),
            Err(snapshot) => Choice::Ask(*snapshot),
        }
    }

    /// Whether nothing but a line of a settlement file tells what became of a refund whose
    /// answer was lost: its key is forgotten in time, and nobody there answers queries.
    pub(super) fn only_lines_tell(&self, which: Try, rules: &Rules) -> bool {
        let dialect = rules.dialect(attempt_provider(&self.payment, which));
        let by_key = dialect.outlives(ProviderEndpoint::Refund, rules.doubt());
        !by_key && dialect.queries.is_none()
    }

    /// Whether the provider of this try undoes nothing, so that an authorization
    /// that nobody wants is waited for until it is seen to be gone.
    pub(super) fn expires_only(&self, which: Try, rules: &Rules) -> bool {
        let dialect = rules.dialect(attempt_provider(&self.payment, which));
        let action = self.payment.action(which);
        let lazy = || action == Action::Authorize && dialect.queries.is_some();
        matches!(action, Action::Authorize | Action::Release)
            && (dialect.undo == Undoing::Expiry
                || rules.defects.pick(Defect::VoidLeftToExpiry, || false, lazy))
    }
}

/// From when on a defect asks after what is in doubt.
const ASKED_AFTER: Duration = Duration::from_secs(10 * 86_400);

/// From when on a defect takes what is pending for stuck.
const STUCK_AFTER: Duration = Duration::from_secs(86_400);

/// Whether repeating it is harmless whatever became of the first send. How old
/// the key is, is known only to who sent it first; anybody else takes it for
/// expired, unless it outlives every doubt.
fn may_resend(
    dialect: &Dialect,
    flight: &Flight,
    action: Action,
    age: Duration,
    rules: &Rules,
) -> bool {
    let endpoint = match action {
        Action::Capture => ProviderEndpoint::Capture,
        Action::Refund => rules.defects.pick(
            Defect::KeyIgnoredEndpoint,
            || ProviderEndpoint::Refund,
            || ProviderEndpoint::Authorize,
        ),
        _ => ProviderEndpoint::Authorize,
    };
    let right = || match flight.inherited {
        true => dialect.outlives(endpoint, rules.doubt()),
        false => dialect.may_resend(endpoint, age, rules.never_found),
    };
    rules.defects.pick(Defect::ProviderKeyOutlived, right, || dialect.repeats_safely(endpoint))
}
