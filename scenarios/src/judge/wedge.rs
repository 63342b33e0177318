//! The invariant of keys that stay locked: L05. Whoever asks again is told to
//! wait only while somebody works on the payment, or is waited for.

use model::saga::Try;
use model::workflow::{Action, PaymentWorkflow};
use model::{IdMap, PaymentId, Record, Status, Token};
use sim::{Sighting, VirtualTime};

use super::authorities::Authorities;
use super::called;
use super::findings::{Findings, Relation};
use crate::bounds::{COPY_AGE_MAX, LEASE};
use crate::invariant::Invariant;
use crate::message::ClientReply;
use crate::plan::Protocol;

/// How far each payment has come that is not finished, as its journal has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    open: IdMap<PaymentId, Stand>,
}

#[derive(Clone, Copy, Debug)]
struct Stand {
    workflow: &'static PaymentWorkflow,
    /// When anything was last written down.
    at: VirtualTime,
    /// What a provider did about it may be unknown, or not decided, or not over.
    in_doubt: bool,
    /// A person decides.
    in_review: bool,
    /// A person has it.
    is_case: bool,
    /// When the last parcel leaves.
    ships_at: VirtualTime,
}

impl Progress {
    /// Takes what was written down of a payment.
    pub(super) fn take(&mut self, at: VirtualTime, payment: PaymentId, record: &Record) {
        let Some(stand) = self.stand(at, payment, record) else { return };
        stand.at = at;
        match record {
            Record::StepIntent { which, .. } | Record::CompIntent { which, .. } => {
                stand.in_doubt |= stand.waits_outside(*which);
            }
            Record::StepOutcome { which, .. } | Record::CompOutcome { which, .. } => {
                stand.in_doubt &= !stand.waits_outside(*which);
            }
            Record::StatusChanged(status) => stand.in_review = *status == Status::InReview,
            Record::CaseOpened(_) => stand.is_case |= record.hands_over(),
            _ => {}
        }
    }

    /// Of a payment that is not finished.
    fn stand(
        &mut self,
        at: VirtualTime,
        payment: PaymentId,
        record: &Record,
    ) -> Option<&mut Stand> {
        match record {
            Record::Terminal => {
                self.open.remove(&payment);
                None
            }
            Record::Accepted(intent) => Some(self.open.entry(payment).or_insert_with(|| Stand {
                workflow: intent.order.workflow(),
                at,
                in_doubt: false,
                in_review: false,
                is_case: false,
                ships_at: VirtualTime::ZERO.after(intent.order.shipping().last()),
            })),
            _ => self.open.get_mut(&payment),
        }
    }
}

impl Stand {
    /// Whether this step is for a provider or a bank to do, or, where nothing is undone there
    /// but by its end, to let end.
    fn waits_outside(&self, which: Try) -> bool {
        let action = self.workflow.action(which);
        action.is_outside() || action == Action::Release
    }
}

/// Judges an answer of the edge to a saga: the premise is a 409 after heal, for a payment
/// that waits for nobody outside; under two-phase commit no journal says who does. What
/// was sent late before heal is on its way for a while yet, and on a link that keeps order
/// it holds up all that comes after it.
pub(super) fn answered(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    token: Token,
    reply: &ClientReply,
) {
    let ClientReply::InProgress(payment) = reply else { return };
    let Some(stand) = said.progress.open.get(payment) else { return };
    let waits = stand.in_doubt || stand.in_review || stand.is_case;
    let waits = waits || said.plan.protocol == Protocol::TwoPhase;
    if waits || seen.at <= said.heal_at() || !said.house_heals() {
        return;
    }
    let since = stand.at.max(stand.ships_at).max(said.heal_at().after(COPY_AGE_MAX));
    let about = (token, "create", Relation::NeverFinished);
    let moves = seen.at <= since.after(LEASE * 2);
    found.check(Invariant::L05, seen, about, moves, || {
        format!(
            "{} was answered with 409, and nobody has gone on with {payment} since {}",
            called(token),
            stand.at
        )
    });
}
