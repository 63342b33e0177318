//! Asking whoever decides: the policy at hand, or the decider over the network.
//! What comes of it is written down before it is done.

use std::time::Duration;

use model::decision::{self, Decision, Fallback, HOUSE_MODEL, Restraint, Snapshot, Spent};
use model::{Conductor, Defect, PaymentId, Token};
use sim::Domain;

use super::{Doing, Hand, Orchestrator};
use crate::bounds::DECISION_TIMEOUT;
use crate::message::{Advised, Message, Question};
use crate::party::DECIDER;
use crate::system::{Effects, PaymentSystem};

/// A question that the decider has not answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    snapshot: Snapshot,
    /// Until when its answer is waited for.
    until: Duration,
}

impl Orchestrator {
    /// The decider has answered. An answer to another question than the last is
    /// none.
    pub(super) fn advised(&mut self, system: &PaymentSystem, advised: &Advised, out: &mut Effects) {
        let defects = system.rules.defects;
        let Some(hand) = self.hands.get_mut(&advised.payment) else { return };
        let Some(Asked { snapshot, .. }) = hand.question else { return };
        let answers = || snapshot.version == advised.of;
        if !defects.pick(Defect::ActsOnStaleSnapshot, answers, || true) {
            return;
        }
        hand.question = None;
        let decision = decision::weigh(&snapshot, &advised.advice, defects);
        let decision = decision.unwrap_or_else(|why| snapshot.decided_instead(why));
        if let (Doing::Working, Some(conductor)) = (&hand.doing, &mut hand.conductor) {
            restrain(system, &mut self.spent, (conductor, &snapshot), decision, out);
            self.drive(system, advised.payment, out);
        }
    }

    /// Nobody listened to a question: the rules decide, and nobody waits.
    pub(super) fn unheard(
        &mut self,
        system: &PaymentSystem,
        question: &Question,
        out: &mut Effects,
    ) {
        let Some(hand) = self.hands.get_mut(&question.payment) else { return };
        let now = out.monotonic();
        let asked = hand.question.as_mut();
        let asked = asked.filter(|asked| asked.snapshot.version == question.snapshot.version);
        if let Some(asked) = asked {
            asked.until = asked.until.min(now);
            if matches!(hand.doing, Doing::Working) {
                self.drive(system, question.payment, out);
            }
        }
    }
}

impl Hand {
    /// Asks what to do about a payment of which this is known; tells whether
    /// there is an answer already.
    pub(super) fn ask(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        snapshot: &Snapshot,
        spent: &mut Spent,
        out: &mut Effects,
    ) -> bool {
        let (Some(plan), Some(conductor)) = (system.plan.decisions, &mut self.conductor) else {
            return true;
        };
        if plan.decider.is_none() {
            let draw = drawn(system, self.token, snapshot.number);
            let action = plan.policy.choose(snapshot, draw);
            let decision = snapshot.decided(plan.policy, HOUSE_MODEL, action);
            restrain(system, spent, (conductor, snapshot), decision, out);
            return true;
        }
        let now = out.monotonic();
        let tenant = conductor.payment().intent().tenant;
        let limits = plan.limits.as_ref();
        if let Some(why) = limits.and_then(|limits| spent.is_over(limits, tenant, now)) {
            self.question = None;
            let decision = snapshot.decided_instead(why);
            restrain(system, spent, (conductor, snapshot), decision, out);
            return true;
        }
        let asked = self.question.filter(|asked| asked.snapshot.version == snapshot.version);
        let until = asked.map_or(now + DECISION_TIMEOUT, |asked| asked.until);
        if now >= until {
            self.question = None;
            let decision = snapshot.decided_instead(Fallback::Late);
            restrain(system, spent, (conductor, snapshot), decision, out);
            return true;
        }
        if asked.is_none() {
            self.question = Some(Asked { snapshot: *snapshot, until });
            let question = Question { token: self.token, payment, snapshot: *snapshot };
            out.send(DECIDER, Message::Decide(Box::new(question)));
        }
        self.remind(payment, until - now, out);
        false
    }
}

