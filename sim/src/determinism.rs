//! Whether a system is deterministic: its worlds run twice, side by side, and
//! the first event that differs is named.
//!
//! [`check`] runs both in this process; [`footprints`] are what a run elsewhere
//! hands over, and [`compare`] finds where two of them part.
//!
//! What leaks into a world from outside (a clock, the order of a hash map, a
//! static, an address, the environment) shows as soon as it changes anything
//! that happens; the digest covers every event and its cause. The idea is
//! madsim's `check_determinism`, which compares the draws of two runs.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::digest::DigestValue;
use crate::limits::Ending;
use crate::message::{Role, SendIdentity};
use crate::point::Forcing;
use crate::system::System;
use crate::time::VirtualTime;
use crate::trace::{Happening, TraceEvent};
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// What happened in the second run instead; `None` if it was over. Where it
    /// is the same, what words don't tell was not, such as a latency.
    pub second: Option<String>,
    /// The identity that chance decided it for, where chance did.
    pub drawn_for: Option<String>,
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
        match self.first == self.second {
            true => write!(f, "{} both times, but not to the same effect", shown(&self.first))?,
            false => {
                write!(f, "{}, and the other time {}", shown(&self.first), shown(&self.second))?
            }
        }
        if let Some(identity) = &self.drawn_for {
            write!(f, "; chance decides it for {identity}")?;
        }
        match &self.handler {
            None => Ok(()),
            Some(handler) => write!(
                f,
                "; a clock, the order of a hash map, a static, an address or the environment \
                 decides something where {handler}"
            ),
        }
    }
}

/// One event of a run as plain data, to compare with a run elsewhere: in another
/// process, on another platform, of another build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footprint {
    /// When.
    pub at: VirtualTime,
    /// The number of the event that handled it.
    pub event: u64,
    /// The number of the event that caused it; 0 for the plan itself.
    pub cause: u64,
    /// At whom.
    pub role: Role,
    /// What people call that role.
    pub name: String,
    /// What happened, in words.
    pub what: String,
    /// The identity that chance decided it for, where chance did.
    pub drawn_for: Option<String>,
    /// The digest of everything so far, the handler's other effects included.
    pub digest: DigestValue,
}

/// Runs `world` to its end, and keeps the footprint of every event; each time
/// that the world comes to rest, the next of `wakes` reminds an actor
/// ([`World::wake`]). Two runs of one plan agree if theirs are equal; where they
/// are not, [`compare`] names the first pair that differs.
pub fn footprints<S: System>(world: World<'_, S>, wakes: &[(Role, S::Timer)]) -> Vec<Footprint> {
    let mut walk = Walk::new(world, wakes);
    let mut footprints = Vec::new();
    loop {
        let ending = walk.step();
        footprints.extend(walk.footprints());
        if ending.is_some() {
            return footprints;
        }
    }
}

/// Where two runs of one plan part; `None` if they agree.
pub fn compare(first: &[Footprint], second: &[Footprint]) -> Option<Divergence> {
    let differ = |at: &usize| first.get(*at) != second.get(*at);
    let mut at = (0..first.len().max(second.len())).find(differ)?;
    // Digests are those of whole steps: what differs in words stands further on.
    let step = |side: &[Footprint]| {
        let digest = side.get(at).map(|footprint| footprint.digest);
        side.iter().skip(at).take_while(|footprint| Some(footprint.digest) == digest).count()
    };
    let until = at + step(first).max(step(second));
    let worded = |at: &usize| first.get(*at).map(words) != second.get(*at).map(words);
    at = (at..until).find(worded).unwrap_or(at);
    let (one, other) = (first.get(at), second.get(at));
    let (shown, side) = if one.is_some() { (one?, first) } else { (other?, second) };
    // What a handler did has its number; what set the handler off, its cause's.
    let handler = side[..at].iter().find(|footprint| footprint.event == shown.cause);
    Some(Divergence {
        event: shown.event,
        at: shown.at,
        role: shown.role,
        name: shown.name.clone(),
        first: one.map(|footprint| footprint.what.clone()),
        second: other.map(|footprint| footprint.what.clone()),
        drawn_for: shown.drawn_for.clone(),
        handler: handler.map(|f| format!("{} {} (event #{})", f.name, f.what, f.event)),
    })
}

