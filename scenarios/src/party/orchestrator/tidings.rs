//! What webhooks tell of a payment in a worker's hands: kept until it can be
//! judged, and marked in the commit that follows from it.

use std::time::Duration;

use model::{InboxChange, InboxEvent, PaymentId, Rules, Told};

use super::{Doing, Hand, Orchestrator};
use crate::system::{Effects, PaymentSystem};

impl Orchestrator {
    /// Webhooks have told something of a payment.
    pub(super) fn told(
        &mut self,
        system: &PaymentSystem,
        payment: PaymentId,
        told: Vec<Told>,
        out: &mut Effects,
    ) {
        let Some(hand) = self.hands.get_mut(&payment) else { return };
        hand.take_in(told);
        match hand.doing {
            Doing::Working => {
                let acts = hand.conductor.as_ref().and_then(|conductor| {
                    hand.told.iter().find_map(|told| conductor.acts_on(told, &system.rules))
                });
                if let Some(call) = acts {
                    hand.call(system, payment, call, 0, out);
                }
                self.drive(system, payment, out);
            }
            Doing::Parked => hand.lease(system, payment, out),
            // Looked at with the lease, or after the commit.
            Doing::Leasing(_) | Doing::Committing(_) => {}
        }
    }
}

impl Hand {
    /// Keeps what webhooks tell, unless it is known.
    pub(super) fn take_in(&mut self, news: Vec<Told>) {
        for told in news {
            let event = told.webhook.event;
            let marked = |change: &InboxChange| {
                matches!(change, InboxChange::Found(known, found)
                    if *known == event && *found != InboxEvent::TooEarly)
            };
            let known = self.told.iter().any(|known| known.webhook.event == event);
            if !known && !self.found.iter().any(marked) {
                self.told.push(told);
            }
        }
    }

    /// Looks at what webhooks tell, the oldest first: what fits is concluded,
    /// and what comes too early is looked at again.
    pub(super) fn weigh(&mut self, now: Duration, rules: &Rules) {
        let Some(conductor) = &mut self.conductor else { return };
        let mut early = Vec::new();
        for mut told in std::mem::take(&mut self.told) {
            let event = told.webhook.event;
            let found = conductor.take_evidence(&told, now, rules);
            let Ok(state) = told.state.next(found) else {
                early.push(told);
                continue;
            };
            self.found.push(InboxChange::Found(event, found));
            if found == InboxEvent::TooEarly {
                told.state = state;
                early.push(told);
            }
        }
        self.told = early;
    }
}
