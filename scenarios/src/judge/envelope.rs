//! The invariant of whoever decides: I31. The judge works out by itself, from the
//! durable journal, where a payment stands and what there is to choose; it never
//! looks at what a worker thinks that it may do.

use std::collections::BTreeMap;
use std::time::Duration;

use model::decision::{ASKED_MAX, Action as Chosen, Decision, WAITED_PART, WAITS_MAX};
use model::workflow::Action;
use model::workflow::payin_card::ATTEMPTS_MAX;
use model::{
    Case, ChargeEvent, Intent, Movement, OperationId, Order, Outcome, PaymentId, ProviderId,
    Record, Refusal, Status, Token, UndoOutcome, Undoing,
};
use sim::Sighting;

use super::called;
use super::findings::{Findings, Relation};
use crate::bounds::RESOLVE;
use crate::invariant::Invariant;
use crate::plan::Plan;

/// Where every payment stands that is not finished, in a world in which somebody
/// decides.
#[derive(Clone, Debug, Default)]
pub(super) struct Envelope {
    open: BTreeMap<(Token, PaymentId), Standing>,
    /// Decisions, by who made them and why.
    counts: BTreeMap<&'static str, u64>,
}

/// The rows of payments.md 5.4, as the judge tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    /// Nothing that anybody outside is asked for.
    Between,
    Unsent,
    InDoubt(Action),
    /// For good, or not.
    Refused(bool),
    Authorized,
    Undoing,
}

/// Whom a payment would be sent to first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    At(ProviderId),
    /// It was sent to somebody before, or nobody chooses.
    Over,
    /// Its journal has moved on.
    Unknown,
}

#[derive(Clone, Debug)]
struct Standing {
    intent: Intent,
    /// Records so far.
    version: u32,
    stand: Stand,
    /// Nothing is being undone as a whole.
    forward: bool,
    /// Providers that were tried, and under which operation.
    tried: Vec<(ProviderId, OperationId)>,
    /// Attempts at anything outside.
    attempts: u8,
    /// Whether a provider approved a part only.
    in_part: bool,
    /// Whether anything was captured.
    captured: bool,
    /// The last record, if it is a decision.
    decision: Option<Decision>,
    asked: u8,
    waits: u8,
    waited: Duration,
    escalated: bool,
    case: bool,
}

impl Envelope {
    /// How often each policy decided, and how often the rules had to instead.
    pub(super) fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// Judges `record`, and takes it in.
    pub(super) fn committed(
        &mut self,
        plan: &Plan,
        found: &mut Findings,
        seen: Sighting,
        (token, payment): (Token, PaymentId),
        record: &Record,
    ) {
        if let Record::Accepted(intent) = record {
            self.open.insert((token, payment), Standing::new(intent));
            return;
        }
        let Some(standing) = self.open.get_mut(&(token, payment)) else { return };
        if let Record::Decision(decision) = record {
            standing.judge_decision(plan, found, seen, decision);
            let name = decision.instead.map_or(decision.policy.story().name, |why| why.name());
            *self.counts.entry(name).or_default() += 1;
        } else {
            standing.judge_action(plan, found, seen, record);
        }
        standing.take(record);
        if record.is_terminal() {
            self.open.remove(&(token, payment));
        }
    }

    /// Whom the payment would be sent to first, by the house's own order, as of this
    /// version of its journal.
    pub(super) fn first(&self, plan: &Plan, whose: (Token, PaymentId), version: u32) -> First {
        let standing = self.open.get(&whose).filter(|standing| standing.version == version);
        let Some(standing) = standing else { return First::Unknown };
        let count = plan.providers.len() as u64;
        let nth = |n| ProviderId((whose.0.0.wrapping_add(n) % count) as u8);
        let serves = |provider: &ProviderId| standing.allows(plan, Chosen::Try(*provider));
        let first = (0..count).map(nth).find(serves);
        first.filter(|_| standing.stand == Stand::Unsent).map_or(First::Over, First::At)
    }

