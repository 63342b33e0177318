//! The invariants of charges: I05, I06, and the providers' half of I13.

use model::{Amount, ChargeEvent, Money, Movement};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;
use crate::plan::Protocol;

pub(super) fn judge(said: &Authorities, found: &mut Findings, seen: Sighting, movement: &Movement) {
    intent_before_effect(said, found, seen, movement);
    if let ChargeEvent::Captured(amount) | ChargeEvent::PartlyCaptured(amount) = movement.event {
        one_effective_charge(said, found, seen, movement);
        intended_amount(said, found, seen, movement, amount);
    }
}

fn one_effective_charge(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    movement: &Movement,
) {
    let charge = &movement.charge;
    let charges = said.charges_of(charge.token);
    let captured: Vec<_> = charges.iter().filter(|view| view.is_captured()).collect();
    let elsewhere = captured.iter().any(|view| view.provider != charge.provider);
    let relation = if elsewhere {
        Relation::NewOperationAtOtherProvider
    } else {
        Relation::NewOperationAtSameProvider
    };
    let about = (charge.token, "capture", relation);
    found.check(Invariant::I05, seen, about, captured.len() <= 1, || {
        let each = captured
            .iter()
            .map(|view| format!("{} of {} at {}", view.id, view.money, view.provider));
        format!(
            "{} is charged {} times: {}",
            called(charge.token),
            captured.len(),
            each.collect::<Vec<_>>().join(", ")
        )
    });
}

fn intended_amount(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    movement: &Movement,
    amount: Amount,
) {
    let charge = &movement.charge;
    let Some(operation) = said.plan.operation(charge.token) else { return };
    let total = said
        .charges_of(charge.token)
        .iter()
        .filter(|view| view.id == charge.id)
        .map(|view| view.captured)
        .sum::<Amount>();
    let holds = amount <= charge.authorized
        && charge.money.currency == operation.money.currency
        && total <= operation.money.amount;
    let about = (charge.token, "capture", Relation::LimitExceeded);
    found.check(Invariant::I06, seen, about, holds, || {
        let money = |amount| Money { amount, currency: charge.money.currency };
        format!(
            "{} of {} was authorized and {} captured, for an intent of {}",
            money(charge.authorized),
            called(charge.token),
            money(total),
            operation.money
        )
    });
}

fn intent_before_effect(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    movement: &Movement,
) {
    // Under two-phase commit that is I30's.
    if said.plan.protocol == Protocol::TwoPhase {
        return;
    }
    let Some(reference) = movement.reference else { return };
    let intended = said.intends(movement.token, reference);
    let step = match movement.event {
        ChargeEvent::Captured(_) | ChargeEvent::PartlyCaptured(_) => "capture",
        ChargeEvent::Voided | ChargeEvent::Tombstoned | ChargeEvent::RemainderReleased => "void",
        ChargeEvent::Refunded(_) | ChargeEvent::RefundPending(_) => "refund",
        _ => "authorize",
    };
    let about = (movement.token, step, Relation::EffectWithoutIntent);
    found.check(Invariant::I13, seen, about, intended, || {
        format!(
            "{} executed {reference} for {}, and no durable intent names it",
            movement.charge.provider,
            called(movement.token)
        )
    });
}
