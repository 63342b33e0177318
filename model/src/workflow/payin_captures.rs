//! A card payment that is taken in parts, or only in part: risk, quote, hold,
//! authorize, a capture for each part, release, post, notify.

use super::payin_card::{booking, unbooking};
use super::{Action, PaymentWorkflow, Row, actions, specs};
use crate::captures::Captures;
use crate::saga::{Class, Undo, Workflow};

/// The workflow of a payment that is taken in these captures.
pub fn of(captures: Captures) -> &'static PaymentWorkflow {
    match captures.count() {
        1 => &PAYIN_PART,
        2 => &PAYIN_TWO_CAPTURES,
        _ => &PAYIN_CAPTURES,
    }
}

/// Three captures (payments.md 1.5, O5). The first is the pivot. A later one
/// may come to nothing: then no more are made, and what is not captured is
/// given back.
pub static PAYIN_CAPTURES: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: NAME, steps: &specs(&rows::<10>()) },
    actions: &actions(&rows::<10>()),
    booking,
    unbooking,
};

/// The same with two captures.
static PAYIN_TWO_CAPTURES: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: NAME, steps: &specs(&rows::<9>()) },
    actions: &actions(&rows::<9>()),
    booking,
    unbooking,
};

/// The same with one capture, of a part.
static PAYIN_PART: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: NAME, steps: &specs(&rows::<8>()) },
    actions: &actions(&rows::<8>()),
    booking,
    unbooking,
};

const NAME: &str = "payin_captures";

/// So many steps, of which those that are not named are later captures.
const fn rows<const STEPS: usize>() -> [Row; STEPS] {
    let mut rows = [(Action::Capture, Class::Optional, Undo::Nothing); STEPS];
    rows[0] = (Action::Risk, Class::Compensatable, Undo::InDoubt);
    rows[1] = (Action::Quote, Class::Stateless, Undo::Nothing);
    rows[2] = (Action::Hold, Class::Compensatable, Undo::OnceDefinite);
    rows[3] = (Action::Authorize, Class::Compensatable, Undo::InDoubt);
    rows[4] = (Action::Capture, Class::Pivot, Undo::Nothing);
    rows[STEPS - 3] = (Action::Release, Class::Retriable, Undo::Nothing);
    rows[STEPS - 2] = (Action::Post, Class::Retriable, Undo::Nothing);
    rows[STEPS - 1] = (Action::Notify, Class::Retriable, Undo::Nothing);
    rows
}
