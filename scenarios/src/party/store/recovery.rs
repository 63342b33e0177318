//! The store as its journal tells it.

use model::Store;

use crate::snapshot::Snapshot;
use crate::system::{Entry, PaymentSystem};

/// What `journal` makes of an empty store.
pub(super) fn restored(system: &PaymentSystem, journal: &[Entry]) -> Store {
    let lifetime = system.plan.key_lifetime;
    let mut store = Store::new(system.rules.defects).with_key_lifetime(lifetime);
    // Lines of settlement files are evidence as webhooks are.
    if system.plan.webhooks || system.plan.settlement.is_some() {
        store = store.with_inbox();
    }
    if let Some(settlement) = system.plan.settlement.as_ref() {
        store = store.with_reconciliation(settlement.contract);
    }
    for entry in journal {
        match entry {
            Entry::Store(entry) => store.restore(entry),
            Entry::Snapshot(Snapshot::Store(snapshot)) => store = Store::clone(snapshot),
            _ => {}
        }
    }
    store
}
