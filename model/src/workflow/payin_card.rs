//! A card payment: risk, quote, hold, authorize, capture, post, notify.

use crate::account::{AccountId, AccountName};
use crate::identity::{OperationId, PaymentId, TransferId, hash};
use crate::money::Amount;
use crate::payment::Payment;
use crate::saga::{Class, StepSpec, Undo, Workflow};
use crate::transfer::{Transfer, TransferKind};

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
    let operation = payment.operation_of(steps::HOLD);
    let amount = payment.intent().money.amount;
    chain([
        leg(payment, operation, HOLD, 0, INFLOW, amount, TransferKind::Pending),
        leg(payment, operation, HOLD, 1, LIMIT, amount, TransferKind::Pending),
    ])
}

/// The chain that releases what [`hold`] reserved.
pub fn void_hold(payment: &Payment) -> Vec<Transfer> {
    let operation = payment.operation_of(steps::HOLD).undo();
    let amount = payment.intent().money.amount;
    let [inflow, limit] = hold_ids(payment).map(TransferKind::VoidPending);
    chain([
        leg(payment, operation, VOID, 0, INFLOW, amount, inflow),
        leg(payment, operation, VOID, 1, LIMIT, amount, limit),
    ])
}

/// The chain that books a capture: the holds become postings, the provider
/// owes the money, and the merchant pays the quoted fee and tax.
pub fn post(payment: &Payment) -> Vec<Transfer> {
    let operation = payment.operation_of(steps::POST);
    let amount = payment.captured();
    let quote = payment.quote();
    let [inflow, limit] = hold_ids(payment).map(TransferKind::PostPending);
    let direct = TransferKind::Posted;
    chain([
        leg(payment, operation, POST, 0, INFLOW, amount, inflow),
        leg(payment, operation, POST, 1, LIMIT, amount, limit),
        leg(payment, operation, POST, 2, RECEIVABLE, amount, direct),
        leg(payment, operation, POST, 3, FEE, quote.fee, direct),
        leg(payment, operation, POST, 4, TAX, quote.tax, direct),
    ])
}

/// [`post`] as a defect does it: new ids for each of the `tries`, no links.
pub(crate) fn post_unlinked(payment: &Payment, tries: u32) -> Vec<Transfer> {
    let renamed = |id: TransferId| TransferId(hash("again", [id.0, u64::from(tries)]));
    let legs = post(payment).into_iter();
    legs.map(|leg| Transfer { id: renamed(leg.id), linked: false, ..leg }).collect()
}

/// The ids of the two holds of a payment.
pub fn holds_of(payment: PaymentId) -> [TransferId; 2] {
    [0, 1].map(|n| payment.transfer(HOLD, n))
}

/// The same, of a payment at hand.
pub fn hold_ids(payment: &Payment) -> [TransferId; 2] {
    holds_of(payment.intent().payment)
}

/// Which two accounts a leg joins.
type Legs = fn(&Payment) -> (AccountName, AccountName);

const INFLOW: Legs =
    |p| (AccountName::TransitIn, AccountName::MerchantPending(p.intent().merchant));
const LIMIT: Legs =
    |p| (AccountName::Limit(p.intent().merchant), AccountName::LimitUsed(p.intent().merchant));
const RECEIVABLE: Legs =
    |p| (AccountName::ProviderReceivable(p.provider()), AccountName::TransitIn);
const FEE: Legs = |p| (AccountName::MerchantPending(p.intent().merchant), AccountName::FeeIncome);
const TAX: Legs = |p| (AccountName::MerchantPending(p.intent().merchant), AccountName::TaxPayable);

const HOLD: &str = "hold";
const VOID: &str = "void-hold";
const POST: &str = "post";

fn leg(
    payment: &Payment,
    operation: OperationId,
    posting: &str,
    n: u8,
    legs: Legs,
    amount: Amount,
    kind: TransferKind,
) -> Transfer {
    let intent = payment.intent();
    let account = |name| AccountId { tenant: intent.tenant, currency: intent.money.currency, name };
    let (debit, credit) = legs(payment);
    Transfer {
        id: intent.payment.transfer(posting, n),
        debit: account(debit),
        credit: account(credit),
        amount,
        kind,
        linked: true,
        token: intent.token,
        operation,
    }
}

/// The legs that move anything, each linked to the next.
fn chain<const N: usize>(legs: [Transfer; N]) -> Vec<Transfer> {
    let mut chain = Vec::with_capacity(N);
    chain.extend(legs.into_iter().filter(|leg| leg.amount > Amount::ZERO));
    if let Some(last) = chain.last_mut() {
        last.linked = false;
    }
    chain
}

const fn step(name: &'static str, class: Class, undo: Undo) -> StepSpec {
    StepSpec { name, class, undo }
}
