//! The invariant of replay: I25. Whoever is handed a payment rebuilds it from its journal,
//! and does nothing by that of which the journal has the outcome.

use model::{OperationId, PaymentId, Record};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::dossier::Dossier;
use super::fencing::effect;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;
use crate::message::{Envelope, Message};

/// What the journal of a payment tells whoever is handed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Handed {
    payment: PaymentId,
    /// The newest lease.
    epoch: u32,
    /// Every operation that has an outcome, in the order of those.
    over: Vec<OperationId>,
    /// How many of them had it when the lease was granted.
    known: usize,
}

impl Dossier {
    /// JR: this is written down of the payment.
    pub(super) fn take_outcome(&mut self, payment: PaymentId, record: &Record) {
        let operation = match record {
            Record::StepOutcome { which, .. } => payment.operation(which.step, which.attempt),
            Record::CompOutcome { which, .. } => {
                payment.operation(which.step, which.attempt).undo()
            }
            _ => return,
        };
        self.handed(payment).over.push(operation);
    }

    /// The payment is handed over, with its journal, by the lease of this epoch.
    pub(super) fn hand_over(&mut self, payment: PaymentId, epoch: u32) {
        let handed = self.handed(payment);
        (handed.epoch, handed.known) = (epoch, handed.over.len());
    }

    fn handed(&mut self, payment: PaymentId) -> &mut Handed {
        let known = self.handed.iter().position(|handed| handed.payment == payment);
        let at = known.unwrap_or_else(|| {
            self.handed.push(Handed { payment, epoch: 0, over: Vec::new(), known: 0 });
            self.handed.len() - 1
        });
        &mut self.handed[at]
    }
}

/// Judges what a worker sends under the newest lease: the premise is a journal with an
/// outcome, and something that may have an effect.
pub(super) fn sent(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    envelope: &Envelope,
    message: &Message,
) {
    let Some((step, operation, _)) = effect(message) else { return };
    let Some(dossier) = said.of(envelope.token) else { return };
    let by_it = |handed: &&Handed| {
        (handed.payment, handed.epoch) == (envelope.payment, envelope.epoch) && handed.known > 0
    };
    let Some(handed) = dossier.handed.iter().find(by_it) else { return };
    let about = (envelope.token, step, Relation::SameOperationTwice);
    let is_new = !handed.over[..handed.known].contains(&operation);
    found.check(Invariant::I25, seen, about, is_new, || {
        format!(
            "{operation} of {} was sent by who had its outcome in the journal that came with \
             the lease",
            called(envelope.token)
        )
    });
}
