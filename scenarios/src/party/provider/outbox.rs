//! What a provider has to tell by itself: a webhook for each movement of its
//! books, durable with the movement, until it is acknowledged.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{
    Beginning, ChargeEvent, ChargeState, EventId, Movement, News, OperationId, ProviderId, Teller,
    Token, Webhook,
};

/// Everything that was not acknowledged.
#[derive(Clone, Debug, Hash)]
pub(super) struct Outbox {
    provider: ProviderId,
    signed: bool,
    /// How often what has each reference has changed.
    versions: BTreeMap<OperationId, u32>,
    /// How many events each instrument has had.
    counts: BTreeMap<Token, u32>,
    parcels: BTreeMap<EventId, Parcel>,
}

/// One event on its way.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) struct Parcel {
    pub(super) webhook: Webhook,
    /// The how-manieth event of its instrument it is: by that it is drawn what
    /// befalls it.
    pub(super) number: u32,
    /// When it happened.
    pub(super) at: Duration,
}

impl Parcel {
    /// Whether nobody could ask for it, so that whoever does not hear of it is
    /// reminded.
    pub(super) fn is_reminded_of(&self) -> bool {
        matches!(self.webhook.news, News::Begins(..))
    }
}

impl Outbox {
    pub(super) fn new(provider: ProviderId, signed: bool) -> Self {
        let (versions, counts, parcels) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { provider, signed, versions, counts, parcels }
    }

    /// Takes a movement of the books that happened `at` to what has this
    /// `reference`, if it is told of.
    pub(super) fn take(
        &mut self,
        movement: &Movement,
        reference: OperationId,
        at: Duration,
    ) -> Option<Parcel> {
        if !is_told(movement) {
            return None;
        }
        let (charge, token) = (&movement.charge, movement.token);
        let version = self.versions.entry(reference).or_default();
        *version += 1;
        let number = self.counts.entry(token).or_default();
        *number += 1;
        let teller = Teller::Provider(self.provider);
        let amount = match charge.state {
            ChargeState::Captured | ChargeState::PartiallyCaptured | ChargeState::Settled => {
                charge.captured
            }
            _ => charge.authorized,
        };
        let webhook = Webhook {
            event: EventId::of(teller, reference, *version),
            teller,
            reference,
            charge: charge.id,
            version: *version,
            news: match movement.event {
                ChargeEvent::Disputed(amount) => News::Begins(Beginning::DisputeOpened, amount),
                ChargeEvent::DisputeWon(amount) => News::Begins(Beginning::DisputeWon, amount),
                ChargeEvent::DisputeLost => News::Begins(Beginning::DisputeLost, charge.withdrawn),
                ChargeEvent::RefundReturned(amount) => {
                    News::Begins(Beginning::RefundFailed, amount)
                }
                _ => News::Stands(charge.state, amount),
            },
            signed: self.signed,
            token,
        };
        let parcel = Parcel { webhook, number: *number, at };
        self.parcels.insert(webhook.event, parcel);
        Some(parcel)
    }

    /// The event was acknowledged; whether it was still on its way.
    pub(super) fn delivered(&mut self, event: EventId) -> bool {
        self.parcels.remove(&event).is_some()
    }

    pub(super) fn parcel(&self, event: EventId) -> Option<&Parcel> {
        self.parcels.get(&event)
    }

    pub(super) fn parcels(&self) -> impl Iterator<Item = &Parcel> {
        self.parcels.values()
    }

    /// Forgets instruments whose charges are closed: they change no more.
    pub(super) fn close(&mut self, tokens: &[Token], references: &[OperationId]) {
        for token in tokens {
            self.counts.remove(token);
        }
        for reference in references {
            self.versions.remove(reference);
        }
    }
}

/// Whether a provider tells of it: of everything that changes where a charge
/// stands, and of a refund that comes back after it had succeeded.
pub(crate) fn is_told(movement: &Movement) -> bool {
    match movement.event {
        ChargeEvent::Authorized(_)
        | ChargeEvent::Declined
        | ChargeEvent::Deferred
        | ChargeEvent::PartlyCaptured(_)
        | ChargeEvent::Captured(_)
        | ChargeEvent::Voided
        | ChargeEvent::Expired
        | ChargeEvent::AutoReversed
        | ChargeEvent::Tombstoned
        | ChargeEvent::Settled
        | ChargeEvent::Disputed(_)
        | ChargeEvent::DisputeWon(_)
        | ChargeEvent::DisputeLost
        | ChargeEvent::RefundReturned(_) => true,
        ChargeEvent::RemainderReleased
        | ChargeEvent::Refunded(_)
        | ChargeEvent::RefundPending(_)
        | ChargeEvent::RefundSucceeded(_)
        | ChargeEvent::RefundFailed(_) => false,
    }
}
