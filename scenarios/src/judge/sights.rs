//! What a trial has seen: which steps are in flight, and what strikes meanwhile. A few words
//! for each payment, and constant work for each record and each strike.

use model::saga::Try;
use model::workflow::{Action, PaymentWorkflow};
use model::{Answer, Order, Record, WorkerId};
use sim::Role;

use crate::message::ClientReply;
use crate::party::{
    self, DECIDER, INGRESS, LEDGER, NOTIFIER, RISK, STORE, bank_of, client_of, provider_of,
};
use crate::sometimes::{FaultKind, Mark, Seen, Step, Steps};

/// What was seen of a world so far.
#[derive(Clone, Debug)]
pub struct Sights {
    /// Whether a payment was accepted, money moved, or a client saw anything.
    stirred: bool,
    seen: Seen,
    struck: [u64; FaultKind::COUNT],
    /// By the place of its operation in the plan.
    payments: Vec<Flight>,
    /// How many payments have each step in flight, and those that any has.
    count: [u32; Step::COUNT],
    in_flight: Steps,
}

/// What is under way for one instrument.
#[derive(Clone, Copy, Debug, Default)]
struct Flight {
    steps: Steps,
    worker: Option<WorkerId>,
}

impl Sights {
    pub(super) fn new(operations: usize) -> Self {
        Self {
            stirred: false,
            seen: Seen::NOTHING,
            struck: [0; FaultKind::COUNT],
            payments: vec![Flight::default(); operations],
            count: [0; Step::COUNT],
            in_flight: 0,
        }
    }

    /// What has been seen.
    pub const fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Whether anything happened that anybody could judge.
    pub const fn is_stirred(&self) -> bool {
        self.stirred
    }

    /// Something did.
    pub(super) const fn stir(&mut self) {
        self.stirred = true;
    }

    /// How often something struck that the kernel does not count.
    pub fn struck(&self, kind: impl Into<FaultKind>) -> u64 {
        self.struck[kind.into().place()]
    }

    /// Something struck at whoever answers for the payment at this place, or at `role` if it
    /// is about no payment.
    pub(super) fn strike(&mut self, kind: FaultKind, about: Option<usize>, role: Role) {
        self.struck[kind.place()] += 1;
        match about {
            Some(place) => self.strike_payment(kind, Some(place), role),
            None => self.strike_party(kind, role),
        }
    }

    /// A fault struck what a party does or says of the payment at this place: whatever of
    /// that needs the party just now.
    pub(super) fn strike_payment(&mut self, kind: FaultKind, place: Option<usize>, role: Role) {
        if let Some(flight) = place.and_then(|place| self.payments.get(place))
            && flight.steps != 0
        {
            self.seen.strike(kind, flight.steps & needing(role));
        }
    }

    /// A fault struck a party: whatever needs it just now.
    pub(super) fn strike_party(&mut self, kind: FaultKind, role: Role) {
        if self.in_flight != 0 {
            self.seen.strike(kind, self.in_flight & needing(role));
        }
    }

    /// Somebody answered a worker.
    #[inline]
    pub(super) fn answered(&mut self, answer: &Answer) {
        if let Some(mark) = Mark::of_answer(answer) {
            self.seen.mark(mark);
        }
    }

    /// A client was answered.
    pub(super) fn shown(&mut self, reply: &ClientReply) {
        self.stirred = true;
        self.note(Mark::of_reply(reply));
    }

    /// A worker called, for the how-manieth time.
    #[inline]
    pub(super) fn called(&mut self, number: u32) {
        if let Some(mark) = Mark::of_call(number) {
            self.seen.mark(mark);
        }
    }

    /// A worker got the payment at this place.
    pub(super) fn leased(&mut self, place: Option<usize>, worker: WorkerId) {
        let Some(flight) = place.and_then(|place| self.payments.get_mut(place)) else { return };
        let before = flight.worker.replace(worker);
        if before.is_some_and(|before| before != worker) {
            self.seen.mark(Mark::Takeover);
            if flight.steps != 0 {
                self.seen.mark(Mark::TakeoverInFlight);
            }
        }
    }

