//! The effects of a handler, carried out one by one.

use super::{Happening, Misfortune, Observer, Role, Strike, System, Tag, World};
use crate::digest::Digest;
use crate::observer::Sighting;
use crate::system::{Effect, Out};

impl<S: System> World<'_, S> {
    /// Carries out the effects one by one, up to the point of a crash.
    pub(super) fn perform(
        &mut self,
        role: Role,
        event: u64,
        mut out: Out<S>,
        observer: &mut impl Observer<S>,
    ) {
        self.tell_points(role, event, &mut out);
        let crash =
            if self.board.armed.is_empty() { None } else { self.planned_crash(role, &out.effects) };
        let last = crash.map_or(out.effects.len(), |(cut, _)| cut);
        self.carry_out_all(role, event, out, last, crash.map(|(_, fault)| fault), None, observer);
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
        let mut out = self.take_out();
        out.effects = effects;
        let last = out.effects.len();
        self.carry_out_all(role, event, out, last, crash, Some(()), observer);
    }

    /// Carries out the first `last` effects; then the fault `crash` falls.
    #[expect(clippy::too_many_arguments, reason = "the one place where effects become events")]
    fn carry_out_all(
        &mut self,
        role: Role,
        event: u64,
        mut out: Out<S>,
        last: usize,
        crash: Option<usize>,
        mut waited: Option<()>,
        observer: &mut impl Observer<S>,
    ) {
        self.handling = Some(role);
        let mut stop = None;
        let mut effects = out.effects.drain(..).take(last);
        while let Some(effect) = effects.next() {
            if let Effect::Sync = effect
                && waited.take().is_none()
                && let Some(slow) = self.slow_sync(role)
            {
                let rest = std::iter::once(Effect::Sync).chain(effects).collect();
                self.out = out;
                self.handling = None;
                self.wait_for_disk(slow, role, event, (rest, crash));
                return;
            }
            stop = self.carry_out(role, event, effect, observer);
            if stop.is_some() {
                break;
            }
        }
        drop(effects);
        self.out = out;
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
    ) {
        let Misfortune::SlowSync { takes, .. } = self.board.planned[slow].misfortune else {
            return;
        };
        self.strikes.count(Strike::SlowSync, 1);
        self.stall(slow, role, takes, event, Some(rest));
    }

    /// Carries out one effect; the fault that crashes the actor at it, if one
    /// does.
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
                return instead.or(self.doomed.take());
            }
            Effect::SetTimer { timer, after, class } => {
                self.set_timer(role, after, timer, class, event);
            }
            Effect::Append(record) => return self.append(seen, record),
            Effect::Compact(record) => self.compact(seen, record, observer),
            Effect::Sync => {
                let lied = self.sync(seen, observer);
                self.digest.word(Tag::Sync as u64 ^ self.tell(lied));
                self.record_by(lied, event, event, role, || Happening::Synced);
            }
            Effect::Note(fact) => {
                self.digest.word(Tag::Note as u64);
                self.digest.word(Digest::of(&fact));
                self.record(event, event, role, || Happening::Noted(fact.clone()));
                observer.noted(seen, &fact);
                if !self.board.on_fact.is_empty()
                    && let Some(key) = self.system.fact_key(&fact)
                {
                    self.pull_fact(role, key, event, observer);
                    return self.doomed.take();
                }
            }
            Effect::Oblige(obligation) => {
                self.vow(Tag::Oblige, seen, obligation, Happening::Obliged);
                self.obligations.insert(obligation);
            }
            Effect::Discharge(obligation) => {
                self.vow(Tag::Discharge, seen, obligation, Happening::Discharged);
                self.obligations.remove(&obligation);
            }
            Effect::HandOver(obligation) => {
                self.vow(Tag::HandOver, seen, obligation, Happening::HandedOver);
                self.obligations.remove(&obligation);
                self.handed_over.insert(obligation);
            }
        }
        None
    }

    /// Appends `record`; the fault that keeps it from that, if one does.
    fn append(&mut self, seen: Sighting, record: S::Record) -> Option<usize> {
        let Sighting { event, role, .. } = seen;
        if let Some(full) = self.full_disk(role) {
            self.digest.word(Tag::AppendFailed as u64 ^ self.tell(Some(full)));
            self.record_by(Some(full), event, event, role, || Happening::AppendFailed);
            self.strikes.count(Strike::FullDisk, 1);
            return Some(full);
        }
        self.digest.word(Tag::Append as u64);
        self.digest.word(Digest::of(&record));
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
    fn tell_points(&mut self, role: Role, event: u64, out: &mut Out<S>) {
        let Some(points) = &mut out.points else { return };
        for (point, subject) in points.hits.drain(..) {
            self.digest.word((Tag::Force as u64) << 16 | u64::from(point.0));
            self.digest.word(subject.0);
            self.strikes.count(Strike::Point, 1);
            self.record(event, event, role, || Happening::Forced(point, subject));
        }
    }
}
