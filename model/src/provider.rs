//! The books of a provider: the ground truth of what was charged.

mod asking;
mod breach;
mod charging;
mod closed;
mod keys;
mod refunding;

use std::time::Duration;

use crate::archive::Archive;
use crate::charge::{Charge, ChargeEvent, ChargeState};
use crate::dialect::Dialect;
use crate::dispute::Dispute;
use crate::id_map::IdMap;
use crate::identity::{ChargeId, OperationId, ProviderId, Token};
use crate::refund::Refund;

pub use asking::{Decline, IssuerAnswer, ProviderReply, ProviderRequest};
use closed::Closed;
pub use closed::Closing;
use keys::KeyStore;
pub use keys::Known;
pub use refunding::IllegalDispute;

/// A change in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Movement {
    /// The charge that changed, as it is now.
    pub charge: Charge,
    /// For whose instrument: that of the refund, where money is given back; that
    /// of the charge anywhere else.
    pub token: Token,
    /// The key of the request that changed it, if a request did.
    pub reference: Option<OperationId>,
    /// What happened.
    pub event: ChargeEvent,
}

/// The books of one provider. All of it is durable.
#[derive(Clone, Debug, Hash)]
pub struct ProviderBooks {
    provider: ProviderId,
    dialect: Dialect,
    charges: IdMap<ChargeId, Charge>,
    /// How many charges there are beyond the first under one reference: there
    /// are none, unless a key was ignored, dropped or outlived.
    repeats: IdMap<OperationId, u32>,
    refunds: IdMap<OperationId, Vec<Refund>>,
    disputes: IdMap<ChargeId, Dispute>,
    keys: KeyStore,
    /// What is left of charges that nothing happens to for now.
    closed: Archive<Closed>,
}

/// How a request is to be executed.
#[derive(Clone, Copy, Debug)]
pub struct Execution {
    /// The time at the provider.
    pub now: Duration,
    /// Whose card it is.
    pub token: Token,
    /// Which sending this is: copies made by the network share it.
    pub ordinal: u32,
    /// Which region of the provider it reached.
    pub region: u8,
    /// What the issuer will say.
    pub issuer: IssuerAnswer,
    /// How long a query will not see what this changes.
    pub lag: Duration,
    /// Whether the answer is a server error although it was executed.
    pub fails_after: bool,
    /// Whether the provider notices that whoever asked has hung up.
    pub hung_up: bool,
}

impl ProviderBooks {
    /// Empty books.
    pub fn new(provider: ProviderId, dialect: Dialect) -> Self {
        Self {
            provider,
            dialect,
            charges: IdMap::new(),
            repeats: IdMap::new(),
            refunds: IdMap::new(),
            disputes: IdMap::new(),
            keys: KeyStore::default(),
            closed: Archive::default(),
        }
    }

    /// Every charge that something may still happen to, by its name.
    pub fn charges(&self) -> impl Iterator<Item = &Charge> {
        self.charges.values()
    }

    /// Those of them that the authorization `reference` made.
    pub fn charges_of(&self, reference: OperationId) -> impl Iterator<Item = &Charge> {
        self.names(reference).filter_map(|name| self.charges.get(&name))
    }

    /// The charge with this name, if something may still happen to it.
    pub fn charge(&self, id: ChargeId) -> Option<&Charge> {
        self.charges.get(&id)
    }

    /// The charge that `request` is about, if the books have it and something
    /// may still happen to it.
    pub fn about(&self, request: &ProviderRequest) -> Option<&Charge> {
        self.charges.get(&self.charge_of(request))
    }

    /// How `request` is answered without being executed: its key or its
    /// connection was seen before.
    pub fn known(&self, request: &ProviderRequest, how: &Execution) -> Option<Known> {
        self.keys.known(&self.dialect, request, how)
    }

    /// What the connection that `request` came on was answered before: a copy
    /// made by the network gets the same.
    pub fn answered(&self, request: &ProviderRequest, ordinal: u32) -> Option<ProviderReply> {
        self.keys.answered(request, ordinal)
    }

    /// Notes that `request` was turned away with `reply`, unexecuted.
    pub fn turn_away(&mut self, request: &ProviderRequest, ordinal: u32, reply: ProviderReply) {
        let charge = self.charge_of(request);
        self.keys.answer(request, ordinal, reply, charge);
    }

