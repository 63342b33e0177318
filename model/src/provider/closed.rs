//! What is left of a charge that nothing happens to any more.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{ProviderBooks, ProviderReply};
use crate::charge::{Charge, ChargeState};
use crate::identity::{ChargeId, OperationId, Token};
use crate::money::Amount;

/// What a closed charge still answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Closed {
    pub(super) token: Token,
    /// What was captured, or authorized where nothing was.
    minor: u64,
    pub(super) state: ChargeState,
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
    /// Closes those of the charges of `references` whose story is over. By `now` every key of theirs has to have expired, and
    /// nothing of them may be on its way any more: then the books answer every
    /// request as before, and remember less.
    pub fn close(&mut self, references: Vec<OperationId>, now: Duration) -> Closing {
        let mut batch = Vec::with_capacity(references.len());
        let mut closed = BTreeSet::new();
        let mut closing = Closing::default();
        for reference in references {
            let id = self.name(reference);
            let Some(charge) = self.charges.get(&id) else { continue };
            match Closed::of(charge) {
                Some(left) if self.closed.get(id.0).is_none() => {
                    batch.push((id.0, left));
                    closed.insert(id);
                    closing.tokens.push(left.token);
                }
                Some(_) => {}
                None => closing.open.push(reference),
            }
        }
        self.charges.retain(|id, _| !closed.contains(id));
        self.connections.retain(|_, (_, charge)| !closed.contains(charge));
        let lifetime = self.dialect.key_lifetime;
        self.kept.retain(|_, kept| now < kept.at + lifetime);
        self.closed.keep(batch);
        closing
    }

    /// How many charges are open, and the bytes that the closed ones take.
    pub fn footprint(&self) -> (usize, usize) {
        (self.charges.len(), self.closed.bytes())
    }
}

impl Closed {
    /// What is left of `charge`, if its story is over.
    fn of(charge: &Charge) -> Option<Self> {
        let amount = match charge.state {
            ChargeState::Captured if charge.captured == charge.authorized => charge.captured,
            ChargeState::Voided
            | ChargeState::AuthorizationExpired
            | ChargeState::Declined
            | ChargeState::Tombstoned => charge.authorized,
            _ => return None,
        };
        let minor = u64::try_from(amount.0).ok()?;
        Some(Self { token: charge.token, minor, state: charge.state })
    }

    pub(super) fn amount(&self) -> Amount {
        Amount(i128::from(self.minor))
    }

    pub(super) fn query(&self, id: ChargeId) -> ProviderReply {
        ProviderReply::Status(self.state, id, self.amount())
    }

    pub(super) fn capture(&self, charge: ChargeId) -> ProviderReply {
        match self.state {
            ChargeState::Captured => ProviderReply::Captured { charge, amount: self.amount() },
            ChargeState::AuthorizationExpired | ChargeState::Voided => ProviderReply::Expired,
            _ => ProviderReply::Invalid,
        }
    }

    pub(super) fn void(&self) -> ProviderReply {
        match self.state {
            ChargeState::Captured => ProviderReply::TooLate,
            ChargeState::Tombstoned => ProviderReply::Tombstoned,
            _ => ProviderReply::Voided,
        }
    }
}
