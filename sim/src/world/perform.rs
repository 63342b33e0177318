//! The effects of a handler, carried out one by one.

use super::{Happening, Misfortune, Observer, Role, Strike, System, Tag, World};
use crate::digest::Digest;
use crate::observer::Sighting;
use crate::system::Effect;
use crate::time::nanos;

impl<S: System> World<'_, S> {
    /// Carries out the effects of a handler one by one, up to the point of a
    /// crash.
    #[inline(always)]
    pub(super) fn perform(&mut self, role: Role, event: u64, observer: &mut impl Observer<S>) {
        if self.out.points.is_some() {
            self.tell_points(role, event, observer);
        }
        let mut crash = None;
        if !self.board.armed.is_empty()
            && let Some((cut, fault)) = self.planned_crash(role, &self.out.effects)
        {
            self.out.effects.truncate(cut);
            crash = Some(fault);
        }
        if crash.is_some() || !self.out.effects.is_empty() {
            self.carry_out_all(role, event, crash, None, observer);
        }
    }

    /// Carries out what stood behind a slow sync, which has returned.
    pub(super) fn go_on(
        &mut self,
        role: Role,
        event: u64,
        effects: Vec<Effect<S>>,
        crash: Option<usize>,
        observer: &mut impl Observer<S>,
    ) {
        self.out.effects = effects;
        self.carry_out_all(role, event, crash, Some(()), observer);
    }

    /// Carries out all effects of a handler; then the fault `crash` falls.
    #[inline]
    fn carry_out_all(
        &mut self,
        role: Role,
        event: u64,
        crash: Option<usize>,
        mut waited: Option<()>,
        observer: &mut impl Observer<S>,
    ) {
        self.handling = Some(role);
        let mut stop = None;
        let mut next = 0;
        while let Some(effect) = self.out.effects.get_mut(next) {
            let effect = std::mem::replace(effect, Effect::Sync);
            next += 1;
            if let Effect::Sync = effect
                && waited.take().is_none()
                && let Some(slow) = self.slow_sync(role)
            {
                let rest = self.out.effects.drain(next - 1..).collect();
                self.out.effects.clear();
                self.handling = None;
                self.wait_for_disk(slow, role, event, (rest, crash), observer);
                return;
            }
            stop = self.carry_out(role, event, effect, observer);
            if stop.is_some() {
                break;
            }
        }
        // Kept, so that the next handler need not allocate what this one did.
        self.out.effects.clear();
        self.handling = None;
        if let Some(fault) = stop {
            self.crash(role, event, Some(fault), observer);
        } else if let Some(fault) = crash {
            self.disarm(fault);
            self.crash(role, event, Some(fault), observer);
        }
    }

    fn wait_for_disk(
        &mut self,
        slow: usize,
        role: Role,
        event: u64,
        rest: (Vec<Effect<S>>, Option<usize>),
        observer: &mut impl Observer<S>,
    ) {
        let Misfortune::SlowSync { takes, .. } = self.board.planned[slow].misfortune else {
            return;
        };
        self.hit(Strike::SlowSync, role, event, observer);
        self.stall(slow, role, takes, event, Some(rest));
    }

    /// Carries out one effect; the fault that crashes the actor at it, if one
    /// does.
    #[inline]
    fn carry_out(
        &mut self,
        role: Role,
        event: u64,
        effect: Effect<S>,
        observer: &mut impl Observer<S>,
    ) -> Option<usize> {
        let seen = Sighting { at: self.now, event, role };
        match effect {
            Effect::Send { to, message } => {
                let instead = self.send(seen, to, message, observer);
                instead.or(self.doomed.take())
            }
            Effect::SetTimer { timer, after, class } => {
                self.set_timer(role, after, timer, class, event);
                None
            }
            other => self.carry_out_other(seen, other, observer),
        }
    }

    /// Carries out an effect that is neither a message nor a timer. Apart, so that what
    /// every world has most of is told from the rest by comparing: a processor guesses
    /// that better than where a jump through a table leads.
    #[inline(never)]
    fn carry_out_other(
        &mut self,
        seen: Sighting,
        effect: Effect<S>,
        observer: &mut impl Observer<S>,
    ) -> Option<usize> {
        let Sighting { event, role, .. } = seen;
        match effect {
            Effect::Send { .. } | Effect::SetTimer { .. } => {
                unreachable!("messages and timers are carried out by the caller")
            }
            Effect::Append(record) => return self.append(seen, record, observer),
            Effect::Compact(record) => self.compact(seen, record, observer),
            Effect::Sync => {
                let lied = self.sync(seen, observer);
                self.digest.word(Tag::Sync as u64 ^ self.tell(lied));
                self.record_by(lied, event, event, role, || Happening::Synced);
            }
            Effect::Note(fact) => {
                self.digest.pair(Tag::Note as u64, Digest::of(&fact));
                self.record(event, event, role, || Happening::Noted(fact.clone()));
                observer.noted(seen, &fact);
                if !self.board.on_fact.is_empty()
                    && let Some(key) = self.system.fact_key(&fact)
                {
                    self.pull_fact(role, key, event, observer);
                    return self.doomed.take();
                }
            }
            Effect::Oblige { obligation, within } => {
                self.vow(Tag::Oblige, seen, obligation, Happening::Obliged);
                if let Some(within) = within {
                    self.digest.word(nanos(within));
                }
                self.vows.open(obligation, role, self.now, within);
            }
            Effect::Discharge(obligation) => {
                self.vow(Tag::Discharge, seen, obligation, Happening::Discharged);
                self.vows.close(obligation);
            }
            Effect::HandOver(obligation) => {
                self.vow(Tag::HandOver, seen, obligation, Happening::HandedOver);
                self.vows.hand_over(obligation);
            }
        }
        None
    }

    /// Appends `record`; the fault that keeps it from that, if one does.
    fn append(
        &mut self,
        seen: Sighting,
        record: S::Record,
        observer: &mut impl Observer<S>,
    ) -> Option<usize> {
        let Sighting { event, role, .. } = seen;
        if let Some(full) = self.full_disk(role) {
            self.digest.word(Tag::AppendFailed as u64 ^ self.tell(Some(full)));
            self.record_by(Some(full), event, event, role, || Happening::AppendFailed);
            self.hit(Strike::FullDisk, role, event, observer);
            return Some(full);
        }
        self.digest.pair(Tag::Append as u64, Digest::of(&record));
        self.record(event, event, role, || Happening::Appended(record.clone()));
        if let Some(slot) = self.slot_mut(role) {
            slot.journal.append(record);
        }
        None
    }

    fn vow(&mut self, tag: Tag, seen: Sighting, obligation: u64, what: fn(u64) -> Happening<S>) {
        self.digest.word(tag as u64);
        self.digest.word(obligation);
        self.record(seen.event, seen.event, seen.role, || what(obligation));
    }

    /// Tells of the points that the handler was forced at.
    #[cold]
    fn tell_points(&mut self, role: Role, event: u64, observer: &mut impl Observer<S>) {
        let Some(points) = &mut self.out.points else { return };
        for forcing in std::mem::take(&mut points.hits) {
            self.digest.word((Tag::Force as u64) << 16 | u64::from(forcing.point.0));
            self.digest.word(forcing.subject.0);
            self.strikes.count(Strike::Point, 1);
            let seen = Sighting { at: self.now, event, role };
            observer.struck(seen, Strike::Point, Some(forcing.subject));
            self.record(event, event, role, || Happening::Forced(forcing));
        }
    }
}
