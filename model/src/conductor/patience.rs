//! How long a worker waits for what it has asked for, and what ends that.

use std::time::Duration;

use super::Conductor;
use crate::defect::Defect;
use crate::dispute::DECIDED_WITHIN;
use crate::flight::Aim;
use crate::record::{Case, Record, UndoOutcome};
use crate::rules::Rules;
use crate::status::StatusEvent;
use crate::workflow::Action;

impl Conductor {
    /// What ends it before it is answered, if anything does.
    pub(super) fn ends_it(&self, now: Duration, rules: &Rules) -> Option<Record> {
        let ends = self.gives_up(rules).or_else(|| self.unreviewed(now, rules));
        ends.or_else(|| self.lapses(now, rules))
    }

    /// What ends an undo that nobody answers. There is nothing, unless a defect says
    /// so.
    fn gives_up(&self, rules: &Rules) -> Option<Record> {
        let flight = self.flight.as_ref()?;
        let Aim::Undo(which, Action::Authorize) = flight.aim else { return None };
        let gives_up = flight.doubts >= UNDOS_MAX && rules.defects.has(Defect::CompGivesUp);
        let outcome = UndoOutcome::NeverHappened;
        gives_up.then_some(Record::CompOutcome { which, outcome })
    }

    /// The end of a review that nobody has told the verdict of in time: the payment fails
    /// (payments.md M1).
    fn unreviewed(&self, now: Duration, rules: &Rules) -> Option<Record> {
        let flight = self.flight.as_ref()?;
        let waits = flight.pending && matches!(flight.aim, Aim::Step(_, Action::Risk));
        let over = waits && now >= flight.doubtful_since + rules.review_within?;
        let end = self.payment.status().next(StatusEvent::Reject).ok();
        end.filter(|_| over).map(Record::StatusChanged)
    }

    /// Whether a person has to look at what is awaited, from now on.
    pub(super) fn overdue(&self, now: Duration, rules: &Rules) -> Option<Case> {
        let flight = self.flight.as_ref()?;
        let since = now.saturating_sub(flight.doubtful_since);
        let decides_late = matches!(flight.aim, Aim::Step(_, Action::Verdict));
        let patience = if decides_late { DECIDED_WITHIN } else { Duration::ZERO };
        if self.payment.case().is_some() || since < patience + rules.resolve_within {
            return None;
        }
        let is_undo = matches!(flight.aim, Aim::Undo(..));
        Some(if is_undo { Case::UndoStuck } else { Case::InDoubt })
    }

    /// Whether what goes on is not waited for: doubts end, unless somebody is `broken` for good.
    pub fn has_case(&self, broken: bool) -> bool {
        self.payment.case().is_some_and(|case| broken || !case.is_doubt())
    }

    /// The purchase that keeps a promise which is over. That it is over, the ledger tells,
    /// unless a defect goes by the clock of whoever books.
    fn lapses(&self, now: Duration, rules: &Rules) -> Option<Record> {
        let posts = matches!(self.flight.as_ref()?.aim, Aim::Step(_, Action::Post));
        let here = || self.locked_at.is_some() && self.is_stale(&self.payment, now);
        let lapsed = rules.defects.pick(Defect::ExpiryByCallerClock, || false, here);
        (posts && lapsed).then(|| self.payment.covering()).flatten()
    }
}

/// After so many doubts a defect takes an undo for done.
const UNDOS_MAX: u32 = 3;
