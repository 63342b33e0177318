//! What one instrument's money waits for.

use std::time::Duration;

use model::saga::Try;
use model::workflow::Action;
use model::{Amount, Currency, Intent, Money, Order, PaymentId, Record, Status, TransferId};
use sim::VirtualTime;

use crate::trapped::Pool;

/// What is under way for one instrument, in the words of ledger and journal.
#[derive(Clone, Debug)]
pub(super) struct Waits {
    /// What the payment is about.
    pub(super) money: Money,
    /// What is to be done with it.
    order: Order,
    /// Since when it is under way, until it has ended.
    begun_at: Option<VirtualTime>,
    status: Status,
    is_past_pivot: bool,
    is_terminal: bool,
    /// Undos that are intended and have no outcome.
    undos: Vec<Undoing>,
    /// Whether what a last capture left is still to be given back.
    is_releasing: bool,
    /// When something outside, a parcel or whoever decides was last waited for.
    free_since: VirtualTime,
    /// Every open hold.
    pub(super) holds: Vec<Held>,
    /// Tries at providers that have no outcome, nor their undos.
    pub(super) attempts: Vec<Attempt>,
    /// What the holds count as.
    pub(super) pool: Pool,
    /// What counts as [`Pool::Risk`] though nothing is held, in minor units.
    pub(super) reviewed: i128,
}

/// A hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) id: TransferId,
    pub(super) money: Money,
    pub(super) placed_at: VirtualTime,
}

/// An undo that has no outcome.
#[derive(Clone, Copy, Debug)]
pub(super) struct Undoing {
    which: Try,
    pub(super) since: VirtualTime,
    /// Whether it is that of what somebody outside did.
    is_outside: bool,
}

/// A try at a provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    which: Try,
    /// The payment that it belongs to, if it gives back what was taken too late: there may be
    /// several of these at once, beside the one that nothing was to be taken for.
    late: Option<PaymentId>,
    pub(super) money: Money,
    /// From when on nobody here knows better, unless an answer comes in time:
    /// when it was intended, or decided after all. `None` while its provider
    /// has yet to decide.
    waits_since: Option<VirtualTime>,
    /// Since when it is unknown, if it is.
    pub(super) unknown_since: Option<VirtualTime>,
}

impl Default for Waits {
    /// Nothing yet.
    fn default() -> Self {
        Self {
            money: Money { amount: Amount::ZERO, currency: Currency::Usd },
            order: Order::default(),
            begun_at: None,
            status: Status::Processing,
            is_past_pivot: false,
            is_terminal: false,
            undos: Vec::new(),
            is_releasing: false,
            free_since: VirtualTime::ZERO,
            holds: Vec::new(),
            attempts: Vec::new(),
            pool: Pool::Authorization,
            reviewed: 0,
        }
    }
}

impl Waits {
    /// Begins anew for another instrument, in the room that there is.
    pub(super) fn begin_anew(&mut self) {
        let Self { mut holds, mut attempts, mut undos, .. } = std::mem::take(self);
        holds.clear();
        attempts.clear();
        undos.clear();
        *self = Self { holds, attempts, undos, ..Self::default() };
    }

    /// What its money waits for.
    pub(super) fn cause(&self) -> Pool {
        use Status::{Canceled, Canceling, Failed, Failing, InReview};
        match self.status {
            Failing | Canceling | Failed | Canceled => Pool::Compensating,
            _ if !self.undos.is_empty() => Pool::Compensating,
            _ if self.is_past_pivot => Pool::Unsettled,
            _ if self.attempts.iter().any(|attempt| attempt.unknown_since.is_some()) => {
                Pool::InDoubt
            }
            InReview => Pool::Risk,
            _ => Pool::Authorization,
        }
    }

    /// What should count as [`Pool::Risk`] though nothing is held.
    pub(super) fn to_review(&self) -> i128 {
        let waits = self.status == Status::InReview && self.holds.is_empty();
        if waits { self.money.amount.0 } else { 0 }
    }

    /// Whether nothing waits, nor will.
    pub(super) fn is_over(&self) -> bool {
        self.is_terminal && self.holds.is_empty() && self.attempts.is_empty()
    }

    /// Since when a hold that was placed at `placed_at` could be resolved, as nobody
    /// outside is waited for; `None` while somebody is.
    pub(super) fn idle_since(&self, placed_at: VirtualTime) -> Option<VirtualTime> {
        let undoes = self.undos.iter().any(|undo| undo.is_outside);
        let waits = undoes || self.is_releasing || !self.attempts.is_empty();
        (!waits).then(|| placed_at.max(self.free_since))
    }

    /// Every undo that has no outcome.
    pub(super) fn undos(&self) -> &[Undoing] {
        &self.undos
    }

    /// The undo of this try has its outcome; since when it was intended.
    pub(super) fn end_undo(&mut self, at: VirtualTime, which: Try) -> Option<VirtualTime> {
        let known = self.undos.iter().position(|undo| undo.which == which)?;
        let undo = self.undos.swap_remove(known);
        if undo.is_outside {
            self.free_since = self.free_since.max(at);
        }
        Some(undo.since)
    }

