//! What takes the place of a journal when a party compacts it: everything that
//! the journal came to, without what nobody needs any more.

use std::sync::Arc;

use model::{Fence, Lake, Ledger, RiskDesk, Store};

use crate::party::{BankState, ProviderState, Stages};

/// The whole durable state of a party. What is put away in it is shared with
/// the party itself.
#[derive(Clone, Debug, Hash)]
pub enum Snapshot {
    /// Of a bank.
    Bank(Arc<BankState>),
    /// Of a client.
    Client(Arc<Stages>),
    /// Of the ledger, and the leases that it heard of.
    Ledger(Arc<Ledger>, Arc<Fence>),
    /// Of a provider.
    Provider(Arc<ProviderState>),
    /// Of the risk service.
    Risk(Arc<RiskDesk>),
    /// Of the store.
    Store(Arc<Store>),
    /// Of the lake.
    Lake(Arc<Lake>),
}
