//! What may differ between two runs of nearly the same plan: the causal future
//! of what was taken out, as a happens-before closure over both traces.
//!
//! Events are named by their actor and their place in its history, never by
//! number. An actor's history is in the future from the first event on that
//! the removal can have reached, and so is everything it sends from there on.

use std::collections::{BTreeMap, BTreeSet};

use sim::{
    Fault, Happening, Misfortune, Occasion, Role, Roles, SendIdentity, TraceEvent, Trigger,
    VirtualTime,
};

use crate::plan::Outcome;
use crate::tally::{Reminder, Tally};

type Event = TraceEvent<Tally>;

/// What is taken out of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// The operation with this id.
    Operation(u64),
    /// The fault with this id.
    Fault(u32),
}

/// The causal future of a removal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Future {
    /// From which place on an actor's history is in the future.
    pub(crate) from: BTreeMap<Role, usize>,
    /// Sendings whose fate is.
    pub(crate) sends: BTreeSet<SendIdentity>,
    arrivals: BTreeSet<SendIdentity>,
    /// Faults whose strike is.
    pub(crate) strikes: BTreeSet<u32>,
    /// Since when an actor's crashes are.
    crashes: BTreeMap<Role, VirtualTime>,
}

impl Future {
    /// The closure over `runs`, of a plan with and without what `removal`
    /// names; `faults` are those of the fuller plan.
    pub(crate) fn of(removal: Removal, faults: &[Fault], runs: [&Outcome<Tally>; 2]) -> Self {
        let mut future = Self::default();
        if let Removal::Fault(id) = removal {
            future.strikes.insert(id);
        }
        loop {
            let before = future.clone();
            for run in runs {
                future.grow(removal, faults, &run.trace);
            }
            if future == before {
                return future;
            }
        }
    }

    fn grow(&mut self, removal: Removal, faults: &[Fault], trace: &[Event]) {
        let mut places = BTreeMap::<Role, usize>::new();
        let mut cuts = Vec::<(u32, Roles, Roles)>::new();
        for event in trace {
            match &event.what {
                Happening::Struck(id) => {
                    if let Some(fault) = faults.iter().find(|fault| fault.id == *id) {
                        self.strike(fault, event.at, &mut cuts);
                    }
                }
                Happening::Lifted(id) => cuts.retain(|(fault, ..)| fault != id),
                Happening::Healed => cuts.clear(),
                _ => {
                    let place = places.entry(event.role).or_default();
                    self.reach(removal, event, *place, &cuts);
                    *place += 1;
                }
            }
        }
    }

    /// A strike is in the future if its trigger is; then so is what it does.
    fn strike(&mut self, fault: &Fault, now: VirtualTime, cuts: &mut Vec<(u32, Roles, Roles)>) {
        let triggered = match fault.trigger {
            Trigger::At(_) => false,
            Trigger::OnSend(occasion) => self.sends.contains(&named(occasion)),
            Trigger::OnDelivery(occasion) => {
                let sent = named(occasion);
                self.sends.contains(&sent) || self.arrivals.contains(&sent)
            }
        };
        if !triggered && !self.strikes.contains(&fault.id) {
            return;
        }
        self.strikes.insert(fault.id);
        match fault.misfortune {
            Misfortune::Crash { role, .. } => {
                let since = self.crashes.entry(role).or_insert(now);
                *since = now.min(*since);
            }
            Misfortune::Partition { from, to, both_ways } => {
                cuts.push((fault.id, from, to));
                if both_ways {
                    cuts.push((fault.id, to, from));
                }
            }
            Misfortune::Drop | Misfortune::Delay | Misfortune::Duplicate => {
                if let Trigger::OnSend(occasion) = fault.trigger {
                    self.sends.insert(named(occasion));
                }
            }
        }
    }

    fn reach(
        &mut self,
        removal: Removal,
        event: &Event,
        place: usize,
        cuts: &[(u32, Roles, Roles)],
    ) {
        let is_cut = |sent: &SendIdentity| {
            cuts.iter().any(|(_, from, to)| from.contains(sent.from) && to.contains(sent.to))
        };
        if let Happening::Sent(sent, ..) | Happening::Undeliverable(sent, _) = &event.what
            && is_cut(sent)
        {
            self.sends.insert(*sent);
        }
        let reached = match &event.what {
            Happening::TimerFired(Reminder::Due(id)) => removal == Removal::Operation(*id),
            Happening::Delivered(sent, ..) | Happening::Undeliverable(sent, _) => {
                self.sends.contains(sent)
            }
            Happening::Crashed(_) => self.crashes.get(&event.role).is_some_and(|t| *t <= event.at),
            _ => false,
        };
        if reached {
            let from = self.from.entry(event.role).or_insert(place);
            *from = place.min(*from);
        }
        if self.from.get(&event.role).is_some_and(|from| *from <= place) {
            match &event.what {
                Happening::Sent(sent, ..) => _ = self.sends.insert(*sent),
                Happening::Delivered(sent, ..) | Happening::Undeliverable(sent, _) => {
                    self.arrivals.insert(*sent);
                }
                _ => {}
            }
        }
    }
}

fn named(occasion: Occasion) -> SendIdentity {
    let Occasion { from, to, kind, subject, ordinal } = occasion;
    SendIdentity { from, to, kind, subject, ordinal }
}
