//! The planned faults, found by what triggers them, and those at work.

use std::collections::BTreeMap;

use crate::draw::{Domain, Draws};
use crate::fault::{CrashPoint, Fault, Misfortune};
use crate::links::Stretch;
use crate::message::Role;
use crate::time::{VirtualTime, nanos};
use crate::trigger::{Cue, Occasion, Sight};

/// Everything that a world knows of its faults. What is empty costs nothing.
#[derive(Clone)]
pub(super) struct Board<'p> {
    pub(super) planned: &'p [Fault],
    pub(super) on_send: BTreeMap<Occasion, Vec<usize>>,
    pub(super) on_delivery: BTreeMap<Occasion, Vec<usize>>,
    pub(super) on_fact: BTreeMap<Sight, Vec<usize>>,
    pub(super) states: Vec<State>,
    /// Links that are cut.
    pub(super) cuts: Vec<Cut>,
    /// Links that are slow, lossy or clogged.
    pub(super) troubles: Vec<Trouble>,
    /// Crashes that wait for a handler to fall into.
    pub(super) armed: Vec<usize>,
    /// Disks that are slow, that lie, or that are full.
    pub(super) disks: Vec<usize>,
    /// Damage that waits for a crash.
    pub(super) damage: Vec<usize>,
    /// Whether some crash comes in the place of a sending.
    pub(super) instead: bool,
}

/// How far one planned fault has got.
#[derive(Clone, Copy, Default)]
pub(super) struct State {
    /// Its trigger was pulled; it may have to wait before it strikes.
    pub(super) pulled: bool,
    /// It struck.
    pub(super) struck: bool,
    /// It did something.
    pub(super) fired: bool,
    /// It goes on.
    pub(super) at_work: bool,
    /// The number of the event in which it struck.
    pub(super) event: u64,
    /// How often it has yet to crash somebody.
    pub(super) left: u16,
}

/// Links that are cut: all the time, or every other `half`.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    pub(super) fault: usize,
    pub(super) links: Stretch,
    pub(super) since: VirtualTime,
    pub(super) half: u64,
}

/// Links that are not as they should be.
#[derive(Clone, Copy)]
pub(super) struct Trouble {
    pub(super) fault: usize,
    pub(super) links: Stretch,
    pub(super) since: VirtualTime,
    pub(super) until: VirtualTime,
}

impl<'p> Board<'p> {
    pub(super) fn new(planned: &'p [Fault]) -> Self {
        let mut board = Self {
            planned,
            on_send: BTreeMap::new(),
            on_delivery: BTreeMap::new(),
            on_fact: BTreeMap::new(),
            states: vec![State::default(); planned.len()],
            cuts: Vec::new(),
            troubles: Vec::new(),
            armed: Vec::new(),
            disks: Vec::new(),
            damage: Vec::new(),
            instead: false,
        };
        for (index, fault) in planned.iter().enumerate() {
            board.instead |= fault.misfortune.point() == Some(CrashPoint::Instead);
            match fault.trigger.cue() {
                None => {}
                Some((Cue::Send(occasion), _)) => {
                    board.on_send.entry(occasion).or_default().push(index);
                }
                Some((Cue::Delivery(occasion), _)) => {
                    board.on_delivery.entry(occasion).or_default().push(index);
                }
                Some((Cue::Fact(sight), _)) => {
                    board.on_fact.entry(sight).or_default().push(index);
                }
            }
        }
        board
    }

    /// The faults that never did anything, by id.
    pub(super) fn never_fired(&self) -> impl Iterator<Item = u32> {
        let never = self.planned.iter().zip(&self.states).filter(|(_, state)| !state.fired);
        never.map(|(fault, _)| fault.id)
    }

    /// The faults that go on, by id.
    pub(super) fn at_work(&self) -> impl Iterator<Item = u32> {
        let at_work = self.planned.iter().zip(&self.states).filter(|(_, state)| state.at_work);
        at_work.map(|(fault, _)| fault.id)
    }

    /// The first disk fault at work at `role` that `is` one.
    pub(super) fn disk(&self, role: Role, is: fn(&Misfortune) -> bool) -> Option<usize> {
        let struck = |index: &&usize| {
            let misfortune = &self.planned[**index].misfortune;
            is(misfortune) && misfortune.roles().contains(role)
        };
        self.disks.iter().find(struck).copied()
    }

    /// What the fault with this index plagued is free of it.
    pub(super) fn forget(&mut self, index: usize) {
        self.cuts.retain(|cut| cut.fault != index);
        self.troubles.retain(|trouble| trouble.fault != index);
        self.disks.retain(|fault| *fault != index);
    }
}

impl Cut {
    /// Whether the link from `from` to `to` is cut by it at `now`.
    #[inline]
    pub(super) fn cuts(&self, from: Role, to: Role, now: VirtualTime) -> bool {
        let halves = || nanos(now.since(self.since)) / self.half;
        self.links.contains(from, to) && (self.half == 0 || halves().is_multiple_of(2))
    }
}

/// Whether a brown-out that struck at `since` is bad at `now`: once in each
/// round, from a drawn moment on.
pub(super) fn is_bad(
    draws: &Draws,
    fault: &Fault,
    since: VirtualTime,
    now: VirtualTime,
    [good, bad]: [u64; 2],
) -> bool {
    let round = good.saturating_add(bad);
    if good == 0 || bad == 0 {
        return bad > 0;
    }
    let passed = nanos(now.since(since));
    let begins = draws.draw(BROWNOUT, &[u64::from(fault.id), passed / round]).between(0, good);
    (begins..begins.saturating_add(bad)).contains(&(passed % round))
}

const BROWNOUT: Domain = Domain(u64::from_le_bytes(*b"brownout"));
