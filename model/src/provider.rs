//! What a provider is asked, what it answers, and its books: the ground truth
//! of what was charged.

mod closed;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::archive::Archive;
use crate::charge::{Charge, ChargeEvent, ChargeState};
use crate::dialect::{Dialect, Keeps};
use crate::identity::{ChargeId, OperationId, ProviderId, Token};
use crate::money::{Amount, Money};

use closed::Closed;
pub use closed::Closing;

/// A request to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderRequest {
    /// Reserve money on the customer's card.
    Authorize {
        /// The key that makes it happen once.
        reference: OperationId,
        /// How much.
        money: Money,
    },
    /// Take the money that `charge` reserves: all of it.
    Capture {
        /// The key that makes it happen once.
        reference: OperationId,
        /// The authorization.
        charge: ChargeId,
        /// How much.
        amount: Amount,
    },
    /// Undo whatever `target` did, or keep it from happening.
    VoidByReference {
        /// The key that makes it happen once.
        reference: OperationId,
        /// The authorization's key.
        target: OperationId,
    },
    /// Tell what became of `target`.
    Query {
        /// The authorization's key.
        target: OperationId,
    },
}

impl ProviderRequest {
    /// Whether it may move money.
    pub const fn takes_effect(&self) -> bool {
        matches!(self, Self::Authorize { .. } | Self::Capture { .. })
    }
}

/// The answer of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderReply {
    /// So much is reserved, as this charge.
    Authorized {
        /// The charge.
        charge: ChargeId,
        /// How much; less than was asked for is a partial approval.
        amount: Amount,
    },
    /// Refused by the issuer.
    Declined(Decline),
    /// It will be decided later; ask again.
    Pending,
    /// The money was taken.
    Captured {
        /// The charge.
        charge: ChargeId,
        /// How much.
        amount: Amount,
    },
    /// The authorization is gone.
    Expired,
    /// The authorization is released, or never came to be.
    Voided,
    /// Never seen, and blocked from now on.
    Tombstoned,
    /// Captured already: it can't be undone.
    TooLate,
    /// Never seen, and nothing was blocked.
    UnknownReference,
    /// What the books say of the reference.
    Status(ChargeState, ChargeId, Amount),
    /// The index does not know the reference, or not yet.
    NotFound,
    /// The request with this key is still being worked on.
    InProgress,
    /// Too many requests: not executed.
    Throttled,
    /// An error on the provider's side: it may have happened.
    ServerError,
    /// The request makes no sense to the provider: not executed.
    Invalid,
}

/// How an issuer declines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decline {
    /// Another try may succeed.
    Soft,
    /// No try will succeed.
    Hard,
}

/// What the issuer will say: drawn by the world, not by the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssuerAnswer {
    /// Yes.
    Approve,
    /// Yes, but only to this share, in basis points.
    ApprovePart(u32),
    /// No.
    Decline(Decline),
    /// Yes or no, after a while.
    Later(Duration, bool),
}

/// A change in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Movement {
    /// The charge that changed, as it is now.
    pub charge: Charge,
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
    charges: BTreeMap<ChargeId, Charge>,
    kept: BTreeMap<(Endpoint, OperationId), Kept>,
    /// Replies per connection: what the network repeats is answered as before.
    connections: BTreeMap<(Endpoint, OperationId, u32), (ProviderReply, ChargeId)>,
    /// What is left of charges that nothing happens to any more.
    closed: Archive<Closed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Endpoint {
    Authorize,
    Capture,
}

#[derive(Clone, Copy, Debug, Hash)]
struct Kept {
    reply: Option<ProviderReply>,
    at: Duration,
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
    /// What the issuer will say.
    pub issuer: IssuerAnswer,
    /// How long a query will not see what this changes.
    pub lag: Duration,
    /// Whether the answer is a server error although it was executed.
    pub fails_after: bool,
}

impl ProviderBooks {
    /// Empty books.
    pub fn new(provider: ProviderId, dialect: Dialect) -> Self {
        Self {
            provider,
            dialect,
            charges: BTreeMap::new(),
            kept: BTreeMap::new(),
            connections: BTreeMap::new(),
            closed: Archive::default(),
        }
    }

    /// Every charge that something may still happen to, by its name.
    pub fn charges(&self) -> impl Iterator<Item = &Charge> {
        self.charges.values()
    }

    /// The charge that `request` is about, if the books have it and something
    /// may still happen to it.
    pub fn about(&self, request: &ProviderRequest) -> Option<&Charge> {
        self.charges.get(&self.charge_of(request))
    }

    /// The reply that `request` gets without being executed: its key or its
    /// connection was seen before.
    pub fn known(&self, request: &ProviderRequest, how: &Execution) -> Option<ProviderReply> {
        let (endpoint, reference) = keyed(request)?;
        let kept = self.kept.get(&(endpoint, reference));
        if let Some(kept) = kept.filter(|kept| how.now < kept.at + self.dialect.key_lifetime) {
            return Some(kept.reply.unwrap_or(ProviderReply::InProgress));
        }
        self.connections.get(&(endpoint, reference, how.ordinal)).map(|(reply, _)| *reply)
    }

