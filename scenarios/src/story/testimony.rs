//! What the authorities said, as far as a story goes.

use std::collections::BTreeMap;

use model::{
    BankMovement, Booking, Event, InboxState, Movement, PaymentId, Record, StoreEntry, Token,
    Webhook,
};
use sim::{Role, Sighting};

use crate::fact::Fact;
use crate::system::Entry;

/// Everything that the authorities said.
#[derive(Clone, Debug, Default)]
pub(super) struct Testimony {
    /// What became durable in books and journals, by event and by whose it is.
    durable: BTreeMap<(u64, Role), Vec<Said>>,
    /// What clients and the probe saw, in order.
    pub(super) seen: Vec<(Sighting, Fact)>,
}

/// What an authority wrote into its books.
#[derive(Clone, Debug)]
pub(super) enum Said {
    /// A provider, of a charge.
    Moved(Movement),
    /// A bank, of what it sends.
    Remitted(BankMovement),
    /// The ledger: all of this at once.
    Booked(Booking),
    /// The store: these records of a payment, at once.
    Written(Token, PaymentId, Vec<Record>),
    /// The store: this webhook, and where it stands.
    Filed(Webhook, InboxState),
    /// The lake, of an event.
    Counted(Event),
}

impl Testimony {
    pub(super) fn take_entry(&mut self, seen: Sighting, entry: &Entry) {
        let said = match entry {
            Entry::Provider(entry) => entry.movement().copied().map(Said::Moved),
            Entry::Bank(entry) => entry.movement().copied().map(Said::Remitted),
            Entry::Ledger(booking) => Some(Said::Booked(booking.clone())),
            Entry::Counted(event) => Some(Said::Counted(*event)),
            Entry::Store(StoreEntry::Committed(commit)) if !commit.records.is_empty() => {
                Some(Said::Written(commit.token, commit.payment, commit.records.clone()))
            }
            Entry::Store(StoreEntry::Received(webhook, state)) => {
                Some(Said::Filed(*webhook, *state))
            }
            Entry::Store(_)
            | Entry::Branch(_)
            | Entry::Coordinator(_)
            | Entry::Client(_)
            | Entry::Fence(..)
            | Entry::Own(_)
            | Entry::Risk(_)
            | Entry::Snapshot(_) => None,
        };
        if let Some(said) = said {
            self.durable.entry((seen.event, seen.role)).or_default().push(said);
        }
    }

    pub(super) fn take_fact(&mut self, seen: Sighting, fact: &Fact) {
        if matches!(
            fact,
            Fact::Shown { .. } | Fact::Told { .. } | Fact::Heard(_) | Fact::Probed { .. }
        ) {
            self.seen.push((seen, fact.clone()));
        }
    }

    /// What became durable, in order.
    pub(super) fn durable(&self) -> impl Iterator<Item = &Said> {
        self.durable.values().flatten()
    }

    /// What `role` wrote during this event.
    pub(super) fn written_in(&self, role: Role, event: u64) -> &[Said] {
        self.durable.get(&(event, role)).map_or(&[], Vec::as_slice)
    }
}
