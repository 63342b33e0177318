//! A reversal: what was sent has come back. Post, notify.

use super::{Action, PaymentWorkflow, Row, actions, specs};
use crate::defect::Defect;
use crate::money::Amount;
use crate::order::{CameBack, Order, PayoutOrder};
use crate::payment::Payment;
use crate::posting::late::{self, Mover};
use crate::posting::payout::{self, Payout, ReturnedFee};
use crate::posting::refund::{self, Refund, Stage};
use crate::saga::{Class, Undo, Workflow};
use crate::transfer::Transfer;

/// The workflow (payments.md M1, M5, 1.8). The money is back before anybody here
/// is told: there is nothing that could be refused, or undone.
pub static REVERSAL: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: "reversal", steps: &specs(&STEPS) },
    actions: &actions(&STEPS),
    booking,
    unbooking,
};

/// The same of what was given back because it had been taken too late: nobody but a
/// person hears of it.
pub static LEFT_OVER: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: "left_over", steps: &specs(&LEFT_OVER_STEPS) },
    actions: &actions(&LEFT_OVER_STEPS),
    booking,
    unbooking,
};

const LEFT_OVER_STEPS: [Row; 1] = [(Action::Post, Class::Pivot, Undo::Nothing)];

const STEPS: [Row; 2] = [
    (Action::Post, Class::Pivot, Undo::Nothing),
    (Action::Notify, Class::Retriable, Undo::Nothing),
];

const PENDING: Stage = Stage::BeforeSettlement;

/// The house keeps the fee of a payout that comes back: it was sent.
const FEE: ReturnedFee = ReturnedFee::Kept;

fn booking(payment: &Payment, action: Action) -> Vec<Transfer> {
    let (voucher, intent) = (payment.voucher(payment.operation_of(action)), payment.intent());
    let amount = intent.money.amount;
    match intent.order {
        Order::Reversal(reversal) => match reversal.from {
            CameBack::Payout { customer, bank } => {
                let (rail, fee) = (PayoutOrder::rail_of(bank), Amount::ZERO);
                payout::give_back(&voucher, &Payout { customer, rail, bank, amount, fee }, FEE)
            }
            CameBack::Refund { provider, settled, .. } => {
                let merchant = intent.merchant;
                let stage = payment.defects().pick(
                    Defect::RefundBackToPending,
                    || if settled.is_some() { Stage::AfterSettlement } else { PENDING },
                    || PENDING,
                );
                let (at_hand, shares) = (None, intent.order.shares());
                let exchanged = intent.order.borne();
                let refund =
                    Refund { merchant, provider, amount, at_hand, stage, shares, exchanged };
                refund::fail_late(&voucher, &refund, stage)
            }
            // Nobody's, once more.
            CameBack::Late { provider, .. } => {
                late::suspend(&voucher, Mover::Provider(provider), amount)
            }
        },
        _ => unreachable!("the workflow of an order follows from the order"),
    }
}

fn unbooking(_: &Payment, _: Action) -> Vec<Transfer> {
    Vec::new()
}
