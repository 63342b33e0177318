//! What a payment waits for between its captures.

use std::time::Duration;

use super::Payment;
use crate::saga::{Next, Try};
use crate::workflow::Action;

impl Payment {
    /// Takes note of the time on the wall, since the beginning.
    pub(crate) fn tell_time(&mut self, wall: Duration) {
        self.wall = wall;
    }

    /// How long the next parcel is not shipped yet, if that is what is waited for.
    pub(crate) fn ships_in(&self) -> Option<Duration> {
        match self.saga().next() {
            Next::Begin(which) => self.is_due_in(which),
            _ => None,
        }
    }

    /// How long it is until `which` is due, if it is a capture and is not.
    pub(super) fn is_due_in(&self, which: Try) -> Option<Duration> {
        if self.action(which) != Action::Capture {
            return None;
        }
        let due = self.intent.order.shipping().of(self.workflow.nth(which));
        due.checked_sub(self.wall).filter(|wait| !wait.is_zero())
    }
}
