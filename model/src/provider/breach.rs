//! What a provider does against its own word (payments.md F31).

use std::time::Duration;

use super::{Movement, ProviderBooks};
use crate::charge::{ChargeEvent, ChargeState};
use crate::identity::ChargeId;
use crate::money::{Amount, Money};

impl ProviderBooks {
    /// Takes what was declined, voided or tombstoned after all, whole; of what was
    /// tombstoned, `asked`, which whoever asks for it late would name. It does so
    /// once: what is taken is none of these any more.
    pub fn take_after_all(
        &mut self,
        id: ChargeId,
        asked: Money,
        now: Duration,
    ) -> Option<Movement> {
        let dialect = self.dialect.clone();
        let charge = self.opened(id)?;
        if charge.state == ChargeState::Tombstoned {
            charge.money = asked;
        }
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
        let over = [ChargeState::Declined, ChargeState::Voided, ChargeState::Tombstoned];
        charge.is_some_and(|charge| over.contains(&charge.state))
    }
}
