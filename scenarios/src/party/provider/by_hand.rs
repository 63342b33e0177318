//! What somebody does in the dashboard of a provider, as the plan says: gives
//! money back, and has webhooks sent once more.

use model::{Charge, ChargeId, OperationId};

use super::misfortune::By;
use super::telling::ROOM_MAY_COME;
use super::{ProviderDesk, ProviderEntry, now};
use crate::fact::{About, ProviderStrike};
use crate::message::Message;
use crate::party::INGRESS;
use crate::plan::{DueByHand, Trouble};
use crate::system::{Effects, PaymentSystem, Timer};

impl ProviderDesk {
    /// Waits until somebody gives this charge back, if anybody will.
    pub(super) fn expect_by_hand(
        &self,
        system: &PaymentSystem,
        charge: ChargeId,
        out: &mut Effects,
    ) {
        if let Some(due) = self.due_by_hand(system, charge) {
            out.set_timer(due.at.saturating_sub(now(out)), Timer::ByHand(charge));
        }
    }

    /// Somebody has the dashboard open.
    pub(crate) fn on_by_hand(
        &mut self,
        system: &PaymentSystem,
        charge: ChargeId,
        out: &mut Effects,
    ) {
        if out.disk_is_full() {
            out.set_timer(ROOM_MAY_COME, Timer::ByHand(charge));
            return;
        }
        self.mature_charge(system, charge, out);
        let due = self.due_by_hand(system, charge).filter(|due| due.at <= now(out));
        let Some(DueByHand { share, .. }) = due else { return };
        let at = now(out);
        let Some(movement) = self.state.books.refund_by_hand(charge, share, at) else { return };
        self.tell(ProviderStrike::RefundedByHand, By::Rate, movement.token, out);
        let entry = ProviderEntry::RefundedByHand(charge, share, at, movement);
        self.record_unasked(system, entry, &movement, out);
    }

    /// Waits until somebody has it tell once more of what it told.
    pub(super) fn expect_replays(&self, system: &PaymentSystem, out: &mut Effects) {
        if self.state.outbox.is_none() {
            return;
        }
        let now = out.wall();
        for replay in system.plan.replays(self.id).filter(|replay| now <= replay.until) {
            out.set_timer(replay.until.since(now), Timer::Replay(replay.id));
        }
    }

    /// Somebody has it tell once more, acknowledged or not.
    pub(crate) fn replay(&mut self, system: &PaymentSystem, trouble: u32, out: &mut Effects) {
        let replay = system.plan.replays(self.id).find(|replay| replay.id == trouble);
        let (Some(replay), Some(outbox)) = (replay, &self.state.outbox) else { return };
        let mut told = outbox.told_between(replay.from, replay.until);
        if told.is_empty() {
            return;
        }
        if replay.trouble == (Trouble::Replay { newest_first: true }) {
            told.reverse();
        }
        for webhook in told {
            out.send(INGRESS, Message::Webhook(webhook));
        }
        self.tell(ProviderStrike::WebhooksReplayed, By::Rate, About(None), out);
    }

    /// Whether somebody may still give back what one of these came to.
    pub(super) fn awaits_by_hand(
        &self,
        system: &PaymentSystem,
        reference: OperationId,
        out: &Effects,
    ) -> bool {
        let due = |charge: &Charge| self.due_by_hand(system, charge.id);
        let mut dues = self.state.books.charges_of(reference).filter_map(due);
        dues.any(|due| now(out) <= due.at)
    }

    /// What the plan says of a charge that was taken, unless it was done. Where
    /// nobody would be told, nobody does it.
    fn due_by_hand(&self, system: &PaymentSystem, charge: ChargeId) -> Option<DueByHand> {
        self.state.outbox.as_ref()?;
        let taken = self.state.books.charge(charge).filter(|c| c.state.is_past_void())?;
        let plan = system.plan.operation(taken.token)?.by_hand?;
        let due = DueByHand { charge, at: taken.made_at + plan.after, share: plan.share };
        (!self.state.books.is_refunded_by_hand(charge)).then_some(due)
    }
}
