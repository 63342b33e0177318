//! Crashes: where they fall, and what they take along.

use std::time::Duration;

use super::{Due, Happening, Misfortune, Observer, Phase, Role, Strike, System, Tag, World};
use crate::fault::CrashPoint;
use crate::message::Message;
use crate::system::Effect;

impl<S: System> World<'_, S> {
    /// `role` crashes at once; whether it was up. If its effects are being
    /// carried out, the rest of them will not be.
    pub(super) fn strike_down(
        &mut self,
        index: usize,
        role: Role,
        event: u64,
        observer: &mut impl Observer<S>,
    ) -> bool {
        if self.handling == Some(role) {
            self.doomed = Some(index);
            return true;
        }
        if !self.slot(role).is_some_and(|slot| slot.is_up()) {
            return false;
        }
        self.crash(role, event, Some(index), observer);
        true
    }

    /// The actor stops here; its unsynced records and all its timers are gone.
    pub(super) fn crash(
        &mut self,
        role: Role,
        event: u64,
        by: Option<usize>,
        observer: &mut impl Observer<S>,
    ) {
        let Some(slot) = self.slot_mut(role) else { return };
        if slot.actor.take().is_none() {
            return;
        }
        slot.incarnation += 1;
        slot.down_by = by;
        let incarnation = slot.incarnation;
        let work = std::mem::take(&mut slot.work_timers);
        let housekeeping = std::mem::take(&mut slot.housekeeping_timers);
        self.pending.work_timers -= work;
        self.pending.housekeeping_timers -= housekeeping;
        self.pending.down += 1;
        let unsynced = self.break_disk(role, event, observer);
        self.hit(Strike::Crash, role, event, observer);
        if unsynced > 0 {
            self.hit(Strike::LostTail, role, event, observer);
        }
        let content = self.tell(by) ^ unsynced as u64;
        let crashed = self.number(Tag::Crash, role, content, event);
        self.record_by(by, crashed, event, role, || Happening::Crashed(unsynced));
        self.abandon(role, crashed, by);
        let at = self.now.after(self.downtime(by));
        self.queue.push(at, Due::Restart { role, incarnation, cause: crashed });
    }

    /// How long an actor stays down that the fault with index `by` crashed.
    fn downtime(&self, by: Option<usize>) -> Duration {
        let Some(fault) = by.map(|index| &self.board.planned[index]) else { return Duration::ZERO };
        match fault.misfortune {
            Misfortune::FullDisk { restart, .. } => restart.max(RESTART_MIN),
            _ if self.phase == Phase::Drain => Duration::ZERO,
            _ => fault.dwell,
        }
    }

    /// The crash that is armed for `role` and falls into these effects: after
    /// how many of them, and by which fault.
    pub(super) fn planned_crash(
        &self,
        role: Role,
        effects: &[Effect<S>],
    ) -> Option<(usize, usize)> {
        self.board.armed.iter().find_map(|fault| {
            let (whom, point) = self.board.planned[*fault].misfortune.crash()?;
            let cut = (whom == role).then(|| cut_at(point, effects))?;
            Some((cut?, *fault))
        })
    }

    /// The armed crash with this index falls: once more, or for the last time.
    pub(super) fn disarm(&mut self, index: usize) {
        let state = &mut self.board.states[index];
        state.fired = true;
        state.left = state.left.saturating_sub(1);
        if state.left == 0 {
            self.board.armed.retain(|armed| *armed != index);
        }
    }

    /// A fault in the words of the digest.
    pub(super) fn tell(&self, by: Option<usize>) -> u64 {
        by.map_or(0, |index| (u64::from(self.board.planned[index].id) + 1).rotate_left(32))
    }
}

/// How many of `effects` happen before the crash; `None` if it does not fall
/// into them.
fn cut_at<S: System>(point: CrashPoint, effects: &[Effect<S>]) -> Option<usize> {
    let nth = |nth: u16, is: &dyn Fn(&Effect<S>) -> bool| {
        let mut those = effects.iter().enumerate().filter(|(_, effect)| is(effect));
        those.nth(usize::from(nth).saturating_sub(1)).map(|(place, _)| place)
    };
    let append = |effect: &Effect<S>| matches!(effect, Effect::Append(_));
    let sync = |effect: &Effect<S>| matches!(effect, Effect::Sync);
    match point {
        CrashPoint::After(count) => Some(usize::from(count) % (effects.len() + 1)),
        CrashPoint::Unsynced => nth(1, &append).map(|place| place + 1),
        CrashPoint::AfterAppend(n) => nth(n, &append).map(|place| place + 1),
        CrashPoint::BeforeSync(n) => nth(n, &sync),
        CrashPoint::AfterSync(n) => nth(n, &sync).map(|place| place + 1),
        CrashPoint::BeforeSend { kind, nth: n } => nth(n, &|effect| sends(effect, kind)),
        CrashPoint::AfterSend { kind, nth: n } => {
            nth(n, &|effect| sends(effect, kind)).map(|place| place + 1)
        }
        // Again, after the boot of a crash loop.
        CrashPoint::AtOnce => Some(0),
        CrashPoint::Instead => None,
    }
}

fn sends<S: System>(effect: &Effect<S>, kind: crate::message::Kind) -> bool {
    matches!(effect, Effect::Send { message, .. } if message.kind() == kind)
}

/// An actor that a full disk crashed and that crashes again at once takes time
/// for it, or else the world would stand still.
const RESTART_MIN: Duration = Duration::from_millis(1);
