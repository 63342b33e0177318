//! The ingress of webhooks as an actor: what it acknowledges is durable in the
//! store's inbox before (payments.md D5). It keeps nothing durable itself, and
//! decides nothing. What a bank tells of money that came back (m15), and the risk
//! service of what a person has decided (m4), goes the same way.

use std::collections::BTreeMap;

use model::{Defect, EventId, ReturnId, Webhook};
use sim::{Delivery, Role};

use crate::message::{Message, Receipt, ReturnReceipt};
use crate::party::STORE;
use crate::system::{Effects, PaymentSystem};

/// The events that it has told the store of and not heard of since, and who
/// waits for that. Forgotten in a crash: whoever is not answered sends again.
#[derive(Clone, Debug, Default)]
pub struct Ingress {
    waiting: BTreeMap<EventId, Vec<Waiting>>,
}

/// Who waits for an answer, and to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Waiting {
    from: Role,
    to: Tiding,
}

/// What was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tiding {
    Webhook,
    /// What its bank calls it.
    Return(ReturnId),
    Review,
}

impl Ingress {
    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        let from = delivery.from;
        match delivery.message {
            Message::Webhook(webhook) => {
                self.take(system, Waiting { from, to: Tiding::Webhook }, &webhook, out);
            }
            Message::Return(notice) => {
                let webhook = Webhook::of_return(&notice);
                let to = Tiding::Return(notice.id);
                self.take(system, Waiting { from, to }, &webhook, out);
            }
            Message::ReviewDecided(decided) => {
                let webhook = Webhook::of_review(&decided);
                self.take(system, Waiting { from, to: Tiding::Review }, &webhook, out);
            }
            Message::Received(receipt) => {
                for waiting in self.waiting.remove(&receipt.event).unwrap_or_default() {
                    waiting.answer(receipt, out);
                }
            }
            _ => {}
        }
    }

    fn take(&mut self, system: &PaymentSystem, who: Waiting, webhook: &Webhook, out: &mut Effects) {
        let Webhook { event, token, .. } = *webhook;
        let begun = || self.waiting.contains_key(&event);
        if system.rules.defects.pick(Defect::DedupeBeforeWork, || false, begun) {
            who.answer(Receipt { event, token, taken: true }, out);
            return;
        }
        let waiting = self.waiting.entry(event).or_default();
        if !waiting.contains(&who) {
            waiting.push(who);
        }
        out.send(STORE, Message::Receive(*webhook));
    }
}

impl Waiting {
    /// 2xx once the event is durable, and 503 while nothing can be written.
    fn answer(self, receipt: Receipt, out: &mut Effects) {
        let Receipt { event, token, taken } = receipt;
        let reply = match self.to {
            Tiding::Webhook => Message::WebhookReply(receipt),
            Tiding::Review => Message::ReviewAck(receipt),
            Tiding::Return(id) => Message::ReturnReply(ReturnReceipt { id, event, token, taken }),
        };
        out.send(self.from, reply);
    }
}
