//! The invariant of the gate that risk keeps: I29. What the risk service says of a payment
//! is what it has in its own journal and has told; what a worker took from that counts for
//! nothing.

use std::collections::BTreeMap;

use model::workflow::Action;
use model::{
    IdMap, OperationId, PaymentId, Record, ReviewEntry, RiskEntry, RiskReply, Token, Verdict,
};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;

/// What the risk service says of each payment that is not finished.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate {
    verdicts: IdMap<OperationId, Standing>,
    /// Whether the payment may go on once a person has decided, where that is told.
    reviews: BTreeMap<OperationId, bool>,
}

/// How an assessment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// A person looks at it.
    Reviewed,
    Approved,
    Rejected,
    /// The payment was taken out of the count: it may not go on.
    Released,
}

impl Gate {
    /// The risk service has this durably.
    pub(super) fn take(&mut self, entry: &RiskEntry) {
        match *entry {
            RiskEntry::Assessed(operation, verdict) => {
                self.verdicts.insert(operation, standing(verdict));
            }
            RiskEntry::Released(operation) => {
                self.verdicts.insert(operation, Standing::Released);
            }
            RiskEntry::Review(ReviewEntry::Opened(review, _)) => {
                self.reviews.insert(review.operation, review.approves);
            }
            RiskEntry::Review(ReviewEntry::Decided(operation)) => {
                if let Some(approves) = self.reviews.remove(&operation) {
                    self.decide(operation, approves);
                }
            }
            RiskEntry::Review(ReviewEntry::Acknowledged(_)) => {}
        }
    }

    /// The risk service tells this of an assessment: a review is over once it tells so.
    pub(super) fn tell(&mut self, operation: OperationId, reply: RiskReply) {
        match reply {
            RiskReply::Approve => self.decide(operation, true),
            RiskReply::Reject => self.decide(operation, false),
            RiskReply::Review | RiskReply::Released => {}
        }
    }

    /// A review is over; what was taken out of the count meanwhile stays out.
    fn decide(&mut self, operation: OperationId, approves: bool) {
        if let Some(standing @ Standing::Reviewed) = self.verdicts.get_mut(&operation) {
            *standing = if approves { Standing::Approved } else { Standing::Rejected };
        }
    }

    /// The payment is finished.
    pub(super) fn forget(&mut self, payment: PaymentId) {
        if !self.verdicts.is_empty() {
            self.verdicts.remove(&assessment(payment, FIRST));
            self.reviews.remove(&assessment(payment, FIRST));
        }
    }
}

fn standing(verdict: Verdict) -> Standing {
    match verdict {
        Verdict::Now(true) => Standing::Approved,
        Verdict::Now(false) => Standing::Rejected,
        Verdict::At(..) | Verdict::Never => Standing::Reviewed,
    }
}

/// Judges the intent to reserve, take or send money.
pub(super) fn recorded(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    (token, payment): (Token, PaymentId),
    record: &Record,
) {
    let Record::StepIntent { which, .. } = record else { return };
    let Some(dossier) = said.of(token) else { return };
    let Some(view) = dossier.payment(payment) else { return };
    let workflow = view.intent.order.workflow();
    let action = workflow.action(*which);
    if !matches!(action, Action::Authorize | Action::Capture | Action::Send) {
        return;
    }
    let Some(step) = workflow.step(Action::Risk) else { return };
    let standing = said.gate.verdicts.get(&assessment(payment, step));
    let about = (token, action.name(), Relation::RecordOutOfOrder);
    found.check(Invariant::I29, seen, about, standing == Some(&Standing::Approved), || {
        let stands = match standing {
            Some(Standing::Reviewed) => "a person still looks at it",
            Some(Standing::Rejected) => "it was rejected",
            Some(Standing::Released) => "it was taken out of the count",
            Some(Standing::Approved) | None => "nobody has assessed it",
        };
        format!("{action} of {} was intended, and {stands}", called(token))
    });
}

/// The operation under which a payment is assessed: once, whatever becomes of it.
fn assessment(payment: PaymentId, step: u8) -> OperationId {
    payment.operation(step, 1)
}

/// The place of the assessment in every workflow that has one.
const FIRST: u8 = 0;
