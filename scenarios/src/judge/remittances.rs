//! The invariants of what banks send: I05, I06, and the banks' half of I13.

use model::{BankMovement, RemittanceEvent};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;

pub(super) fn judge(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    movement: &BankMovement,
) {
    intent_before_effect(said, found, seen, movement);
    if movement.event == RemittanceEvent::Accepted {
        one_effective_send(said, found, seen, movement);
        intended_amount(said, found, seen, movement);
    }
}

/// What was sent counts for ever, and be it that it came back.
fn one_effective_send(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    movement: &BankMovement,
) {
    let remittance = &movement.remittance;
    let token = remittance.destination;
    let remittances = said.remittances_of(token);
    let sent: Vec<_> = remittances.iter().filter(|view| view.state.was_sent()).collect();
    let elsewhere = sent.iter().any(|view| view.bank != remittance.bank);
    let relation = if elsewhere {
        Relation::NewOperationAtOtherProvider
    } else {
        Relation::NewOperationAtSameProvider
    };
    let about = (token, "send", relation);
    found.check(Invariant::I05, seen, about, sent.len() <= 1, || {
        let each = sent
            .iter()
            .map(|view| format!("{} of {} at {}", view.reference, view.money, view.bank));
        let each = each.collect::<Vec<_>>().join(", ");
        format!("{} is paid out {} times: {each}", called(token), sent.len())
    });
}

fn intended_amount(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    movement: &BankMovement,
) {
    let remittance = &movement.remittance;
    let token = remittance.destination;
    let Some(operation) = said.plan.operation(token) else { return };
    let about = (token, "send", Relation::LimitExceeded);
    found.check(Invariant::I06, seen, about, remittance.money == operation.money, || {
        let (sent, meant) = (remittance.money, operation.money);
        format!("{sent} of {} were sent, for an intent of {meant}", called(token))
    });
}

fn intent_before_effect(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    movement: &BankMovement,
) {
    let Some(reference) = movement.reference else { return };
    let token = movement.remittance.destination;
    let intended = said.intends(token, reference);
    let step = if reference == movement.remittance.reference { "send" } else { "recall" };
    let about = (token, step, Relation::EffectWithoutIntent);
    found.check(Invariant::I13, seen, about, intended, || {
        let bank = movement.remittance.bank;
        format!("{bank} handled {reference} for {}, and no durable intent names it", called(token))
    });
}
