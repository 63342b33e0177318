//! Handlers and their effects: what a delivery, a timer or a boot sets off.

use std::time::Duration;

use super::{Delivery, Due, Happening, Misfortune, Observer, Phase, Role, SendIdentity, Strike};
use super::{Slot, System, Tag, TimerClass, VirtualTime, World};
use crate::digest::Digest;
use crate::fault::CrashPoint;
use crate::message::Message;
use crate::network::{Fate, Weather};
use crate::observer::Sighting;
use crate::system::{Effect, Out};

impl<S: System> World<'_, S> {
    pub(super) fn boot(&mut self, role: Role, cause: u64, observer: &mut impl Observer<S>) {
        let now = self.now;
        let mut out = self.take_out();
        let system = self.system;
        let Some(slot) = self.slot_mut(role) else { return };
        slot.booted_at = now;
        out.monotonic = Duration::ZERO;
        out.wall = now;
        slot.actor = Some(system.boot(role, slot.journal.records(), &mut out));
        self.pending.down -= 1;
        let event = self.number(Tag::Boot, role, 0, cause);
        self.record(event, cause, role, || Happening::Booted);
        self.perform(role, event, out, observer);
    }

    pub(super) fn deliver(
        &mut self,
        identity: SendIdentity,
        copy: u8,
        message: S::Message,
        digest: u64,
        cause: u64,
        observer: &mut impl Observer<S>,
    ) {
        let role = identity.to;
        let up = self.slot(role).is_some_and(|slot| slot.actor.is_some());
        let cut = self.is_cut(identity.from, role);
        if !up || cut {
            self.strikes.count(Strike::Partition, u64::from(cut));
            let event = self.number(Tag::Undeliverable, role, digest, cause);
            self.record(event, cause, role, || Happening::Undeliverable(identity, message));
            return;
        }
        let event = self.number(Tag::Deliver, role, digest ^ u64::from(copy), cause);
        self.record(event, cause, role, || Happening::Delivered(identity, copy, message.clone()));
        if !self.board.on_delivery.is_empty() {
            self.trigger_delivery(&identity, event);
        }
        let delivery = Delivery { from: identity.from, ordinal: identity.ordinal, copy, message };
        self.handle(role, event, observer, |system, actor, out| {
            system.on_message(actor, delivery, out);
        });
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
        let is_up = slot.actor.is_some();
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

    pub(super) fn set_timer(
        &mut self,
        role: Role,
        at: VirtualTime,
        timer: S::Timer,
        class: TimerClass,
        cause: u64,
    ) {
        let Some(slot) = self.slot_mut(role) else { return };
        *slot.timers(class) += 1;
        let incarnation = slot.incarnation;
        match class {
            TimerClass::Work => self.pending.work_timers += 1,
            TimerClass::Housekeeping => self.pending.housekeeping_timers += 1,
        }
        let set_in = self.pending.rounds;
        self.queue.push(at, Due::Timer { role, incarnation, timer, class, set_in, cause });
    }

    /// The actor stops here; its unsynced records and all its timers are gone.
    pub(super) fn crash(&mut self, role: Role, event: u64, dwell: Duration) {
        let Some(slot) = self.slot_mut(role) else { return };
        if slot.actor.take().is_none() {
            return;
        }
        slot.incarnation += 1;
        let incarnation = slot.incarnation;
        let work = std::mem::take(&mut slot.work_timers);
        let housekeeping = std::mem::take(&mut slot.housekeeping_timers);
        let lost = slot.journal.crash();
        self.pending.work_timers -= work;
        self.pending.housekeeping_timers -= housekeeping;
        self.pending.down += 1;
        self.strikes.count(Strike::Crash, 1);
        self.strikes.count(Strike::LostTail, u64::from(lost > 0));
        let crashed = self.number(Tag::Crash, role, lost as u64, event);
        self.record(crashed, event, role, || Happening::Crashed(lost));
        let at = match self.phase {
            Phase::Chaos => self.now.after(dwell),
            Phase::Drain => self.now,
        };
        self.queue.push(at, Due::Restart { role, incarnation, cause: crashed });
    }

    fn handle(
        &mut self,
        role: Role,
        event: u64,
        observer: &mut impl Observer<S>,
        handler: impl FnOnce(&S, &mut S::Actor, &mut Out<S>),
    ) {
        let (now, system) = (self.now, self.system);
        let mut out = self.take_out();
        if let Some(slot) = self.slot_mut(role)
            && let Some(actor) = &mut slot.actor
        {
            out.monotonic = now.since(slot.booted_at);
            out.wall = now;
            handler(system, actor, &mut out);
        }
        self.perform(role, event, out, observer);
    }

    /// Carries out the effects one by one, up to the point of a crash.
    fn perform(
        &mut self,
        role: Role,
        event: u64,
        mut out: Out<S>,
        observer: &mut impl Observer<S>,
    ) {
        let crash = self.planned_crash(role, &out.effects);
        let last = crash.map_or(out.effects.len(), |(cut, _)| cut);
        for effect in out.effects.drain(..).take(last) {
            self.carry_out(role, event, effect, observer);
        }
        self.out = out;
        if let Some((_, fault)) = crash {
            self.board.armed.retain(|armed| *armed != fault);
            self.crash(role, event, self.board.planned[fault].dwell);
        }
    }

    /// The crash that is armed for `role` and falls into these effects: after
    /// how many of them, and by which fault.
    fn planned_crash(&self, role: Role, effects: &[Effect<S>]) -> Option<(usize, usize)> {
        self.board.armed.iter().find_map(|fault| {
            let Misfortune::Crash { role: whom, point } = self.board.planned[*fault].misfortune
            else {
                return None;
            };
            let cut = (whom == role).then(|| cut_at(point, effects))?;
            Some((cut?, *fault))
        })
    }

    fn carry_out(
        &mut self,
        role: Role,
        event: u64,
        effect: Effect<S>,
        observer: &mut impl Observer<S>,
    ) {
        let seen = Sighting { at: self.now, event, role };
        match effect {
            Effect::Send { to, message } => self.send(seen, to, message, observer),
            Effect::SetTimer { timer, after, class } => {
                self.set_timer(role, self.now.after(after), timer, class, event);
            }
            Effect::Append(record) => {
                self.digest.word(Tag::Append as u64);
                self.digest.word(Digest::of(&record));
                self.record(event, event, role, || Happening::Appended(record.clone()));
                if let Some(slot) = self.slot_mut(role) {
                    slot.journal.append(record);
                }
            }
            Effect::Sync => {
                self.digest.word(Tag::Sync as u64);
                self.record(event, event, role, || Happening::Synced);
                if let Some(slot) = self.slot_mut(role) {
                    for record in slot.journal.sync() {
                        observer.durable(seen, record);
                    }
                }
            }
            Effect::Note(fact) => {
                self.digest.word(Tag::Note as u64);
                self.digest.word(Digest::of(&fact));
                self.record(event, event, role, || Happening::Noted(fact.clone()));
                observer.noted(seen, &fact);
            }
            Effect::Oblige(obligation) => {
                self.obligations.insert(obligation);
            }
            Effect::Discharge(obligation) => {
                self.obligations.remove(&obligation);
            }
        }
    }

    fn send(
        &mut self,
        seen: Sighting,
        to: Role,
        message: S::Message,
        observer: &mut impl Observer<S>,
    ) {
        let mut identity = SendIdentity {
            from: seen.role,
            to,
            kind: message.kind(),
            subject: message.subject(),
            ordinal: 0,
        };
        identity.ordinal = self.ordinals.next(&identity);
        let digest = Digest::of(&message);
        self.digest.word((Tag::Send as u64) << 8 | u64::from(to.0));
        self.digest.word(digest);
        self.count_sent(&identity);
        observer.sent(seen, to, &message);
        let fate = self.fate(&identity, seen.event);
        self.record(seen.event, seen.event, seen.role, || {
            Happening::Sent(identity, message.clone(), fate)
        });
        for (copy, delay) in fate.delays().iter().enumerate() {
            let at = VirtualTime::from_nanos(self.now.as_nanos().saturating_add(*delay));
            self.pending.messages += 1;
            let (copy, message) = (copy as u8, message.clone());
            self.queue
                .push(at, Due::Deliver { identity, copy, message, digest, cause: seen.event });
        }
    }

    fn fate(&mut self, identity: &SendIdentity, event: u64) -> Fate {
        let weather = match self.phase {
            Phase::Chaos => self.network.weather,
            Phase::Drain => Weather::CALM,
        };
        let drawn = self.network.fate(&self.draws, identity, &weather);
        let fate = match self.phase {
            Phase::Chaos if !self.board.on_send.is_empty() => {
                self.planned_fate(identity, drawn, event)
            }
            _ => drawn,
        };
        // What the sending triggered may have cut its own link.
        if self.is_cut(identity.from, identity.to) {
            self.strikes.count(Strike::Partition, 1);
            return Fate::LOST;
        }
        self.strikes.count(Strike::Loss, u64::from(drawn.lost));
        if !fate.lost {
            self.strikes.count(Strike::Duplication, u64::from(drawn.delays().len() > 1));
            self.strikes.count(Strike::Lateness, u64::from(drawn.late));
        }
        fate
    }

    fn count_sent(&mut self, identity: &SendIdentity) {
        let kind = usize::from(identity.kind.0);
        if kind >= self.sent_by_kind.len() {
            self.sent_by_kind.resize(kind + 1, 0);
        }
        self.sent_by_kind[kind] += 1;
    }

    fn take_out(&mut self) -> Out<S> {
        std::mem::replace(&mut self.out, Out::new())
    }
}

impl<S: System> Slot<S> {
    fn timers(&mut self, class: TimerClass) -> &mut u64 {
        match class {
            TimerClass::Work => &mut self.work_timers,
            TimerClass::Housekeeping => &mut self.housekeeping_timers,
        }
    }
}

/// How many of `effects` happen before the crash; `None` if it does not fall
/// into them.
fn cut_at<S: System>(point: CrashPoint, effects: &[Effect<S>]) -> Option<usize> {
    match point {
        CrashPoint::After(count) => Some(usize::from(count) % (effects.len() + 1)),
        CrashPoint::Unsynced => {
            let append = effects.iter().position(|e| matches!(e, Effect::Append(_)))?;
            Some(append + 1)
        }
    }
}
