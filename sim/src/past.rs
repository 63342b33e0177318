//! The causal past of a moment: what had a hand in it, out of everything that
//! happened before.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::fault::{Fault, Misfortune};
use crate::message::{Role, Roles, SendIdentity};
use crate::system::System;
use crate::time::VirtualTime;
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
/// 2. the strike of every planned **fault** that the kernel names as the one
///    that made it so ([`TraceEvent::fault`]);
///
/// and of each event in it that concerns the matter,
///
/// 3. the **state** that it met: every earlier event of the same actor that
///    concerns the matter;
/// 4. what its actor had **heard or had yet to hear**: every earlier event that
///    sent to that actor about the matter, whether it arrived, was lost, or was
///    still in the air. An answer that never came is why a timer had to fire;
/// 5. what its actor asked **in vain**: every earlier arrival of a message about
///    the matter from that actor to which the receiver said nothing to anybody.
///
/// What did not happen counts as well. An actor with an event in the past that
/// concerns the matter might have done more, and other things, had it not been for
///
/// 6. what **befell** it: the boot before that event, and from there on, or while
///    that event had to wait, crashes, boots, pauses, appends that failed and
///    forced points; and the faults of its clocks and disk, whenever they struck;
/// 7. what it was **kept from hearing**, or from saying: every message about the
///    matter, to it or from it, that never arrived, that a planned fault had a hand
///    in, or at which the receiver crashed before it was done with it.
///
/// No event after the last of the given ones is in the past. What else actors
/// share is no edge: two operations that meet the same actor, and may wait there
/// for each other, don't depend on each other unless the caller says that both are
/// of the matter.
///
/// So a planned fault that has no event in the past can be left out of the plan,
/// and the moments come to pass all the same; unless another fault strikes
/// elsewhere or stalls somebody else in its absence.
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
        let mut events = Event::all(trace, &concerns);
        let last = moments.iter().max().copied().unwrap_or_default();
        events.retain(|number, _| *number <= last);
        let mut search = Search {
            past: Self::default(),
            wanted: moments.iter().copied().collect(),
            concerned: Roles::default(),
            involved: BTreeMap::new(),
            boots: boots(trace),
            strikes: strikes(trace),
            faults,
        };
        // Most edges lead to an earlier event, so that one walk back finds all;
        // what did not happen may have a later one, and it takes another.
        while search.walk_back(&events) {}
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
    /// Since when it might have happened: a message waits at an actor that
    /// pauses.
    due: VirtualTime,
    /// To whom it sent about the matter.
    told: Vec<Role>,
    /// Whose message about the matter did not get through, or not as it would
    /// have without a fault, and to whom.
    kept: Vec<Role>,
    /// Who sent the message about the matter that arrived in it.
    asked: Option<Role>,
    /// Whether nothing was said to anybody when that arrived.
    in_vain: bool,
}

impl<'t, S: System> Event<'t, S> {
    fn all(trace: &'t Trace<S>, concerns: &impl Fn(&TraceEvent<S>) -> bool) -> BTreeMap<u64, Self> {
        let (mut events, mut sent) = (BTreeMap::new(), BTreeMap::new());
        for happened in &trace.events {
            let concerns = concerns(happened);
            let cut_short = match happened.what {
                Happening::Crashed(_) => {
                    events.get(&happened.cause).and_then(|handler: &Self| handler.asked)
                }
                _ => None,
            };
            let event: &mut Self = events.entry(happened.event).or_insert_with(|| Self {
                happenings: Vec::new(),
                role: happened.role,
                concerns: false,
                due: happened.at,
                told: Vec::new(),
                kept: Vec::new(),
                asked: None,
                in_vain: false,
            });
            event.kept.extend(cut_short);
            match &happened.what {
                Happening::Sent(identity, _, fate) if concerns => {
                    sent.insert(*identity, (happened.at, *fate));
                }
                Happening::Delivered(identity, copy, _) => {
                    let arrival = sent.get(identity).and_then(|(at, fate)| {
                        let delay = fate.delays().get(usize::from(*copy))?;
                        Some(at.after(Duration::from_nanos(*delay)))
                    });
                    event.due = arrival.unwrap_or(event.due).min(event.due);
                }
                _ => {}
            }
            event.add(happened, concerns);
        }
        events
    }

