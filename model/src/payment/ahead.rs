//! What follows from a payment's journal without asking anyone.

use super::Payment;
use crate::defect::Defect;
use crate::dialect::Dialect;
use crate::identity::ProviderId;
use crate::order::Order;
use crate::record::{Case, Record, Refusal};
use crate::rules::Rules;
use crate::saga::{Next, Phase, Try, TryState};
use crate::status::{Status, StatusEvent};
use crate::workflow::Action;
use crate::workflow::payin_card::ATTEMPTS_MAX;

impl Payment {
    /// The next record that follows from the journal alone; `None` if someone
    /// has to be asked first, or nothing is left to do.
    pub fn follow_up(&self, rules: &Rules) -> Option<Record> {
        let next = self.saga.next();
        if let Some(told) = self.told_of(rules) {
            return Some(told);
        }
        if let Some(status) = self.due_status(next) {
            return Some(status);
        }
        if self.has_wrongly_failed() {
            return Some(Record::Terminal).filter(|_| !self.terminal);
        }
        if self.owes_reversal() {
            return Some(Record::Reversed);
        }
        if let Some(snapshot) = self.choice(rules) {
            return self.carried_out(&snapshot);
        }
        match next {
            Next::Begin(which) if self.action(which) == Action::Authorize => {
                let to = |provider| self.step_intent(which, Some(provider));
                Some(self.route(rules).map_or(FAIL, to))
            }
            Next::Begin(which) if self.is_due_in(which).is_some() => None,
            Next::Begin(which) => Some(self.step_intent(which, None)),
            Next::Await(which) if self.action(which) == Action::Quote => Some(self.quoted(which)),
            Next::Await(which)
                if self.action(which) == Action::Release && !self.owes_release(rules) =>
            {
                Some(Record::StepOutcome { which, outcome: self.released() })
            }
            Next::Choose(dead) if self.is_refused_for_good(dead) => {
                self.case.is_none().then_some(Record::CaseOpened(Case::LateUndoFailed))
            }
            Next::Choose(dead) => Some(self.choose(dead, rules)),
            Next::BeginUndo(which) => {
                Some(Record::CompIntent { which, operation: self.operation(which).undo() })
            }
            Next::Stuck(_) if self.case.is_none() => Some(Record::CaseOpened(Case::LateSuccess)),
            Next::Done if self.intent.order.is_left_over() && self.case.is_none() => {
                Some(Record::CaseOpened(Case::LateUndoFailed))
            }
            Next::Done if !self.terminal => Some(Record::Terminal),
            Next::Compensated if self.notified && !self.terminal => Some(Record::Terminal),
            _ => None,
        }
    }

    /// Whether it has failed while nothing was undone, as no right payment does.
    fn has_wrongly_failed(&self) -> bool {
        let ambiguous = self.defects.has(Defect::AmbiguousErrorStoredFinal);
        let ended = self.status == Status::Failed && self.saga.phase() == Phase::Forward;
        ambiguous && ended
    }

    /// Whether what was taken too late does not go back however often it is tried: a
    /// person has to look.
    fn is_refused_for_good(&self, dead: Try) -> bool {
        let late = matches!(self.intent.order, Order::LateSuccess(_));
        late && self.action(dead) == Action::Refund && dead.attempt >= LATE_ATTEMPTS_MAX
    }

    /// Whether what came back is booked, and its payment does not tell of it.
    fn owes_reversal(&self) -> bool {
        let booked = self.status == Status::Succeeded && !self.reversed;
        booked && self.intent.order.returns().is_some()
    }

    /// The intent of `which`, at `provider` if it is a try at a provider.
    pub fn step_intent(&self, which: Try, provider: Option<ProviderId>) -> Record {
        let provider = provider.filter(|_| self.action(which) == Action::Authorize);
        Record::StepIntent { which, operation: self.operation(which), provider }
    }

    /// The next provider that was not tried yet, of those that can serve it.
    pub fn route(&self, rules: &Rules) -> Option<ProviderId> {
        let (first, providers) = (self.intent.token.0, rules.providers.len() as u64);
        (0..providers)
            .map(|n| ProviderId((first.wrapping_add(n) % providers) as u8))
            .find(|id| self.may_try(*id, rules))
    }

    /// Whether `provider` was not tried yet, and can serve it.
    pub(super) fn may_try(&self, provider: ProviderId, rules: &Rules) -> bool {
        self.is_served_by(rules.dialect(provider))
            && self.attempts.iter().all(|attempt| attempt.provider != provider)
    }

    /// Whether every doubt about it can be resolved at such a provider: an undo
    /// tells whether anything was captured, but only a query how much was.
    fn is_served_by(&self, dialect: &Dialect) -> bool {
        dialect.queries.is_some() || self.intent.order.captures().count() == 1
    }

    /// Whether it can be this next.
    pub(super) fn may_become(&self, status: Status) -> bool {
        // What was taken of a card does not come back like this.
        let gated = status != Status::Returned || self.intent.order.may_come_back();
        (gated && self.status.may_become(status)) || self.may_wrongly_become(status)
    }