    /// How long it was under way, if `record` ends it. What befalls it after that is
    /// another matter.
    pub(super) fn end_all(&mut self, at: VirtualTime, record: &Record) -> Option<Duration> {
        match record {
            Record::Accepted(intent) if !intent.order.is_about_another() => {
                self.begun_at = Some(at);
                None
            }
            Record::StatusChanged(status) if status.is_final() => {
                self.begun_at.take().map(|since| at.since(since))
            }
            _ => None,
        }
    }

    /// Takes a record of its journal; tells what it does to its attempts.
    pub(super) fn take_record(&mut self, at: VirtualTime, record: &Record) -> Change {
        match *record {
            Record::Accepted(intent) if self.reviewed == 0 => {
                (self.money, self.order) = (intent.money, intent.order);
                let ships_at = VirtualTime::ZERO.after(intent.order.shipping().last());
                self.free_since = self.free_since.max(ships_at);
            }
            Record::StepIntent { which, .. }
                if self.order.workflow().action(which).is_outside() =>
            {
                let money = self.money;
                self.attempts.push(Attempt {
                    which,
                    late: None,
                    money,
                    waits_since: Some(at),
                    unknown_since: None,
                });
                return Change::Begun;
            }
            Record::StepIntent { which, .. } if self.releases(which) => self.is_releasing = true,
            Record::StepOutcome { which, .. } => return self.end(at, which),
            Record::CompIntent { which, .. } => {
                let is_outside = self.order.workflow().action(which).is_outside();
                self.undos.push(Undoing { which, since: at, is_outside });
            }
            Record::Decision(_) => self.free_since = self.free_since.max(at),
            Record::CompOutcome { which, .. } => {
                // The undo of an authorization tells of a capture in doubt, too.
                return match self.end(at, which) {
                    Change::Other => {
                        let last = self.attempts.iter().rposition(|attempt| attempt.late.is_none());
                        last.map_or(Change::Other, |at| Change::Ended(self.attempts.remove(at)))
                    }
                    change => change,
                };
            }
            Record::PivotCommitted => self.is_past_pivot = true,
            Record::StatusChanged(status) => self.status = status,
            Record::Terminal => self.is_terminal = true,
            _ => {}
        }
        Change::Other
    }

    /// Takes a record of the saga that gives back what was taken too late for the same
    /// instrument, as `intent` says: only its doubts count, and what they are about is told by
    /// it alone, since the payment itself may be long over.
    pub(super) fn take_late(
        &mut self,
        at: VirtualTime,
        (payment, intent): (PaymentId, &Intent),
        record: &Record,
    ) -> Change {
        match *record {
            Record::StepIntent { which, .. }
                if intent.order.workflow().action(which).is_outside() =>
            {
                let (money, waits_since) = (intent.money, Some(at));
                let attempt =
                    Attempt { which, late: Some(payment), money, waits_since, unknown_since: None };
                self.attempts.push(attempt);
                Change::Begun
            }
            Record::StepOutcome { which, .. } => self.end_attempt(which, Some(payment)),
            _ => Change::Other,
        }
    }

    /// The latest attempt waits for the decision of its provider, or no longer,
    /// from `at` on; the attempt as it was, if that is news.
    pub(super) fn defer(&mut self, at: VirtualTime, is_deferred: bool) -> Option<Attempt> {
        let attempt = self.attempts.iter_mut().rfind(|attempt| attempt.late.is_none())?;
        if is_deferred == attempt.waits_since.is_none() {
            return None;
        }
        let before = *attempt;
        attempt.waits_since = (!is_deferred).then_some(at);
        attempt.unknown_since = None;
        Some(before)
    }

    /// The attempt that waits since `then` is unknown from `now` on, if it
    /// has no outcome yet.
    pub(super) fn lose_sight(&mut self, then: VirtualTime, now: VirtualTime) -> Option<Attempt> {
        let open = |attempt: &&mut Attempt| {
            attempt.waits_since == Some(then) && attempt.unknown_since.is_none()
        };
        let attempt = self.attempts.iter_mut().find(open)?;
        attempt.unknown_since = Some(now);
        Some(*attempt)
    }

    fn releases(&self, which: Try) -> bool {
        self.order.workflow().action(which) == Action::Release
    }

    fn end(&mut self, at: VirtualTime, which: Try) -> Change {
        let releases = self.releases(which);
        self.is_releasing &= !releases;
        if releases || self.order.workflow().action(which).is_outside() {
            self.free_since = self.free_since.max(at);
        }
        self.end_attempt(which, None)
    }

    fn end_attempt(&mut self, which: Try, late: Option<PaymentId>) -> Change {
        let ended = |attempt: &Attempt| attempt.which == which && attempt.late == late;
        match self.attempts.iter().position(ended) {
            Some(at) => Change::Ended(self.attempts.swap_remove(at)),
            None => Change::Other,
        }
    }
}

/// What a record does to the attempts of a payment.
pub(super) enum Change {
    Begun,
    Ended(Attempt),
    Other,
}
