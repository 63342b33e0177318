//! What a provider does against its own word (payments.md F31).

use std::time::Duration;

use super::{Movement, ProviderBooks};
use crate::charge::{ChargeEvent, ChargeState};
use crate::identity::ChargeId;
use crate::money::Amount;

impl ProviderBooks {
    /// Takes what was declined or voided after all, whole. It does so once: what
    /// is taken is neither any more.
    pub fn take_after_all(&mut self, id: ChargeId, now: Duration) -> Option<Movement> {
        let dialect = self.dialect.clone();
        let charge = self.opened(id)?;
        let reserved = charge.authorized > Amount::ZERO;
        let amount = if reserved { charge.authorized } else { charge.money.amount };
        let event = ChargeEvent::TakenAfterAll(amount);
        charge.apply(event).ok()?;
        charge.end_capture(&dialect, now);
        Some(Movement { charge: *charge, token: charge.token, reference: None, event })
    }

    /// Whether `id` came to nothing by this provider's own word.
    pub fn has_come_to_nothing(&self, id: ChargeId) -> bool {
        let charge = self.charge(id);
        charge.is_some_and(|c| matches!(c.state, ChargeState::Declined | ChargeState::Voided))
    }
}
