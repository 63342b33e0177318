//! The relay of events: the store itself offers each to whoever has to hear of
//! it, again and again, until it is acknowledged.

use std::time::Duration;

use model::{Consumer, Defect, EventNumber, Notice, PaymentId, Record, StoreEntry, Then, Token};
use sim::Role;

use super::StoreDesk;
use crate::message::Message;
use crate::party::client_role;
use crate::system::{Effects, Entry, PaymentSystem, Timer};

/// What the relay has in mind about the events of one payment, until every
/// consumer knows them all. Volatile: a boot begins anew with whatever is not
/// acknowledged. There is a reminder for each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    token: Token,
    /// The latest event that each consumer was offered.
    offered: [u32; Consumer::ALL.len()],
    due: Duration,
    tries: u32,
    /// The worker that waits for the merchant to know, and for which payment.
    asker: Option<(Role, PaymentId)>,
}

impl StoreDesk {
    /// Takes up whatever is not acknowledged.
    pub(super) fn resume_offers(&mut self, system: &PaymentSystem, out: &mut Effects) {
        let known = self.store.payments().filter(|(payment, _)| !self.all_know(*payment));
        let known = known.map(|(payment, row)| (payment, row.token));
        let right = || known.collect::<Vec<_>>();
        for (payment, token) in
            system.rules.defects.pick(Defect::CommitThenPublish, right, Vec::new)
        {
            self.offer(system, payment, token, out);
        }
    }

    /// Offers each consumer what it has to hear of next, unless that is on its
    /// way already.
    pub(super) fn offer(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        token: Token,
        out: &mut Effects,
    ) {
        for at in 0..self.consumers.len() {
            let (consumer, role) = self.consumers[at];
            let Some(seq) = self.owed(payment, consumer) else { continue };
            let offer = self.begin(system, payment, token, out);
            if offer.offered[consumer as usize] < seq {
                offer.offered[consumer as usize] = seq;
                (offer.due, offer.tries) = (out.monotonic() + OFFER_FIRST, 0);
                self.send_event(EventNumber { stream: payment, seq }, role, out);
                let at_once = consumer == Consumer::Merchant;
                if system.rules.defects.pick(Defect::NotifiedOnInsert, || false, || at_once) {
                    self.acknowledge(system, consumer, EventNumber { stream: payment, seq }, out);
                }
            }
        }
    }

    /// Somebody has not acknowledged an event of this payment for a while,
    /// maybe.
    pub(crate) fn on_offer(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        out: &mut Effects,
    ) {
        if self.all_know(payment) {
            self.offers.remove(&payment);
            return;
        }
        let Some(offer) = self.offers.get_mut(&payment) else { return };
        let token = offer.token;
        if out.monotonic() >= offer.due {
            offer.tries += 1;
            let pause = OFFER_FIRST.saturating_mul(1 << offer.tries.min(12)).min(OFFER_MAX);
            offer.due = out.monotonic() + pause;
            for at in 0..self.consumers.len() {
                let (consumer, role) = self.consumers[at];
                if let Some(seq) = self.owed(payment, consumer) {
                    self.send_event(EventNumber { stream: payment, seq }, role, out);
                }
            }
        }
        self.remind_of_events(system, payment, token, out);
    }

    /// `role` has heard of this event.
    pub(super) fn event_ack(
        &mut self,
        system: &PaymentSystem,
        role: Role,
        id: EventNumber,
        out: &mut Effects,
    ) {
        let known = self.consumers.iter().find(|(_, known)| *known == role);
        // What can't be written down will be acknowledged again.
        if let Some((consumer, _)) = known.copied().filter(|_| !out.disk_is_full()) {
            self.acknowledge(system, consumer, id, out);
        }
    }

    /// `role` misses this event, which it had acknowledged.
    pub(super) fn event_again(&mut self, role: Role, missing: EventNumber, out: &mut Effects) {
        let known = self.consumers.iter().find(|(_, known)| *known == role);
        let Some((consumer, _)) = known.copied() else { return };
        let Some(row) = self.store.payment(missing.stream) else { return };
        for seq in missing.seq..=row.outbox.acknowledged(consumer) {
            self.send_event(EventNumber { seq, ..missing }, role, out);
        }
    }

