//! The harness's own reader: looks at every payment once the world is at rest,
//! over links without faults.

use std::collections::BTreeSet;
use std::time::Duration;

use model::Token;
use sim::Delivery;

use crate::fact::Fact;
use crate::message::Message;
use crate::party::{EDGE, RECONCILER};
use crate::system::{Effects, PaymentSystem, Timer};

/// The probe's state: whom it waits for, and whom it has yet to ask about.
#[derive(Clone, Debug, Default)]
pub struct Probe {
    asked: BTreeSet<Token>,
    /// The place of the first operation that it has not asked about.
    next: usize,
}

impl Probe {
    /// Asks about everything that it waits for, and begins with more.
    pub(crate) fn look(&mut self, system: &PaymentSystem, out: &mut Effects) {
        if self.next == 0 && system.plan.settlement.is_some() {
            out.send(RECONCILER, Message::AskReport(Token(0)));
        }
        for token in &self.asked {
            ask(system, *token, out);
        }
        while self.asked.len() < ASKED_MAX && self.ask_next(system, out) {}
        if !self.asked.is_empty() {
            out.set_timer(AGAIN_AFTER, Timer::Look);
        }
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        let Message::Got(asking, reply) = delivery.message else { return };
        let token = asking.token;
        if reply.code() != 503 && self.asked.remove(&token) {
            out.note(Fact::Probed { token, reply });
            self.ask_next(system, out);
        }
    }

    /// Asks about one more operation, if there is any.
    fn ask_next(&mut self, system: &PaymentSystem, out: &mut Effects) -> bool {
        let Some(operation) = system.plan.operations.get(self.next) else { return false };
        self.next += 1;
        self.asked.insert(operation.token);
        ask(system, operation.token, out);
        true
    }
}

fn ask(system: &PaymentSystem, token: Token, out: &mut Effects) {
    let Some(operation) = system.plan.operation(token) else { return };
    out.send(EDGE, Message::Get(token, operation.key_id()));
}

/// How many payments it asks about at once.
const ASKED_MAX: usize = 64;
const AGAIN_AFTER: Duration = Duration::from_secs(10);
