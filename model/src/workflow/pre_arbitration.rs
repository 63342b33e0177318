//! A pre-arbitration: withdraw, verdict, post.

use super::{Action, PaymentWorkflow, Row, actions, chargeback, specs};
use crate::saga::{Class, Undo, Workflow};

/// The workflow (payments.md M6): a customer's bank objects to a chargeback that
/// the merchant has won, and has taken the money again. The evidence is there
/// already; whoever has the last word decides by that.
pub static PRE_ARBITRATION: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: "pre-arbitration", steps: &specs(&STEPS) },
    actions: &actions(&STEPS),
    booking: chargeback::booking,
    unbooking: chargeback::unbooking,
};

const STEPS: [Row; 3] = [
    (Action::Withdraw, Class::Pivot, Undo::Nothing),
    (Action::Verdict, Class::Retriable, Undo::Nothing),
    (Action::Post, Class::Retriable, Undo::Nothing),
];
