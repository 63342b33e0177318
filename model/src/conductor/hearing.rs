//! What a webhook proves: as much as a query for that version of its object
//! would have, and never a step back (payments.md M8).

use std::time::Duration;

use super::{Conductor, operation};
use crate::attempt::{AttemptEvent, AttemptState};
use crate::call::{Answer, Call};
use crate::charge::ChargeState;
use crate::defect::Defect;
use crate::evidence::{self, Evidence};
use crate::flight::{Aim, effect_of};
use crate::inbox::{InboxEvent, InboxState};
use crate::money::Amount;
use crate::payment::Attempt;
use crate::provider::{ProviderReply, ProviderRequest};
use crate::record::{Outcome, Refusal};
use crate::rules::Rules;
use crate::saga::{Try, TryState};
use crate::webhook::{Beginning, News, Told, Webhook};
use crate::workflow::Action;

impl Conductor {
    /// Takes in what a webhook tells, and says what is found of it. What fits is
    /// concluded: the records of the next [`Act::Commit`](super::Act::Commit)
    /// follow from it, and it has to be committed with them.
    pub fn take_evidence(&mut self, told: &Told, now: Duration, rules: &Rules) -> InboxEvent {
        let webhook = &told.webhook;
        let (state, amount) = match webhook.news {
            News::Stands(state, amount) => (state, amount),
            News::Begins(beginning, _) => return self.hear_verdict(beginning, now, rules),
            News::Reviewed(approves) => return self.hear_review(webhook, approves, now, rules),
            News::Settled(amount) => return self.hear_line(webhook, amount, now, rules),
        };
        let Some((which, attempt)) = self.attempt_of(webhook) else { return InboxEvent::TooEarly };
        let overwrites = || webhook.version < told.known;
        if rules.defects.pick(Defect::StaleOverwrites, || false, overwrites) {
            return InboxEvent::Fits;
        }
        let stands = attempt.state;
        match InboxEvent::found(Some(told.known.into()), webhook.version.into(), true) {
            InboxEvent::Fits
                if tells_nothing_new(stands, state) || self.knows_captures(state, amount) =>
            {
                InboxEvent::Outdated
            }
            InboxEvent::Fits if attempt.charge.is_some_and(|known| known != webhook.charge) => {
                InboxEvent::TooEarly
            }
            InboxEvent::Fits if !webhook.signed => {
                // Once: what is parked has been asked for.
                if told.state == InboxState::Received {
                    self.ask_at_once(which, now);
                }
                InboxEvent::TooEarly
            }
            InboxEvent::Fits => self.weigh_webhook(which, webhook, (state, amount), now, rules),
            other => other,
        }
    }

    /// Whether it tells of captures that are written down, and so nothing of the one
    /// that comes next.
    fn knows_captures(&self, state: ChargeState, amount: Amount) -> bool {
        state == ChargeState::PartiallyCaptured && amount <= self.payment.captured()
    }

    /// A provider tells how a dispute ended. It does so once: whatever comes
    /// before its time is looked at again. Evidence that nobody has answered for is
    /// answered for by that: whoever has decided waits for none.
    fn hear_verdict(&mut self, beginning: Beginning, now: Duration, rules: &Rules) -> InboxEvent {
        let won = match beginning {
            Beginning::DisputeWon | Beginning::WonAgain => {
                rules.defects.pick(Defect::DisputeWonIgnored, || true, || false)
            }
            Beginning::DisputeLost | Beginning::LostAgain => false,
            _ => return InboxEvent::Outdated,
        };
        let decided = self.payment.latest(Action::Verdict);
        if decided.is_some_and(|(_, state)| state == TryState::Done) {
            return InboxEvent::Outdated;
        }
        let Some(aim) = self.aim().filter(|_| self.conclusion.is_none()) else {
            return InboxEvent::TooEarly;
        };
        let (outcome, found) = match aim {
            Aim::Step(_, Action::Contest) => (Outcome::Answered, InboxEvent::TooEarly),
            Aim::Step(_, Action::Verdict) => (Outcome::Decided { won }, InboxEvent::Fits),
            _ => return InboxEvent::TooEarly,
        };
        self.turn_to(aim, now);
        self.conclude(Evidence::Done(outcome), NO_CALL, Duration::ZERO, now, rules);
        found
    }

