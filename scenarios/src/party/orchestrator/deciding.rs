//! Asking whoever decides: the policy at hand, or the decider over the network.
//! What comes of it is written down before it is done.

use std::time::Duration;

use model::decision::{self, Fallback, HOUSE_MODEL, Snapshot};
use model::{Defect, PaymentId, Token};
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
    pub(super) fn advised(
        &mut self,
        system: &PaymentSystem,
        advised: &Advised,
        out: &mut Effects,
    ) {
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
            conductor.decide(decision);
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
        out: &mut Effects,
    ) -> bool {
        let (Some(plan), Some(conductor)) = (system.plan.decisions, &mut self.conductor) else {
            return true;
        };
        if plan.decider.is_none() {
            let draw = drawn(system, self.token, snapshot.number);
            let action = plan.policy.choose(snapshot, draw);
            conductor.decide(snapshot.decided(plan.policy, HOUSE_MODEL, action));
            return true;
        }
        let now = out.monotonic();
        let asked = self.question.filter(|asked| asked.snapshot.version == snapshot.version);
        let until = asked.map_or(now + DECISION_TIMEOUT, |asked| asked.until);
        if now >= until {
            self.question = None;
            conductor.decide(snapshot.decided_instead(Fallback::Late));
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

/// What a policy draws for the how-manieth decision about a payment: the same,
/// whoever asks and however often.
pub(crate) fn drawn(system: &PaymentSystem, token: Token, number: u32) -> u64 {
    system.draws.draw(CHOICE, &[token.0, u64::from(number)]).bits()
}

const CHOICE: Domain = Domain(u64::from_le_bytes(*b"o-choose"));
