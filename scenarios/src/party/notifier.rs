//! The notifier: tells shops of events until they say 2xx. It keeps nothing
//! durable; what it forgets, the store's relay offers again.

use std::time::Duration;

use model::{Event, EventNumber, IdMap, PaymentId, Token};
use sim::{Delivery, Role};

use crate::message::Message;
use crate::party::{STORE, client_role};
use crate::system::{Effects, PaymentSystem, Timer};

/// The events that it is telling of: one of each payment at a time.
#[derive(Clone, Debug, Default)]
pub struct Notifier {
    hands: IdMap<PaymentId, Hand>,
}

/// What it does about one payment. There is a reminder for each.
#[derive(Clone, Copy, Debug)]
struct Hand {
    /// What it is telling of; `None` once it was acknowledged.
    event: Option<Event>,
    shop: Role,
    tries: u32,
    due: Duration,
}

impl Notifier {
    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        match delivery.message {
            Message::Event(event) => self.take(system, event, out),
            Message::MerchantEventAck(token, id) => self.acknowledged(token, id, out),
            _ => {}
        }
    }

    /// Nobody has acknowledged an event of this payment for a while, maybe.
    pub(crate) fn on_timer(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        out: &mut Effects,
    ) {
        let Some(hand) = self.hands.get_mut(&payment) else { return };
        let Some(event) = hand.event.filter(|_| hand.tries < TRIES_MAX) else {
            self.hands.remove(&payment);
            return;
        };
        if out.monotonic() >= hand.due {
            tell(hand.shop, event, out);
            hand.tries += 1;
            hand.due = out.monotonic() + RETRY_FIRST.saturating_mul(1 << hand.tries);
        }
        remind(system, payment, hand, out);
    }

    fn take(&mut self, system: &PaymentSystem, event: Event, out: &mut Effects) {
        let payment = event.id.stream;
        let shop = client_role(system.plan.operation(event.token).map_or(0, |o| o.client));
        let due = out.monotonic() + RETRY_FIRST;
        let hand = Hand { event: Some(event), shop, tries: 0, due };
        match self.hands.insert(payment, hand) {
            Some(before) if before.event.is_some_and(|known| known.id.seq >= event.id.seq) => {
                self.hands.insert(payment, before);
            }
            Some(_) => tell(shop, event, out),
            None => {
                tell(shop, event, out);
                remind(system, payment, &hand, out);
            }
        }
    }

    fn acknowledged(&mut self, token: Token, id: EventNumber, out: &mut Effects) {
        let hand = self.hands.get_mut(&id.stream);
        let event = hand.map(|hand| &mut hand.event);
        if event.and_then(|event| event.take_if(|event| event.id == id)).is_some() {
            out.send(STORE, Message::EventAck(token, id));
        }
    }
}

/// Tells the shop. What only the house knows of a status it is not told.
fn tell(shop: Role, event: Event, out: &mut Effects) {
    let shown = Event { status: event.status.shown(), ..event };
    out.send(shop, Message::MerchantEvent(shown));
}

/// Nobody waits for a shop that is gone for good.
fn remind(system: &PaymentSystem, payment: PaymentId, hand: &Hand, out: &mut Effects) {
    let pause = hand.due.saturating_sub(out.monotonic());
    if system.plan.heals(hand.shop) {
        out.set_timer(pause, Timer::Retell(payment));
    } else {
        out.set_housekeeping(pause, Timer::Retell(payment));
    }
}

/// How long it waits for an answer before it tells a shop again; doubled each
/// time.
const RETRY_FIRST: Duration = Duration::from_secs(4);
/// How often it does before it leaves the event to the store, which offers it
/// again.
const TRIES_MAX: u32 = 3;
