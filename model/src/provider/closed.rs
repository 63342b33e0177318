//! What is left of a charge that nothing happens to for now.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{ProviderBooks, ProviderReply};
use crate::charge::{Charge, ChargeState};
use crate::currency::Currency;
use crate::identity::{ChargeId, OperationId, Token};
use crate::money::{Amount, Money};

/// What a closed charge still answers with, and what opens it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Closed {
    pub(super) token: Token,
    reference: OperationId,
    /// What was captured, or authorized where nothing was.
    minor: u64,
    /// In whole seconds.
    made_at: u32,
    /// In whole seconds; 0 where nothing was captured.
    settles_at: u32,
    currency: Currency,
    state: ChargeState,
}

/// What became of charges that were to be closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// Whose instruments' charges were closed.
    pub tokens: Vec<Token>,
    /// Authorizations whose charges are still open.
    pub open: Vec<OperationId>,
}

impl ProviderBooks {
    /// Closes those of the charges of `references` whose story is over. By `now`
    /// every key of theirs has to have expired, and nothing of them may be on
    /// its way any more: then the books answer every request as before, and
    /// remember less.
    pub fn close(&mut self, references: Vec<OperationId>, now: Duration) -> Closing {
        let mut batch = Vec::with_capacity(references.len());
        let mut closed = BTreeSet::new();
        let mut closing = Closing::default();
        // Whoever asks for a refund later, or again, is answered by all of it.
        let refunded: BTreeSet<_> = self.refunds.values().flatten().map(|r| r.charge).collect();
        for reference in references {
            let mut open = false;
            for id in self.names(reference) {
                let Some(charge) = self.charges.get(&id) else { continue };
                match Closed::of(charge).filter(|_| !refunded.contains(&id)) {
                    // Whatever was opened again once stays so: what is put away
                    // does not change.
                    Some(_) if self.closed.get(id.0).is_some() => {}
                    Some(left) => {
                        batch.push((id.0, left));
                        closed.insert(id);
                        closing.tokens.push(left.token);
                    }
                    None => open = true,
                }
            }
            if open {
                closing.open.push(reference);
            }
        }
        self.charges.retain(|id, _| !closed.contains(id));
        self.keys.forget(&self.dialect, now, |charge| closed.contains(&charge));
        self.closed.keep(batch);
        closing
    }

    /// How many charges are open, and the bytes that the closed ones take.
    pub fn footprint(&self) -> (usize, usize) {
        (self.charges.len(), self.closed.bytes())
    }

    /// The charge `id`, opened again if it was closed.
    pub(super) fn opened(&mut self, id: ChargeId) -> Option<&mut Charge> {
        if !self.charges.contains_key(&id) {
            let charge = self.closed.get(id.0)?.charge(id, self.provider);
            self.charges.insert(id, charge);
        }
        self.charges.get_mut(&id)
    }
}

impl Closed {
    /// What is left of `charge`, if its story is over.
    fn of(charge: &Charge) -> Option<Self> {
        let untouched = charge.refunded + charge.refunding + charge.withdrawn == Amount::ZERO;
        let amount = match charge.state {
            ChargeState::Captured | ChargeState::Settled
                if charge.captured == charge.authorized && untouched =>
            {
                charge.captured
            }
            ChargeState::Voided
            | ChargeState::AuthorizationExpired
            | ChargeState::AutoReversed
            | ChargeState::Declined
            | ChargeState::Tombstoned => charge.authorized,
            _ => return None,
        };
        Some(Self {
            token: charge.token,
            reference: charge.reference,
            minor: u64::try_from(amount.0).ok()?,
            made_at: u32::try_from(charge.made_at.as_secs()).ok()?,
            settles_at: u32::try_from(charge.settles_at.unwrap_or_default().as_secs()).ok()?,
            currency: charge.money.currency,
            state: charge.state,
        })
    }

    /// The charge that it is left of, as far as anybody can still ask.
    fn charge(&self, id: ChargeId, provider: crate::identity::ProviderId) -> Charge {
        let made_at = Duration::from_secs(u64::from(self.made_at));
        let money = Money { amount: self.amount(), currency: self.currency };
        let whose = (provider, self.reference, self.token);
        let taken = self.state.is_past_void();
        let settles_at = Duration::from_secs(u64::from(self.settles_at));
        Charge {
            authorized: money.amount,
            captured: if taken { money.amount } else { Amount::ZERO },
            state: self.state,
            settles_at: taken.then_some(settles_at),
            ..Charge::absent(id, whose, money, made_at)
        }
    }

    pub(super) fn amount(&self) -> Amount {
        Amount(i128::from(self.minor))
    }

    /// Where it stands: a capture is settled when its cut-off comes.
    pub(super) fn state(&self, now: Duration) -> ChargeState {
        let settled = u64::from(self.settles_at) <= now.as_secs();
        match self.state {
            ChargeState::Captured if settled => ChargeState::Settled,
            state => state,
        }
    }

    pub(super) fn made_at(&self) -> Duration {
        Duration::from_secs(u64::from(self.made_at))
    }

    pub(super) fn capture(&self, charge: ChargeId) -> ProviderReply {
        super::charging::after(self.state, charge, self.amount())
    }

    pub(super) fn void(&self) -> ProviderReply {
        match self.state {
            state if state.is_past_void() => ProviderReply::TooLate,
            ChargeState::Tombstoned => ProviderReply::Tombstoned,
            _ => ProviderReply::Voided,
        }
    }
}
