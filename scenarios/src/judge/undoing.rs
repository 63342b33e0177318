//! The invariants of what is undone: I09, only what may have happened, and I11, nothing
//! of it comes afterwards.

use model::workflow::Action;
use model::{
    Amount, ChargeEvent, Money, Movement, PaymentId, Record, Status, Token, Transfer, TransferKind,
    UndoOutcome,
};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;
use crate::plan::Protocol;

/// Judges `record` by what was durable before it: nothing is to be undone that was never
/// intended, and nothing is begun of what is given up.
pub(super) fn recorded(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (token, payment): (Token, PaymentId),
    record: &Record,
) {
    if !matches!(
        record,
        Record::CompIntent { .. } | Record::CompOutcome { .. } | Record::StepIntent { .. }
    ) {
        return;
    }
    let Some(dossier) = said.of(token) else { return };
    let Some(view) = dossier.payment(payment) else { return };
    let workflow = view.intent.order.workflow();
    match record {
        Record::CompIntent { which, operation } => {
            let undone = payment.operation(which.step, which.attempt);
            let was_intended = dossier.intends(undone) && *operation == undone.undo();
            let step = workflow.action(*which).name();
            let about = (token, step, Relation::EffectWithoutIntent);
            found.check(Invariant::I09, seen, about, was_intended, || {
                let attempt = which.attempt;
                format!(
                    "{step} of {} is to be undone, and attempt {attempt} at it was never intended",
                    called(token)
                )
            });
        }
        // The premise of I11: whatever comes from here on is judged.
        Record::CompOutcome { which, outcome } if *outcome != UndoOutcome::TooLate => {
            let about = (token, workflow.action(*which).name(), Relation::EffectAfterUndo);
            found.check(Invariant::I11, seen, about, true, String::new);
        }
        Record::StepIntent { which, .. } => {
            let step = workflow.action(*which).name();
            let is_given_up = matches!(
                view.status,
                Status::Failing | Status::Canceling | Status::Failed | Status::Canceled
            );
            let about = (token, step, Relation::RecordOutOfOrder);
            found.check(Invariant::I11, seen, about, !is_given_up, || {
                let status = view.status;
                format!("{step} of {} was intended anew when it was {status}", called(token))
            });
        }
        _ => {}
    }
}

/// Judges what happened in a provider's books: what was undone does not come after all,
/// unless its provider breaks its word, and no more goes back than was taken so.
pub(super) fn moved(said: &Authorities, found: &mut Findings, seen: Sighting, movement: &Movement) {
    if said.plan.protocol == Protocol::TwoPhase {
        return;
    }
    let charge = &movement.charge;
    let step = match movement.event {
        ChargeEvent::Authorized(_) | ChargeEvent::Deferred => Action::Authorize,
        ChargeEvent::Captured(_) | ChargeEvent::PartlyCaptured(_) => Action::Capture,
        ChargeEvent::Refunded(_) | ChargeEvent::RefundPending(_) => {
            return given_back(said, found, seen, movement);
        }
        _ => return,
    };
    let Some(dossier) = said.of(charge.token) else { return };
    if dossier.undone.is_empty() {
        return;
    }
    let about = (charge.token, step.name(), Relation::EffectAfterUndo);
    let stays_out = !dossier.undone.contains(&charge.reference);
    found.check(Invariant::I11, seen, about, stays_out, || {
        format!(
            "{} is {} at {}, and the journal has it that the authorization of {} was undone",
            charge.id,
            charge.state,
            charge.provider,
            called(charge.token)
        )
    });
}

/// What was taken after all is given back: no more than that.
fn given_back(said: &Authorities, found: &mut Findings, seen: Sighting, movement: &Movement) {
    let charge = &movement.charge;
    let Some(dossier) = said.of(charge.token) else { return };
    let Some(late) = dossier.late.iter().find(|view| view.charge == charge.id) else { return };
    let about = (charge.token, "late-success", Relation::LimitExceeded);
    found.check(Invariant::I09, seen, about, late.refunded <= late.captured, || {
        let money = |amount| Money { amount, currency: charge.money.currency };
        format!(
            "{} of {} was taken too late, and {} goes back",
            money(late.captured),
            called(charge.token),
            money(late.refunded)
        )
    });
}

/// Judges a row before it is taken: what it releases was reserved, and nothing is reserved
/// by what was undone.
pub(super) fn booked(said: &Authorities, found: &mut Findings, seen: Sighting, row: &Transfer) {
    if said.plan.protocol == Protocol::TwoPhase {
        return;
    }
    match row.kind {
        TransferKind::VoidPending(hold) => {
            let known = said.of(row.token).and_then(|dossier| dossier.hold(hold).copied());
            let held = known.map_or(Amount::ZERO, |known| known.amount);
            let about = (row.token, "hold", Relation::LimitExceeded);
            found.check(Invariant::I09, seen, about, row.amount <= held, || {
                let money = |amount| Money { amount, currency: row.debit.currency };
                format!(
                    "{} releases {} of {}, of which {} was held",
                    row.id,
                    money(row.amount),
                    called(row.token),
                    money(held)
                )
            });
        }
        TransferKind::Pending | TransferKind::PendingFor(_) | TransferKind::Posted => {
            let Some(dossier) = said.of(row.token) else { return };
            if dossier.undone.is_empty() {
                return;
            }
            let about = (row.token, "hold", Relation::EffectAfterUndo);
            let stays_out = !dossier.undone.contains(&row.operation);
            found.check(Invariant::I11, seen, about, stays_out, || {
                format!(
                    "the ledger stored {} of {}, and the journal has it that what it is of was \
                     undone",
                    row.id,
                    called(row.token)
                )
            });
        }
        TransferKind::PostPending(_) => {}
    }
}
