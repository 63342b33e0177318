//! What a worker does where there is something to choose: it asks, writes down
//! what was chosen, and does it once.

use std::time::Duration;

use super::{Act, Choice, Conductor, give_up};
use crate::decision::{self, Action as Chosen, Decision, Doubt, Features, Open, Snapshot, State};
use crate::defect::Defect;
use crate::dialect::Undoing;
use crate::flight::{Flight, Sends};
use crate::money::Amount;
use crate::outgoing::{attempt_provider, notice, query, step_call, undo_call};
use crate::payment::Payment;
use crate::record::{Case, Record};
use crate::rules::Rules;
use crate::saga::{Next, Try};
use crate::workflow::Action;
use crate::workflow::payin_card::ATTEMPTS_MAX;

/// What a worker has of decisions, and forgets in a crash.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hand {
    /// The snapshot of the last decision that this worker wrote down.
    own: Option<u32>,
    /// That of the last one that it carried out.
    done: Option<u32>,
    /// Until when it waits because that was decided, and by which.
    waits: Option<(u32, Duration)>,
}

impl Hand {
    /// A decision is durable.
    pub(super) fn wrote(&mut self, decision: &Decision) {
        self.own = Some(decision.snapshot);
    }
}

impl Conductor {
    /// Takes the answer to [`Act::Decide`]: it has to be durable before it is
    /// carried out.
    pub fn decide(&mut self, decision: Decision) {
        // Whatever else was concluded did not fit, or nobody had been asked.
        self.conclusion = Some(Record::Decision(decision));
    }

    /// What there is to choose, or to wait for because that was chosen, before
    /// anybody is asked for anything new.
    pub(super) fn at_a_choice(&mut self, now: Duration, rules: &Rules) -> Option<Act> {
        let snapshot = self.payment.choice(rules)?;
        let decision = self.payment.decision().filter(|decision| snapshot.allows(decision.action));
        let Some((of, Chosen::Wait(wait))) = decision.map(|d| (d.snapshot, d.action)) else {
            return Some(Act::Decide(snapshot));
        };
        let waits = self.hand.waits.filter(|(known, _)| *known == of);
        let (_, until) = *self.hand.waits.insert(waits.unwrap_or((of, now + wait)));
        Some(Act::Wait(until.saturating_sub(now)))
    }

    /// Notes whether the decision that is open was carried out. The wait of
    /// somebody else is over: the payment came here because of that, or whoever
    /// waited is gone.
    pub(super) fn end_decision(&mut self, now: Duration) {
        let Some(decision) = self.payment.decision() else { return };
        let is_ours = self.hand.own == Some(decision.snapshot);
        let is_wait = matches!(decision.action, Chosen::Wait(_));
        let waits = self.hand.waits.filter(|(of, _)| *of == decision.snapshot);
        let waited = waits.is_some_and(|(_, until)| until <= now);
        if self.hand.done == Some(decision.snapshot) || (is_wait && (!is_ours || waited)) {
            self.payment.end_decision();
        }
    }

    /// What to do about a doubt, or an undo, of which `snapshot` tells: what the
    /// rules say, unless somebody else decides.
    pub(super) fn chosen(
        &self,
        snapshot: &Snapshot,
        rules: &Rules,
    ) -> Result<Chosen, Box<Snapshot>> {
        let Snapshot { state, open, features, .. } = *snapshot;
        let Some(asked) = self.payment.snapshot(state, features.step, open, rules) else {
            return Ok(decision::by_the_rules(snapshot));
        };
        let asked =
            Snapshot { features: Features { doubt: features.doubt, ..asked.features }, ..asked };
        match self.payment.decision() {
            Some(decision) if self.payment.is_due(&asked) => Ok(decision.action),
            _ => Err(Box::new(asked)),
        }
    }

    /// The decision that is open was carried out.
    pub(super) fn carried_out(&mut self) {
        self.hand.done = self.payment.decision().map(|decision| decision.snapshot);
    }

