//! A card payment: risk, quote, hold, authorize, capture, post, notify.

use super::{Action, PaymentWorkflow, Row, actions, specs};
use crate::account::AccountName;
use crate::defect::Defect;
use crate::identity::{PaymentId, TransferId, hash};
use crate::money::Amount;
use crate::payment::Payment;
use crate::posting::payin::{self, CapturedPart, Part};
use crate::rounding::Rounding;
use crate::saga::{Class, Undo, Workflow};
use crate::share::share;
use crate::transfer::Transfer;

/// The workflow (payments.md 1.5). Capture is the pivot.
pub static PAYIN_CARD: PaymentWorkflow = PaymentWorkflow {
    saga: Workflow { name: "payin_card", steps: &specs(&STEPS) },
    actions: &actions(&STEPS),
    booking,
    unbooking,
};

pub(super) const STEPS: [Row; 7] = [
    (Action::Risk, Class::Compensatable, Undo::InDoubt),
    (Action::Quote, Class::Stateless, Undo::Nothing),
    (Action::Hold, Class::Compensatable, Undo::OnceDefinite),
    (Action::Authorize, Class::Compensatable, Undo::InDoubt),
    (Action::Capture, Class::Pivot, Undo::Nothing),
    (Action::Post, Class::Retriable, Undo::Nothing),
    (Action::Notify, Class::Retriable, Undo::Nothing),
];

/// Places of the steps in [`PAYIN_CARD`].
pub mod steps {
    /// Ask the risk service.
    pub const RISK: u8 = 0;
    /// Compute fee and tax.
    pub const QUOTE: u8 = 1;
    /// Reserve in the ledger.
    pub const HOLD: u8 = 2;
    /// Reserve at a provider.
    pub const AUTHORIZE: u8 = 3;
    /// Take the money.
    pub const CAPTURE: u8 = 4;
    /// Book it.
    pub const POST: u8 = 5;
    /// Tell the merchant.
    pub const NOTIFY: u8 = 6;
}

/// The most tries at providers for one payment.
pub const ATTEMPTS_MAX: u8 = 3;

pub(super) fn booking(payment: &Payment, action: Action) -> Vec<Transfer> {
    match action {
        Action::Post => post(payment),
        _ => hold(payment),
    }
}

/// The chain that reserves the payment and the merchant's limit.
fn hold(payment: &Payment) -> Vec<Transfer> {
    payin::hold(&payment.voucher(payment.operation_of(Action::Hold)), &parts(payment))
}

/// The chain that releases what [`hold`] reserved.
pub(super) fn unbooking(payment: &Payment, action: Action) -> Vec<Transfer> {
    let voucher = payment.voucher(payment.operation_of(action).undo());
    let right = || {
        payment.defects().pick(
            Defect::UndoHalfTheHold,
            || payin::void(&voucher, &parts(payment)),
            || payin::void_half(&voucher, &parts(payment)),
        )
    };
    payment.defects().pick(Defect::LimitCountsAttempts, right, || {
        payin::void_counting(&voucher, &parts(payment))
    })
}

/// The chain that books what was captured: the holds become postings, what was
/// not captured of them is free again, the provider owes the money, and the
/// merchant pays the quoted fee and tax, or its part of them.
fn post(payment: &Payment) -> Vec<Transfer> {
    let voucher = payment.voucher(payment.operation_of(Action::Post));
    payin::post(&voucher, payment.provider(), &captured_parts(payment))
}

/// What was captured for whom, and what it pays of fee and tax.
pub(crate) fn captured_parts(payment: &Payment) -> Vec<CapturedPart> {
    let quote = payment.quote().expect("the outcome of QUOTE is durable before POST is intended");
    let captured = payment.captured();
    let held = parts(payment);
    // Nobody gets more than was held for it, as the shares are those of the hold.
    let weights: Vec<_> = held.iter().map(|part| part.amount).collect();
    let rounded = |weight: &Amount| {
        Rounding::Down.scale(captured, weight.0 as u64, payment.intent().money.amount.0 as u64)
    };
    let amounts = payment.defects().pick(
        Defect::RoundEachLeg,
        || share(captured, &weights),
        || weights.iter().map(rounded).collect(),
    );
    let quotes = quote.of_part(captured, payment.intent().money.amount).split(&amounts);
    let each = held.iter().zip(amounts).zip(quotes).map(|((part, amount), quote)| CapturedPart {
        merchant: part.merchant,
        amount,
        fee: quote.fee,
        tax: quote.tax,
        rest: Amount::ZERO,
    });
    each.collect()
}

/// [`post`] as a defect does it: new ids for each of the `tries`, no links.
pub(crate) fn post_unlinked(payment: &Payment, tries: u32) -> Vec<Transfer> {
    let renamed = |id: TransferId| TransferId(hash("again", [id.0, u64::from(tries)]));
    let legs = payment.booking(Action::Post).into_iter();
    legs.map(|leg| Transfer { id: renamed(leg.id), linked: false, ..leg }).collect()
}

/// The booking of a payment as a defect does it: what the provider owes in one
/// transaction, and what the merchant pays for that in another.
pub(crate) fn in_two(payment: &Payment) -> (Vec<Transfer>, Vec<Transfer>) {
    let is_fee = |leg: &Transfer| {
        matches!(leg.credit.name, AccountName::FeeIncome | AccountName::TaxPayable)
    };
    let (fees, mut rest): (Vec<_>, Vec<_>) =
        payment.booking(Action::Post).into_iter().partition(is_fee);
    if let Some(last) = rest.last_mut() {
        last.linked = false;
    }
    (rest, fees)
}

/// The ids of the two holds of a payment.
pub fn holds_of(payment: PaymentId) -> [TransferId; 2] {
    payin::holds_of(payment.0)
}

/// The same, of a payment at hand.
pub fn hold_ids(payment: &Payment) -> [TransferId; 2] {
    holds_of(payment.intent().payment)
}

/// What each merchant gets of the payment, at most.
fn parts(payment: &Payment) -> Vec<Part> {
    let intent = payment.intent();
    let parts = intent.order.split().parts(intent.merchant, intent.money.amount).into_iter();
    parts.map(|(merchant, amount)| Part { merchant, amount }).collect()
}
