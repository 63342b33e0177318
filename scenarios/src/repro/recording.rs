//! What a run came to, digest by digest, so that a later run can tell where it
//! departs from it.

use model::Defects;
use sim::{DigestValue, Ending, VirtualTime, World};

use crate::judge::Judge;
use crate::party::PROBE;
use crate::plan::Plan;
use crate::system::{PaymentSystem, Timer};
use crate::trial::{self, Trial};

/// A run by its digests: that of everything up to each `every`-th event, and
/// that of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// How many events there were.
    pub events: u64,
    /// The digest of them all.
    pub digest: DigestValue,
    /// From one digest to the next, in events; at least 1.
    pub every: u64,
    /// The beginnings of the digests, the first 32 bits of each.
    pub digests: Vec<u32>,
    /// Faults that did not strike, and are not missed when they don't.
    pub unstruck: Vec<u32>,
}

/// Where a run departs from a recorded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The number of the last event up to which they are known to agree.
    pub after: u64,
    /// The number of an event by which they are known to differ.
    pub before: u64,
    /// When these were, in the later run.
    pub between: [VirtualTime; 2],
}

/// The digests of a run, taken every so many events.
struct Marks {
    every: u64,
    next: u64,
    marks: Vec<(VirtualTime, u32)>,
}

impl Recording {
    /// What `plan` comes to with `defects` planted, and its recording, with a
    /// handful of digests.
    pub fn of(plan: Plan, defects: Defects) -> (Trial, Self) {
        let (trial, marks) = run(plan, defects, FINEST);
        let mut step = 1;
        while trial.events / (FINEST * step as u64) > DIGESTS_MAX {
            step *= 2;
        }
        let digests = marks.marks.iter().skip(step - 1).step_by(step);
        let recording = Self {
            events: trial.events,
            digest: trial.digest,
            every: FINEST * step as u64,
            digests: digests.map(|(_, digest)| *digest).collect(),
            unstruck: trial.never_struck.clone(),
        };
        (trial, recording)
    }

    /// What `plan` comes to with `defects` planted, and where that departs from
    /// this recording, if it does.
    pub fn follow(&self, plan: Plan, defects: Defects) -> (Trial, Option<Departure>) {
        let (trial, marks) = run(plan, defects, self.every.max(1));
        let departure = self.departure(&trial, &marks);
        (trial, departure)
    }

    fn departure(&self, trial: &Trial, later: &Marks) -> Option<Departure> {
        if (trial.digest, trial.events) == (self.digest, self.events) {
            return None;
        }
        let pairs = self.digests.iter().zip(&later.marks);
        let agreed = pairs.take_while(|(one, (_, other))| *one == other).count();
        let moment = |mark: usize| match mark.checked_sub(1) {
            None => VirtualTime::ZERO,
            Some(mark) => later.marks.get(mark).map_or(trial.ended_at, |(at, _)| *at),
        };
        let after = agreed as u64 * later.every;
        let last = self.events.max(trial.events);
        let before = (after + later.every).min(last).max(after);
        Some(Departure { after, before, between: [moment(agreed), moment(agreed + 1)] })
    }
}

impl Marks {
    fn take(&mut self, world: &World<'_, PaymentSystem>) {
        while world.events() >= self.next {
            self.next += self.every;
            let DigestValue([word, _]) = world.digest();
            self.marks.push((world.now(), (word >> 32) as u32));
        }
    }

    fn settle(&mut self, world: &mut World<'_, PaymentSystem>, judge: &mut Judge) -> Ending {
        loop {
            let ending = world.step(judge);
            self.take(world);
            if let Some(ending) = ending {
                return ending;
            }
        }
    }
}

/// Runs `plan`, taking a digest every so many events.
fn run(plan: Plan, defects: Defects, every: u64) -> (Trial, Marks) {
    let system = PaymentSystem::new(plan, defects);
    let mut judge = Judge::new(&system.plan);
    let mut world = trial::world(&system);
    let mut marks = Marks { every, next: every, marks: Vec::new() };
    let mut ending = marks.settle(&mut world, &mut judge);
    if ending == Ending::Rest {
        world.wake(PROBE, Timer::Look);
        ending = marks.settle(&mut world, &mut judge);
    }
    let verdict = trial::conclude(&world, &mut judge, ending);
    (Trial::new(&world, &judge, &system, verdict), marks)
}

/// The finest distance of digests, in events.
const FINEST: u64 = 16;
/// The most digests that a recording is written with.
const DIGESTS_MAX: u64 = 16;
