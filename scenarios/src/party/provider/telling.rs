//! How a provider tells of its books by itself: at least once, in no order, for
//! as long as it cares to try.

use std::time::Duration;

use model::{
    Answer, ChargeEvent, ChargeId, ChargeState, EventId, Movement, OperationId, ProviderReply,
};

use super::misfortune::By;
use super::outbox::Parcel;
use super::post::{Post, parcel_of};
use super::{Deferred, ProviderDesk, ProviderEntry, now};
use crate::fact::ProviderStrike;
use crate::message::{Message, Receipt};
use crate::system::{Effects, PaymentSystem, Timer};

impl ProviderDesk {
    /// After a boot: whatever was not acknowledged goes out again, and what
    /// issuers will say is waited for.
    pub(super) fn resume_telling(&self, system: &PaymentSystem, out: &mut Effects) {
        let Some(outbox) = &self.state.outbox else { return };
        self.expect_replays(system, out);
        for parcel in outbox.parcels() {
            let lives = now(out) < parcel.at + self.tells_for(system, parcel);
            let dropped = self.post(system, parcel).is_some_and(|post| post.dropped().is_some());
            if lives && (!dropped || parcel.is_reminded_of()) {
                out.set_timer(Duration::ZERO, Timer::Deliver(parcel.webhook.event, 0));
            }
        }
        for charge in self.state.books.charges() {
            if let (ChargeState::Pending, Some((at, _))) = (charge.state, charge.decision) {
                out.set_timer(at.saturating_sub(now(out)), Timer::Mature(charge.id));
            }
            self.expect_dispute(system, charge.id, out);
            self.expect_by_hand(system, charge.id, out);
            self.expect_breach(system, charge.id, out);
        }
        for (reference, at) in self.state.books.coming_back() {
            out.set_timer(at.saturating_sub(now(out)), Timer::RefundBack(reference));
        }
    }

    /// `movement` happened without a request: it is written down, goes into the
    /// statement, and the world is told of it.
    pub(super) fn record_unasked(
        &mut self,
        system: &PaymentSystem,
        entry: ProviderEntry,
        movement: &Movement,
        out: &mut Effects,
    ) {
        self.note_down(entry, out);
        self.enter(system, movement, None, out);
        self.tell_of(system, movement, out);
    }

    /// A movement is durable: the world is told of it. How long the answer to
    /// the request has to wait meanwhile, if it has.
    pub(super) fn tell_of(
        &mut self,
        system: &PaymentSystem,
        movement: &Movement,
        out: &mut Effects,
    ) -> Option<Duration> {
        self.tell_about(system, movement, movement.charge.reference, out)
    }

    /// The same of what has this `reference`.
    fn tell_about(
        &mut self,
        system: &PaymentSystem,
        movement: &Movement,
        reference: OperationId,
        out: &mut Effects,
    ) -> Option<Duration> {
        let at = now(out);
        let parcel = self.state.outbox.as_mut()?.take(movement, reference, at)?;
        if let (ChargeEvent::Deferred, Some((at, _))) = (movement.event, movement.charge.decision) {
            let wait = at.saturating_sub(now(out));
            out.set_timer(wait, Timer::Mature(movement.charge.id));
        }
        let event = parcel.webhook.event;
        let Some(post) = self.post(system, &parcel) else {
            out.set_timer(Duration::ZERO, Timer::Deliver(event, 0));
            return None;
        };
        if let Some(by) = post.dropped() {
            self.tell(ProviderStrike::WebhookDropped, by, movement.token, out);
            if parcel.is_reminded_of() {
                out.set_timer(REMINDER_EVERY, Timer::Deliver(event, 1));
            }
            return None;
        }
        if let Some((by, wait)) = post.repeated() {
            self.tell(ProviderStrike::WebhookRepeated, by, movement.token, out);
            self.deferrals += 1;
            self.repeats.insert(self.deferrals, parcel.webhook);
            out.set_timer(wait, Timer::Repeat(self.deferrals));
        }
        if let Some((by, wait)) = post.early().filter(|_| movement.reference.is_some()) {
            self.tell(ProviderStrike::WebhookEarly, by, movement.token, out);
            self.deliver(system, event, 0, out);
            return Some(wait);
        }
        let mut wait = Duration::ZERO;
        let strikes = [
            (ProviderStrike::WebhookDelayed, post.delayed()),
            (ProviderStrike::WebhookReordered, post.reordered()),
        ];
        for (strike, (by, longer)) in strikes.into_iter().filter_map(|(s, met)| Some((s, met?))) {
            self.tell(strike, by, movement.token, out);
            wait += longer;
        }
        out.set_timer(wait, Timer::Deliver(event, 0));
        None
    }