    /// What no right payment becomes.
    fn may_wrongly_become(&self, status: Status) -> bool {
        match (self.status, status) {
            (Status::Processing, Status::Failed) => {
                self.defects.has(Defect::AmbiguousErrorStoredFinal)
            }
            (Status::Captured, Status::Failing) => self.defects.has(Defect::UndoPastPivot),
            _ => false,
        }
    }

    /// A change of status that is due before anything else goes on.
    fn due_status(&self, next: Next) -> Option<Record> {
        if matches!(self.saga.phase(), Phase::ForwardOnly | Phase::Done) {
            if !self.pivot_committed {
                return Some(Record::PivotCommitted);
            }
            if self.status == Status::Processing {
                return self.change(StatusEvent::PivotCommitted);
            }
        }
        let done = |action| self.latest(action).is_some_and(|(_, state)| state == TryState::Done);
        if self.status == Status::InReview && done(Action::Risk) {
            return self.change(StatusEvent::Approve);
        }
        let books_nothing = self.step(Action::Post).is_none();
        if self.status == Status::Captured && (done(Action::Post) || books_nothing) {
            return self.change(StatusEvent::Booked);
        }
        if self.cancel_requested && self.may_cancel() {
            return self.change(StatusEvent::Cancel);
        }
        if next == Next::Compensated && !self.status.is_final() {
            return self.change(StatusEvent::Undone);
        }
        None
    }

    /// What to do after a try that came to nothing.
    fn choose(&self, dead: Try, rules: &Rules) -> Record {
        match self.action(dead) {
            Action::Capture if self.is_wrongly_tried_elsewhere() => self.try_elsewhere(rules),
            Action::Capture => self.give_authorization_back(),
            Action::Authorize => self.try_elsewhere(rules),
            Action::Refund if matches!(self.intent.order, Order::LateSuccess(_)) => {
                self.step_intent(Try { attempt: dead.attempt.saturating_add(1), ..dead }, None)
            }
            Action::Refund if self.is_wrongly_forgotten() => self.refund_anew(dead),
            Action::Send => self.send_otherwise(dead),
            Action::Hold if self.fell_short() => self.refund_anew(dead),
            // By what it costs now.
            Action::Post => self.step_intent(Try { attempt: dead.attempt + 1, ..dead }, None),
            _ => FAIL,
        }
    }

    /// Whether another is asked for what one may have captured after all, as no right
    /// payment does.
    fn is_wrongly_tried_elsewhere(&self) -> bool {
        let failed = || self.last_refusal == Some(Refusal::FailedDefinite);
        self.defects.pick(Defect::FiveHundredIsNotExecuted, || false, failed)
    }

    /// Whether a defect takes a refund that has failed for one that nobody has asked for.
    fn is_wrongly_forgotten(&self) -> bool {
        let failed = self.last_refusal == Some(Refusal::FailedDefinite);
        failed && self.defects.has(Defect::DeleteAttemptOnError)
    }

    /// Another attempt at a refund that was forgotten.
    fn refund_anew(&self, forgotten: Try) -> Record {
        if forgotten.attempt >= ATTEMPTS_MAX {
            return FAIL;
        }
        self.step_intent(Try { attempt: forgotten.attempt + 1, ..forgotten }, None)
    }

    /// A capture was refused: what is still reserved has to go first.
    fn give_authorization_back(&self) -> Record {
        let latest = self.latest(Action::Authorize);
        let alive = latest.filter(|(_, state)| *state == TryState::Done);
        alive.map_or(FAIL, |(which, _)| Record::CompIntent {
            which,
            operation: self.operation(which).undo(),
        })
    }

    /// Another attempt at the next provider, if there is any left to make.
    fn try_elsewhere(&self, rules: &Rules) -> Record {
        // Nobody who has waited for days stands at a till any more.
        let hard = self.last_refusal == Some(Refusal::DeclinedHard) || self.waited_out;
        let Some((latest, _)) = self.latest(Action::Authorize) else { return FAIL };
        let left = self.route(rules).filter(|_| !hard && latest.attempt < ATTEMPTS_MAX);
        left.map_or(FAIL, |provider| {
            let which = Try { attempt: latest.attempt + 1, ..latest };
            self.step_intent(which, Some(provider))
        })
    }

    /// Definitely not sent: by another rail, if the order allows it and that
    /// could help.
    fn send_otherwise(&self, dead: Try) -> Record {
        let Order::Payout(order) = self.intent.order else { return FAIL };
        let which = Try { attempt: dead.attempt + 1, ..dead };
        let helps = self.last_refusal != Some(Refusal::NoSuchAccount);
        let other = order.bank_of(which.attempt).filter(|_| helps);
        other.map_or(FAIL, |_| self.step_intent(which, None))
    }

    /// The change of status that `event` makes.
    fn change(&self, event: StatusEvent) -> Option<Record> {
        self.status.next(event).ok().map(Record::StatusChanged)
    }
}

/// How often it is tried to give back what was taken too late.
const LATE_ATTEMPTS_MAX: u8 = 16;

/// There is no way forward left.
const FAIL: Record = Record::StatusChanged(Status::Failing);
