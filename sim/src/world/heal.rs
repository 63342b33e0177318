//! The end of chaos: everything heals, or what concerns a core of roles does
//! and the rest stays as it is for good.

use super::{Happening, Misfortune, Observer, Phase, Role, System, Tag, World};

impl<S: System> World<'_, S> {
    /// Every disturbance of the core ends, and whoever is down in it boots.
    ///
    /// Outside the core, whoever is down stays down, and whoever pauses never
    /// comes back, which is the same.
    pub(super) fn heal(&mut self, observer: &mut impl Observer<S>) {
        self.phase = Phase::Drain;
        if let Some(points) = self.out.points.take() {
            self.unforced.extend(points.never_forced());
        }
        self.board.armed.clear();
        self.board.damage.clear();
        for index in 0..self.board.planned.len() {
            if self.board.states[index].at_work && !self.is_permanent(index) {
                self.undo(index);
            }
        }
        let event = self.number(Tag::Heal, Role(u8::MAX), 0, 0);
        self.record(event, 0, Role(u8::MAX), || Happening::Healed);
        for at in 0..self.slots.len() {
            let role = self.slots[at].role;
            if self.settings.core.is_none_or(|core| core.contains(role)) {
                self.mend(role, event, observer);
            } else {
                self.give_up(role, event, observer);
            }
        }
    }

    fn is_permanent(&self, index: usize) -> bool {
        let Some(core) = self.settings.core else { return false };
        let misfortune = &self.board.planned[index].misfortune;
        match misfortune.links() {
            // Where both ends are in the core, `World::is_healed` says so.
            Some(_) => true,
            None => misfortune.roles().iter().any(|role| !core.contains(role)),
        }
    }

    fn mend(&mut self, role: Role, event: u64, observer: &mut impl Observer<S>) {
        self.wake_up(role);
        if self.slot(role).is_some_and(|slot| !slot.is_up()) {
            self.boot(role, event, observer);
        }
    }

    fn give_up(&mut self, role: Role, event: u64, observer: &mut impl Observer<S>) {
        let Some(slot) = self.slot(role) else { return };
        let paused = slot.pause.as_ref().map(|pause| pause.by()).filter(|index| {
            matches!(self.board.planned[*index].misfortune, Misfortune::Pause { .. })
        });
        if paused.is_some() {
            self.crash(role, event, paused, observer);
        }
        let Some(slot) = self.slot_mut(role).filter(|slot| !slot.is_up()) else { return };
        // Whatever would have booted it finds another incarnation.
        slot.incarnation += 1;
        let by = slot.down_by;
        self.pending.down -= 1;
        self.vows.excuse(role);
        if let Some(index) = by {
            self.board.states[index].at_work = true;
        }
    }
}