    /// A worker wants the merchant to know how a payment ended: it does once it
    /// has acknowledged every event. Until then the worker will be told, unless
    /// it asks again before.
    pub(super) fn notice(&mut self, worker: Role, notice: Notice, out: &mut Effects) {
        let Notice { payment, token, .. } = notice;
        if self.store.standing(payment).is_none() {
            return;
        }
        let told_by = self.told_by(payment);
        if self.owed(told_by, Consumer::Merchant).is_none() {
            out.send(worker, Message::NoticeAck(payment, token));
        } else if let Some(offer) = self.offers.get_mut(&told_by) {
            offer.asker = Some((worker, payment));
        }
    }

    /// Whose events tell the merchant what a worker wants it to know: those of
    /// the payment itself or, of a reversal, of what came back.
    fn told_by(&self, payment: PaymentId) -> PaymentId {
        let first = self.store.payment(payment).and_then(|row| row.journal.first());
        match first {
            Some(Record::Accepted(intent)) => intent.order.returns().unwrap_or(payment),
            _ => payment,
        }
    }

    /// Whether every consumer has acknowledged every event of this payment.
    pub(super) fn all_know(&self, payment: PaymentId) -> bool {
        self.consumers.iter().all(|(consumer, _)| self.owed(payment, *consumer).is_none())
    }

    /// Gathers a payment that is over and that everybody knows of, to be put
    /// away.
    pub(super) fn shelve(&mut self, payment: PaymentId, out: &Effects) {
        let closed = self.store.payment(payment).is_some_and(|row| row.then == Then::Close);
        if closed && self.all_know(payment) {
            self.closed.add(out.monotonic(), payment);
        }
    }

    fn acknowledge(
        &mut self,
        system: &PaymentSystem,
        consumer: Consumer,
        id: EventNumber,
        out: &mut Effects,
    ) {
        let (payment, row) = (id.stream, self.store.payment(id.stream));
        let Some(row) = row.filter(|row| row.outbox.is_news(consumer, id.seq)) else { return };
        let token = row.token;
        let entry = StoreEntry::Acknowledged(payment, consumer, id.seq);
        self.store.restore(&entry);
        out.append(Entry::Store(entry));
        out.sync();
        self.offer(system, payment, token, out);
        if self.owed(payment, Consumer::Merchant).is_none()
            && let Some((worker, of)) = self.offers.get_mut(&payment).and_then(|o| o.asker.take())
        {
            out.send(worker, Message::NoticeAck(of, token));
        }
        self.shelve(payment, out);
    }

    /// What the relay has in mind about the events of this payment.
    fn begin(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        token: Token,
        out: &mut Effects,
    ) -> &mut Offer {
        let is_new = !self.offers.contains_key(&payment);
        let (offered, due) = ([0; Consumer::ALL.len()], out.monotonic() + OFFER_FIRST);
        let fresh = Offer { token, offered, due, tries: 0, asker: None };
        self.offers.entry(payment).or_insert(fresh);
        if is_new {
            self.remind_of_events(system, payment, token, out);
        }
        self.offers.get_mut(&payment).expect("it is there, or was put there above")
    }

    /// The event that `consumer` has to hear of next.
    fn owed(&self, payment: PaymentId, consumer: Consumer) -> Option<u32> {
        self.store.payment(payment)?.outbox.next(consumer)
    }

    fn send_event(&self, id: EventNumber, role: Role, out: &mut Effects) {
        if let Some(event) = self.store.event(id.stream, id.seq) {
            out.send(role, Message::Event(event));
        }
    }

    /// Looks at the events of a payment again when they are due. Nobody waits
    /// for whoever is broken for good.
    fn remind_of_events(
        &self,
        system: &PaymentSystem,
        payment: PaymentId,
        token: Token,
        out: &mut Effects,
    ) {
        let Some(offer) = self.offers.get(&payment) else { return };
        let pause = offer.due.saturating_sub(out.monotonic());
        let shop = client_role(system.plan.operation(token).map_or(0, |o| o.client));
        let heals = |consumer| consumer == Consumer::Lake || system.plan.heals(shop);
        let mut owed =
            self.consumers.iter().filter(|(consumer, _)| self.owed(payment, *consumer).is_some());
        if owed.any(|(consumer, role)| system.plan.heals(*role) && heals(*consumer)) {
            out.set_timer(pause, Timer::Offer(payment));
        } else {
            out.set_housekeeping(pause, Timer::Offer(payment));
        }
    }
}

/// How long the relay waits for an acknowledgment; doubled each time.
const OFFER_FIRST: Duration = Duration::from_secs(5);
/// The longest pause between two offers of the same event: whoever is gone for
/// good is not asked much.
const OFFER_MAX: Duration = Duration::from_secs(3_600);
