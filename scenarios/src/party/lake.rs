//! The data lake as an actor: what it counted is durable before it says so. It
//! has one copy of its journal, which a broken disk may take; then it asks again
//! for what it misses.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Event, EventNumber, Intake, Lake, PaymentId};
use sim::Delivery;

use crate::message::Message;
use crate::party::STORE;
use crate::party::idle::Idle;
use crate::snapshot::Snapshot;
use crate::system::{Effects, Entry, PaymentSystem};

/// The lake with its journal.
#[derive(Clone, Debug)]
pub struct LakeDesk {
    lake: Lake,
    /// Events that came before others that it misses.
    parked: BTreeMap<EventNumber, Event>,
    /// Payments that are finished and not put away.
    finished: Idle<PaymentId>,
}

impl LakeDesk {
    /// What is not put away, and the bytes of what is.
    pub(crate) fn footprint(&self) -> (usize, usize) {
        self.lake.footprint()
    }

    pub(crate) fn boot(system: &PaymentSystem, journal: &[Entry], out: &mut Effects) -> Self {
        let mut lake = Lake::new(system.rules.defects);
        for entry in journal {
            match entry {
                Entry::Counted(event) => lake.restore(event),
                Entry::Snapshot(Snapshot::Lake(snapshot)) => lake = Lake::clone(snapshot),
                _ => {}
            }
        }
        let mut finished = Idle::new();
        lake.finished().for_each(|payment| finished.add(out.monotonic(), payment));
        Self { lake, parked: BTreeMap::new(), finished }
    }

    pub(crate) fn on_message(
        &mut self,
        system: &PaymentSystem,
        delivery: Delivery<Message>,
        out: &mut Effects,
    ) {
        let Message::Event(event) = delivery.message else { return };
        // What it can't write down is offered again.
        if out.disk_is_full() {
            return;
        }
        match self.lake.intake(event.id) {
            Intake::Known => out.send(STORE, Message::EventAck(event.token, event.id)),
            Intake::Early(missing) => {
                self.parked.insert(event.id, event);
                out.send(STORE, Message::EventAgain(event.token, missing));
            }
            Intake::Counts => {
                self.count(event, out);
                self.unpark(event.id, out);
                self.compact(system, out);
            }
        }
    }

    fn count(&mut self, event: Event, out: &mut Effects) {
        self.lake.restore(&event);
        self.parked.remove(&event.id);
        out.append(Entry::Counted(event));
        out.sync();
        out.send(STORE, Message::EventAck(event.token, event.id));
        if event.status.is_final() {
            self.finished.add(out.monotonic(), event.id.stream);
        }
    }

    /// Counts what waited for the event `id`.
    fn unpark(&mut self, id: EventNumber, out: &mut Effects) {
        let mut next = EventNumber { seq: id.seq + 1, ..id };
        while let Some(event) = self.parked.remove(&next) {
            self.count(event, out);
            next.seq += 1;
        }
    }

    /// Puts away what is finished for long, and writes what is left.
    fn compact(&mut self, system: &PaymentSystem, out: &mut Effects) {
        let live = self.lake.footprint().0;
        if let Some(payments) = self.finished.ripe(out.monotonic(), &system.compaction, live) {
            self.lake.put_away(payments);
            out.compact(Entry::Snapshot(Snapshot::Lake(Arc::new(self.lake.clone()))));
        }
    }
}