    /// Sends an event that was not acknowledged, for the how-manieth time.
    pub(crate) fn deliver(
        &self,
        system: &PaymentSystem,
        event: EventId,
        tries: u32,
        out: &mut Effects,
    ) {
        let parcel = self.state.outbox.as_ref().and_then(|outbox| outbox.parcel(event));
        let Some(parcel) = parcel else { return };
        out.send(system.ingress(), Message::Webhook(parcel.webhook));
        let longer = RETRY_FIRST.saturating_mul(4_u32.saturating_pow(tries));
        let pause = if parcel.is_reminded_of() { longer.min(REMINDER_EVERY) } else { longer };
        if now(out) + pause < parcel.at + self.tells_for(system, parcel) {
            out.set_timer(pause, Timer::Deliver(event, tries + 1));
        }
    }

    /// Sends an event once more, acknowledged or not.
    pub(crate) fn repeat(&mut self, system: &PaymentSystem, slot: u32, out: &mut Effects) {
        if let Some(webhook) = self.repeats.remove(&slot) {
            out.send(system.ingress(), Message::Webhook(webhook));
        }
    }

    /// The ingress has answered.
    pub(super) fn on_receipt(&mut self, receipt: &Receipt, out: &mut Effects) {
        let Some(outbox) = &mut self.state.outbox else { return };
        if receipt.taken && !out.disk_is_full() && outbox.delivered(receipt.event) {
            self.note_down(ProviderEntry::Told(receipt.event), out);
        }
    }

    /// The issuer has made up its mind, and nobody has asked.
    pub(crate) fn on_decision(
        &mut self,
        system: &PaymentSystem,
        charge: ChargeId,
        out: &mut Effects,
    ) {
        if out.disk_is_full() {
            out.set_timer(ROOM_MAY_COME, Timer::Mature(charge));
            return;
        }
        self.mature_charge(system, charge, out);
    }

    /// It is time for what was given back under `reference` to come back.
    pub(crate) fn on_refund_back(
        &mut self,
        system: &PaymentSystem,
        reference: OperationId,
        out: &mut Effects,
    ) {
        if out.disk_is_full() {
            out.set_timer(ROOM_MAY_COME, Timer::RefundBack(reference));
            return;
        }
        self.mature_refunds(system, reference, out);
    }

    /// Lets time pass over the refunds under `reference`.
    pub(super) fn mature_refunds(
        &mut self,
        system: &PaymentSystem,
        reference: OperationId,
        out: &mut Effects,
    ) {
        let now = now(out);
        while let Some(movement) = self.state.books.mature_refund(reference, now) {
            self.note_down(ProviderEntry::RefundMatured(reference, now, movement), out);
            self.enter(system, &movement, Some(reference), out);
            if matches!(movement.event, ChargeEvent::RefundReturned(_)) {
                self.tell(ProviderStrike::RefundReturned, By::Rate, movement.token, out);
                self.tell_about(system, &movement, reference, out);
            }
        }
    }

    /// An answer that an event has overtaken.
    pub(super) fn answer_after(
        &mut self,
        wait: Duration,
        job: &Deferred,
        reply: ProviderReply,
        out: &mut Effects,
    ) {
        self.deferrals += 1;
        self.overtaken.insert(self.deferrals, (job.clone(), reply));
        out.set_timer(wait, Timer::Answer(self.deferrals));
    }

    /// It is time for an answer that an event has overtaken.
    pub(crate) fn on_answer(&mut self, slot: u32, out: &mut Effects) {
        if let Some((job, reply)) = self.overtaken.remove(&slot) {
            out.send(job.from, Message::Provided(job.envelope, Answer::Provider(reply)));
        }
    }

    /// What may befall an event, if it happened before the world healed.
    fn post<'p>(&self, system: &'p PaymentSystem, parcel: &Parcel) -> Option<Post<'p>> {
        let heal_at = Duration::from_nanos(system.plan.heal_at.as_nanos());
        let on = parcel_of(self.id, parcel.webhook.token, parcel.number);
        (parcel.at < heal_at).then(|| Post::of(&system.plan, &system.draws, &on))
    }

    /// For how long it tries to deliver an event.
    fn tells_for(&self, system: &PaymentSystem, parcel: &Parcel) -> Duration {
        if parcel.is_reminded_of() {
            return REMINDED_FOR;
        }
        system.rules.dialect(self.id).webhooks.retries_for
    }
}

/// When an event is sent again that was not acknowledged; four times as long
/// each time.
const RETRY_FIRST: Duration = Duration::from_secs(10);
/// How often a merchant is reminded of what nobody could ask for, until it has
/// heard.
const REMINDER_EVERY: Duration = Duration::from_secs(86_400);
/// And for how long.
const REMINDED_FOR: Duration = crate::bounds::ANSWER_WITHIN_MAX;
/// When a full disk is looked at again.
pub(super) const ROOM_MAY_COME: Duration = Duration::from_secs(1);