    /// This was written down of the payment at this place.
    pub(super) fn recorded(
        &mut self,
        place: Option<usize>,
        workflow: Option<&'static PaymentWorkflow>,
        record: &Record,
    ) {
        self.stirred = true;
        let Some(place) = place else { return };
        let action = |which: &Try| workflow.map(|workflow| workflow.action(*which));
        match record {
            Record::StepIntent { which, .. } => {
                let action = action(which);
                let step = action.and_then(Step::of);
                self.begin(place, step);
                self.note(action.and_then(|action| Mark::of_attempt(action, which.attempt)));
            }
            Record::StepOutcome { which, outcome } => {
                self.end(place, action(which).and_then(Step::of));
                self.note(Mark::of_outcome(outcome));
            }
            Record::CompIntent { which, .. } => {
                self.begin(place, action(which).and_then(Step::undo_of));
            }
            Record::CompOutcome { which, outcome } => {
                let action = action(which);
                self.end(place, action.and_then(Step::of));
                self.end(place, action.and_then(Step::undo_of));
                self.note(action.and_then(|action| Mark::of_undo(action, *outcome)));
            }
            Record::Accepted(intent) if matches!(intent.order, Order::LateSuccess(_)) => {
                self.seen.mark(Mark::LateSuccess);
            }
            Record::StatusChanged(status) => self.note(Mark::of_status(*status)),
            Record::CaseOpened(case) => self.note(Some(Mark::of_case(*case))),
            Record::Terminal => Step::all().for_each(|step| self.end(place, Some(step))),
            other => self.note(Mark::of_record(other)),
        }
    }

    fn note(&mut self, mark: Option<Mark>) {
        mark.into_iter().for_each(|mark| self.seen.mark(mark));
    }

    fn begin(&mut self, place: usize, step: Option<Step>) {
        let Some((step, flight)) = step.zip(self.payments.get_mut(place)) else { return };
        if flight.steps & step.bit() == 0 {
            flight.steps |= step.bit();
            self.count[step.place()] += 1;
            self.in_flight |= step.bit();
        }
    }

    fn end(&mut self, place: usize, step: Option<Step>) {
        let Some((step, flight)) = step.zip(self.payments.get_mut(place)) else { return };
        if flight.steps & step.bit() != 0 {
            flight.steps &= !step.bit();
            self.count[step.place()] -= 1;
            if self.count[step.place()] == 0 {
                self.in_flight &= !step.bit();
            }
        }
    }
}

/// The steps that can't go on without this party.
fn needing(role: Role) -> Steps {
    match role {
        STORE => Steps::MAX,
        RISK => steps(&[Action::Risk]),
        LEDGER => steps(&[Action::Hold, Action::Withdraw, Action::Post]),
        NOTIFIER => steps(&[Action::Notify]),
        DECIDER => steps(&[Action::Authorize, Action::Capture, Action::Send, Action::Refund]),
        INGRESS => AT_PROVIDERS | AT_BANKS,
        _ if party::worker_of(role).is_some() => Steps::MAX,
        _ if provider_of(role).is_some() => AT_PROVIDERS,
        _ if bank_of(role).is_some() => AT_BANKS,
        _ if client_of(role).is_some() => steps(&[Action::Notify]),
        _ => 0,
    }
}

const AT_BANKS: Steps = steps(&[Action::Send, Action::Recall]);
const AT_PROVIDERS: Steps = steps(&[
    Action::Authorize,
    Action::Capture,
    Action::Release,
    Action::Refund,
    Action::Contest,
    Action::Verdict,
]);

/// Whatever does one of these, and its undo.
const fn steps(actions: &[Action]) -> Steps {
    let (mut set, mut at) = (0, 0);
    while at < actions.len() {
        if let Some(step) = Step::of(actions[at]) {
            set |= step.bit();
        }
        if let Some(step) = Step::undo_of(actions[at]) {
            set |= step.bit();
        }
        at += 1;
    }
    set
}