    /// What the connection that `request` came on was answered before: a copy
    /// made by the network gets the same.
    pub fn answered(&self, request: &ProviderRequest, ordinal: u32) -> Option<ProviderReply> {
        let (endpoint, reference) = keyed(request)?;
        self.connections.get(&(endpoint, reference, ordinal)).map(|(reply, _)| *reply)
    }

    /// Notes that `request` was turned away with `reply`, unexecuted.
    pub fn turn_away(&mut self, request: &ProviderRequest, ordinal: u32, reply: ProviderReply) {
        if let Some((endpoint, reference)) = keyed(request) {
            let charge = self.charge_of(request);
            self.connections.insert((endpoint, reference, ordinal), (reply, charge));
        }
    }

    /// Notes that `request` waits to be executed.
    pub fn begin(&mut self, request: &ProviderRequest, now: Duration) {
        if let Some(place) = keyed(request) {
            self.kept.insert(place, Kept { reply: None, at: now });
        }
    }

    /// Executes `request`, which [`ProviderBooks::known`] did not know.
    pub fn execute(
        &mut self,
        request: &ProviderRequest,
        how: &Execution,
    ) -> (ProviderReply, Option<Movement>) {
        let (reply, movement) = match *request {
            ProviderRequest::Authorize { reference, money } => {
                self.authorize(reference, money, how)
            }
            ProviderRequest::Capture { reference, charge, amount } => {
                self.capture(reference, charge, amount, how)
            }
            ProviderRequest::VoidByReference { reference, target } => {
                self.void(reference, target, how)
            }
            ProviderRequest::Query { target } => (self.query(target, how.now), None),
        };
        let reply = if how.fails_after { ProviderReply::ServerError } else { reply };
        self.keep(request, reply, how);
        (reply, movement)
    }

    /// Lets time pass over the charge of `reference`: a pending one is decided,
    /// an authorization expires.
    pub fn mature(&mut self, reference: OperationId, now: Duration) -> Option<Movement> {
        let charge = self.charges.get_mut(&self.name(reference))?;
        let event = charge.due(now)?;
        charge.apply(event).ok()?;
        Some(Movement { charge: *charge, reference: None, event })
    }

    fn authorize(
        &mut self,
        reference: OperationId,
        money: Money,
        how: &Execution,
    ) -> (ProviderReply, Option<Movement>) {
        let id = self.name(reference);
        if let Some((state, authorized)) = self.stands(id)
            && state != ChargeState::Declined
        {
            let reply = match state {
                ChargeState::Tombstoned => ProviderReply::Declined(Decline::Hard),
                state => ProviderReply::Status(state, id, authorized),
            };
            return (reply, None);
        }
        let (event, reply) = match how.issuer {
            IssuerAnswer::Approve => approve(money.amount),
            IssuerAnswer::ApprovePart(share) => approve(money.amount.basis_points(share)),
            IssuerAnswer::Decline(kind) => (ChargeEvent::Declined, Err(kind)),
            IssuerAnswer::Later(..) => (ChargeEvent::Deferred, Ok(Amount::ZERO)),
        };
        let mut charge = Charge {
            id,
            provider: self.provider,
            reference,
            token: how.token,
            money,
            authorized: Amount::ZERO,
            captured: Amount::ZERO,
            state: ChargeState::Absent,
            expires_at: how.now + self.dialect.authorization_lifetime,
            visible_at: how.now + how.lag,
            decision: None,
        };
        if let IssuerAnswer::Later(after, approves) = how.issuer {
            charge.decision = Some((how.now + after, approves));
        }
        let changed = charge.apply(event);
        debug_assert!(changed.is_ok(), "an absent charge takes every answer of the issuer");
        self.charges.insert(id, charge);
        let reply = match (event, reply) {
            (ChargeEvent::Deferred, _) => ProviderReply::Pending,
            (_, Err(kind)) => ProviderReply::Declined(kind),
            (_, Ok(amount)) => ProviderReply::Authorized { charge: charge.id, amount },
        };
        (reply, Some(Movement { charge, reference: Some(reference), event }))
    }

    fn capture(
        &mut self,
        reference: OperationId,
        id: ChargeId,
        amount: Amount,
        how: &Execution,
    ) -> (ProviderReply, Option<Movement>) {
        let charge = self.charges.get_mut(&id).filter(|charge| charge.token == how.token);
        let Some(charge) = charge else {
            let closed = self.closed.get(id.0).filter(|closed| closed.token == how.token);
            return (closed.map_or(ProviderReply::Invalid, |c| c.capture(id)), None);
        };
        match charge.state {
            ChargeState::Captured => {
                return (ProviderReply::Captured { charge: id, amount: charge.captured }, None);
            }
            ChargeState::Authorized if amount == charge.authorized => {}
            ChargeState::AuthorizationExpired | ChargeState::Voided => {
                return (ProviderReply::Expired, None);
            }
            _ => return (ProviderReply::Invalid, None),
        }
        if let IssuerAnswer::Decline(kind) = how.issuer {
            return (ProviderReply::Declined(kind), None);
        }
        let event = ChargeEvent::Captured(amount);
        if charge.apply(event).is_err() {
            return (ProviderReply::Invalid, None);
        }
        let movement = Movement { charge: *charge, reference: Some(reference), event };
        (ProviderReply::Captured { charge: id, amount }, Some(movement))
    }