    fn add(&mut self, happened: &'t TraceEvent<S>, concerns: bool) {
        self.happenings.push(happened);
        match &happened.what {
            // The receiver never knew of it, and the sender waits.
            Happening::Undeliverable(SendIdentity { from, to, .. }, _) => {
                self.kept.extend([*from, *to].into_iter().filter(|_| concerns));
                return;
            }
            Happening::Delivered(SendIdentity { from, .. }, ..) if concerns => {
                self.asked = Some(*from);
                self.in_vain = true;
            }
            Happening::Sent(SendIdentity { to, .. }, _, fate) => {
                self.in_vain = false;
                self.told.extend(concerns.then_some(*to));
                let harmed = fate.lost || happened.fault.is_some();
                self.kept.extend((concerns && harmed).then_some(*to));
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
    /// Whose later events that concern the matter are in the past, where the
    /// walk has come to.
    concerned: Roles,
    /// The first event of each actor that is in the past and concerns the
    /// matter, and since when that was due.
    involved: BTreeMap<Role, (u64, VirtualTime)>,
    /// Every boot.
    boots: BTreeSet<(Role, u64)>,
    /// The event in which each fault struck, by id.
    strikes: BTreeMap<u32, u64>,
    faults: &'f [Fault],
}

impl Search<'_> {
    /// Whether that found anything more.
    fn walk_back<S: System>(&mut self, events: &BTreeMap<u64, Event<'_, S>>) -> bool {
        let known = (self.past.events.len(), self.involved.clone());
        self.concerned = Roles::default();
        for (number, event) in events.iter().rev() {
            if self.past.contains(*number) || self.wants(*number, event) {
                self.take(*number, event);
            }
        }
        for (role, (first, _)) in &self.involved {
            let booted = self.boots.range((*role, 0)..(*role, *first)).next_back();
            self.wanted.extend(booted.map(|(_, event)| *event));
        }
        known != (self.past.events.len(), self.involved.clone())
    }

    fn wants<S: System>(&self, number: u64, event: &Event<'_, S>) -> bool {
        let later = |role: &Role| self.concerned.contains(*role);
        let involved = |role: &Role| self.involved.contains_key(role);
        self.wanted.contains(&number)
            || (event.concerns && later(&event.role))
            || event.told.iter().any(later)
            || (event.in_vain && event.asked.as_ref().is_some_and(later))
            || event.kept.iter().any(involved)
            || event.happenings.iter().any(|happened| self.befell(happened))
    }

    /// Whether it befell an actor that had met the matter, or was about to.
    fn befell<S: System>(&self, happened: &TraceEvent<S>) -> bool {
        match &happened.what {
            Happening::Crashed(_)
            | Happening::Booted
            | Happening::Resumed
            | Happening::AppendFailed
            | Happening::Forced(..) => {
                let first = self.involved.get(&happened.role);
                first.is_some_and(|(first, due)| *first < happened.event || *due <= happened.at)
            }
            // What a fault did to clocks and disks is not told anywhere else; it
            // may have begun before the actor met the matter.
            Happening::Struck(id) => {
                let fault = self.faults.iter().find(|fault| fault.id == *id);
                fault.is_some_and(|fault| self.ails(fault, happened.at))
            }
            _ => false,
        }
    }

    /// Whether a fault that strikes at `at` ails the clocks or the disk of an
    /// actor that meets the matter, or stalls it until it does.
    fn ails(&self, fault: &Fault, at: VirtualTime) -> bool {
        match fault.misfortune {
            Misfortune::WallShift { role, .. }
            | Misfortune::Drift { role, .. }
            | Misfortune::TornTail { role, .. }
            | Misfortune::Corruption { role, .. }
            | Misfortune::OldGeneration { role, .. } => self.involved.contains_key(&role),
            Misfortune::Pause { roles } => {
                let until = at.after(fault.dwell);
                self.involved.iter().any(|(role, (_, due))| roles.contains(*role) && *due <= until)
            }
            _ => false,
        }
    }

    fn take<S: System>(&mut self, number: u64, event: &Event<'_, S>) {
        self.past.events.insert(number);
        if event.concerns {
            self.concerned = self.concerned.union(event.role.into());
            let due = self.involved.get(&event.role).map_or(event.due, |(_, due)| *due);
            self.involved.insert(event.role, (number, event.due.min(due)));
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

fn boots<S: System>(trace: &Trace<S>) -> BTreeSet<(Role, u64)> {
    let booted = trace.events.iter().filter(|h| matches!(h.what, Happening::Booted));
    booted.map(|happened| (happened.role, happened.event)).collect()
}

fn strikes<S: System>(trace: &Trace<S>) -> BTreeMap<u32, u64> {
    let struck = trace.events.iter().filter_map(|happened| match happened.what {
        Happening::Struck(id) => Some((id, happened.event)),
        _ => None,
    });
    struck.collect()
}
