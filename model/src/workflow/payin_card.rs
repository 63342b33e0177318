//! A card payment: risk, quote, hold, authorize, capture, post, notify.

use crate::identity::{OperationId, PaymentId, TransferId, hash};
use crate::money::Amount;
use crate::payment::Payment;
use crate::posting::Voucher;
use crate::posting::payin::{self, CapturedPart, Part};
use crate::saga::{Class, StepSpec, Undo, Workflow};
use crate::transfer::Transfer;

/// The workflow (payments.md 1.5). Capture is the pivot.
pub static PAYIN_CARD: Workflow = Workflow {
    name: "payin_card",
    steps: &[
        step("risk", Class::Compensatable, Undo::InDoubt),
        step("quote", Class::Stateless, Undo::Nothing),
        step("hold", Class::Compensatable, Undo::OnceDefinite),
        step("authorize", Class::Compensatable, Undo::InDoubt),
        step("capture", Class::Pivot, Undo::Nothing),
        step("post", Class::Retriable, Undo::Nothing),
        step("notify", Class::Retriable, Undo::Nothing),
    ],
};

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

/// The chain that reserves the payment and the merchant's limit.
pub fn hold(payment: &Payment) -> Vec<Transfer> {
    payin::hold(&voucher(payment, payment.operation_of(steps::HOLD)), &[part(payment)])
}

/// The chain that releases what [`hold`] reserved.
pub fn void_hold(payment: &Payment) -> Vec<Transfer> {
    payin::void(&voucher(payment, payment.operation_of(steps::HOLD).undo()), &[part(payment)])
}

/// The chain that books a capture: the holds become postings, the provider
/// owes the money, and the merchant pays the quoted fee and tax.
pub fn post(payment: &Payment) -> Vec<Transfer> {
    let quote = payment.quote().expect("the outcome of QUOTE is durable before POST is intended");
    let captured = CapturedPart {
        merchant: payment.intent().merchant,
        amount: payment.captured(),
        fee: quote.fee,
        tax: quote.tax,
        rest: Amount::ZERO,
    };
    let voucher = voucher(payment, payment.operation_of(steps::POST));
    payin::post(&voucher, payment.provider(), &[captured])
}

/// [`post`] as a defect does it: new ids for each of the `tries`, no links.
pub(crate) fn post_unlinked(payment: &Payment, tries: u32) -> Vec<Transfer> {
    let renamed = |id: TransferId| TransferId(hash("again", [id.0, u64::from(tries)]));
    let legs = post(payment).into_iter();
    legs.map(|leg| Transfer { id: renamed(leg.id), linked: false, ..leg }).collect()
}

/// The ids of the two holds of a payment.
pub fn holds_of(payment: PaymentId) -> [TransferId; 2] {
    payin::holds_of(payment.0)
}

/// The same, of a payment at hand.
pub fn hold_ids(payment: &Payment) -> [TransferId; 2] {
    holds_of(payment.intent().payment)
}

fn part(payment: &Payment) -> Part {
    let intent = payment.intent();
    Part { merchant: intent.merchant, amount: intent.money.amount }
}

fn voucher(payment: &Payment, operation: OperationId) -> Voucher {
    let intent = payment.intent();
    Voucher {
        tenant: intent.tenant,
        currency: intent.money.currency,
        subject: intent.payment.0,
        number: 0,
        token: intent.token,
        operation,
    }
}

const fn step(name: &'static str, class: Class, undo: Undo) -> StepSpec {
    StepSpec { name, class, undo }
}