    /// A provider did something: if that is what an attempt asked for, it is the
    /// provider that was chosen.
    pub(super) fn moved(&mut self, found: &mut Findings, seen: Sighting, movement: &Movement) {
        if !matches!(movement.event, ChargeEvent::Authorized(_)) {
            return;
        }
        let (token, charge) = (movement.token, &movement.charge);
        let standings = self.open.range_mut((token, PaymentId(0))..=(token, PaymentId(u64::MAX)));
        for (_, standing) in standings {
            let mut tried = standing.tried.iter();
            let chosen = tried.find(|(_, operation)| *operation == charge.reference);
            let Some((provider, _)) = chosen else { continue };
            standing.in_part |= charge.authorized < charge.money.amount;
            let about = (token, "authorize", Relation::EffectWithoutIntent);
            found.check(Invariant::I31, seen, about, *provider == charge.provider, || {
                format!("{} was to be tried at another provider than did it", called(token))
            });
        }
    }
}

impl Standing {
    fn new(intent: &Intent) -> Self {
        Self {
            intent: *intent,
            version: 1,
            stand: Stand::Between,
            forward: true,
            tried: Vec::new(),
            attempts: 0,
            in_part: false,
            captured: false,
            decision: None,
            asked: 0,
            waits: 0,
            waited: Duration::ZERO,
            escalated: false,
            case: false,
        }
    }

    /// A decision is made once, from the journal as it is, among what there is to
    /// choose, and within its budgets.
    fn judge_decision(
        &self,
        plan: &Plan,
        found: &mut Findings,
        seen: Sighting,
        decision: &Decision,
    ) {
        let token = self.intent.token;
        let step = self.step();
        let over = self.is_over_limit(plan);
        let mut check = |relation, holds, evidence: &dyn Fn() -> String| {
            found.check(Invariant::I31, seen, (token, step, relation), holds, evidence);
        };
        let Decision { snapshot, action, mask, .. } = *decision;
        check(Relation::RecordOutOfOrder, snapshot == self.version, &|| {
            format!(
                "to {action} for {} was decided from version {snapshot} of its journal, which is \
                 at version {}",
                called(token),
                self.version
            )
        });
        check(Relation::LimitExceeded, !over, &|| {
            format!(
                "to {action} for {} was decided, whose amount is a person's to decide",
                called(token)
            )
        });
        let again = self.decision.filter(|before| leaves_a_record(before.action));
        check(Relation::SameOperationTwice, again.is_none(), &|| {
            format!(
                "to {action} for {} was decided before an earlier decision was carried out",
                called(token)
            )
        });
        let allowed = self.allows(plan, action) && mask.allows(action);
        check(Relation::LimitExceeded, allowed, &|| {
            format!(
                "to {action} for {} was decided, which is not allowed in {:?}",
                called(token),
                self.stand
            )
        });
        let wait = if let Chosen::Wait(wait) = action { wait } else { Duration::ZERO };
        let waits = self.waits + u8::from(!wait.is_zero());
        let within = self.asked < ASKED_MAX
            && waits <= WAITS_MAX
            && self.waited + wait <= RESOLVE / WAITED_PART;
        check(Relation::LimitExceeded, within, &|| {
            format!(
                "{} decisions and {waits} waits of {} s were made for {} in one state",
                self.asked + 1,
                (self.waited + wait).as_secs(),
                called(token)
            )
        });
    }

