//! A recall: asks a bank to get back what it sent.

use super::{Action, PaymentWorkflow, Row, actions, specs};
use crate::payment::Payment;
use crate::saga::{Class, Undo, Workflow};
use crate::transfer::Transfer;

/// The workflow (payments.md m14). It books nothing: whatever comes back is told
/// as any other return, and where the recall is refused nothing changes.
pub static RECALL: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: "recall", steps: &specs(&STEPS) },
    actions: &actions(&STEPS),
    booking: nothing,
    unbooking: nothing,
};

const STEPS: [Row; 1] = [(Action::Recall, Class::Pivot, Undo::Nothing)];

fn nothing(_: &Payment, _: Action) -> Vec<Transfer> {
    Vec::new()
}
