//! How planned faults strike, what they plague, and how they end.

use super::board::{Cut, Trouble};
use super::{Due, Happening, Misfortune, Observer, Phase, Role, SendIdentity, Strike};
use super::{System, Tag, Trigger, World};
use crate::fault::CrashPoint;
use crate::links::Stretch;
use crate::message::{Roles, Subject};
use crate::observer::Sighting;
use crate::time::nanos;
use crate::trigger::Sight;

impl<S: System> World<'_, S> {
    /// What the planned fault with this index waited for has happened, in
    /// `event`.
    pub(super) fn pull(&mut self, index: usize, event: u64, observer: &mut impl Observer<S>) {
        match self.board.planned[index].trigger {
            Trigger::Later(_, after) => {
                if !std::mem::replace(&mut self.board.states[index].pulled, true) {
                    let due = Due::Strike { fault: index, cause: event };
                    self.queue.push(self.now.after(after), due);
                }
            }
            _ => self.strike(index, event, observer),
        }
    }

    pub(super) fn pull_delivery(
        &mut self,
        identity: &SendIdentity,
        event: u64,
        observer: &mut impl Observer<S>,
    ) {
        let pulled = self.board.on_delivery.get(&identity.occasion());
        for index in pulled.cloned().unwrap_or_default() {
            self.pull(index, event, observer);
        }
    }

    /// `role` stated a fact that has a key.
    pub(super) fn pull_fact(
        &mut self,
        role: Role,
        (kind, subject): (crate::message::Kind, Subject),
        event: u64,
        observer: &mut impl Observer<S>,
    ) {
        let name = u32::from(kind.0) << 8 | u32::from(role.0);
        let ordinal = self.fact_ordinals.next_of(name, subject.0);
        let pulled = self.board.on_fact.get(&Sight { role, kind, subject, ordinal });
        for index in pulled.cloned().unwrap_or_default() {
            self.pull(index, event, observer);
        }
    }

    /// The planned fault with this index strikes, because of the event `cause`
    /// if it was not by time.
    pub(super) fn strike(&mut self, index: usize, cause: u64, observer: &mut impl Observer<S>) {
        let fault = &self.board.planned[index];
        let is_pointless =
            fault.misfortune.is_fate() && !matches!(fault.trigger, Trigger::OnSend(_));
        let state = &mut self.board.states[index];
        if self.phase == Phase::Drain || is_pointless || std::mem::replace(&mut state.struck, true)
        {
            return;
        }
        let role = fault.misfortune.victim();
        let event = self.number(Tag::Strike, role, u64::from(fault.id), cause);
        self.board.states[index].event = event;
        self.record_by(Some(index), event, cause, role, || Happening::Struck(fault.id));
        let fired = self.inflict(index, event, observer);
        self.board.states[index].fired |= fired;
    }

    /// Does what the fault with this index does; whether that was anything yet.
    fn inflict(&mut self, index: usize, event: u64, observer: &mut impl Observer<S>) -> bool {
        let fault = &self.board.planned[index];
        match fault.misfortune {
            Misfortune::Crash { role, point } => self.aim(index, role, point, 1, event, observer),
            Misfortune::CrashLoop { role, point, times } => {
                self.aim(index, role, point, times.max(1), event, observer)
            }
            Misfortune::CrashAll { roles } => {
                let any = self.each(roles, |world, role| {
                    let seen = world.seen(role, event);
                    let fell = world.strike_down(index, role, event, observer);
                    if fell {
                        observer.struck(seen, Strike::CrashAll, None);
                    }
                    fell
                });
                self.strikes.count(Strike::CrashAll, u64::from(any));
                any
            }
            Misfortune::Deploy { role, release } => {
                let known = self.slot_mut(role).map(|slot| slot.release = release).is_some();
                if known {
                    self.hit(Strike::Deploy, role, event, observer);
                }
                self.strike_down(index, role, event, observer);
                known
            }
            Misfortune::Pause { roles } => self.each(roles, |world, role| {
                world.pause((index, fault.dwell), role, event, observer)
            }),
            Misfortune::Partition { from, to, both_ways } => {
                self.cut(index, Stretch { from, to, both_ways }, 0)
            }
            Misfortune::Flap { links, period } => self.cut(index, links, nanos(period / 2)),
            Misfortune::Brownout { links, .. } | Misfortune::Clog { links } => {
                let until = self.begin(index);
                let since = self.now;
                self.board.troubles.push(Trouble { fault: index, links, since, until });
                true
            }
            Misfortune::Drop | Misfortune::Delay | Misfortune::Duplicate => true,
            Misfortune::WallShift { role, ahead, by } => {
                self.disturb((index, Strike::ClockJump), role, (event, observer), |clock, _| {
                    clock.jump(ahead, by);
                })
            }
            Misfortune::Drift { role, ppm } => {
                self.disturb((index, Strike::ClockDrift), role, (event, observer), |clock, now| {
                    clock.drift(now, ppm);
                })
            }
            Misfortune::SlowSync { .. }
            | Misfortune::LyingSync { .. }
            | Misfortune::FullDisk { .. } => {
                self.begin(index);
                self.board.disks.push(index);
                true
            }
            Misfortune::TornTail { .. }
            | Misfortune::Corruption { .. }
            | Misfortune::OldGeneration { .. } => {
                self.board.damage.push(index);
                false
            }
        }
    }

    /// A crash that waits for its point, or falls here.
    fn aim(
        &mut self,
        index: usize,
        role: Role,
        point: CrashPoint,
        times: u16,
        event: u64,
        observer: &mut impl Observer<S>,
    ) -> bool {
        self.board.states[index].left = times;
        match point {
            CrashPoint::AtOnce => {
                let fell = self.strike_down(index, role, event, observer);
                if fell && times > 1 {
                    self.board.states[index].left -= 1;
                    self.board.armed.push(index);
                }
                fell
            }
            // The sending that it comes instead of stops its own handler.
            CrashPoint::Instead => false,
            _ => {
                self.board.armed.push(index);
                false
            }
        }
    }

    fn cut(&mut self, index: usize, links: Stretch, half: u64) -> bool {
        self.begin(index);
        self.board.cuts.push(Cut { fault: index, links, since: self.now, half });
        true
    }

    /// The fault with this index goes on until its dwell is over; tells when.
    fn begin(&mut self, index: usize) -> crate::time::VirtualTime {
        let until = self.now.after(self.board.planned[index].dwell);
        self.board.states[index].at_work = true;
        self.queue.push(until, Due::Lift(index));
        until
    }

    fn disturb(
        &mut self,
        (index, strike): (usize, Strike),
        role: Role,
        (event, observer): (u64, &mut impl Observer<S>),
        change: impl FnOnce(&mut crate::clock::Clock, crate::time::VirtualTime),
    ) -> bool {
        let now = self.now;
        let Some(slot) = self.slot_mut(role) else { return false };
        change(&mut slot.clock, now);
        self.hit(strike, role, event, observer);
        self.begin(index);
        true
    }

    /// A misfortune strikes `role`.
    pub(super) fn hit(
        &mut self,
        strike: Strike,
        role: Role,
        event: u64,
        observer: &mut impl Observer<S>,
    ) {
        self.strikes.count(strike, 1);
        observer.struck(self.seen(role, event), strike, None);
    }

    /// A misfortune strikes a sending.
    pub(super) fn plague(
        &mut self,
        strike: Strike,
        sending: &SendIdentity,
        event: u64,
        observer: &mut impl Observer<S>,
    ) {
        self.strikes.count(strike, 1);
        observer.struck(self.seen(sending.from, event), strike, Some(sending.subject));
    }

    fn seen(&self, role: Role, event: u64) -> Sighting {
        Sighting { at: self.now, event, role }
    }

    fn each(&mut self, roles: Roles, mut strike: impl FnMut(&mut Self, Role) -> bool) -> bool {
        let mut any = false;
        for at in 0..self.slots.len() {
            let role = self.slots[at].role;
            any |= roles.contains(role) && strike(self, role);
        }
        any
    }

    pub(super) fn lift(&mut self, index: usize) {
        let state = self.board.states[index];
        // What is at work once the world has healed stays.
        if !state.at_work || self.phase == Phase::Drain {
            return;
        }
        self.undo(index);
        let fault = &self.board.planned[index];
        let role = fault.misfortune.victim();
        let event = self.number(Tag::Lift, role, u64::from(fault.id), state.event);
        self.record_by(Some(index), event, state.event, role, || Happening::Lifted(fault.id));
    }

    /// Ends the fault with this index.
    pub(super) fn undo(&mut self, index: usize) {
        self.board.states[index].at_work = false;
        self.board.forget(index);
        let now = self.now;
        match self.board.planned[index].misfortune {
            Misfortune::WallShift { role, ahead, by } => {
                if let Some(slot) = self.slot_mut(role) {
                    slot.clock.jump(!ahead, by);
                }
            }
            Misfortune::Drift { role, ppm } => {
                if let Some(slot) = self.slot_mut(role) {
                    slot.clock.drift(now, -ppm);
                }
            }
            _ => {}
        }
    }

    /// The fault that cuts the link from `from` to `to`, if one does.
    #[inline]
    pub(super) fn cut_by(&self, from: Role, to: Role) -> Option<usize> {
        if self.board.cuts.is_empty() || self.is_healed(from, to) {
            return None;
        }
        let cut = self.board.cuts.iter().find(|cut| cut.cuts(from, to, self.now))?;
        Some(cut.fault)
    }

    /// Whether the healing was for this link.
    pub(super) fn is_healed(&self, from: Role, to: Role) -> bool {
        let core = self.settings.core;
        self.phase == Phase::Drain
            && core.is_none_or(|core| core.contains(from) && core.contains(to))
    }
}