    /// A person has looked at the payment. Whoever does not wait for that any more,
    /// because it was canceled or its time was over, has decided without it.
    fn hear_review(
        &mut self,
        webhook: &Webhook,
        approves: bool,
        now: Duration,
        rules: &Rules,
    ) -> InboxEvent {
        let awaited = self.aim().filter(|aim| matches!(aim, Aim::Step(_, Action::Risk)));
        let Some(aim) = awaited else { return InboxEvent::Outdated };
        if operation(&self.payment, aim) != webhook.reference {
            return InboxEvent::Outdated;
        }
        if self.conclusion.is_some() {
            return InboxEvent::TooEarly;
        }
        self.turn_to(aim, now);
        let evidence = match approves {
            true => Evidence::Done(Outcome::Approved),
            false => Evidence::Refused(Refusal::Rejected),
        };
        self.conclude(evidence, NO_CALL, Duration::ZERO, now, rules);
        InboxEvent::Fits
    }

    /// A settlement file tells that money has moved, which nobody had booked: that proves
    /// as much as the answer that did not come.
    fn hear_line(
        &mut self,
        webhook: &Webhook,
        amount: Amount,
        now: Duration,
        rules: &Rules,
    ) -> InboxEvent {
        let Some((which, attempt)) = self.attempt_of(webhook) else {
            return self.hear_refund(webhook, amount, now, rules);
        };
        let settled = ChargeState::Settled;
        if tells_nothing_new(attempt.state, settled) {
            return InboxEvent::Outdated;
        }
        if attempt.charge.is_some_and(|known| known != webhook.charge) {
            return InboxEvent::TooEarly;
        }
        self.weigh_webhook(which, webhook, (settled, amount), now, rules)
    }

    /// The same of a refund. Where the provider can be asked, it is: what has gone out may
    /// have come back since, which is another line.
    fn hear_refund(
        &mut self,
        webhook: &Webhook,
        amount: Amount,
        now: Duration,
        rules: &Rules,
    ) -> InboxEvent {
        let of_it = |aim: &Aim| operation(&self.payment, *aim) == webhook.reference;
        let Some(aim @ Aim::Step(which, Action::Refund)) = self.aim().filter(of_it) else {
            return InboxEvent::Outdated;
        };
        if self.conclusion.is_some() || !self.only_lines_tell(which, rules) {
            return InboxEvent::TooEarly;
        }
        self.turn_to(aim, now);
        let evidence = Evidence::Done(Outcome::Refunded { amount });
        self.conclude(evidence, NO_CALL, Duration::ZERO, now, rules);
        if self.conclusion.is_some() { InboxEvent::Fits } else { InboxEvent::TooEarly }
    }

    /// The call that a webhook makes by itself. There is none, unless a defect
    /// says so.
    pub fn acts_on(&self, told: &Told, rules: &Rules) -> Option<Call> {
        let Webhook { reference, charge, news, .. } = told.webhook;
        let News::Stands(ChargeState::Authorized, amount) = news else { return None };
        let (_, attempt) = self.attempt_of(&told.webhook)?;
        let acts = rules.defects.has(Defect::WebhookAlsoActs)
            && attempt.state != AttemptState::Captured
            && amount == self.payment.intent().money.amount;
        let reference = reference.of_try(1);
        let capture = ProviderRequest::Capture { reference, charge, amount, is_final: true };
        acts.then_some(Call::Provider(attempt.provider, capture))
    }

    /// The attempt that a webhook is about.
    fn attempt_of(&self, webhook: &Webhook) -> Option<(Try, Attempt)> {
        let step = self.payment.step(Action::Authorize)?;
        let attempts = self.payment.attempts().iter().zip(1..);
        let tries = attempts.map(|(attempt, n)| (Try { step, attempt: n }, *attempt));
        tries.into_iter().find(|(which, _)| self.payment.operation(*which) == webhook.reference)
    }

