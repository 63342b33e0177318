//! Where there is a choice for a payment, what there is to choose from, and what
//! was chosen.

use std::time::Duration;

use super::{IllegalRecord, Payment};
use crate::decision::{
    ASKED_MAX, Action as Chosen, Decision, Doubt, Features, Open, Snapshot, State, UNSENT_WAIT_MAX,
    WAITED_PART, WAITS_MAX,
};
use crate::defect::Defect;
use crate::dialect::Undoing;
use crate::identity::ProviderId;
use crate::order::Order;
use crate::record::{Case, Record, Refusal};
use crate::rules::Rules;
use crate::saga::{Next, Phase, Try};
use crate::status::Status;
use crate::workflow::Action;
use crate::workflow::payin_card::ATTEMPTS_MAX;

/// What was decided about a payment, as far as it still counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decided {
    /// The number of records in the journal.
    version: u32,
    /// The number of decisions in it.
    made: u32,
    /// The last record, if it is a decision: whatever comes after it ends it.
    open: Option<Decision>,
    /// It was carried out by this worker, and left no record.
    over: bool,
    /// Decisions since anything else was written down.
    asked: u8,
    /// Those of them that were to wait.
    waits: u8,
    /// For how long, since the payment began.
    waited: Duration,
    /// A person was told, and nobody waits for the person.
    escalated: bool,
}

impl Decided {
    /// Takes the next record of the journal.
    pub(super) fn take(&mut self, record: &Record) {
        self.version += 1;
        (self.open, self.over) = (None, false);
        match record {
            Record::Decision(decision) => {
                self.open = Some(*decision);
                self.made += 1;
                self.asked = self.asked.saturating_add(1);
                if let Chosen::Wait(wait) = decision.action {
                    self.waits += 1;
                    self.waited += wait;
                }
            }
            Record::CaseOpened(Case::Escalated) => self.escalated = true,
            _ => (self.asked, self.waits) = (0, 0),
        }
    }
}

impl Payment {
    /// The decision that is to be carried out: nothing was written down since.
    pub fn decision(&self) -> Option<Decision> {
        self.decided.open.filter(|_| !self.decided.over)
    }

    /// Takes note that the decision was carried out, and left no record.
    pub(crate) fn end_decision(&mut self) {
        self.decided.over = true;
    }

    /// Takes a decision, if it was made from the journal as it is (payments.md
    /// 5.4, E1).
    pub(super) fn take_decision(&self, decision: &Decision) -> Result<(), IllegalRecord> {
        let (of, version) = (decision.snapshot, self.decided.version);
        let fits = || of == version;
        let anyway = || of <= version;
        let fits = self.defects.pick(Defect::ActsOnStaleSnapshot, fits, anyway);
        if fits { Ok(()) } else { Err(IllegalRecord::Stale(of, version)) }
    }

    /// Whether it is about more than anybody but a person and the rules may decide
    /// about (payments.md 5.4, E5).
    pub(crate) fn is_over_limit(&self, rules: &Rules) -> bool {
        let over = rules.decides_up_to.is_some_and(|most| self.intent.money.amount > most);
        self.defects.pick(Defect::NoAmountLimit, || over, || false)
    }

    /// That a person is told of it, because it is about so much; once, before
    /// anything else.
    pub(super) fn told_of(&self, rules: &Rules) -> Option<Record> {
        let untold = self.case.is_none() && !self.decided.escalated && rules.decides;
        let asked = !self.intent.order.is_about_another();
        let told = untold && asked && self.is_over_limit(rules);
        told.then_some(Record::CaseOpened(Case::Escalated))
    }

    /// What there is to choose from before somebody outside is asked for
    /// anything new; `None` if there is no choice, or nobody is to be asked for it.
    pub(crate) fn choice(&self, rules: &Rules) -> Option<Snapshot> {
        if !rules.decides || self.is_over_limit(rules) {
            return None;
        }
        let (state, which) = match self.saga.next() {
            Next::Begin(which) => match self.action(which) {
                Action::Authorize if self.attempts.is_empty() => (State::Unsent, which),
                Action::Authorize => (State::Refused, which),
                Action::Send => (State::Unsent, which),
                Action::Capture if self.saga.phase().direction() == Phase::Forward => {
                    (State::Authorized, which)
                }
                _ => return None,
            },
            Next::Choose(dead) if matches!(self.action(dead), Action::Authorize | Action::Send) => {
                (State::Refused, dead)
            }
            _ => return None,
        };
        let open = match state {
            State::Authorized => {
                let undo = rules.dialect(self.provider()).undo;
                Open { void: undo != Undoing::Expiry, ..Open::default() }
            }
            _ => Open {
                providers: self.untried(which, rules),
                sends: self.sends_on(which),
                ..Open::default()
            },
        };
        let wait_max = if state == State::Unsent { UNSENT_WAIT_MAX } else { Duration::ZERO };
        let action = self.action(which);
        let snapshot = self.snapshot(state, action, Open { wait_max, ..open }, rules)?;
        let preferred = self.route(rules).filter(|to| open.providers >> to.0 & 1 == 1);
        let features = Features { preferred, ..snapshot.features };
        Some(Snapshot { features, ..snapshot })
    }

