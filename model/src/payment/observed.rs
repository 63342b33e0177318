//! What is seen of a payment and not written down.

use super::Payment;
use crate::attempt::{AttemptEvent, AttemptState};
use crate::refund::{RefundEvent, RefundState};

impl Payment {
    /// Takes note of what was seen of the latest attempt and is not written
    /// down: that it is not known, or not decided. What it can't meet is old
    /// news.
    pub(crate) fn observe(&mut self, event: AttemptEvent) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.state = attempt.state.next(event).unwrap_or(attempt.state);
        }
        if let Some(event) = RefundEvent::of_observation(event) {
            self.refund = self.refund.next(event).unwrap_or(self.refund);
        }
    }

    /// Keeps what was seen of attempts that stand where they stood `before`.
    pub(crate) fn keep_observations(&mut self, before: &Self) {
        (self.wall, self.calculators) = (before.wall, before.calculators);
        for (attempt, seen) in self.attempts.iter_mut().zip(&before.attempts) {
            let doubtful = matches!(seen.state, AttemptState::Unknown | AttemptState::Pending);
            if attempt.state == AttemptState::Sent && doubtful {
                attempt.state = seen.state;
            }
        }
        if self.refund == RefundState::Sent && before.refund == RefundState::Pending {
            self.refund = before.refund;
        }
    }
}
