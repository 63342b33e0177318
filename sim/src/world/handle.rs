//! Handlers: what a delivery, a timer or a boot sets off.

use std::time::Duration;

use super::{Due, Happening, Observer, Role, System, Tag, TimerClass, World};
use crate::digest::Digest;
use crate::system::Out;

impl<S: System> World<'_, S> {
    pub(super) fn boot(&mut self, role: Role, cause: u64, observer: &mut impl Observer<S>) {
        let found_full = self.full_disk(role).is_some();
        if let Some(slot) = self.slot_mut(role) {
            slot.found_full = found_full;
        }
        let mut out = self.prepare(role);
        let (now, system) = (self.now, self.system);
        let Some(slot) = self.slot_mut(role) else { return };
        slot.clock.boot(now);
        out.monotonic = Duration::ZERO;
        slot.down_by = None;
        slot.actor = Some(system.recover(role, slot.journal.recovered(), &mut out));
        slot.journal.mended();
        self.pending.down -= 1;
        let event = self.number(Tag::Boot, role, 0, cause);
        self.record(event, cause, role, || Happening::Booted);
        self.perform(role, event, out, observer);
    }

    pub(super) fn fire(
        &mut self,
        role: Role,
        timer: S::Timer,
        cause: u64,
        observer: &mut impl Observer<S>,
    ) {
        let event = self.number(Tag::Timer, role, Digest::of(&timer), cause);
        self.record(event, cause, role, || Happening::TimerFired(timer));
        self.handle(role, event, observer, |system, actor, out| {
            system.on_timer(actor, timer, out);
        });
    }

    /// How long a timer that is due at `due`, on the clock of its actor, has
    /// to wait still because that clock has become slower since it was set.
    pub(super) fn time_left(&self, role: Role, incarnation: u32, due: u64) -> Option<Duration> {
        let slot = self.slot(role)?;
        let reading = slot.clock.reading(self.now);
        if slot.incarnation != incarnation || reading >= due {
            return None;
        }
        Some(slot.clock.until(Duration::from_nanos(due - reading)))
    }

    /// Takes a timer that is due off the books; whether there is somebody to
    /// remind, or it died with the crash of its actor.
    pub(super) fn unset_timer(
        &mut self,
        role: Role,
        incarnation: u32,
        class: TimerClass,
        set_in: u32,
    ) -> bool {
        let Some(slot) = self.slot_mut(role) else { return false };
        if slot.incarnation != incarnation {
            return false;
        }
        *slot.timers(class) -= 1;
        let is_up = slot.is_up();
        match class {
            TimerClass::Work => self.pending.work_timers -= 1,
            TimerClass::Housekeeping => {
                self.pending.housekeeping_timers -= 1;
                if let Some(left) = &mut self.pending.round {
                    *left -= u64::from(set_in < self.pending.rounds);
                }
            }
        }
        is_up
    }

    /// Sets a timer, `after` on the clock of its actor.
    pub(super) fn set_timer(
        &mut self,
        role: Role,
        after: Duration,
        timer: S::Timer,
        class: TimerClass,
        cause: u64,
    ) {
        let now = self.now;
        let Some(slot) = self.slot_mut(role) else { return };
        *slot.timers(class) += 1;
        let incarnation = slot.incarnation;
        let at = now.after(slot.clock.until(after));
        let due = slot.clock.reading(now).saturating_add(crate::time::nanos(after));
        match class {
            TimerClass::Work => self.pending.work_timers += 1,
            TimerClass::Housekeeping => self.pending.housekeeping_timers += 1,
        }
        let set_in = self.pending.rounds;
        self.queue.push(at, Due::Timer { role, incarnation, timer, class, set_in, due, cause });
    }

    pub(super) fn handle(
        &mut self,
        role: Role,
        event: u64,
        observer: &mut impl Observer<S>,
        handler: impl FnOnce(&S, &mut S::Actor, &mut Out<S>),
    ) {
        let mut out = self.prepare(role);
        let system = self.system;
        if let Some(slot) = self.slot_mut(role)
            && let Some(actor) = &mut slot.actor
        {
            handler(system, actor, &mut out);
        }
        self.perform(role, event, out, observer);
    }

    /// What a handler of `role` can read: its clocks, its disk, its points.
    fn prepare(&mut self, role: Role) -> Out<S> {
        let mut out = self.take_out();
        let full = self.full_disk(role).is_some();
        out.disk_is_full = full && self.slot(role).is_some_and(|slot| slot.found_full);
        if let Some(points) = &mut out.points {
            points.role = role;
        }
        if let Some(slot) = self.slot(role) {
            out.monotonic = slot.clock.monotonic(self.now);
            out.wall = slot.clock.wall(self.now);
        }
        out
    }

    pub(super) fn take_out(&mut self) -> Out<S> {
        std::mem::replace(&mut self.out, Out::new())
    }
}
