//! What a provider has to tell by itself: a webhook for each movement of its
//! books, durable with the movement, until it is acknowledged.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use model::{
    Beginning, ChargeEvent, ChargeState, EventId, Movement, News, OperationId, ProviderId, Teller,
    Token, Webhook,
};
use sim::VirtualTime;

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
    kept: Kept,
}

/// What is kept of what was told, because somebody will want it once more.
#[derive(Clone, Debug, Default)]
struct Kept {
    /// What happened in these times.
    times: Vec<(Duration, Duration)>,
    told: BTreeMap<(Duration, EventId), Webhook>,
}

/// Whoever keeps nothing is the same as if it could keep nothing.
impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.told.iter().for_each(|told| told.hash(state));
    }
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
        Self { provider, signed, versions, counts, parcels, kept: Kept::default() }
    }

    /// The same, which keeps what happens in these times.
    pub(super) fn keeping(self, times: Vec<(Duration, Duration)>) -> Self {
        Self { kept: Kept { times, ..Kept::default() }, ..self }
    }

    /// Everything that happened in between, in the order of time.
    pub(super) fn told_between(&self, from: VirtualTime, until: VirtualTime) -> Vec<Webhook> {
        let [from, until] = [from, until].map(|at| Duration::from_nanos(at.as_nanos()));
        let told = self.kept.told.range((from, EventId(0))..(until, EventId(0)));
        told.map(|(_, webhook)| *webhook).collect()
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
                ChargeEvent::DisputedAgain(amount) => {
                    News::Begins(Beginning::DisputedAgain, amount)
                }
                ChargeEvent::WonAgain(amount) => News::Begins(Beginning::WonAgain, amount),
                ChargeEvent::LostAgain => News::Begins(Beginning::LostAgain, charge.withdrawn),
                ChargeEvent::RefundReturned(amount) => {
                    News::Begins(Beginning::RefundFailed, amount)
                }
                ChargeEvent::Refunded(amount) => News::Begins(Beginning::RefundedByHand, amount),
                ChargeEvent::TakenAfterAll(amount) => {
                    News::Begins(Beginning::TakenAfterAll, amount)
                }
                _ => News::Stands(charge.state, amount),
            },
            signed: self.signed,
            token,
        };
        let parcel = Parcel { webhook, number: *number, at };
        self.parcels.insert(webhook.event, parcel);
        if self.kept.times.iter().any(|(from, until)| (*from..*until).contains(&at)) {
            self.kept.told.insert((at, webhook.event), webhook);
        }
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
        | ChargeEvent::DisputedAgain(_)
        | ChargeEvent::WonAgain(_)
        | ChargeEvent::LostAgain
        | ChargeEvent::RefundReturned(_)
        | ChargeEvent::TakenAfterAll(_) => true,
        // Whoever asked for it is answered.
        ChargeEvent::Refunded(_) => movement.reference.is_none(),
        ChargeEvent::RemainderReleased
        | ChargeEvent::RefundPending(_)
        | ChargeEvent::RefundSucceeded(_)
        | ChargeEvent::RefundFailed(_) => false,
    }
}
