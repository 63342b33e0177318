//! How a doubt at a provider is resolved, in its dialect (payments.md 1.6).

use std::time::Duration;

use super::{Choice, Conductor, give_up};
use crate::defect::Defect;
use crate::dialect::{Dialect, ProviderEndpoint, Undoing};
use crate::flight::{Flight, Sends};
use crate::money::Amount;
use crate::outgoing::{attempt_provider, query, step_call};
use crate::record::{Outcome, Record, Refusal};
use crate::rules::Rules;
use crate::saga::Try;
use crate::workflow::Action;

impl Conductor {
    /// Resend where a repetition is harmless, query otherwise, and give an
    /// authorization up after a while.
    pub(super) fn resolve(
        &self,
        flight: &Flight,
        which: Try,
        now: Duration,
        rules: &Rules,
    ) -> Choice {
        let payment = &self.payment;
        let action = payment.action(which);
        if flight.inherited
            && action == Action::Authorize
            && rules.defects.has(Defect::RecoveryMeansNewAttempt)
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
        let send = || Choice::Call(step_call(payment, which, flight.calls, rules));
        let sends = self.sends.iter().find(|sends| sends.which == which);
        let age = now.saturating_sub(flight.begun);
        let waited = age >= rules.give_up_after;
        if !flight.sent && !flight.inherited {
            if waited && action == Action::Authorize && sends.is_some_and(Sends::never_left) {
                // Nobody there ever read a byte of it: somebody else may be asked.
                let outcome = Outcome::Refused(Refusal::FailedDefinite);
                return Choice::Conclude(Record::StepOutcome { which, outcome });
            }
            return send();
        }
        if action == Action::Send {
            // Banks keep references for ever: the same message once more is
            // harmless, and a new one is never needed.
            // Turn and turn about by what was asked, whatever was heard meanwhile:
            // a bank may take longer to look than anybody waits.
            let ask = flight.calls.is_multiple_of(2);
            return if ask { Choice::Call(query(payment, which)) } else { send() };
        }
        let dialect = rules.dialect(attempt_provider(payment, which));
        let resend = flight.tentative.is_none() && may_resend(dialect, flight, action, age, rules);
        if dialect.queries.is_none() {
            return self.resolve_unseen(flight, which, now, resend, rules);
        }
        let query = || Choice::Call(query(payment, which));
        let settled_at = sends.map_or(now, |sends| sends.settled_at(rules.never_found));
        if now >= settled_at || payment.is_undecided() {
            return query();
        }
        // Giving up what nobody can undo would gain nothing, and lose a success.
        if action == Action::Authorize && waited && dialect.undo != Undoing::Expiry {
            return Choice::Conclude(give_up(payment, which, rules));
        }
        if resend && flight.doubts % 2 == 1 { send() } else { query() }
    }

    /// The same where nothing can be queried: the undo of the authorization is
    /// the query. It tells what became of a capture, too: what can be undone was
    /// not captured, and what can't be was.
    fn resolve_unseen(
        &self,
        flight: &Flight,
        which: Try,
        now: Duration,
        resend: bool,
        rules: &Rules,
    ) -> Choice {
        let payment = &self.payment;
        let give_up_at = flight.begun + rules.give_up_after;
        let action = payment.action(which);
        let patient = now < give_up_at || action != Action::Authorize;
        if resend && patient && !payment.is_undecided() {
            return Choice::Call(step_call(payment, which, flight.calls, rules));
        }
        // Whoever did not send it will not hear an answer that is late.
        if now < give_up_at && !flight.inherited {
            return Choice::Rest(give_up_at);
        }
        if action == Action::Refund || payment.captured() > Amount::ZERO {
            // Nobody can be asked what became of it: that takes a person.
            return Choice::Rest(now + rules.provider_backoff_max);
        }
        if action == Action::Authorize {
            return Choice::Conclude(give_up(payment, which, rules));
        }
        let authorization = payment.latest(Action::Authorize).map_or(which, |(last, _)| last);
        let operation = payment.operation(authorization).undo();
        Choice::Conclude(Record::CompIntent { which: authorization, operation })
    }

    /// Whether the provider of this try undoes nothing, so that an authorization
    /// that nobody wants is waited for until it is seen to be gone.
    pub(super) fn expires_only(&self, which: Try, rules: &Rules) -> bool {
        matches!(self.payment.action(which), Action::Authorize | Action::Release)
            && rules.dialect(attempt_provider(&self.payment, which)).undo == Undoing::Expiry
    }
}

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
    if flight.inherited {
        dialect.outlives(endpoint, rules.doubt())
    } else {
        dialect.may_resend(endpoint, age, rules.never_found)
    }
}