/// Hands over what was decided, as far as a worker lets others decide, with what there
/// is to tell of it.
fn restrain(
    system: &PaymentSystem,
    spent: &mut Spent,
    (conductor, snapshot): (&mut Conductor, &Snapshot),
    decision: Decision,
    out: &Effects,
) {
    let Some(plan) = system.plan.decisions else { return };
    let tenant = conductor.payment().intent().tenant;
    let decision = match plan.limits.0 {
        Some(limits) => {
            let probing = limits.probe_every;
            let probing = system.rules.defects.pick(Defect::NoProbeStarvation, || probing, || None);
            let limits = Restraint { probe_every: probing, ..limits };
            spent.restrain(&limits, (tenant, snapshot), decision, out.monotonic())
        }
        None => decision,
    };
    conductor.decide(if plan.explained { decision.explained(snapshot) } else { decision });
}

/// What a policy draws for the how-manieth decision about a payment: the same,
/// whoever asks and however often.
pub(crate) fn drawn(system: &PaymentSystem, token: Token, number: u32) -> u64 {
    system.draws.draw(CHOICE, &[token.0, u64::from(number)]).bits()
}

const CHOICE: Domain = Domain(u64::from_le_bytes(*b"o-choose"));

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use model::decision::{Action, Policy};
    use model::{Defects, Record, StoreEntry};
    use sim::{Happening, Seed, Trace};

    use super::*;
    use crate::settings::{DecisionSettings, Scenario};
    use crate::system::Entry;
    use crate::{catalog, party, trial};

    /// A worker crashes when it has written down what was decided, and before it
    /// does it: whoever takes over does that, and asks for nothing again.
    #[test]
    fn what_was_decided_is_done_after_a_crash_and_not_decided_again() {
        let loops = catalog::named("orchestrator-crash-loop").unwrap();
        let (mut crossed, mut done) = (0, 0);
        for seed in 1..150 {
            let decisions = Some(DecisionSettings::by(Policy::Random));
            let decided = Scenario { decisions, ..loops.clone() };
            let (_, trace) = trial::replay(&decided, Seed(seed), Defects::NONE);
            for (journal, crash) in journals(&trace) {
                for (at, record) in journal.iter().enumerate() {
                    let Record::Decision(decision) = record else { continue };
                    assert_eq!(decision.snapshot as usize, at, "made from all that was there");
                    if !crash.contains(&at) || !is_durable_act(decision.action) {
                        continue;
                    }
                    crossed += 1;
                    let next = journal.get(at + 1);
                    assert!(!matches!(next, Some(Record::Decision(_))), "asked again: {next:?}");
                    done +=
                        usize::from(next.is_some_and(|next| carries_out(next, decision.action)));
                }
            }
        }
        assert!(crossed > 8 && done * 10 > crossed * 9, "{done} of {crossed}");
    }

    /// The journal of every payment, and the places in it behind which a worker
    /// crashed before anything else was written down.
    fn journals(trace: &Trace<PaymentSystem>) -> Vec<(Vec<Record>, BTreeSet<usize>)> {
        let mut journals: BTreeMap<(PaymentId, Token), (Vec<Record>, BTreeSet<usize>)> =
            BTreeMap::new();
        for event in &trace.events {
            match &event.what {
                Happening::Appended(Entry::Store(StoreEntry::Committed(commit))) => {
                    let (journal, _) = journals.entry((commit.payment, commit.token)).or_default();
                    // What was not synced when the store crashed is written anew.
                    journal.truncate(commit.expected as usize);
                    journal.extend(commit.records.iter().copied());
                }
                Happening::Crashed(_) if event.role == party::ORCHESTRATOR => {
                    for (journal, crashed) in journals.values_mut() {
                        crashed.insert(journal.len() - 1);
                    }
                }
                _ => {}
            }
        }
        journals.into_values().collect()
    }

    /// Whether it is carried out by a record.
    fn is_durable_act(action: Action) -> bool {
        !matches!(action, Action::Wait(_) | Action::Query | Action::Resend | Action::Notify)
    }

    fn carries_out(record: &Record, action: Action) -> bool {
        match (record, action) {
            (Record::StepIntent { provider, .. }, Action::Try(chosen)) => *provider == Some(chosen),
            (Record::StepIntent { .. }, Action::Send | Action::Capture) => true,
            (Record::CompIntent { .. }, Action::Void)
            | (Record::StatusChanged(_), Action::Stop)
            | (Record::CaseOpened(_), Action::Escalate) => true,
            _ => false,
        }
    }
}
