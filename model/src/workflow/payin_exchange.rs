//! A card payment whose merchant gets another currency than the customer pays:
//! the steps of a card payment, and other bookings.
//!
//! QUOTE locks a rate. It is journaled before anything is done by it, and
//! whatever comes later goes by the journal. A lock that nobody knows to be
//! fresh any more, when its time is over or another worker has taken over, is
//! made anew at the rate of the moment: until HOLD is intended, and never after
//! it. From then on the rate stands. What the merchant gets is reserved for as
//! long as the quote holds by the ledger's clock; if that ends before the money
//! is booked, the pivot lies behind and there is only forward: the merchant gets
//! what it was promised at the locked rate, the house buys it at the rate of the
//! moment, and the difference is booked.

use super::payin_card::STEPS;
use super::{Action, PaymentWorkflow, actions, specs};
use crate::account::AccountName;
use crate::defect::Defect;
use crate::exchange::Exchange;
use crate::identity::{PaymentId, TransferId};
use crate::payment::Payment;
use crate::posting::payin_exchange::{self, CapturedExchange};
use crate::saga::Workflow;
use crate::transfer::Transfer;

/// The workflow (payments.md 1.5, 1.8).
pub static PAYIN_EXCHANGE: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: "payin_exchange", steps: &specs(&STEPS) },
    actions: &actions(&STEPS),
    booking,
    unbooking,
};

fn booking(payment: &Payment, action: Action) -> Vec<Transfer> {
    match action {
        Action::Post => post(payment),
        _ => hold(payment),
    }
}

/// The chain that reserves what is paid, the merchant's limit, and what the
/// merchant gets.
fn hold(payment: &Payment) -> Vec<Transfer> {
    let voucher = payment.voucher(payment.operation_of(Action::Hold));
    payin_exchange::hold(&voucher, &locked(payment), payment.intent().merchant)
}

/// What releases what [`hold`] reserved.
fn unbooking(payment: &Payment, action: Action) -> Vec<Transfer> {
    let voucher = payment.voucher(payment.operation_of(action).undo());
    payin_exchange::void(&voucher, &locked(payment), payment.intent().merchant)
}

/// The chain that books what was captured.
fn post(payment: &Payment) -> Vec<Transfer> {
    let quote = payment.quote().expect("the outcome of QUOTE is durable before POST is intended");
    let part = CapturedExchange {
        merchant: payment.intent().merchant,
        exchange: locked(payment),
        fee: quote.fee,
        tax: quote.tax,
        cover: payment.cover(),
    };
    let voucher = payment.voucher(payment.operation_of(Action::Post));
    let mut legs = payin_exchange::post(&voucher, payment.provider(), &part);
    for leg in legs.iter_mut().filter(|leg| leg.credit.name == AccountName::FeeIncome) {
        let (own, paid) = (leg.credit.currency, payment.intent().money.currency);
        leg.credit.currency = payment.defects().pick(Defect::FeeInPayersCurrency, || own, || paid);
    }
    legs
}

/// The id of the hold of what the merchant of `payment` is promised.
pub fn promise_of(payment: PaymentId) -> TransferId {
    payin_exchange::promise_of(payment.0)
}

fn locked(payment: &Payment) -> Exchange {
    payment.exchange().expect("the rate is locked before HOLD is intended")
}
