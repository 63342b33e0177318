//! The edge under two-phase commit: it hands requests to the coordinator that
//! owns their key, and answers back. It remembers nothing.

use model::{PaymentId, WorkerId};
use sim::{Delivery, Role};

use crate::message::{Asked, Asking, Message, Submission, TwoPhase};
use crate::party::worker_role;
use crate::plan::Plan;
use crate::system::{Effects, PaymentSystem};
use model::gatekeeper::{Generation, KeyId};

/// The edge, which has no state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Front;

impl Front {
    pub(crate) fn on_message(
        self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        let client = delivery.from;
        let asking = Asking { token: delivery.message.token(), number: delivery.ordinal };
        let asked = match delivery.message {
            Message::Create(request) => Asked::Create(request),
            Message::Get(_, key) => Asked::Get(key),
            Message::Cancel(_, key) => Asked::Cancel(key),
            Message::TwoPhase(TwoPhase::Submitted { client, asking, endpoint, reply }) => {
                use crate::fact::Endpoint;
                let answer = match endpoint {
                    Endpoint::Create => Message::Created(asking, reply),
                    Endpoint::Get => Message::Got(asking, reply),
                    Endpoint::Cancel => Message::Cancelled(asking, reply),
                };
                return out.send(client, answer);
            }
            _ => return,
        };
        let to = owner(&system.plan, payment_of(asked.key()));
        let submission = Submission { client, asking, asked };
        out.send(to, Message::TwoPhase(TwoPhase::Submit(submission)));
    }
}

/// The payment that a key stands for: keys live for ever here.
pub(super) fn payment_of(key: KeyId) -> PaymentId {
    key.payment(Generation::default())
}

/// The coordinator that owns a payment: the only one that ever knows what was
/// decided about it.
pub(super) fn owner(plan: &Plan, payment: PaymentId) -> Role {
    worker_role(WorkerId((payment.0 % u64::from(plan.workers.max(1))) as u8))
}
