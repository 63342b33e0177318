//! A refund that somebody made by hand, in the dashboard of a provider: post.

use super::refund::what;
use super::{Action, PaymentWorkflow, Row, actions, specs};
use crate::payment::Payment;
use crate::posting::late::{self, Mover};
use crate::posting::refund;
use crate::saga::{Class, Undo, Workflow};
use crate::transfer::Transfer;

/// The workflow (payments.md section 2, provider breach). The money is gone
/// before anybody here is told: all that is left is to book it, out of suspense if it was
/// taken too late.
pub static REFUND_BY_HAND: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: "refund_by_hand", steps: &specs(&STEPS) },
    actions: &actions(&STEPS),
    booking,
    unbooking,
};

const STEPS: [Row; 1] = [(Action::Post, Class::Pivot, Undo::Nothing)];

fn booking(payment: &Payment, action: Action) -> Vec<Transfer> {
    let voucher = payment.voucher(payment.operation_of(action));
    let intent = payment.intent();
    if intent.order.is_of_late_success() {
        return late::clear(&voucher, Mover::Provider(payment.provider()), intent.money.amount);
    }
    refund::happened(&voucher, &what(payment))
}

fn unbooking(_: &Payment, _: Action) -> Vec<Transfer> {
    Vec::new()
}
