//! When what parties of a recorded trial wrote was durable: an entry that a crash takes was
//! never there.

use std::collections::BTreeMap;

use scenarios::{Entry, PaymentSystem};
use sim::{Happening, Role, TraceEvent};

/// What is written and not yet durable, of each party.
#[derive(Debug, Default)]
pub(super) struct Unsynced<'t>(BTreeMap<Role, Vec<&'t Entry>>);

impl<'t> Unsynced<'t> {
    /// Takes what happened next; the entries that are durable by it, in order.
    pub(super) fn take(&mut self, happened: &'t TraceEvent<PaymentSystem>) -> Vec<&'t Entry> {
        let waiting = self.0.entry(happened.role).or_default();
        match &happened.what {
            Happening::Appended(entry) => {
                waiting.push(entry);
                Vec::new()
            }
            Happening::Synced => std::mem::take(waiting),
            Happening::Crashed(lost) => {
                waiting.truncate(waiting.len().saturating_sub(*lost));
                std::mem::take(waiting)
            }
            _ => Vec::new(),
        }
    }
}
