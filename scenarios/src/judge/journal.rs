//! The invariants of the durable journal: I12, I14 and I15.

use model::workflow::Action;
use model::{PaymentId, Record, Status, Token};
use sim::Sighting;

use super::authorities::Authorities;
use super::findings::{Findings, Relation};
use super::{called, reversals};
use crate::invariant::Invariant;

/// Judges `record` by what was durable before it.
pub(super) fn judge(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (token, payment): (Token, PaymentId),
    record: &Record,
) {
    let Some(dossier) = said.of(token) else { return };
    let Some(view) = dossier.payment(payment) else { return };
    let workflow = view.intent.order.workflow();
    if let Record::StatusChanged(status) = record {
        let about = (token, "status", Relation::RecordOutOfOrder);
        let gated = *status != Status::Returned || reversals::is_back(said, token);
        let legal = gated && view.status.may_become(*status);
        found.check(Invariant::I15, seen, about, legal, || {
            let why = if gated { "" } else { ", though nothing had come back" };
            format!("{} was {}, and became {status}{why}", called(token), view.status)
        });
    }
    match record {
        // The premise is a payment past its pivot: every later record is judged.
        Record::CompIntent { which, .. } if view.pivot => {
            let step = workflow.action(*which).name();
            let about = (token, step, Relation::UndoPastPivot);
            found.check(Invariant::I12, seen, about, false, || {
                let pivot = workflow.pivot().name();
                format!("the undo of {step} was intended for {} after its {pivot}", called(token))
            });
        }
        _ if view.pivot => {
            let about = (token, workflow.pivot().name(), Relation::UndoPastPivot);
            found.check(Invariant::I12, seen, about, true, String::new);
        }
        Record::StepIntent { which, .. }
            if matches!(workflow.action(*which), Action::Authorize | Action::Send)
                && which.attempt > 1 =>
        {
            let open = view.attempts.iter().filter(|(_, settled)| !settled);
            let open: Vec<_> = open.map(|(attempt, _)| attempt.to_string()).collect();
            let about = (token, workflow.action(*which).name(), Relation::RecordOutOfOrder);
            found.check(Invariant::I14, seen, about, open.is_empty(), || {
                format!(
                    "attempt {} of {} was intended while attempt {} was in doubt",
                    which.attempt,
                    called(token),
                    open.join(" and ")
                )
            });
        }
        _ => {}
    }
}