    /// What there is to choose from in `state`; `None` if that is a single action,
    /// or so much was decided in this state that the rules decide.
    pub(crate) fn snapshot(
        &self,
        state: State,
        step: Action,
        open: Open,
        rules: &Rules,
    ) -> Option<Snapshot> {
        if !rules.decides || self.case.is_some() || self.is_over_limit(rules) {
            return None;
        }
        let decided = &self.decided;
        let after = |waited: Duration| {
            let left = (rules.resolve_within / WAITED_PART).saturating_sub(waited);
            let wait_max = open.wait_max.min(left);
            Snapshot {
                version: decided.version,
                number: decided.made + 1,
                state,
                open: Open { wait_max, escalated: decided.escalated, ..open },
                features: Features {
                    step,
                    money: self.intent.money,
                    preferred: None,
                    attempts: self.attempts.len() as u8,
                    asked: decided.asked,
                    doubt: Doubt::default(),
                },
            }
        };
        // A wait that is to be carried out does not count against itself.
        if let Some(Decision { action: Chosen::Wait(wait), .. }) = self.decision() {
            let snapshot = after(decided.waited.saturating_sub(wait));
            if self.is_due(&snapshot) {
                return Some(snapshot);
            }
        }
        let snapshot = after(decided.waited);
        let spent = decided.asked >= ASKED_MAX
            || decided.waits >= WAITS_MAX
            || (state == State::InDoubt && snapshot.open.wait_max.is_zero());
        let may_ask = self.is_due(&snapshot) || !spent;
        (snapshot.mask().len() > 1 && may_ask).then_some(snapshot)
    }

    /// The record by which the decision is carried out that is open, where that is
    /// one: what it allows is chosen from `snapshot`.
    pub(super) fn carried_out(&self, snapshot: &Snapshot) -> Option<Record> {
        self.by_decision().filter(|_| self.is_due(snapshot))
    }

    /// Whether there is a decision to carry out, and `snapshot` allows it still.
    pub(crate) fn is_due(&self, snapshot: &Snapshot) -> bool {
        let decision = self.decision();
        let allowed = |decision: Decision| snapshot.allows(decision.action);
        let right = || decision.is_some_and(allowed);
        self.defects.pick(Defect::ActsOnStaleSnapshot, right, || decision.is_some())
    }

    /// The record by which the decision is carried out that is open, where that is
    /// one that fits.
    pub(crate) fn by_decision(&self) -> Option<Record> {
        let decision = self.decision()?;
        let (which, again) = match self.saga.next() {
            Next::Begin(which) => (which, which),
            Next::Choose(dead) | Next::Await(dead) => {
                (dead, Try { attempt: dead.attempt.saturating_add(1), ..dead })
            }
            _ => return None,
        };
        let record = match decision.action {
            Chosen::Try(provider) => self.step_intent(again, Some(provider)),
            Chosen::Send => self.step_intent(again, None),
            Chosen::Capture => self.step_intent(which, None),
            Chosen::Stop => Record::StatusChanged(Status::Failing),
            Chosen::Void => {
                let (which, _) = self.latest(Action::Authorize)?;
                Record::CompIntent { which, operation: self.operation(which).undo() }
            }
            Chosen::Escalate => Record::CaseOpened(Case::Escalated),
            _ => return None,
        };
        let fits = || self.clone().apply(&record).is_ok();
        self.defects.pick(Defect::ActsOnStaleSnapshot, || true, fits).then_some(record)
    }

    /// Providers that could be tried after `which`: a bit each.
    fn untried(&self, which: Try, rules: &Rules) -> u16 {
        let another = which.attempt < ATTEMPTS_MAX || self.attempts.is_empty();
        let hard = self.last_refusal == Some(Refusal::DeclinedHard) || self.waited_out;
        if self.action(which) != Action::Authorize || !another || hard {
            return 0;
        }
        let all = (0..rules.providers.len().min(16) as u8).map(ProviderId);
        all.filter(|id| self.may_try(*id, rules)).fold(0, |bits, id| bits | 1 << id.0)
    }

    /// Whether a rail is left to send by: at first there is one, and by another
    /// what was not sent by the first may be, if that could help.
    fn sends_on(&self, which: Try) -> bool {
        let Order::Payout(order) = self.intent.order else { return false };
        let helps = self.last_refusal != Some(Refusal::NoSuchAccount);
        match self.saga.next() {
            Next::Begin(_) => true,
            _ => helps && order.bank_of(which.attempt + 1).is_some(),
        }
    }
}
