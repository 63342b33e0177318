//! How customers' banks take money back at a provider, as the plan says.

use model::{ChargeId, DisputeEvent, DisputeState, OperationId};

use super::misfortune::By;
use super::telling::ROOM_MAY_COME;
use super::{ProviderDesk, ProviderEntry, now};
use crate::fact::ProviderStrike;
use crate::plan::DisputePlan;
use crate::system::{Effects, PaymentSystem, Timer};

impl ProviderDesk {
    /// Waits for what the plan has in store for this charge, if it has.
    pub(super) fn expect_dispute(
        &self,
        system: &PaymentSystem,
        charge: ChargeId,
        out: &mut Effects,
    ) {
        if let Some((plan, state)) = self.planned(system, charge)
            && let Some(made_at) = self.state.books.charge(charge).map(|charge| charge.made_at)
            && let Some((at, _)) = plan.next(state, made_at, self.state.won_at(charge))
        {
            out.set_timer(at.saturating_sub(now(out)), Timer::Dispute(charge));
        }
    }

    /// It is time for the dispute over `charge` to go on.
    pub(crate) fn on_dispute(
        &mut self,
        system: &PaymentSystem,
        charge: ChargeId,
        out: &mut Effects,
    ) {
        if out.disk_is_full() {
            out.set_timer(ROOM_MAY_COME, Timer::Dispute(charge));
            return;
        }
        self.mature_charge(system, charge, out);
        let Some((plan, state)) = self.planned(system, charge) else { return };
        let Some(made_at) = self.state.books.charge(charge).map(|charge| charge.made_at) else {
            return;
        };
        let won_at = self.state.won_at(charge);
        let due = plan.next(state, made_at, won_at).filter(|(at, _)| *at <= now(out));
        if let Some((_, event)) = due {
            let (at, respond_by) = (now(out), made_at + plan.after + plan.answer_within);
            let moved = self.state.dispute(charge, event, at, respond_by);
            let Some(movement) = moved else { return };
            match event {
                DisputeEvent::Opened => {
                    self.tell(ProviderStrike::Disputed, By::Rate, movement.token, out);
                }
                DisputeEvent::PreArbitrationOpened => {
                    self.tell(ProviderStrike::Objected, By::Rate, movement.token, out);
                }
                _ => {}
            }
            let entry = ProviderEntry::Disputed(charge, event, at, respond_by, movement);
            self.record_unasked(system, entry, &movement, out);
        }
        self.expect_dispute(system, charge, out);
    }

    /// Whether a dispute is still to come, or not over, about what one of these
    /// came to.
    pub(super) fn awaits_dispute(&self, system: &PaymentSystem, reference: OperationId) -> bool {
        let mut charges = self.state.books.charges_of(reference);
        charges.any(|charge| {
            self.planned(system, charge.id).is_some_and(|(plan, state)| {
                let won_at = self.state.won_at(charge.id);
                plan.next(state, charge.made_at, won_at).is_some()
            })
        })
    }

    /// What the plan says of a charge that was taken, and how the dispute
    /// stands. Where nobody would be told, nobody disputes.
    fn planned(
        &self,
        system: &PaymentSystem,
        charge: ChargeId,
    ) -> Option<(DisputePlan, DisputeState)> {
        self.state.outbox.as_ref()?;
        let taken = self.state.books.charge(charge).filter(|c| c.state.is_past_void())?;
        let plan = system.plan.operation(taken.token)?.dispute.as_deref().copied()?;
        let dispute = self.state.books.dispute_of(charge);
        Some((plan, dispute.map_or(DisputeState::Absent, |dispute| dispute.state)))
    }
}
