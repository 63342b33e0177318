//! A refund: reserve, refund, post, notify.

use super::{Action, PaymentWorkflow, Row, actions, specs};
use crate::defect::Defect;
use crate::identity::OperationId;
use crate::money::Amount;
use crate::order::Order;
use crate::payment::Payment;
use crate::posting::Voucher;
use crate::posting::refund::{self, Refund, Stage};
use crate::quote::{Version, quote};
use crate::saga::{Class, Undo, Workflow};
use crate::transfer::Transfer;

/// The workflow (payments.md M5). What the provider gives back is the pivot:
/// until then the reserve can be released, after it there is only booking.
pub static REFUND: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: "refund", steps: &specs(&STEPS) },
    actions: &actions(&STEPS),
    booking,
    unbooking,
};

const STEPS: [Row; 4] = [
    (Action::Hold, Class::Compensatable, Undo::OnceDefinite),
    (Action::Refund, Class::Pivot, Undo::Nothing),
    (Action::Post, Class::Retriable, Undo::Nothing),
    (Action::Notify, Class::Retriable, Undo::Nothing),
];

fn booking(payment: &Payment, action: Action) -> Vec<Transfer> {
    let (voucher, refund) = (voucher(payment, payment.operation_of(action)), what(payment));
    match action {
        Action::Hold => refund::reserve(&voucher, &refund),
        _ => payment.defects().pick(
            Defect::FeeOnRefund,
            || refund::succeed(&voucher, &refund, refund.stage),
            || refund::succeed_for(&voucher, &refund, refund.stage, fee(payment)),
        ),
    }
}

/// What a payment of as much costs.
fn fee(payment: &Payment) -> Amount {
    quote(Version::CURRENT, payment.intent().money).fee
}

fn unbooking(payment: &Payment, action: Action) -> Vec<Transfer> {
    let voucher = voucher(payment, payment.operation_of(action).undo());
    refund::fail(&voucher, &what(payment))
}

/// Where it was refused because a merchant had less by then, what is reserved anew has
/// ids of its own.
fn voucher(payment: &Payment, operation: OperationId) -> Voucher {
    let number = payment.latest(Action::Hold).map_or(0, |(which, _)| which.attempt - 1);
    Voucher { number, ..payment.voucher(operation) }
}

/// What `payment` gives back.
pub(crate) fn what(payment: &Payment) -> Refund {
    let intent = payment.intent();
    Refund {
        merchant: intent.merchant,
        provider: payment.provider(),
        amount: intent.money.amount,
        at_hand: payment.told_at_hand(),
        stage: match intent.order {
            Order::Refund(order) if order.settled.is_some() => Stage::AfterSettlement,
            // As what a customer's bank takes: nothing may refuse it.
            Order::RefundByHand(order) if order.settled.is_some() => Stage::Owed,
            _ => Stage::BeforeSettlement,
        },
        shares: intent.order.shares(),
        exchanged: payment.defects().pick(
            Defect::RefundAtSpot,
            || intent.order.borne(),
            || intent.order.borne().map(|borne| payment.at_spot(borne)),
        ),
    }
}