    /// What is possible about the doubt that `flight` is in.
    pub(super) fn doubt_about(
        &self,
        flight: &Flight,
        which: Try,
        now: Duration,
        resend: bool,
        rules: &Rules,
    ) -> Snapshot {
        let payment = &self.payment;
        let step = payment.action(which);
        let dialect = rules.dialect(attempt_provider(payment, which));
        let at_bank = step == Action::Send;
        let sends = self.sends.iter().find(|sends| sends.which == which);
        let settled_at = sends.map_or(now, |sends: &Sends| sends.settled_at(rules.never_found));
        let age = now.saturating_sub(flight.begun);
        let in_part = payment.captured() > Amount::ZERO;
        let query = at_bank || dialect.queries.is_some();
        let void = match step {
            Action::Authorize => dialect.undo != Undoing::Expiry,
            Action::Capture => !query && !in_part,
            _ => false,
        };
        // Nobody who may take over rests for longer either.
        let lasted = now.saturating_sub(flight.doubtful_since);
        let early = lasted < rules.resolve_within / 2;
        let wait_max = if early { rules.provider_backoff_max } else { Duration::ZERO };
        let doubt = Doubt {
            inherited: flight.inherited,
            settled: now >= settled_at,
            is_old: age >= rules.give_up_after,
            undecided: payment.is_undecided(),
            in_part,
            calls: flight.calls,
            doubts: flight.doubts,
            age,
            old_in: rules.give_up_after.saturating_sub(age),
            pause_max: rules.provider_backoff_max,
        };
        let open = Open { query, resend: resend || at_bank, void, wait_max, ..Open::default() };
        unasked(payment, State::InDoubt, step, open, doubt)
    }

    /// Does what was chosen about the doubt over `which`.
    pub(super) fn about_doubt(
        &self,
        chosen: Chosen,
        which: Try,
        calls: u32,
        now: Duration,
        rules: &Rules,
    ) -> Choice {
        let payment = &self.payment;
        match chosen {
            Chosen::Query => Choice::Call(query(payment, which)),
            Chosen::Resend => Choice::Call(step_call(payment, which, calls, rules)),
            Chosen::Wait(wait) => Choice::Rest(now + wait),
            Chosen::Void if payment.action(which) == Action::Authorize => {
                Choice::Conclude(give_up(payment, which, rules))
            }
            Chosen::Void => {
                let latest = payment.latest(Action::Authorize);
                let which = latest.map_or(which, |(latest, _)| latest);
                let operation = payment.operation(which).undo();
                Choice::Conclude(Record::CompIntent { which, operation })
            }
            other => self.otherwise(other, now),
        }
    }

    /// What to do about the undo of `which` that is awaited.
    pub(super) fn about_undo(&self, which: Try, now: Duration, rules: &Rules) -> Choice {
        let payment = &self.payment;
        let expires = self.expires_only(which, rules);
        let right = || if expires { query(payment, which) } else { undo_call(payment, which) };
        let sent = self.flight.as_ref().is_some_and(|flight| flight.calls > 0 || flight.inherited);
        if payment.action(which) != Action::Authorize || !sent {
            return Choice::Call(right());
        }
        let open = Open { query: expires, resend: !expires, ..Open::default() };
        let snapshot = unasked(payment, State::Undoing, Action::Authorize, open, Doubt::default());
        match self.chosen(&snapshot, rules) {
            Err(snapshot) => Choice::Ask(*snapshot),
            Ok(Chosen::Query | Chosen::Resend) => Choice::Call(right()),
            Ok(other) => self.otherwise(other, now),
        }
    }

    fn otherwise(&self, chosen: Chosen, now: Duration) -> Choice {
        match chosen {
            Chosen::Notify => Choice::Tell(notice(&self.payment)),
            Chosen::Escalate => Choice::Conclude(Record::CaseOpened(Case::Escalated)),
            // Nothing else is ever allowed in doubt; a defect may have it so.
            _ => self.payment.by_decision().map_or(Choice::Rest(now), Choice::Conclude),
        }
    }

    /// The attempt that whoever decides makes anew, because it heard nothing of
    /// the first. There is none, unless a defect says so.
    pub(super) fn replanned(&self, which: Try, action: Action, rules: &Rules) -> Option<Record> {
        if !rules.decides || !rules.defects.has(Defect::AgentReplans) {
            return None;
        }
        let payment = &self.payment;
        let latest = match action {
            Action::Authorize | Action::Capture => payment.latest(Action::Authorize)?.0,
            Action::Refund => which,
            _ => return None,
        };
        let again = Try { attempt: latest.attempt + 1, ..latest };
        let provider = attempt_provider(payment, which);
        let awaited = matches!(payment.saga().next(), Next::Await(_));
        let left = latest.attempt < ATTEMPTS_MAX && awaited;
        left.then(|| payment.step_intent(again, Some(provider)))
    }
}

/// What is possible in `state`, before anybody was asked.
fn unasked(payment: &Payment, state: State, step: Action, open: Open, doubt: Doubt) -> Snapshot {
    let features = Features {
        step,
        money: payment.intent().money,
        preferred: None,
        attempts: payment.attempts().len() as u8,
        asked: 0,
        doubt,
    };
    Snapshot { version: 0, number: 0, state, open, features }
}
