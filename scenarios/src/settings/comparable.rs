//! Which scenarios other protocols than the saga can run.

use sim::Rate;

use super::{Scenario, Workload};
use crate::invariant::Invariant;
use crate::plan::Protocol;

impl Scenario {
    /// Whether any world of it can meet the premise of `invariant`, by this protocol or
    /// by another that can run it.
    pub(crate) fn ever_meets(&self, invariant: Invariant) -> bool {
        let two_phase = || Self { protocol: Some(Protocol::TwoPhase), ..self.clone() };
        self.can_meet(invariant)
            || self.not_comparable().is_none() && two_phase().can_meet(invariant)
    }

    /// Why two-phase commit can't run it, if it can't: what it asks for that only
    /// sagas do.
    pub fn not_comparable(&self) -> Option<&'static str> {
        let Workload { payouts, captures, split, refund, reuse_expired, exchange, .. } =
            self.workload;
        let asked = [
            (payouts > Rate::NEVER, "it has payouts, which no bank can prepare"),
            (captures > Rate::NEVER, "it has payments in several captures"),
            (split > Rate::NEVER, "it has payments that are split over merchants"),
            (exchange > Rate::NEVER, "it has payments that are exchanged"),
            (refund > Rate::NEVER, "it has refunds"),
            (self.providers.issuer.disputed > Rate::NEVER, "it has disputes"),
            (reuse_expired > Rate::NEVER || self.key_lifetime.is_some(), "its keys expire"),
            (self.order_ref_unique, "an order is paid once, whatever the key"),
            (self.providers.webhooks, "providers tell by webhooks"),
            (self.merchant_events, "it has a notifier"),
            (self.lake, "it has a data lake"),
            (!self.never_heals.is_empty(), "somebody in it never heals"),
        ];
        asked.into_iter().find(|(asks, _)| *asks).map(|(_, why)| why)
    }
}
