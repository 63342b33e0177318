//! Who can be struck, as scenario files call them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim::Role;

use crate::party;

/// A role, or a group of them.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// One of the banks.
    Bank,
    /// One of the clients.
    Client,
    /// The decider.
    Decider,
    /// The edge.
    Edge,
    /// The ingress of webhooks.
    Ingress,
    /// The data lake.
    Lake,
    /// The ledger.
    Ledger,
    /// The notifier.
    Notifier,
    /// One of the orchestrator's workers.
    Orchestrator,
    /// One of the providers.
    Provider,
    /// The reconciler.
    Reconciler,
    /// The risk service.
    Risk,
    /// The store.
    Store,
}

impl Who {
    /// Whether it keeps a journal of its own.
    pub const fn has_disk(self) -> bool {
        !matches!(
            self,
            Self::Decider
                | Self::Edge
                | Self::Ingress
                | Self::Notifier
                | Self::Orchestrator
                | Self::Reconciler
        )
    }

    /// What `role` is one of, if anybody plays it.
    pub fn of(role: Role) -> Option<Self> {
        match (role, party::provider_of(role), party::client_of(role)) {
            (party::DECIDER, ..) => Some(Self::Decider),
            (party::EDGE, ..) => Some(Self::Edge),
            (party::INGRESS, ..) => Some(Self::Ingress),
            (party::LAKE, ..) => Some(Self::Lake),
            (party::LEDGER, ..) => Some(Self::Ledger),
            (party::NOTIFIER, ..) => Some(Self::Notifier),
            (party::RECONCILER, ..) => Some(Self::Reconciler),
            (party::RISK, ..) => Some(Self::Risk),
            (party::STORE, ..) => Some(Self::Store),
            (_, Some(_), _) => Some(Self::Provider),
            (_, _, Some(_)) => Some(Self::Client),
            _ if party::bank_of(role).is_some() => Some(Self::Bank),
            _ => party::worker_of(role).map(|_| Self::Orchestrator),
        }
    }

    /// What files and reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Client => "client",
            Self::Decider => "decider",
            Self::Edge => "edge",
            Self::Ingress => "ingress",
            Self::Lake => "lake",
            Self::Ledger => "ledger",
            Self::Notifier => "notifier",
            Self::Orchestrator => "orchestrator",
            Self::Provider => "provider",
            Self::Reconciler => "reconciler",
            Self::Risk => "risk",
            Self::Store => "store",
        }
    }
}
