//! Handlers: what a delivery, a timer or a boot sets off.

use std::time::Duration;

use super::due::Alarm;
use super::{Due, Happening, Observer, Role, System, Tag, TimerClass, World};
use crate::digest::Digest;
use crate::system::Out;
use crate::time::{VirtualTime, nanos};

impl<S: System> World<'_, S> {
    pub(super) fn boot(&mut self, role: Role, cause: u64, observer: &mut impl Observer<S>) {
        let Some(place) = self.place(role) else { return };
        self.slots[place].found_full = self.full_disk(role).is_some();
        self.prepare(role, place);
        let slot = &mut self.slots[place];
        slot.clock.boot(self.now);
        self.out.monotonic = 0;
        self.out.release = slot.release;
        slot.down_by = None;
        slot.actor = Some(self.system.recover(role, slot.journal.recovered(), &mut self.out));
        slot.journal.mended();
        self.pending.down -= 1;
        let event = self.number(Tag::Boot, role, 0, cause);
        self.record(event, cause, role, || Happening::Booted);
        self.perform(role, event, observer);
    }

    /// A timer is due: reminds its actor, unless it died with a crash, or the
    /// actor's clock has become slower since it was set and does not show that
    /// time yet.
    // In place, as `World::happen` is.
    #[inline(always)]
    pub(super) fn ring(&mut self, alarm: Alarm<S::Timer>, observer: &mut impl Observer<S>) {
        let Alarm { role, class, set_in, timer, cause, .. } = alarm;
        let now = self.now;
        let Some(slot) = self.slot_mut(role) else { return };
        if slot.incarnation != alarm.incarnation {
            return;
        }
        let reading = slot.clock.reading(now);
        if reading < alarm.due {
            let wait = slot.clock.until(alarm.due - reading);
            self.queue.push(later(now, wait), Due::Timer(alarm));
            return;
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
        if is_up {
            let event = self.number(Tag::Timer, role, Digest::of(&timer), cause);
            self.record(event, cause, role, || Happening::TimerFired(timer));
            self.handle(role, event, observer, |system, actor, out| {
                system.on_timer(actor, timer, out);
            });
        }
    }

    /// Sets a timer, `after` on the clock of its actor.
    #[inline]
    pub(super) fn set_timer(
        &mut self,
        role: Role,
        after: Duration,
        timer: S::Timer,
        class: TimerClass,
        cause: u64,
    ) {
        let (now, after) = (self.now, nanos(after));
        let Some(slot) = self.slot_mut(role) else { return };
        *slot.timers(class) += 1;
        let incarnation = slot.incarnation;
        let at = later(now, slot.clock.until(after));
        let due = slot.clock.reading(now).saturating_add(after);
        match class {
            TimerClass::Work => self.pending.work_timers += 1,
            TimerClass::Housekeeping => self.pending.housekeeping_timers += 1,
        }
        let set_in = self.pending.rounds;
        let alarm = Alarm { role, class, incarnation, set_in, timer, due, cause };
        self.queue.push(at, Due::Timer(alarm));
    }

    // In place, as `World::happen` is.
    #[inline(always)]
    pub(super) fn handle(
        &mut self,
        role: Role,
        event: u64,
        observer: &mut impl Observer<S>,
        handler: impl FnOnce(&S, &mut S::Actor, &mut Out<S>),
    ) {
        let Some(place) = self.place(role) else { return };
        self.prepare(role, place);
        if let Some(actor) = &mut self.slots[place].actor {
            handler(self.system, actor, &mut self.out);
        }
        self.perform(role, event, observer);
    }

    /// What a handler of `role`, whose slot is at `place`, can read: its clocks,
    /// its disk, its points.
    #[inline(always)]
    fn prepare(&mut self, role: Role, place: usize) {
        let full = self.full_disk(role).is_some();
        self.out.disk_is_full = full && self.slots[place].found_full;
        if let Some(points) = &mut self.out.points {
            points.role = role;
        }
        let clock = &self.slots[place].clock;
        self.out.monotonic = clock.monotonic(self.now);
        self.out.wall = clock.wall(self.now);
    }
}

/// So many nanoseconds after `now`.
fn later(now: VirtualTime, nanos: u64) -> VirtualTime {
    VirtualTime::from_nanos(now.as_nanos().saturating_add(nanos))
}