    /// What is done is what was decided, and nothing that nobody may choose.
    fn judge_action(&self, plan: &Plan, found: &mut Findings, seen: Sighting, record: &Record) {
        let workflow = self.intent.order.workflow();
        let action = match *record {
            Record::StepIntent { which, provider, .. } => match workflow.action(which) {
                Action::Authorize => Chosen::Try(provider.unwrap_or(ProviderId(0))),
                Action::Send => Chosen::Send,
                Action::Capture if self.stand == Stand::Authorized => Chosen::Capture,
                // Nothing new is begun while anything is in doubt.
                Action::Refund if self.stand == Stand::InDoubt(Action::Refund) => Chosen::Refund,
                _ => return,
            },
            Record::CompIntent { which, .. }
                if self.forward && workflow.action(which) == Action::Authorize =>
            {
                Chosen::Void
            }
            Record::StatusChanged(Status::Failing) if self.forward => Chosen::Stop,
            Record::CaseOpened(Case::Escalated) => Chosen::Escalate,
            _ => return,
        };
        let begins = matches!(action, Chosen::Try(_) | Chosen::Send | Chosen::Refund);
        if self.is_over_limit(plan) && (begins || action == Chosen::Escalate) {
            let told = self.escalated != (action == Chosen::Escalate) || self.case;
            let about = (self.intent.token, self.step(), Relation::EffectWithoutIntent);
            found.check(Invariant::I31, seen, about, told, || {
                let name = called(self.intent.token);
                format!("to {action} for {name} was begun, and no person was told of so much, once")
            });
            if action == Chosen::Escalate {
                return;
            }
        }
        let forced = matches!(self.stand, Stand::Between | Stand::Undoing);
        if forced && matches!(action, Chosen::Void | Chosen::Stop) {
            return;
        }
        // That a part was approved is evidence against an authorization, and no choice.
        let evident = action == Chosen::Void && self.in_part;
        let token = self.intent.token;
        let allowed = evident || self.allows(plan, action);
        let about = (token, self.step(), Relation::LimitExceeded);
        found.check(Invariant::I31, seen, about, allowed, || {
            format!(
                "to {action} for {} was begun, which is not allowed in {:?}",
                called(token),
                self.stand
            )
        });
        let chosen = self.decision.map(|decision| decision.action);
        let decided = chosen == Some(action) || evident;
        let about = (token, self.step(), Relation::EffectWithoutIntent);
        if self.is_asked(plan) || action == Chosen::Escalate {
            found.check(Invariant::I31, seen, about, decided || !allowed, || {
                let chosen = chosen.map_or("nothing".to_owned(), |chosen| chosen.to_string());
                format!(
                    "to {action} for {} was begun, and what was decided is {chosen}",
                    called(token)
                )
            });
        }
    }

    /// Whether it is about more than may be decided about.
    fn is_over_limit(&self, plan: &Plan) -> bool {
        let asked = !self.intent.order.is_about_another();
        let limit = plan.decisions.and_then(|decisions| decisions.limit());
        asked && limit.is_some_and(|most| self.intent.money.amount > most)
    }

    /// Whether there is a choice that somebody is to be asked for.
    fn is_asked(&self, plan: &Plan) -> bool {
        let all = [
            Chosen::Send,
            Chosen::Wait(Duration::from_nanos(1)),
            Chosen::Void,
            Chosen::Capture,
            Chosen::Escalate,
            Chosen::Stop,
        ];
        let providers = (0..plan.providers.len() as u8).map(|n| Chosen::Try(ProviderId(n)));
        let open = providers.chain(all).filter(|action| self.allows(plan, *action)).count();
        let waited =
            matches!(self.stand, Stand::InDoubt(_)) && self.waited >= RESOLVE / WAITED_PART;
        let spent = self.asked >= ASKED_MAX || self.waits >= WAITS_MAX || waited;
        let to_be_done = self.decision.is_some_and(|decision| leaves_a_record(decision.action));
        open > 1 && !self.case && !self.is_over_limit(plan) && (!spent || to_be_done)
    }

    /// The table of payments.md 5.4, by the judge's own reading.
    fn allows(&self, plan: &Plan, action: Chosen) -> bool {
        let dialect = |provider: ProviderId| &plan.provider(provider).dialect;
        let last = self.tried.last().map(|(provider, _)| *provider);
        let last = self.intent.order.provider().or(last).map(dialect);
        let queried = last.is_some_and(|dialect| dialect.queries.is_some());
        let undone = last.is_some_and(|dialect| dialect.undo != Undoing::Expiry);
        let fresh = |provider| {
            let served = || self.intent.order.captures().count() == 1;
            usize::from(provider) < plan.providers.len()
                && self.tried.iter().all(|(known, _)| known.0 != provider)
                && (dialect(ProviderId(provider)).queries.is_some() || served())
        };
        let is_card = matches!(self.intent.order, Order::PayIn(_));
        match (self.stand, action) {
            (Stand::Unsent, Chosen::Try(provider)) => is_card && fresh(provider.0),
            (Stand::Refused(false), Chosen::Try(provider)) => {
                is_card && fresh(provider.0) && self.attempts < ATTEMPTS_MAX
            }
            (Stand::Unsent, Chosen::Send) => !is_card,
            (Stand::Refused(hard), Chosen::Send) => match self.intent.order {
                Order::Payout(order) => !hard && order.bank_of(self.attempts + 1).is_some(),
                _ => false,
            },
            (Stand::Unsent, Chosen::Wait(_)) => true,
            (Stand::Unsent | Stand::Refused(_), Chosen::Stop) => true,
            (Stand::InDoubt(_), Chosen::Wait(_) | Chosen::Notify | Chosen::Resend) => true,
            (Stand::InDoubt(about), Chosen::Query) => about == Action::Send || queried,
            (Stand::InDoubt(Action::Authorize), Chosen::Void) => undone,
            (Stand::InDoubt(Action::Capture), Chosen::Void) => !queried && !self.captured,
            (Stand::Authorized, Chosen::Capture) => true,
            (Stand::Authorized, Chosen::Void) => undone,
            (Stand::Undoing, Chosen::Query) => !undone,
            (Stand::Undoing, Chosen::Resend) => undone,
            (Stand::InDoubt(_) | Stand::Authorized | Stand::Undoing, Chosen::Escalate) => {
                !self.escalated
            }
            _ => false,
        }
    }

