//! What may differ between two runs of nearly the same plan: the causal future
//! of what was taken out, as a happens-before closure over both traces.
//!
//! Events are named by their actor and their place in its history, never by
//! number. An actor's history is in the future from the first event on that
//! the removal can have reached, and so is everything it sends from there on.

use std::collections::{BTreeMap, BTreeSet};

use sim::{
    CrashPoint, Cue, Fault, Happening, Kind, Misfortune, Occasion, Role, SendIdentity, Stretch,
    Subject, System, TraceEvent, Trigger, VirtualTime,
};

use crate::plan::{Outcome, Plan};
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
    /// Since when all that happens to an actor is.
    plagued: BTreeMap<Role, VirtualTime>,
    /// Facts that may be stated otherwise, by whom, of which kind, about what.
    facts: BTreeSet<(Role, Kind, Subject)>,
}

/// What a pass over a trace keeps in mind.
#[derive(Default)]
struct Pass {
    places: BTreeMap<Role, usize>,
    /// Links that a fault in the future plagues.
    links: Vec<(u32, Stretch)>,
    /// The last boot of each actor: its event, and its place.
    boots: BTreeMap<Role, (u64, usize)>,
    /// Links that keep order, with a sending in the future on its way.
    queued: BTreeSet<(Role, Role)>,
}

impl Future {
    /// The closure over `runs`, of a plan with and without what `removal`
    /// names; `plan` is the fuller one.
    pub(crate) fn of(removal: Removal, plan: &Plan<Tally>, runs: [&Outcome<Tally>; 2]) -> Self {
        let mut future = Self::default();
        if let Removal::Fault(id) = removal {
            future.strikes.insert(id);
        }
        loop {
            let before = future.clone();
            for run in runs {
                future.grow(removal, plan, &run.trace);
            }
            if future == before {
                return future;
            }
        }
    }

    fn grow(&mut self, removal: Removal, plan: &Plan<Tally>, trace: &[Event]) {
        let mut pass = Pass::default();
        for event in trace {
            match &event.what {
                Happening::Struck(id) => {
                    if let Some(fault) = plan.faults.iter().find(|fault| fault.id == *id) {
                        self.strike(fault, event.at, &mut pass);
                    }
                }
                Happening::Lifted(id) => pass.links.retain(|(fault, _)| fault != id),
                Happening::Healed => pass.links.clear(),
                _ => self.reach(removal, plan, event, &mut pass),
            }
        }
    }

    /// A strike is in the future if its trigger is; then so is what it does.
    fn strike(&mut self, fault: &Fault, now: VirtualTime, pass: &mut Pass) {
        let triggered = match fault.trigger.cue() {
            None => false,
            // What a crash came instead of is in no trace: it would have been in the
            // future where its sender is.
            Some((Cue::Send(occasion), _)) => {
                let point = CrashPoint::Instead;
                let crash = Misfortune::Crash { role: occasion.from, point };
                let reached = self.from.get(&occasion.from);
                let place = pass.places.get(&occasion.from);
                let reached = reached.zip(place).is_some_and(|(from, place)| place >= from);
                self.sends.contains(&named(occasion)) || (reached && fault.misfortune == crash)
            }
            Some((Cue::Delivery(occasion), _)) => {
                let sent = named(occasion);
                self.sends.contains(&sent) || self.arrivals.contains(&sent)
            }
            Some((Cue::Fact(sight), _)) => {
                self.facts.contains(&(sight.role, sight.kind, sight.subject))
            }
        };
        if !triggered && !self.strikes.contains(&fault.id) {
            return;
        }
        self.strikes.insert(fault.id);
        let since = |plagued: &mut BTreeMap<Role, VirtualTime>, role| {
            let since = plagued.entry(role).or_insert(now);
            *since = now.min(*since);
        };
        match fault.misfortune {
            Misfortune::Crash { role, .. }
            | Misfortune::CrashLoop { role, .. }
            | Misfortune::Deploy { role, .. } => {
                since(&mut self.crashes, role);
            }
            Misfortune::CrashAll { roles } => {
                roles.iter().for_each(|role| since(&mut self.crashes, role));
            }
            Misfortune::Pause { roles } => {
                roles.iter().for_each(|role| since(&mut self.plagued, role));
            }
            Misfortune::Partition { from, to, both_ways } => {
                pass.links.push((fault.id, Stretch { from, to, both_ways }));
            }
            Misfortune::Flap { links, .. }
            | Misfortune::Brownout { links, .. }
            | Misfortune::Clog { links } => pass.links.push((fault.id, links)),
            Misfortune::Drop | Misfortune::Delay | Misfortune::Duplicate => {
                if let Trigger::OnSend(occasion) = fault.trigger {
                    self.sends.insert(named(occasion));
                }
            }
            Misfortune::WallShift { role, .. }
            | Misfortune::Drift { role, .. }
            | Misfortune::SlowSync { role, .. }
            | Misfortune::LyingSync { role }
            | Misfortune::FullDisk { role, .. }
            | Misfortune::TornTail { role, .. }
            | Misfortune::Corruption { role, .. }
            | Misfortune::OldGeneration { role, .. } => since(&mut self.plagued, role),
        }
    }

