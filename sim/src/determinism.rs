//! Whether a system is deterministic: its worlds run twice, side by side, and
//! the first event that differs is named.
//!
//! What leaks into a world from outside (a clock, the order of a hash map, a
//! static, an address, the environment) shows as soon as it changes anything
//! that happens; the digest covers every event and its cause. The idea is
//! madsim's `check_determinism`, which compares the draws of two runs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::DigestValue;
use crate::limits::Ending;
use crate::message::Role;
use crate::system::System;
use crate::time::VirtualTime;
use crate::trace::TraceEvent;
use crate::world::World;

/// What two runs that were the same came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The digest of both.
    pub digest: DigestValue,
    /// The number of events of each.
    pub events: u64,
    /// How both ended.
    pub ending: Ending,
}

/// The first event in which two runs of one plan differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The number of the event.
    pub event: u64,
    /// When it happened, in the first run that had it.
    pub at: VirtualTime,
    /// At whom.
    pub role: Role,
    /// What people call that role.
    pub name: String,
    /// What happened in the first run; `None` if it was over.
    pub first: Option<String>,
    /// What happened in the second run instead; `None` if it was over.
    pub second: Option<String>,
    /// Whose handler made the difference, and what it handled, so far as both
    /// runs agree on that: there something leaked in.
    pub handler: Option<String>,
}

impl std::error::Error for Divergence {}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |what: &Option<String>| what.clone().unwrap_or_else(|| "is over".to_owned());
        let Self { event, at, name, .. } = self;
        write!(f, "two runs of one plan differ first in event #{event} at {at}: {name} ")?;
        write!(f, "{}, and the other time {}", shown(&self.first), shown(&self.second))?;
        match &self.handler {
            None => Ok(()),
            Some(handler) => write!(
                f,
                "; a clock, the order of a hash map, a static or an address decides something \
                 where {handler}"
            ),
        }
    }
}

/// One step of a run as plain data, to compare with a run elsewhere: in another
/// process, on another platform, of another build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footprint {
    /// When.
    pub at: VirtualTime,
    /// The digest of everything so far, this step included.
    pub digest: DigestValue,
    /// What happened, in words, an effect each.
    pub what: Vec<String>,
}

/// Runs `world` to its end, and keeps the footprint of every step. Two runs of
/// one plan agree if theirs are equal; where they are not, the first pair that
/// differs is where something leaked in.
pub fn footprints<S: System>(world: World<'_, S>) -> Vec<Footprint> {
    let mut world = world.recorded();
    let mut footprints = Vec::new();
    loop {
        let told = events(&world).len();
        let ending = step(&mut world);
        let new = &events(&world)[told..];
        if !new.is_empty() {
            let what = new.iter().map(|e| format!("{} {}", world.name(e.role), e.what));
            let (at, digest) = (world.now(), world.digest());
            footprints.push(Footprint { at, digest, what: what.collect() });
        }
        if ending.is_some() {
            return footprints;
        }
    }
}

/// Runs two worlds of the same plan, which `world` builds, in lock step.
///
/// # Errors
/// The first event in which they differ.
pub fn check<'p, S: System + 'p>(
    mut world: impl FnMut() -> World<'p, S>,
) -> Result<Agreement, Box<Divergence>> {
    let (mut first, mut second) = (world().recorded(), world().recorded());
    loop {
        let told = [&first, &second].map(|world| events(world).len());
        let endings = [step(&mut first), step(&mut second)];
        let [one, other] = [&first, &second].map(|world| (world.digest(), world.events()));
        if endings[0] != endings[1] || one != other {
            return Err(Box::new(name_first(&first, &second, told)));
        }
        if let Some(ending) = endings[0] {
            return Ok(Agreement { digest: one.0, events: one.1, ending });
        }
    }
}

/// Lets events happen until one is recorded, or there are none.
fn step<S: System>(world: &mut World<'_, S>) -> Option<Ending> {
    let told = events(world).len();
    loop {
        let ending = world.step(&mut ());
        if ending.is_some() || events(world).len() > told {
            return ending;
        }
    }
}

fn events<'w, S: System>(world: &'w World<'_, S>) -> &'w [TraceEvent<S>] {
    world.trace().map_or(&[], |trace| &trace.events)
}

/// Names the first of the events after those `told` in which the runs differ.
fn name_first<S: System>(
    first: &World<'_, S>,
    second: &World<'_, S>,
    told: [usize; 2],
) -> Divergence {
    let (ours, theirs) = (&events(first)[told[0]..], &events(second)[told[1]..]);
    let differ = |at: &usize| line(ours.get(*at)) != line(theirs.get(*at));
    let at = (0..ours.len().max(theirs.len())).find(differ).unwrap_or(0);
    let (one, other) = (ours.get(at), theirs.get(at));
    let shown = one.or(other);
    // What the handler did is the handler's; what set it off, its cause's.
    let handler = match at {
        0 => shown.and_then(|event| events(first).iter().find(|e| e.event == event.cause)),
        _ => ours.first(),
    };
    let told =
        |e: &TraceEvent<S>| format!("{} {} (event #{})", first.name(e.role), e.what, e.event);
    Divergence {
        event: shown.map_or(first.events(), |event| event.event),
        at: shown.map_or(first.now(), |event| event.at),
        role: shown.map_or(Role(u8::MAX), |event| event.role),
        name: shown.map_or_else(String::new, |event| first.name(event.role)),
        first: one.map(|event| event.what.to_string()),
        second: other.map(|event| event.what.to_string()),
        handler: handler.map(told),
    }
}

/// Everything about an event that has to be the same in both runs.
fn line<S: System>(event: Option<&TraceEvent<S>>) -> Option<String> {
    event.map(|e| format!("{} {} {} {} {}", e.at, e.event, e.cause, e.role.0, e.what))
}
