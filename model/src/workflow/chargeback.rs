//! A chargeback: withdraw, contest, verdict, post.

use super::{Action, PaymentWorkflow, Row, actions, specs};
use crate::dispute::DisputeState;
use crate::money::Amount;
use crate::payment::Payment;
use crate::posting::Voucher;
use crate::posting::chargeback::{self, Chargeback};
use crate::posting::write_off::{Lost, write_off};
use crate::saga::{Class, Undo, Workflow};
use crate::transfer::Transfer;

/// The workflow (payments.md M6). The money is gone before anybody here is
/// told: there is nothing that could be undone.
pub static CHARGEBACK: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: "chargeback", steps: &specs(&STEPS) },
    actions: &actions(&STEPS),
    booking,
    unbooking,
};

const STEPS: [Row; 4] = [
    (Action::Withdraw, Class::Pivot, Undo::Nothing),
    (Action::Contest, Class::Retriable, Undo::Nothing),
    (Action::Verdict, Class::Retriable, Undo::Nothing),
    (Action::Post, Class::Retriable, Undo::Nothing),
];

/// Whether the merchant sends evidence. What is less is not worth the work: it
/// gives in.
pub fn is_contested(amount: Amount) -> bool {
    amount >= WORTH_CONTESTING
}

/// In minor units.
const WORTH_CONTESTING: Amount = Amount(1_000);

pub(super) fn booking(payment: &Payment, action: Action) -> Vec<Transfer> {
    let (voucher, chargeback) = (payment.voucher(payment.operation_of(action)), what(payment));
    // Where it was refused, what is booked anew has ids of its own.
    let number = payment.latest(action).map_or(0, |(which, _)| which.attempt - 1);
    let voucher = Voucher { number, ..voucher };
    match (action, payment.dispute()) {
        (Action::Withdraw, _) => chargeback::open(&voucher, &chargeback),
        (_, DisputeState::Won | DisputeState::WonFinally) => chargeback::win(&voucher, &chargeback),
        _ if payment.intent().order.disputes_late_success() => {
            write_off(&voucher, Lost::Dispute(chargeback.merchant), chargeback.amount)
        }
        _ => chargeback::lose(&voucher, &chargeback, &payment.at_hand()),
    }
}

pub(super) fn unbooking(_: &Payment, _: Action) -> Vec<Transfer> {
    Vec::new()
}

/// What is taken back, and who bears it.
pub(crate) fn what(payment: &Payment) -> Chargeback {
    let intent = payment.intent();
    Chargeback {
        merchant: intent.merchant,
        provider: payment.provider(),
        amount: intent.money.amount,
        cost: Amount::ZERO,
        shares: intent.order.shares(),
    }
}
