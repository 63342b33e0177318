//! The data lake: counts every event once, each payment's in their order.

use crate::archive::Archive;
use crate::defect::{Defect, Defects};
use crate::id_map::IdMap;
use crate::identity::PaymentId;
use crate::outbox::{Event, EventNumber};

/// How many events of each payment were counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lake {
    streams: IdMap<PaymentId, Stream>,
    /// Those of payments that nothing more is heard of, as a rule.
    over: Archive<u32>,
    defects: Defects,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Stream {
    counted: u32,
    is_final: bool,
}

/// What the lake does about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intake {
    /// It is the next one: it counts.
    Counts,
    /// It was counted before.
    Known,
    /// Others come first, from this one on.
    Early(EventNumber),
}

impl Lake {
    /// A lake that has counted nothing.
    pub fn new(defects: Defects) -> Self {
        Self { defects, ..Self::default() }
    }

    /// What to do about an event. One that counts has to be durable, and
    /// [`Lake::restore`]d, before anyone is told.
    pub fn intake(&self, id: EventNumber) -> Intake {
        let counted = self.counted(id.stream);
        match id.seq {
            seq if seq <= counted => {
                let right = || Intake::Known;
                self.defects.pick(Defect::ConsumerNoDedupe, right, || Intake::Counts)
            }
            seq if seq == counted + 1 => Intake::Counts,
            _ => Intake::Early(EventNumber { seq: counted + 1, ..id }),
        }
    }

    /// Counts `event`, when it comes and after each boot. What a broken disk has
    /// forgotten before it is given up: others had heard that it was counted.
    pub fn restore(&mut self, event: &Event) {
        let stream = self.streams.entry(event.id.stream).or_default();
        stream.counted = stream.counted.max(event.id.seq);
        stream.is_final |= event.status.is_final();
    }

    /// Puts `payments` away. One that was heard of after it had been stays: what
    /// is put away does not change any more.
    pub fn put_away(&mut self, payments: Vec<PaymentId>) {
        let mut batch = Vec::with_capacity(payments.len());
        for id in payments.into_iter().filter(|id| self.over.get(id.0).is_none()) {
            batch.extend(self.streams.remove(&id).map(|stream| (id.0, stream.counted)));
        }
        self.over.keep(batch);
    }

    /// Every payment that is final and not put away.
    pub fn finished(&self) -> impl Iterator<Item = PaymentId> {
        self.streams.iter().filter(|(_, stream)| stream.is_final).map(|(payment, _)| *payment)
    }

    /// How many payments are not put away, and the bytes that the others take.
    pub fn footprint(&self) -> (usize, usize) {
        (self.streams.len(), self.over.bytes())
    }

    fn counted(&self, stream: PaymentId) -> u32 {
        let open = self.streams.get(&stream).map(|stream| stream.counted);
        open.or_else(|| self.over.get(stream.0).copied()).unwrap_or(0)
    }
}
