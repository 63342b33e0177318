//! How a provider breaks its word, as the plan says: it takes what it had
//! refused or voided.

use std::time::Duration;

use model::{Charge, ChargeEvent, ChargeId, Movement, OperationId};

use super::misfortune::By;
use super::telling::ROOM_MAY_COME;
use super::{ProviderDesk, ProviderEntry, now};
use crate::fact::ProviderStrike;
use crate::system::{Effects, PaymentSystem, Timer};

impl ProviderDesk {
    /// Waits for what follows from `movement` unasked: that what was taken is disputed
    /// or given back by hand, that what came to nothing is taken.
    pub(super) fn expect_what_follows(
        &self,
        system: &PaymentSystem,
        movement: &Movement,
        out: &mut Effects,
    ) {
        let charge = movement.charge.id;
        match movement.event {
            ChargeEvent::Captured(_) | ChargeEvent::TakenAfterAll(_) => {
                self.expect_dispute(system, charge, out);
                self.expect_by_hand(system, charge, out);
            }
            ChargeEvent::Declined | ChargeEvent::Voided | ChargeEvent::Tombstoned => {
                self.expect_breach(system, charge, out);
            }
            _ => {}
        }
    }

    /// Waits until it breaks its word about this charge, if it ever does.
    pub(super) fn expect_breach(
        &self,
        system: &PaymentSystem,
        charge: ChargeId,
        out: &mut Effects,
    ) {
        if let Some(at) = self.breaks_at(system, charge) {
            out.set_timer(at.saturating_sub(now(out)), Timer::Breach(charge));
        }
    }

    /// It breaks its word.
    pub(crate) fn on_breach(
        &mut self,
        system: &PaymentSystem,
        charge: ChargeId,
        out: &mut Effects,
    ) {
        if out.disk_is_full() {
            out.set_timer(ROOM_MAY_COME, Timer::Breach(charge));
            return;
        }
        let at = now(out);
        if self.breaks_at(system, charge).is_none_or(|due| due > at) {
            return;
        }
        let known = self.state.books.charge(charge);
        let asked = known.and_then(|known| system.plan.operation(known.token));
        let movement = asked.and_then(|o| self.state.books.take_after_all(charge, o.money, at));
        let Some(movement) = movement else { return };
        self.tell(ProviderStrike::Breach, By::Rate, movement.token, out);
        let entry = ProviderEntry::TookAfterAll(charge, at, movement);
        self.record_unasked(system, entry, &movement, out);
        self.expect_what_follows(system, &movement, out);
    }

    /// Whether it may still break its word about one of these.
    pub(super) fn awaits_breach(
        &self,
        system: &PaymentSystem,
        reference: OperationId,
        out: &Effects,
    ) -> bool {
        let breaks = |charge: &Charge| self.breaks_at(system, charge.id);
        let mut breaks = self.state.books.charges_of(reference).filter_map(breaks);
        breaks.any(|at| now(out) <= at)
    }

    /// When it takes a charge that has come to nothing, if it does. Where nobody
    /// would be told, it keeps its word.
    fn breaks_at(&self, system: &PaymentSystem, charge: ChargeId) -> Option<Duration> {
        self.state.outbox.as_ref()?;
        let known = self.state.books.charge(charge)?;
        let plan = system.plan.operation(known.token)?.breach?;
        let at = known.made_at + plan.after;
        self.state.books.has_come_to_nothing(charge).then_some(at)
    }
}
