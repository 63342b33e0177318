//! A payout by a bank rail: risk, quote, hold, send, post, notify.

use super::{Action, PaymentWorkflow, Row, actions, specs};
use crate::defect::Defect;
use crate::identity::BankId;
use crate::money::Amount;
use crate::order::{Order, PayoutOrder};
use crate::payment::Payment;
use crate::posting::payout::{self, Payout};
use crate::saga::{Class, Undo, Workflow};
use crate::transfer::{Transfer, TransferKind};

/// The workflow (payments.md 1.5). Sending is the pivot: until it is definitely
/// refused the hold stays, and what was sent is never undone.
pub static PAYOUT_RAIL: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: "payout_rail", steps: &specs(&STEPS) },
    actions: &actions(&STEPS),
    booking,
    unbooking,
};

const STEPS: [Row; 6] = [
    (Action::Risk, Class::Compensatable, Undo::InDoubt),
    (Action::Quote, Class::Stateless, Undo::Nothing),
    (Action::Hold, Class::Compensatable, Undo::OnceDefinite),
    (Action::Send, Class::Pivot, Undo::Nothing),
    (Action::Post, Class::Retriable, Undo::Nothing),
    (Action::Notify, Class::Retriable, Undo::Nothing),
];

/// The chain that reserves amount and fee, or that books what was sent.
fn booking(payment: &Payment, action: Action) -> Vec<Transfer> {
    let (voucher, payout) = (payment.voucher(payment.operation_of(action)), what(payment));
    let chain = match action {
        Action::Post => payout::post(&voucher, &payout, PayoutOrder::rail_of(sender(payment))),
        _ => payout::hold(&voucher, &payout),
    };
    payment.defects().pick(
        Defect::HoldExpiresInDoubt,
        || chain.clone(),
        || chain.iter().map(reserved_for_a_while).collect(),
    )
}

/// As a defect reserves: for the time that the rail has to answer; what is
/// captured later is taken from whatever is there.
fn reserved_for_a_while(leg: &Transfer) -> Transfer {
    let kind = match leg.kind {
        TransferKind::Pending => TransferKind::PendingFor(ANSWER_SECONDS),
        TransferKind::PostPending(_) => TransferKind::Posted,
        kind => kind,
    };
    Transfer { kind, ..*leg }
}

/// The chain that releases what was reserved.
fn unbooking(payment: &Payment, action: Action) -> Vec<Transfer> {
    let voucher = payment.voucher(payment.operation_of(action).undo());
    payout::void(&voucher, &what(payment))
}

/// The payout as it was reserved, before anybody had sent it.
fn what(payment: &Payment) -> Payout {
    let order = order(payment);
    Payout {
        customer: order.customer,
        rail: PayoutOrder::rail_of(order.bank),
        bank: order.bank,
        amount: payment.intent().money.amount,
        fee: payment.quote().map_or(Amount::ZERO, |quote| quote.fee),
    }
}

/// Who was asked last to send it.
fn sender(payment: &Payment) -> BankId {
    let attempt = payment.latest(Action::Send).map_or(1, |(which, _)| which.attempt);
    let order = order(payment);
    order.bank_of(attempt).unwrap_or(order.bank)
}

/// How long an instant rail may take to answer.
const ANSWER_SECONDS: u32 = 10;

fn order(payment: &Payment) -> PayoutOrder {
    match payment.intent().order {
        Order::Payout(order) => order,
        _ => unreachable!("the workflow of an order follows from the order"),
    }
}
