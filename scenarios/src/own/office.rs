//! A user's orchestrator as one of the parties. Its type is known to nobody but
//! itself, so that it is called through a table: no enum can have it.

use std::any::Any;
use std::fmt::{self, Debug};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use sim::{Bounce, Delivery, Digest};

use super::Orchestrator;
use super::desk::{Desk, Reminders};
use super::incoming::Incoming;
use crate::message::Message;
use crate::system::{Effects, Entry, PaymentSystem};

/// Which orchestrator takes part, where one of the user's own does.
#[derive(Clone, Copy)]
pub struct Own {
    boot: fn(&PaymentSystem, &[Entry], &mut Effects) -> Box<dyn Office>,
}

impl Own {
    /// This one.
    pub fn of<O: Orchestrator>() -> Self {
        Self { boot: boot::<O> }
    }

    pub(crate) fn boot(
        self,
        system: &PaymentSystem,
        journal: &[Entry],
        out: &mut Effects,
    ) -> Box<dyn Office> {
        (self.boot)(system, journal, out)
    }
}

impl Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Own")
    }
}

/// An orchestrator of whatever type, at work.
pub trait Office: Debug + Send + Sync {
    /// The same once more, for a copy of the world.
    fn copied(&self) -> Box<dyn Office>;
    /// A message has come.
    fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    );
    /// A message was refused.
    fn on_bounce(&mut self, system: &PaymentSystem, bounce: &Bounce<Message>, out: &mut Effects);
    /// The timer with this number has run out.
    fn on_timer(&mut self, system: &PaymentSystem, number: u64, out: &mut Effects);
}

impl Clone for Box<dyn Office> {
    fn clone(&self) -> Self {
        (**self).copied()
    }
}

#[derive(Clone, Debug)]
struct AtWork<O: Orchestrator> {
    orchestrator: O,
    reminders: Reminders<O::Timer>,
}

fn boot<O: Orchestrator>(
    system: &PaymentSystem,
    journal: &[Entry],
    out: &mut Effects,
) -> Box<dyn Office> {
    let records = journal.iter().filter_map(|entry| match entry {
        Entry::Own(kept) => kept.read::<O::Record>().cloned(),
        _ => None,
    });
    let records: Vec<_> = records.collect();
    let mut reminders = Reminders::default();
    let mut desk = Desk { system, out, reminders: &mut reminders };
    let orchestrator = O::boot(&records, &mut desk);
    Box::new(AtWork { orchestrator, reminders })
}

impl<O: Orchestrator> AtWork<O> {
    fn hear(&mut self, system: &PaymentSystem, what: Option<Incoming>, out: &mut Effects) {
        if let Some(message) = what {
            let mut desk = Desk { system, out, reminders: &mut self.reminders };
            self.orchestrator.on_message(message, &mut desk);
        }
    }
}

impl<O: Orchestrator> Office for AtWork<O> {
    fn copied(&self) -> Box<dyn Office> {
        Box::new(self.clone())
    }

    fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        self.hear(system, Incoming::of(delivery), out);
    }

    fn on_bounce(&mut self, system: &PaymentSystem, bounce: &Bounce<Message>, out: &mut Effects) {
        self.hear(system, Incoming::refused(&bounce.message), out);
    }

    fn on_timer(&mut self, system: &PaymentSystem, number: u64, out: &mut Effects) {
        if let Some(timer) = self.reminders.take(number) {
            let mut desk = Desk { system, out, reminders: &mut self.reminders };
            self.orchestrator.on_timer(timer, &mut desk);
        }
    }
}

/// An entry of a user's journal, which only the user's orchestrator reads.
#[derive(Clone, Debug)]
pub struct Kept(Arc<dyn Opaque>);

impl Kept {
    pub(super) fn new<R: Debug + Hash + Send + Sync + 'static>(record: R) -> Self {
        Self(Arc::new(record))
    }

    /// The entry, if it is of this type.
    pub fn read<R: 'static>(&self) -> Option<&R> {
        self.0.inside().downcast_ref()
    }
}

impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.digest());
    }
}

/// A record of whatever type.
trait Opaque: Debug + Send + Sync {
    fn inside(&self) -> &dyn Any;
    fn digest(&self) -> u64;
}

impl<R: Debug + Hash + Send + Sync + 'static> Opaque for R {
    fn inside(&self) -> &dyn Any {
        self
    }

    fn digest(&self) -> u64 {
        Digest::of(self)
    }
}
