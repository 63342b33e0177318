//! The invariant of fees: I28.

use model::{Money, Order, Status};
use sim::Sighting;

use super::called;
use super::dossier::PaymentRecordView;
use super::findings::{Findings, Relation};
use super::nets::Nets;
use crate::invariant::Invariant;

/// A payment that succeeded has paid what it was quoted, once; nothing else has
/// paid anything.
pub(super) fn at_rest(nets: &Nets, found: &mut Findings, seen: Sighting, view: &PaymentRecordView) {
    let token = view.intent.token;
    // What befalls a payment afterwards has no token of its own, and no fees.
    let asked_for =
        matches!(view.intent.order, Order::PayIn(_) | Order::Payout(_) | Order::Refund(_));
    if !asked_for || !view.status.is_final() {
        return;
    }
    let paid = nets.paid(token);
    let relation = match view.status {
        Status::Succeeded | Status::Settled | Status::Returned => Relation::SameOperationTwice,
        _ => Relation::EffectAfterUndo,
    };
    found.check(Invariant::I28, seen, (token, "post", relation), paid.is_right(), || {
        let money = |amount| Money { amount, currency: view.intent.money.currency };
        let times = match paid.again {
            0 => String::new(),
            again => format!(", {again} times more than once"),
        };
        format!(
            "{} is {} and has paid fees of {}{times}, where {} is due",
            called(token),
            view.status,
            money(paid.paid),
            money(paid.due)
        )
    });
}
