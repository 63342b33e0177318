//! Copies of a world in the middle of its run.

use super::{Out, Slot, System, World};

impl<S: System> Clone for World<'_, S>
where
    S::Actor: Clone,
{
    fn clone(&self) -> Self {
        Self {
            system: self.system,
            draws: self.draws,
            fates: self.fates,
            network: self.network.clone(),
            settings: self.settings.clone(),
            limits: self.limits,
            now: self.now,
            phase: self.phase,
            queue: self.queue.clone(),
            slots: self.slots.iter().map(Slot::copy).collect(),
            slot_of: self.slot_of,
            ordinals: self.ordinals.clone(),
            fact_ordinals: self.fact_ordinals.clone(),
            arrivals: self.arrivals.clone(),
            flights: self.flights.clone(),
            board: self.board.clone(),
            handling: self.handling,
            doomed: self.doomed,
            pending: self.pending,
            vows: self.vows.clone(),
            events: self.events,
            soon: Vec::new(),
            glanced: self.glanced,
            digest: self.digest,
            strikes: self.strikes,
            sent_by_kind: self.sent_by_kind.clone(),
            out: Out { points: self.out.points.clone(), ..Out::new() },
            unforced: self.unforced.clone(),
            trace: self.trace.clone(),
            narrate: self.narrate,
        }
    }
}
