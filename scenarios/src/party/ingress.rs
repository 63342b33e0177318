//! The ingress of webhooks as an actor: what it acknowledges is durable in the
//! store's inbox before (payments.md D5). It keeps nothing durable itself, and
//! decides nothing.

use std::collections::BTreeMap;

use model::{Defect, EventId, Webhook};
use sim::{Delivery, Role};

use crate::message::{Message, Receipt};
use crate::party::STORE;
use crate::system::{Effects, PaymentSystem};

/// The events that it has told the store of and not heard of since, and who
/// waits for that. Forgotten in a crash: whoever is not answered sends again.
#[derive(Clone, Debug, Default)]
pub struct Ingress {
    waiting: BTreeMap<EventId, Vec<Role>>,
}

impl Ingress {
    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        match delivery.message {
            Message::Webhook(webhook) => self.take(system, delivery.from, &webhook, out),
            Message::Received(receipt) => self.answer(receipt, out),
            _ => {}
        }
    }

    fn take(&mut self, system: &PaymentSystem, from: Role, webhook: &Webhook, out: &mut Effects) {
        let Webhook { event, token, .. } = *webhook;
        let begun = || self.waiting.contains_key(&event);
        if system.rules.defects.pick(Defect::DedupeBeforeWork, || false, begun) {
            out.send(from, Message::WebhookReply(Receipt { event, token, taken: true }));
            return;
        }
        let waiting = self.waiting.entry(event).or_default();
        if !waiting.contains(&from) {
            waiting.push(from);
        }
        out.send(STORE, Message::Receive(*webhook));
    }

    /// 2xx once the event is durable, and 503 while nothing can be written.
    fn answer(&mut self, receipt: Receipt, out: &mut Effects) {
        for from in self.waiting.remove(&receipt.event).unwrap_or_default() {
            out.send(from, Message::WebhookReply(receipt));
        }
    }
}
