//! The harness's own reader: looks at every payment once the world is at rest,
//! over links without faults.

use std::collections::BTreeSet;
use std::time::Duration;

use model::Token;
use sim::Delivery;

use crate::fact::Fact;
use crate::message::Message;
use crate::party::EDGE;
use crate::system::{Effects, PaymentSystem, Timer};

/// The probe's state: whom it has an answer for.
#[derive(Clone, Debug, Default)]
pub struct Probe {
    answered: BTreeSet<Token>,
}

impl Probe {
    pub(crate) fn look(&mut self, system: &PaymentSystem, out: &mut Effects) {
        let mut waiting = false;
        for operation in &system.plan.operations {
            if !self.answered.contains(&operation.token) {
                out.send(EDGE, Message::Get(operation.token, operation.key_id()));
                waiting = true;
            }
        }
        if waiting {
            out.set_timer(AGAIN_AFTER, Timer::Look);
        }
    }

    pub(crate) fn on_message(&mut self, delivery: Delivery<Message>, out: &mut Effects) {
        let Message::Got(asking, reply) = delivery.message else { return };
        let token = asking.token;
        if reply.code() != 503 && self.answered.insert(token) {
            out.note(Fact::Probed { token, reply });
        }
    }
}

const AGAIN_AFTER: Duration = Duration::from_secs(10);
