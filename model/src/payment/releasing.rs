//! What a capture leaves of what was reserved, and who gives it back.

use super::Payment;
use crate::defect::Defect;
use crate::dialect::{Residual, Undoing};
use crate::record::{Outcome, Refusal};
use crate::rules::Rules;
use crate::saga::{Try, TryState};
use crate::workflow::Action;

impl Payment {
    /// The outcome of giving back what was not captured.
    pub fn released(&self) -> Outcome {
        Outcome::Released { amount: self.intent.money.amount - self.captured }
    }

    /// Whether the capture that `which` is a try at says that it is the last. Where
    /// nothing is undone, what a last capture leaves is reserved without anybody seeing
    /// it: then the authorization is left to its end.
    pub(crate) fn closes(&self, which: Try, rules: &Rules) -> bool {
        let amount = self.intent.money.amount;
        let undoes = rules.dialect(self.provider()).undo != Undoing::Expiry;
        self.is_last_part(which) && (undoes || self.intent.order.captures().sum(amount) == amount)
    }

    /// Whether something may be reserved that nobody will capture.
    pub(super) fn owes_release(&self, rules: &Rules) -> bool {
        // A capture of nothing is never made: then nobody has said that it was the last.
        let tries = self.saga.tries().iter().rev();
        let mut captures = tries.filter(|(which, _)| self.action(*which) == Action::Capture);
        let latest = captures.next();
        let made = latest.filter(|(_, state)| *state == TryState::Done);
        let closed = match made {
            Some((which, _)) => self.closes(*which, rules),
            None => latest.is_some() && self.last_refusal == Some(Refusal::AuthorizationGone),
        };
        let freed = closed && rules.dialect(self.provider()).residual == Residual::Released;
        let left = self.captured < self.intent.money.amount || made.is_none();
        self.defects.pick(Defect::ResidualAuth, || left && !freed, || false)
    }

    /// Whether no capture is planned after the one that `which` is a try at.
    pub(super) fn is_last_part(&self, which: Try) -> bool {
        self.workflow.nth(which) + 1 >= self.intent.order.captures().count()
    }
}