    /// Notes that `request` waits to be executed.
    pub fn begin(&mut self, request: &ProviderRequest, how: &Execution) {
        let charge = self.charge_of(request);
        self.keys.begin(&self.dialect, request, how, charge);
    }

    /// A crash has interrupted whatever waited to be executed.
    pub fn interrupt(&mut self) {
        self.keys.interrupt(&self.dialect);
    }

    /// Executes `request`, which [`ProviderBooks::known`] did not know.
    pub fn execute(
        &mut self,
        request: &ProviderRequest,
        how: &Execution,
    ) -> (ProviderReply, Option<Movement>) {
        let (outcome, movement) = match *request {
            ProviderRequest::Authorize { reference, money } => {
                self.authorize(reference, money, how)
            }
            ProviderRequest::Capture { reference, charge, amount, is_final } => {
                self.capture(reference, charge, (amount, is_final), how)
            }
            ProviderRequest::VoidByReference { reference, target } => {
                self.void(reference, target, how)
            }
            ProviderRequest::Refund { reference, charge, amount } => {
                self.refund(reference, charge, amount, how)
            }
            ProviderRequest::Contest { charge, evidence, .. } => {
                self.contest(charge, evidence, how)
            }
            ProviderRequest::Query { target } => (self.query(target, how.now), None),
        };
        let told = if how.fails_after { ProviderReply::ServerError } else { outcome };
        let charge = self.charge_of(request);
        self.keys.keep(&self.dialect, request, how, (outcome, told), charge);
        (told, movement)
    }

    /// Lets time pass over the charge `id`: a pending one is decided, an
    /// authorization expires or is taken back, a capture is settled. Tells the
    /// first thing that this does.
    pub fn mature(&mut self, id: ChargeId, now: Duration) -> Option<Movement> {
        let charge = self.charges.get_mut(&id)?;
        let event = charge.due(now)?;
        let partial = charge.state == ChargeState::PartiallyCaptured;
        charge.apply(event).ok()?;
        if partial {
            let expired_at = charge.expires_at;
            charge.end_capture(&self.dialect, expired_at);
        }
        Some(Movement { charge: *charge, token: charge.token, reference: None, event })
    }

    /// Where the charge `id` stands at `now`.
    fn state(&self, id: ChargeId, now: Duration) -> Option<ChargeState> {
        let open = self.charges.get(&id).map(|charge| charge.state);
        open.or_else(|| self.closed.get(id.0).map(|closed| closed.state(now)))
    }

    /// The name of the first charge that the authorization `reference` makes.
    fn name(&self, reference: OperationId) -> ChargeId {
        ChargeId::of(self.provider, reference, 0)
    }

    /// The name of the last: what requests by reference are about.
    fn latest(&self, reference: OperationId) -> ChargeId {
        let repeats = self.repeats.get(&reference).copied().unwrap_or_default();
        ChargeId::of(self.provider, reference, repeats)
    }

    /// The names of all.
    fn names(&self, reference: OperationId) -> impl Iterator<Item = ChargeId> + use<> {
        let (provider, repeats) = (self.provider, self.repeats.get(&reference).copied());
        (0..=repeats.unwrap_or_default()).map(move |n| ChargeId::of(provider, reference, n))
    }

    /// A name for one more charge of `reference`.
    fn fresh(&mut self, reference: OperationId) -> ChargeId {
        let first = self.name(reference);
        if self.charges.contains_key(&first) || self.closed.get(first.0).is_some() {
            *self.repeats.entry(reference).or_default() += 1;
        }
        self.latest(reference)
    }

    fn charge_of(&self, request: &ProviderRequest) -> ChargeId {
        match request {
            ProviderRequest::Authorize { reference, .. } => self.latest(*reference),
            ProviderRequest::VoidByReference { target, .. } | ProviderRequest::Query { target } => {
                self.latest(*target)
            }
            ProviderRequest::Capture { charge, .. }
            | ProviderRequest::Refund { charge, .. }
            | ProviderRequest::Contest { charge, .. } => *charge,
        }
    }
}
