//! The causal past of a moment: what had a hand in it, out of everything that
//! happened before.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::{Fault, Misfortune};
use crate::message::{Role, Roles, SendIdentity};
use crate::system::System;
use crate::trace::{Happening, Trace, TraceEvent};

/// The causal past of some events, as far as one matter is concerned.
///
/// A *matter* is whatever the caller looks into, such as one operation: a
/// happening concerns it or not, and an event concerns it if anything does that
/// has its number. The past of some events is the smallest set that holds them
/// and, of each event in it,
///
/// 1. its **cause**: the handler that sent the message, set the timer, or ended
///    in the crash after which an actor booted;
/// 2. the **state** that it met, if it concerns the matter: every earlier event
///    of the same actor that does;
/// 3. what its actor **heard or had yet to hear**, if it concerns the matter:
///    every earlier event that sent to that actor about the matter, whether it
///    arrived, was lost, or was still in the air. An answer that never came is
///    why a timer had to fire;
/// 4. what its actor asked **in vain**, if it concerns the matter: every earlier
///    arrival of a message about the matter from that actor to which the
///    receiver said nothing to anybody;
/// 5. what **befell** its actor, if it concerns the matter and the actor had
///    met the matter before: crashes, boots, pauses, appends that failed, forced
///    points, and faults of its clocks and disk;
/// 6. the strike of every planned **fault** that the kernel names as the one
///    that made it so ([`TraceEvent::fault`]).
///
/// What else actors share is no edge: two operations that meet the same actor
/// don't depend on each other unless the caller says that both are of the matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    events: BTreeSet<u64>,
    faults: BTreeSet<u32>,
}

impl Past {
    /// The past of `moments`, which are numbers of events of `trace`, in the
    /// matter that `concerns` knows; `faults` are those of the plan.
    pub fn of<S: System>(
        trace: &Trace<S>,
        faults: &[Fault],
        moments: &[u64],
        concerns: impl Fn(&TraceEvent<S>) -> bool,
    ) -> Self {
        let events = Event::all(trace, &concerns);
        let first_met = first_met(&events);
        let mut search = Search {
            past: Self::default(),
            wanted: moments.iter().copied().collect(),
            concerned: Roles::default(),
            strikes: strikes(trace),
            faults,
            first_met,
        };
        // Every edge leads to an event of a smaller number.
        for (number, event) in events.iter().rev() {
            if search.wants(*number, event) {
                search.take(*number, event);
            }
        }
        search.past
    }

    /// Whether the event with this number is in it.
    pub fn contains(&self, event: u64) -> bool {
        self.events.contains(&event)
    }

    /// The number of events in it.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether no event is in it.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The numbers of its events, in order.
    pub fn events(&self) -> impl Iterator<Item = u64> {
        self.events.iter().copied()
    }

    /// The planned faults that had a hand in it, by id.
    pub fn faults(&self) -> impl Iterator<Item = u32> {
        self.faults.iter().copied()
    }
}

/// Everything that has one number.
struct Event<'t, S: System> {
    happenings: Vec<&'t TraceEvent<S>>,
    /// Whose it is.
    role: Role,
    /// Whether its actor met the matter in it.
    concerns: bool,
    /// To whom it sent about the matter.
    told: Vec<Role>,
    /// Who sent a message about the matter that nobody answered.
    in_vain: Option<Role>,
    /// To whom a message about the matter did not get.
    missed: Option<Role>,
}

impl<'t, S: System> Event<'t, S> {
    fn all(trace: &'t Trace<S>, concerns: &impl Fn(&TraceEvent<S>) -> bool) -> BTreeMap<u64, Self> {
        let mut events = BTreeMap::new();
        for happened in &trace.events {
            let event: &mut Self = events.entry(happened.event).or_insert_with(|| Self {
                happenings: Vec::new(),
                role: happened.role,
                concerns: false,
                told: Vec::new(),
                in_vain: None,
                missed: None,
            });
            event.add(happened, concerns(happened));
        }
        events
    }