/// Runs two worlds of the same plan, which `world` builds, in lock step; each
/// time that they come to rest, the next of `wakes` reminds an actor.
///
/// # Errors
/// The first event in which they differ.
pub fn check<'p, S: System + 'p>(
    mut world: impl FnMut() -> World<'p, S>,
    wakes: &[(Role, S::Timer)],
) -> Result<Agreement, Box<Divergence>> {
    let mut walks = [Walk::new(world(), wakes), Walk::new(world(), wakes)];
    loop {
        let [first, second] = walks.each_mut().map(Walk::step);
        let [one, other] = walks.each_ref().map(|w| (w.world.digest(), w.world.events()));
        if first != second || one != other {
            return Err(Box::new(part(&walks)));
        }
        if let Some(ending) = first {
            return Ok(Agreement { digest: one.0, events: one.1, ending });
        }
    }
}

/// Names where two walks part that agreed up to their last step.
fn part<S: System>(walks: &[Walk<'_, '_, S>; 2]) -> Divergence {
    let [first, second] = walks.each_ref().map(|walk| {
        // The past was equal in both, whatever its digests were.
        let past = walk.describe(0..walk.told, DigestValue([0; 2]));
        past.chain(walk.footprints()).collect::<Vec<_>>()
    });
    let ends = || Divergence {
        event: walks[0].world.events(),
        at: walks[0].world.now(),
        role: Role(u8::MAX),
        name: "the run".to_owned(),
        first: None,
        second: None,
        drawn_for: None,
        handler: None,
    };
    compare(&first, &second).unwrap_or_else(ends)
}

/// Everything of a footprint that words tell.
fn words(footprint: &Footprint) -> (VirtualTime, u64, u64, Role, &str, Option<&str>) {
    let Footprint { at, event, cause, role, what, drawn_for, .. } = footprint;
    (*at, *event, *cause, *role, what, drawn_for.as_deref())
}

/// A recorded world on its way to its end, and who is to be woken at rest.
struct Walk<'p, 'w, S: System> {
    world: World<'p, S>,
    wakes: std::slice::Iter<'w, (Role, S::Timer)>,
    /// How many events were recorded before the last step.
    told: usize,
}

impl<'p, 'w, S: System> Walk<'p, 'w, S> {
    fn new(world: World<'p, S>, wakes: &'w [(Role, S::Timer)]) -> Self {
        Self { world: world.recorded(), wakes: wakes.iter(), told: 0 }
    }

    /// Lets events happen until one is recorded, or there are none.
    fn step(&mut self) -> Option<Ending> {
        self.told = self.events().len();
        loop {
            let ending = self.world.step(&mut ());
            match (ending, ending.and_then(|ending| self.next_wake(ending))) {
                (Some(_), Some((role, timer))) => self.world.wake(role, timer),
                _ if ending.is_some() || self.events().len() > self.told => return ending,
                _ => {}
            }
        }
    }

    fn next_wake(&mut self, ending: Ending) -> Option<(Role, S::Timer)> {
        if ending == Ending::Rest { self.wakes.next().copied() } else { None }
    }

    fn events(&self) -> &[TraceEvent<S>] {
        self.world.trace().map_or(&[], |trace| &trace.events)
    }

    /// Those of the last step.
    fn footprints(&self) -> impl Iterator<Item = Footprint> {
        self.describe(self.told..self.events().len(), self.world.digest())
    }

    fn describe(
        &self,
        which: Range<usize>,
        digest: DigestValue,
    ) -> impl Iterator<Item = Footprint> {
        self.events()[which].iter().map(move |event| Footprint {
            at: event.at,
            event: event.event,
            cause: event.cause,
            role: event.role,
            name: self.world.name(event.role),
            what: event.what.to_string(),
            drawn_for: self.drawn_for(&event.what),
            digest,
        })
    }

    fn drawn_for(&self, what: &Happening<S>) -> Option<String> {
        match what {
            Happening::Sent(identity, ..) => {
                let SendIdentity { from, to, kind, subject, ordinal } = *identity;
                let [from, to] = [from, to].map(|role| self.world.name(role));
                let (kind, subject) = (kind.0, subject.0);
                Some(format!(
                    "sending {ordinal} of kind {kind} about {subject} from {from} to {to}"
                ))
            }
            Happening::Forced(Forcing { point, subject, .. }) => {
                Some(format!("point {} and subject {}", point.0, subject.0))
            }
            _ => None,
        }
    }
}
