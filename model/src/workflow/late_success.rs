//! Money that a provider took for a try which had definitely come to nothing:
//! hold, refund, post. What there is to hear of it, its events tell.

use super::{Action, PaymentWorkflow, Row, actions, specs};
use crate::payment::Payment;
use crate::posting::late::{self, Mover};
use crate::saga::{Class, Undo, Workflow};
use crate::transfer::Transfer;

/// The workflow (payments.md 1.6, the late-success rule). It never raises the
/// payment from the dead: what was taken is nobody's, lies in suspense meanwhile,
/// and goes back once. What was put into suspense stays there until then,
/// whatever refuses it.
pub static LATE_SUCCESS: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: "late_success", steps: &specs(&STEPS) },
    actions: &actions(&STEPS),
    booking,
    unbooking,
};

const STEPS: [Row; 3] = [
    (Action::Hold, Class::Compensatable, Undo::Nothing),
    (Action::Refund, Class::Pivot, Undo::Nothing),
    (Action::Post, Class::Retriable, Undo::Nothing),
];

fn booking(payment: &Payment, action: Action) -> Vec<Transfer> {
    let voucher = payment.voucher(payment.operation_of(action));
    let (mover, amount) = (Mover::Provider(payment.provider()), payment.intent().money.amount);
    match action {
        Action::Hold => late::suspend(&voucher, mover, amount),
        _ => late::clear(&voucher, mover, amount),
    }
}

fn unbooking(_: &Payment, _: Action) -> Vec<Transfer> {
    Vec::new()
}
