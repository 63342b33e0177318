//! Pauses: an actor that handles nothing for a while, and then catches up.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Due, Happening, Observer, Role, Strike, System, Tag, World};
use crate::system::Effect;
use crate::time::VirtualTime;

/// What waits at an actor that handles nothing.
#[derive(Clone)]
pub(super) struct Pause<S: System> {
    until: VirtualTime,
    by: usize,
    cause: u64,
    /// Whether it goes on again, and catches up with what waited.
    is_over: bool,
    /// Effects behind a slow sync, and the crash that falls after them.
    stalled: Option<(Vec<Effect<S>>, Option<usize>)>,
    /// What came meanwhile, and when.
    waiting: VecDeque<(VirtualTime, Due<S>)>,
}

impl<S: System> Pause<S> {
    /// The fault that pauses the actor.
    pub(super) fn by(&self) -> usize {
        self.by
    }
}

impl<S: System> World<'_, S> {
    /// `role` handles nothing for the `dwell` of the fault with this index;
    /// whether it was up.
    pub(super) fn pause(
        &mut self,
        (index, dwell): (usize, Duration),
        role: Role,
        event: u64,
        observer: &mut impl Observer<S>,
    ) -> bool {
        let began = self.stall(index, role, dwell, event, None);
        if began {
            self.hit(Strike::Pause, role, event, observer);
        }
        began
    }

    /// `role` handles nothing for `span`, and then first of all carries out
    /// what is `stalled`.
    pub(super) fn stall(
        &mut self,
        by: usize,
        role: Role,
        span: Duration,
        cause: u64,
        stalled: Option<(Vec<Effect<S>>, Option<usize>)>,
    ) -> bool {
        let until = self.now.after(span);
        let Some(slot) = self.slot_mut(role).filter(|slot| slot.is_up()) else { return false };
        let (is_over, waiting) = (false, VecDeque::new());
        match &mut slot.pause {
            Some(pause) => {
                // What pauses a sync as well only makes it longer.
                pause.stalled = stalled.or(pause.stalled.take());
                if until > pause.until || pause.is_over {
                    (pause.until, pause.by, pause.cause) = (until, by, cause);
                    pause.is_over = false;
                }
            }
            none => {
                *none = Some(Box::new(Pause { until, by, cause, is_over, stalled, waiting }));
                self.pending.paused += 1;
            }
        }
        self.queue.push(until, Due::Resume(role));
        true
    }

    /// Lets `due` wait if it is for an actor that handles nothing.
    pub(super) fn hold(&mut self, due: Due<S>) -> Option<Due<S>> {
        let role = match &due {
            Due::Deliver(parcel) => parcel.to,
            Due::Bounce(refused) => refused.parcel.from,
            Due::Timer(alarm) => alarm.role,
            _ => return Some(due),
        };
        let now = self.now;
        match self.slot_mut(role).and_then(|slot| slot.pause.as_mut()) {
            Some(pause) => {
                pause.waiting.push_back((now, due));
                None
            }
            None => Some(due),
        }
    }

    /// `role` goes on: first with what stood behind a slow sync, then with what
    /// waited, one after another.
    pub(super) fn resume(&mut self, role: Role, observer: &mut impl Observer<S>) {
        let now = self.now;
        let Some(pause) = self.slot_mut(role).and_then(|slot| slot.pause.as_mut()) else { return };
        if now < pause.until {
            return;
        }
        let (by, cause) = (pause.by, pause.cause);
        if !std::mem::replace(&mut pause.is_over, true) {
            let stalled = pause.stalled.take();
            let event = self.number(Tag::Resume, role, self.tell(Some(by)), cause);
            self.record_by(Some(by), event, cause, role, || Happening::Resumed);
            if let Some((effects, crash)) = stalled {
                self.go_on(role, event, effects, crash, observer);
            }
        } else if let Some((since, due)) = pause.waiting.pop_front() {
            self.catch_up(role, by, since, due, observer);
        }
        let Some(slot) = self.slot_mut(role) else { return };
        let Some(pause) = &slot.pause else { return };
        if pause.is_over && pause.waiting.is_empty() {
            slot.pause = None;
            self.pending.paused -= 1;
        } else if pause.is_over {
            self.queue.push(now, Due::Resume(role));
        }
    }

    /// Whatever pauses `role`, it is over.
    pub(super) fn wake_up(&mut self, role: Role) {
        let now = self.now;
        if let Some(pause) = self.slot_mut(role).and_then(|slot| slot.pause.as_mut()) {
            pause.until = now;
            self.queue.push(now, Due::Resume(role));
        }
    }

    /// `role` crashed, because of the fault with index `by`: what waited at it
    /// is lost.
    pub(super) fn abandon(&mut self, role: Role, crashed: u64, by: Option<usize>) {
        let Some(pause) = self.slot_mut(role).and_then(|slot| slot.pause.take()) else { return };
        self.pending.paused -= 1;
        for (_, due) in pause.waiting {
            self.lose(role, due, crashed, by);
        }
    }

    fn catch_up(
        &mut self,
        role: Role,
        by: usize,
        since: VirtualTime,
        due: Due<S>,
        observer: &mut impl Observer<S>,
    ) {
        let overlong = self.now.since(since) > self.settings.pause_max;
        let sending = match &due {
            Due::Deliver(parcel) => Some((parcel.identity(), parcel.cause)),
            Due::Bounce(refused) => Some((refused.parcel.identity(), refused.parcel.cause)),
            _ => None,
        };
        if let Some((sending, cause)) = sending.filter(|_| overlong) {
            self.plague(Strike::Overlong, &sending, cause, observer);
            self.lose(role, due, 0, Some(by));
        } else {
            self.happen_apart(due, observer);
        }
    }

    /// A message that waited is lost, because of `event` or else of its own
    /// sending; a timer died with its actor.
    fn lose(&mut self, role: Role, due: Due<S>, event: u64, by: Option<usize>) {
        let mut parcel = match due {
            Due::Deliver(parcel) => parcel,
            Due::Bounce(refused) => refused.parcel,
            _ => return,
        };
        self.pending.messages -= 1;
        if event > 0 {
            parcel.cause = event;
        }
        self.note_undeliverable(role, parcel, by);
    }
}