    fn reach(&mut self, removal: Removal, plan: &Plan<Tally>, event: &Event, pass: &mut Pass) {
        let place = *pass.places.entry(event.role).and_modify(|place| *place += 1).or_default();
        let plagued = |sent: &SendIdentity| {
            pass.links.iter().any(|(_, links)| links.contains(sent.from, sent.to))
        };
        if let Happening::Sent(sent, ..) | Happening::Undeliverable(sent, _) = &event.what
            && plagued(sent)
        {
            self.sends.insert(*sent);
        }
        if let Happening::Booted = event.what {
            pass.boots.insert(event.role, (event.event, place));
        }
        // A boot sets a timer for each operation of the till, so that a crash
        // after so many effects of it falls elsewhere without one of them.
        let boot = pass.boots.get(&event.role).filter(|(boot, _)| *boot == event.cause);
        if let (Happening::Crashed(_), Removal::Operation(id), Some((_, place))) =
            (&event.what, removal, boot)
            && plan.system.operations.iter().any(|o| o.id == id && Role(o.till) == event.role)
        {
            let from = self.from.entry(event.role).or_insert(*place);
            *from = (*place).min(*from);
        }
        let reached = match &event.what {
            Happening::TimerFired(Reminder::Due(id)) => removal == Removal::Operation(*id),
            Happening::Delivered(sent, ..) => self.sends.contains(sent),
            // Whether it was refused is the receiver's history.
            Happening::Bounced(sent, _) | Happening::Undeliverable(sent, _) => {
                self.sends.contains(sent) || self.arrivals.contains(sent)
            }
            Happening::Crashed(_) => self.crashes.get(&event.role).is_some_and(|t| *t <= event.at),
            _ => false,
        };
        if reached || self.plagued.get(&event.role).is_some_and(|since| *since <= event.at) {
            let from = self.from.entry(event.role).or_insert(place);
            *from = place.min(*from);
        }
        if self.from.get(&event.role).is_some_and(|from| *from <= place) {
            match &event.what {
                Happening::Sent(sent, ..) => _ = self.sends.insert(*sent),
                Happening::Delivered(sent, ..) | Happening::Undeliverable(sent, _) => {
                    self.arrivals.insert(*sent);
                }
                Happening::Noted(fact) => {
                    let key = plan.system.fact_key(fact);
                    self.facts.extend(key.map(|(kind, subject)| (event.role, kind, subject)));
                }
                _ => {}
            }
        }
        if let Happening::Sent(sent, ..) = &event.what
            && plan.network.ordered.contains(sent.from, sent.to)
        {
            if self.sends.contains(sent) {
                pass.queued.insert((sent.from, sent.to));
            } else if pass.queued.contains(&(sent.from, sent.to)) {
                self.sends.insert(*sent);
            }
        }
    }
}

fn named(occasion: Occasion) -> SendIdentity {
    let Occasion { from, to, kind, subject, ordinal } = occasion;
    SendIdentity { from, to, kind, subject, ordinal }
}
