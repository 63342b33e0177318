//! One actor's place in a world.

use crate::clock::Clock;
use crate::journal::Journal;
use crate::message::Role;
use crate::system::{System, TimerClass};

use super::pause::Pause;

pub(super) struct Slot<S: System> {
    pub(super) role: Role,
    pub(super) actor: Option<S::Actor>,
    pub(super) journal: Journal<S::Record>,
    pub(super) copies: u8,
    pub(super) clock: Clock,
    pub(super) incarnation: u32,
    /// Of its code, from its next boot on.
    pub(super) release: u8,
    pub(super) work_timers: u64,
    pub(super) housekeeping_timers: u64,
    /// Whether its disk was full when it booted.
    pub(super) found_full: bool,
    /// The fault that crashed it, while it is down.
    pub(super) down_by: Option<usize>,
    /// What it has yet to do while it handles nothing.
    pub(super) pause: Option<Box<Pause<S>>>,
}

impl<S: System> Slot<S> {
    pub(super) fn new(role: Role) -> Self {
        Self {
            role,
            actor: None,
            journal: Journal::default(),
            copies: 1,
            clock: Clock::default(),
            incarnation: 0,
            release: 0,
            work_timers: 0,
            housekeeping_timers: 0,
            found_full: false,
            down_by: None,
            pause: None,
        }
    }

    pub(super) fn copy(&self) -> Self
    where
        S::Actor: Clone,
    {
        Self {
            actor: self.actor.clone(),
            journal: self.journal.clone(),
            pause: self.pause.clone(),
            ..*self
        }
    }

    /// Writes the journal to two copies, or to one.
    pub(super) fn write_copies(&mut self, mirrored: bool) {
        self.journal = if mirrored { Journal::mirrored() } else { Journal::default() };
        self.copies = 1 + u8::from(mirrored);
    }

    pub(super) fn is_up(&self) -> bool {
        self.actor.is_some()
    }

    pub(super) fn timers(&mut self, class: TimerClass) -> &mut u64 {
        match class {
            TimerClass::Work => &mut self.work_timers,
            TimerClass::Housekeeping => &mut self.housekeeping_timers,
        }
    }
}