    /// The step that it is at.
    fn step(&self) -> &'static str {
        match (self.stand, self.intent.order) {
            (Stand::InDoubt(action), _) => action.name(),
            (Stand::Undoing, _) => "void",
            (Stand::Authorized, _) => Action::Capture.name(),
            (_, Order::Payout(_)) => Action::Send.name(),
            (_, Order::Refund(_)) => Action::Refund.name(),
            _ => Action::Authorize.name(),
        }
    }

    fn take(&mut self, record: &Record) {
        self.version += 1;
        self.decision = None;
        match record {
            Record::Decision(decision) => {
                self.decision = Some(*decision);
                self.asked = self.asked.saturating_add(1);
                if let Chosen::Wait(wait) = decision.action {
                    self.waits = self.waits.saturating_add(1);
                    self.waited += wait;
                }
                return;
            }
            Record::CaseOpened(Case::Escalated) => {
                self.escalated = true;
                return;
            }
            _ => (self.asked, self.waits) = (0, 0),
        }
        let workflow = self.intent.order.workflow();
        match *record {
            Record::StepIntent { which, operation, provider } => {
                let action = workflow.action(which);
                self.tried.extend(provider.map(|provider| (provider, operation)));
                let sends = matches!(action, Action::Authorize | Action::Send);
                self.attempts += u8::from(sends);
                let outside = sends || matches!(action, Action::Capture | Action::Refund);
                self.stand = if outside { Stand::InDoubt(action) } else { Stand::Between };
            }
            Record::StepOutcome { which, outcome } => {
                let action = workflow.action(which);
                self.captured |= matches!(outcome, Outcome::Captured { .. });
                self.stand = match (action, outcome) {
                    (Action::Authorize | Action::Send, Outcome::Refused(refusal)) => {
                        let hard = [Refusal::DeclinedHard, Refusal::NoSuchAccount];
                        Stand::Refused(hard.contains(&refusal))
                    }
                    (Action::Authorize, Outcome::TakenAfterAll { .. }) => Stand::Refused(true),
                    (Action::Authorize, _) => Stand::Authorized,
                    (Action::Hold, Outcome::Held) => match self.intent.order {
                        Order::PayIn(_) | Order::Payout(_) => Stand::Unsent,
                        _ => Stand::Between,
                    },
                    _ => Stand::Between,
                };
            }
            Record::CompIntent { which, .. } => {
                let provider = workflow.action(which) == Action::Authorize;
                self.stand = if provider { Stand::Undoing } else { Stand::Between };
            }
            Record::CompOutcome { outcome, .. } => {
                self.stand = match outcome {
                    UndoOutcome::TooLate => Stand::Between,
                    _ if !self.forward => Stand::Between,
                    UndoOutcome::Expired => Stand::Refused(true),
                    _ => Stand::Refused(false),
                };
            }
            Record::StatusChanged(Status::Failing | Status::Canceling) => {
                self.forward = false;
                if !matches!(self.stand, Stand::InDoubt(_) | Stand::Undoing) {
                    self.stand = Stand::Between;
                }
            }
            Record::CaseOpened(_) => self.case = true,
            _ => {}
        }
    }
}

/// Whether it is carried out by writing something down.
fn leaves_a_record(action: Chosen) -> bool {
    !matches!(action, Chosen::Wait(_) | Chosen::Query | Chosen::Resend | Chosen::Notify)
}