    fn weigh_webhook(
        &mut self,
        which: Try,
        webhook: &Webhook,
        (state, amount): (ChargeState, Amount),
        now: Duration,
        rules: &Rules,
    ) -> InboxEvent {
        let Some(aim) = self.aim().filter(|aim| self.is_about(*aim, which)) else {
            return InboxEvent::TooEarly;
        };
        if self.conclusion.is_some() {
            return InboxEvent::TooEarly;
        }
        self.turn_to(aim, now);
        let reply = ProviderReply::Status(state, webhook.charge, amount);
        match (aim, weigh(aim, reply, rules)) {
            (_, Evidence::Later) => {
                self.payment.observe(AttemptEvent::Pending);
                InboxEvent::Fits
            }
            (Aim::Step(..), Evidence::Refused(_)) if self.may_be_sent_again(aim, rules) => {
                InboxEvent::TooEarly
            }
            (
                Aim::Step(..),
                evidence @ (Evidence::Done(_) | Evidence::Refused(_) | Evidence::Taken { .. }),
            )
            | (Aim::Undo(..), evidence @ Evidence::Undone(_))
            | (Aim::Undo(..), evidence @ Evidence::TakenAfterAll { .. }) => {
                self.conclude(evidence, NO_CALL, Duration::ZERO, now, rules);
                let concluded = self.conclusion.is_some();
                if concluded { InboxEvent::Fits } else { InboxEvent::TooEarly }
            }
            _ => InboxEvent::TooEarly,
        }
    }

    /// Whether a send that the webhook does not tell of may still take effect. It
    /// tells what was true when it happened, which may be long ago.
    fn may_be_sent_again(&self, aim: Aim, rules: &Rules) -> bool {
        let mut sends = self.sends.iter().filter(|sends| Some(sends.which) == effect_of(aim));
        sends.any(|sends| sends.others_open(NO_CALL, Duration::ZERO, rules.never_found))
    }

    /// Whether what is awaited becomes of the authorization `which`.
    fn is_about(&self, aim: Aim, which: Try) -> bool {
        let latest = self.payment.latest(Action::Authorize).map(|(latest, _)| latest);
        match aim {
            Aim::Step(_, Action::Capture) => latest == Some(which),
            _ => effect_of(aim) == Some(which),
        }
    }

    /// Nobody vouches for what was told: the provider is asked, and not later.
    fn ask_at_once(&mut self, which: Try, now: Duration) {
        let about = self.aim().filter(|aim| self.is_about(*aim, which));
        if let Some(flight) = &mut self.flight
            && about == Some(flight.aim)
        {
            flight.rest_until = flight.rest_until.min(now);
        }
    }
}

/// What `reply` proves about `aim`. That an authorization was declined once does
/// not tell that it was undone: it may have been asked for again since.
fn weigh(aim: Aim, reply: ProviderReply, rules: &Rules) -> Evidence {
    match (aim, reply) {
        (Aim::Undo(..), ProviderReply::Status(ChargeState::Declined, ..)) => Evidence::Unknown,
        _ => evidence::weigh(aim, &Answer::Provider(reply), rules.defects),
    }
}

/// Whether an attempt that `stands` so has met all that its charge tells by
/// being in this `state`.
fn tells_nothing_new(stands: AttemptState, state: ChargeState) -> bool {
    use AttemptState as Attempt;
    match state {
        ChargeState::Absent | ChargeState::Pending => {
            !matches!(stands, Attempt::Sent | Attempt::Unknown)
        }
        ChargeState::Authorized => {
            !matches!(stands, Attempt::Sent | Attempt::Unknown | Attempt::Pending)
        }
        ChargeState::PartiallyCaptured
        | ChargeState::Captured
        | ChargeState::Settled
        | ChargeState::Disputed
        | ChargeState::ChargedBack => stands == Attempt::Captured,
        ChargeState::Declined
        | ChargeState::Voided
        | ChargeState::AuthorizationExpired
        | ChargeState::AutoReversed
        | ChargeState::Tombstoned => stands.permits_another(),
    }
}

/// A webhook answers no call.
const NO_CALL: u32 = u32::MAX;
