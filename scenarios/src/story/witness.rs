//! Whoever watches the run of which a story tells: the judge, and beside it an
//! ear for everything that the authorities said.

use sim::{Ending, Observer, Role, Sighting, Trace, VirtualTime, World};

use super::testimony::Testimony;
use crate::fact::Fact;
use crate::judge::{Judge, Violation};
use crate::message::Message;
use crate::party::PROBE;
use crate::system::{Entry, PaymentSystem, Timer};
use crate::trial;

/// A run that was stopped when the violation was seen.
pub(super) struct Scene {
    pub(super) violation: Violation,
    pub(super) testimony: Testimony,
    pub(super) trace: Trace<PaymentSystem>,
    pub(super) ended_at: VirtualTime,
    /// The number of events up to there.
    pub(super) events: u64,
}

/// Runs `system`, recorded, until a violation is seen that is the one that is
/// `sought`; `None` if none is.
pub(super) fn watch(system: &PaymentSystem, sought: impl Fn(&Violation) -> bool) -> Option<Scene> {
    let mut world = trial::world(system).recorded();
    let mut witness =
        Witness { judge: Judge::new(&system.plan), testimony: Testimony::default(), known: 0 };
    let mut looked = false;
    loop {
        let ending = world.step(&mut witness);
        if let Some(found) = witness.find(&sought) {
            return Some(witness.scene(found, &world));
        }
        match ending {
            Some(Ending::Rest) if !looked => {
                looked = true;
                world.wake(PROBE, Timer::Look);
            }
            Some(ending) => {
                trial::conclude(&world, &mut witness.judge, ending);
                let found = witness.find(&sought)?;
                return Some(witness.scene(found, &world));
            }
            None => {}
        }
    }
}

/// Runs `system`, recorded, up to `until`.
pub(super) fn record(system: &PaymentSystem, until: VirtualTime) -> Trace<PaymentSystem> {
    let mut world = trial::world(system).recorded();
    let mut looked = false;
    while world.now() <= until {
        match world.step(&mut ()) {
            Some(Ending::Rest) if !looked => {
                looked = true;
                world.wake(PROBE, Timer::Look);
            }
            Some(_) => break,
            None => {}
        }
    }
    world.trace().cloned().unwrap_or_default()
}

struct Witness {
    judge: Judge,
    testimony: Testimony,
    /// How many violations were looked at.
    known: usize,
}

impl Witness {
    /// The first violation that is sought, of those that are new.
    fn find(&mut self, sought: &impl Fn(&Violation) -> bool) -> Option<Violation> {
        let fresh = &self.judge.findings().violations[self.known..];
        let found = fresh.iter().find(|violation| sought(violation)).cloned();
        self.known += fresh.len();
        found
    }

    fn scene(self, violation: Violation, world: &World<'_, PaymentSystem>) -> Scene {
        Scene {
            violation,
            testimony: self.testimony,
            trace: world.trace().cloned().unwrap_or_default(),
            ended_at: world.now(),
            events: world.events(),
        }
    }
}

impl Observer<PaymentSystem> for Witness {
    fn sent(&mut self, seen: Sighting, to: Role, message: &Message) {
        self.judge.sent(seen, to, message);
    }

    fn durable(&mut self, seen: Sighting, entry: &Entry) {
        self.judge.durable(seen, entry);
        self.testimony.take_entry(seen, entry);
    }

    fn lost(&mut self, seen: Sighting, entry: &Entry) {
        self.judge.lost(seen, entry);
    }

    fn noted(&mut self, seen: Sighting, fact: &Fact) {
        self.judge.noted(seen, fact);
        self.testimony.take_fact(seen, fact);
    }
}