    fn add(&mut self, happened: &'t TraceEvent<S>, concerns: bool) {
        self.happenings.push(happened);
        match &happened.what {
            // The receiver never knew of it.
            Happening::Undeliverable(..) => {
                self.missed = concerns.then_some(happened.role);
                return;
            }
            Happening::Delivered(SendIdentity { from, .. }, ..) if concerns => {
                self.in_vain = Some(*from);
            }
            Happening::Sent(identity, ..) => {
                self.in_vain = None;
                self.told.extend(concerns.then_some(identity.to));
            }
            _ => {}
        }
        self.concerns |= concerns;
    }
}

/// A walk from the moments back to the beginning.
struct Search<'f> {
    past: Past,
    /// Events that others in the past name.
    wanted: BTreeSet<u64>,
    /// Whose later events that concern the matter are in the past.
    concerned: Roles,
    /// The event in which each fault struck, by id.
    strikes: BTreeMap<u32, u64>,
    faults: &'f [Fault],
    /// The first event of each actor that concerns the matter.
    first_met: BTreeMap<Role, u64>,
}

impl Search<'_> {
    fn wants<S: System>(&self, number: u64, event: &Event<'_, S>) -> bool {
        let later = |role: &Role| self.concerned.contains(*role);
        self.wanted.contains(&number)
            || (event.concerns && later(&event.role))
            || event.told.iter().any(later)
            || event.in_vain.as_ref().is_some_and(later)
            || event.missed.as_ref().is_some_and(later)
            || event.happenings.iter().any(|happened| self.befell(number, happened))
    }

    /// Whether it befell an actor of the past that had met the matter.
    fn befell<S: System>(&self, number: u64, happened: &TraceEvent<S>) -> bool {
        let met = |role: Role| {
            let first = self.first_met.get(&role);
            self.concerned.contains(role) && first.is_some_and(|first| *first < number)
        };
        match &happened.what {
            Happening::Crashed(_)
            | Happening::Booted
            | Happening::Resumed
            | Happening::AppendFailed
            | Happening::Forced(..) => met(happened.role),
            // What a fault did to clocks and disks is not told anywhere else; it
            // may have begun before the actor met the matter.
            Happening::Struck(id) => {
                let fault = self.faults.iter().find(|fault| fault.id == *id);
                let victim = fault.and_then(|fault| ails(&fault.misfortune));
                victim.is_some_and(|role| self.concerned.contains(role))
            }
            _ => false,
        }
    }

    fn take<S: System>(&mut self, number: u64, event: &Event<'_, S>) {
        self.past.events.insert(number);
        if event.concerns {
            self.concerned = self.concerned.union(event.role.into());
        }
        for happened in &event.happenings {
            self.wanted.extend((happened.cause > 0).then_some(happened.cause));
            if let Some(fault) = happened.fault {
                self.past.faults.insert(fault);
                self.wanted.extend(self.strikes.get(&fault));
            }
        }
    }
}

/// Whose clocks or disk the fault ails.
fn ails(misfortune: &Misfortune) -> Option<Role> {
    match misfortune {
        Misfortune::WallShift { role, .. }
        | Misfortune::Drift { role, .. }
        | Misfortune::TornTail { role, .. }
        | Misfortune::Corruption { role, .. }
        | Misfortune::OldGeneration { role, .. } => Some(*role),
        _ => None,
    }
}

fn first_met<S: System>(events: &BTreeMap<u64, Event<'_, S>>) -> BTreeMap<Role, u64> {
    let mut first = BTreeMap::new();
    for (number, event) in events.iter().filter(|(_, event)| event.concerns) {
        first.entry(event.role).or_insert(*number);
    }
    first
}

fn strikes<S: System>(trace: &Trace<S>) -> BTreeMap<u32, u64> {
    let struck = trace.events.iter().filter_map(|happened| match happened.what {
        Happening::Struck(id) => Some((id, happened.event)),
        _ => None,
    });
    struck.collect()
}