    fn void(
        &mut self,
        reference: OperationId,
        target: OperationId,
        how: &Execution,
    ) -> (ProviderReply, Option<Movement>) {
        let id = self.name(target);
        let Some(charge) = self.charges.get_mut(&id) else {
            return match self.closed.get(id.0) {
                Some(closed) => (closed.void(), None),
                None => self.void_unseen(reference, target, how),
            };
        };
        let event = match charge.state {
            ChargeState::Pending | ChargeState::Authorized => ChargeEvent::Voided,
            ChargeState::Captured => return (ProviderReply::TooLate, None),
            ChargeState::Tombstoned => return (ProviderReply::Tombstoned, None),
            _ => return (ProviderReply::Voided, None),
        };
        if charge.apply(event).is_err() {
            return (ProviderReply::Invalid, None);
        }
        (
            ProviderReply::Voided,
            Some(Movement { charge: *charge, reference: Some(reference), event }),
        )
    }

    fn void_unseen(
        &mut self,
        reference: OperationId,
        target: OperationId,
        how: &Execution,
    ) -> (ProviderReply, Option<Movement>) {
        if !self.dialect.tombstones {
            return (ProviderReply::UnknownReference, None);
        }
        let charge = Charge::tombstone(self.provider, target, how.token, how.now);
        self.charges.insert(charge.id, charge);
        let event = ChargeEvent::Tombstoned;
        (ProviderReply::Tombstoned, Some(Movement { charge, reference: Some(reference), event }))
    }

    fn query(&self, target: OperationId, now: Duration) -> ProviderReply {
        let id = self.name(target);
        match self.charges.get(&id) {
            Some(charge) if charge.visible_at <= now => {
                let amount = match charge.state {
                    ChargeState::Captured => charge.captured,
                    _ => charge.authorized,
                };
                ProviderReply::Status(charge.state, id, amount)
            }
            Some(_) => ProviderReply::NotFound,
            None => {
                self.closed.get(id.0).map_or(ProviderReply::NotFound, |closed| closed.query(id))
            }
        }
    }

    /// Where the charge `id` stands, and how much was authorized.
    fn stands(&self, id: ChargeId) -> Option<(ChargeState, Amount)> {
        let open = self.charges.get(&id).map(|charge| (charge.state, charge.authorized));
        open.or_else(|| self.closed.get(id.0).map(|closed| (closed.state, closed.amount())))
    }

    /// The name of the charge that the authorization `reference` makes.
    fn name(&self, reference: OperationId) -> ChargeId {
        ChargeId::of(self.provider, reference)
    }

    fn charge_of(&self, request: &ProviderRequest) -> ChargeId {
        match request {
            ProviderRequest::Authorize { reference, .. } => self.name(*reference),
            ProviderRequest::VoidByReference { target, .. } | ProviderRequest::Query { target } => {
                self.name(*target)
            }
            ProviderRequest::Capture { charge, .. } => *charge,
        }
    }

    fn keep(&mut self, request: &ProviderRequest, reply: ProviderReply, how: &Execution) {
        let Some((endpoint, reference)) = keyed(request) else { return };
        let success = matches!(
            reply,
            ProviderReply::Authorized { .. }
                | ProviderReply::Captured { .. }
                | ProviderReply::Pending
        );
        match self.dialect.keeps {
            Keeps::OnlySuccess if !success => {
                self.kept.remove(&(endpoint, reference));
                let charge = self.charge_of(request);
                self.connections.insert((endpoint, reference, how.ordinal), (reply, charge));
            }
            Keeps::OnlySuccess | Keeps::AllAfterExecution => {
                self.kept.insert((endpoint, reference), Kept { reply: Some(reply), at: how.now });
            }
        }
    }
}

/// The endpoint and key of a request that must happen once.
fn keyed(request: &ProviderRequest) -> Option<(Endpoint, OperationId)> {
    match request {
        ProviderRequest::Authorize { reference, .. } => Some((Endpoint::Authorize, *reference)),
        ProviderRequest::Capture { reference, .. } => Some((Endpoint::Capture, *reference)),
        ProviderRequest::VoidByReference { .. } | ProviderRequest::Query { .. } => None,
    }
}

fn approve(amount: Amount) -> (ChargeEvent, Result<Amount, Decline>) {
    (ChargeEvent::Authorized(amount), Ok(amount))
}
