//! What a provider remembers of the requests that came to it: replies under
//! their keys, as its dialect keeps them, and replies on their connections.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Execution, ProviderReply, ProviderRequest};
use crate::dialect::{
    Concurrent, Dialect, Interrupted, Keeps, KeyScope, Mismatch, ProviderEndpoint,
};
use crate::identity::{ChargeId, OperationId};

/// How a request is answered that need not be executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// So.
    Reply(ProviderReply),
    /// As the one that is being worked on, once that is done.
    Waits,
}

impl Known {
    /// The reply, if there is one by now.
    pub fn reply(self) -> Option<ProviderReply> {
        match self {
            Self::Reply(reply) => Some(reply),
            Self::Waits => None,
        }
    }
}

/// What is remembered.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct KeyStore {
    kept: BTreeMap<Place, Kept>,
    /// What the network repeats on a connection is answered as before.
    connections: BTreeMap<(ProviderEndpoint, OperationId, u32), Connection>,
}

/// Where a key is kept; no endpoint where one account has one room for all.
type Place = (Option<ProviderEndpoint>, u8, OperationId);

#[derive(Clone, Copy, Debug, Hash)]
struct Kept {
    request: ProviderRequest,
    /// None while it is being worked on.
    reply: Option<ProviderReply>,
    since: Duration,
}

#[derive(Clone, Copy, Debug, Hash)]
struct Connection {
    reply: Option<ProviderReply>,
    charge: ChargeId,
}

impl KeyStore {
    /// How `request` is answered, if its key or its connection was seen before.
    pub(super) fn known(
        &self,
        dialect: &Dialect,
        request: &ProviderRequest,
        how: &Execution,
    ) -> Option<Known> {
        let (endpoint, reference) = request.keyed()?;
        if dialect.honors_keys(endpoint)
            && let Some(kept) = self.kept.get(&place(dialect, endpoint, reference, how.region))
            && how.now < kept.since + dialect.keys.lifetime
        {
            return Some(kept.answer(dialect, request));
        }
        let connection = self.connections.get(&(endpoint, reference, how.ordinal))?;
        Some(connection.reply.map_or(Known::Waits, Known::Reply))
    }

    /// What the connection was answered before.
    pub(super) fn answered(
        &self,
        request: &ProviderRequest,
        ordinal: u32,
    ) -> Option<ProviderReply> {
        let (endpoint, reference) = request.keyed()?;
        self.connections.get(&(endpoint, reference, ordinal))?.reply
    }

    /// Notes what the connection was answered.
    pub(super) fn answer(
        &mut self,
        request: &ProviderRequest,
        ordinal: u32,
        reply: ProviderReply,
        charge: ChargeId,
    ) {
        if let Some((endpoint, reference)) = request.keyed() {
            let connection = Connection { reply: Some(reply), charge };
            self.connections.insert((endpoint, reference, ordinal), connection);
        }
    }

    /// Notes that `request` waits to be executed.
    pub(super) fn begin(
        &mut self,
        dialect: &Dialect,
        request: &ProviderRequest,
        how: &Execution,
        charge: ChargeId,
    ) {
        let Some((endpoint, reference)) = request.keyed() else { return };
        if dialect.honors_keys(endpoint) {
            let kept = Kept { request: *request, reply: None, since: how.now };
            self.kept.insert(place(dialect, endpoint, reference, how.region), kept);
        } else {
            let connection = Connection { reply: None, charge };
            self.connections.insert((endpoint, reference, how.ordinal), connection);
        }
    }

    /// Keeps what `request` came to, and what it was told, if that differs.
    pub(super) fn keep(
        &mut self,
        dialect: &Dialect,
        request: &ProviderRequest,
        how: &Execution,
        (outcome, told): (ProviderReply, ProviderReply),
        charge: ChargeId,
    ) {
        let Some((endpoint, reference)) = request.keyed() else { return };
        let place = place(dialect, endpoint, reference, how.region);
        let reply =
            if dialect.honors_keys(endpoint) { remembered(dialect, outcome, told) } else { None };
        let Some(reply) = reply else {
            self.kept.remove(&place);
            self.answer(request, how.ordinal, told, charge);
            return;
        };
        let alive = |kept: &&mut Kept| how.now < kept.since + dialect.keys.lifetime;
        match self.kept.get_mut(&place).filter(alive) {
            Some(kept) => kept.reply = Some(reply),
            None => {
                let kept = Kept { request: *request, reply: Some(reply), since: how.now };
                self.kept.insert(place, kept);
            }
        }
    }

    /// A crash has interrupted whatever was being worked on.
    pub(super) fn interrupt(&mut self, dialect: &Dialect) {
        if dialect.keys.interrupted == Interrupted::RunsAgain {
            self.kept.retain(|_, kept| kept.reply.is_some());
        }
        self.connections.retain(|_, connection| connection.reply.is_some());
    }

    /// Forgets what is too old, and the connections about these charges.
    pub(super) fn forget(
        &mut self,
        dialect: &Dialect,
        now: Duration,
        closed: impl Fn(ChargeId) -> bool,
    ) {
        self.kept.retain(|_, kept| now < kept.since + dialect.keys.lifetime);
        self.connections.retain(|_, connection| !closed(connection.charge));
    }
}

impl Kept {
    fn answer(&self, dialect: &Dialect, request: &ProviderRequest) -> Known {
        if self.request != *request && dialect.keys.mismatch == Mismatch::Error {
            return Known::Reply(ProviderReply::KeyMismatch);
        }
        match (self.reply, dialect.keys.concurrent) {
            (Some(reply), _) => Known::Reply(reply),
            (None, Concurrent::Conflict) => Known::Reply(ProviderReply::InProgress),
            (None, Concurrent::OneProcessed) => Known::Waits,
        }
    }
}

fn place(
    dialect: &Dialect,
    endpoint: ProviderEndpoint,
    reference: OperationId,
    region: u8,
) -> Place {
    let endpoint = (dialect.keys.scope == KeyScope::Endpoint).then_some(endpoint);
    let region = if dialect.keys.shared_by_regions { 0 } else { region };
    (endpoint, region, reference)
}

/// What is kept of an execution that came to `outcome` and was answered `told`.
fn remembered(
    dialect: &Dialect,
    outcome: ProviderReply,
    told: ProviderReply,
) -> Option<ProviderReply> {
    let failed = told == ProviderReply::ServerError;
    let success = matches!(
        told,
        ProviderReply::Authorized { .. }
            | ProviderReply::Captured { .. }
            | ProviderReply::Refunded { .. }
            | ProviderReply::Pending
    );
    match dialect.keys.keeps {
        Keeps::AllAfterExecution => Some(told),
        Keeps::ResumeToCompletion => Some(outcome),
        Keeps::OnlySuccess => success.then_some(told),
        Keeps::SuccessAndRefusal => (!failed).then_some(told),
        Keeps::Nothing => None,
    }
}
