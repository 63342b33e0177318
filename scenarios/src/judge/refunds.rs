//! The invariants of refunds: I07 and I08.

use model::{Amount, ChargeEvent, Money, Movement, Status, Token, Transfer};
use sim::Sighting;

use super::authorities::Authorities;
use super::dossier::{Dossier, PaymentRecordView};
use super::findings::{Findings, Relation};
use super::rail::is_by_hand;
use super::{called, called_refund};
use crate::invariant::Invariant;

/// Judges a change in a provider's books.
pub(super) fn moved(said: &Authorities, found: &mut Findings, seen: Sighting, movement: &Movement) {
    if is_refund(movement.event) && !is_by_hand(movement) {
        at_most_once(said, found, seen, movement.token);
    }
    // What was promised before a dispute was opened is kept.
    if matches!(movement.event, ChargeEvent::Refunded(_) | ChargeEvent::RefundPending(_)) {
        no_more_than_captured(found, seen, movement);
    }
}

/// Judges a stored row: what is given back of a payment or reserved for that,
/// by all that was booked of it.
pub(super) fn booked(said: &Authorities, found: &mut Findings, seen: Sighting, row: &Transfer) {
    let Some(payment) = said.refunded_by(row.token) else { return };
    let of = |token: &Token| {
        let currency = said.plan.operation(*token).map(|operation| operation.money.currency);
        let dossier = said.of(*token).zip(currency);
        let held = dossier.map_or(Amount::ZERO, |(dossier, currency)| dossier.held(currency));
        held - said.booked(*token)
    };
    let back = said.refunds_of(payment).iter().map(of).sum::<Amount>();
    let taken = said.booked(payment);
    let disputed = said.of(payment).map_or(Amount::ZERO, |dossier| dossier.withheld());
    let about = (row.token, "hold", Relation::LimitExceeded);
    found.check(Invariant::I07, seen, about, back + disputed <= taken, || {
        let money = |amount| Money { amount, currency: row.debit.currency };
        format!(
            "the ledger gives back or reserves {} of {}, for which it booked {}, of which {} is \
             disputed",
            money(back),
            called(payment),
            money(taken),
            money(disputed)
        )
    });
}

/// What holds once the world is at rest: a refund has an effect if it
/// succeeded, and only then.
pub(super) fn at_rest(
    found: &mut Findings,
    seen: Sighting,
    dossier: &Dossier,
    view: &PaymentRecordView,
) {
    let (token, given) = (view.intent.token, dossier.given);
    let due = u32::from(view.status == Status::Succeeded);
    let about = (token, "refund", Relation::BooksDiffer);
    found.check(Invariant::I08, seen, about, given.effective == due, || {
        let Dossier { given, .. } = dossier;
        format!(
            "{} is {}, and the provider has given money back {} times",
            called_refund(token),
            view.status,
            given.effective
        )
    });
}

fn at_most_once(said: &Authorities, found: &mut Findings, seen: Sighting, token: Token) {
    let Some(dossier) = said.of(token) else { return };
    let given = dossier.given;
    let about = (token, "refund", Relation::SameOperationTwice);
    found.check(Invariant::I08, seen, about, given.effective <= 1, || {
        let currency = said.plan.operation(token).map(|operation| operation.money.currency);
        let back = given.amount + given.pending;
        let back = currency.map(|currency| Money { amount: back, currency }.to_string());
        let back = back.unwrap_or_default();
        format!("{} is given back {} times, {back} in all", called_refund(token), given.effective)
    });
}

fn no_more_than_captured(found: &mut Findings, seen: Sighting, movement: &Movement) {
    let charge = &movement.charge;
    let back = charge.refunded + charge.refunding + charge.withdrawn;
    let about = (movement.token, "refund", Relation::LimitExceeded);
    found.check(Invariant::I07, seen, about, back <= charge.captured, || {
        let money = |amount| Money { amount, ..charge.money };
        format!(
            "{} of {} was captured, and {} goes back to the customer",
            money(charge.captured),
            charge.id,
            money(back)
        )
    });
}

/// Whether it changes what is given back.
pub(super) fn is_refund(event: ChargeEvent) -> bool {
    matches!(
        event,
        ChargeEvent::Refunded(_)
            | ChargeEvent::RefundPending(_)
            | ChargeEvent::RefundSucceeded(_)
            | ChargeEvent::RefundFailed(_)
            | ChargeEvent::RefundReturned(_)
    )
}
