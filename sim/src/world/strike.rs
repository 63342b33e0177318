//! Planned faults: how they strike, what they cut, and how they end.

use super::{Due, Happening, Misfortune, Observer, Occasion, Phase, Role, SendIdentity, Strike};
use super::{System, Tag, World};
use crate::network::Fate;

impl<S: System> World<'_, S> {
    /// The planned fault with this index strikes, wherever its trigger was.
    pub(super) fn strike(&mut self, index: usize) {
        if self.phase == Phase::Drain || std::mem::replace(&mut self.board.fired[index], true) {
            return;
        }
        let fault = &self.board.planned[index];
        let role = fault.misfortune.victim();
        let event = self.number(Tag::Strike, role, u64::from(fault.id), 0);
        self.record(event, 0, role, || Happening::Struck(fault.id));
        match fault.misfortune {
            Misfortune::Crash { .. } => self.board.armed.push(index),
            Misfortune::Partition { from, to, both_ways } => {
                self.board.cuts.push((index, from, to));
                if both_ways {
                    self.board.cuts.push((index, to, from));
                }
                self.queue.push(self.now.after(fault.dwell), Due::Lift(index));
            }
            Misfortune::Drop | Misfortune::Delay | Misfortune::Duplicate => {}
        }
    }

    pub(super) fn lift(&mut self, index: usize) {
        let before = self.board.cuts.len();
        self.board.cuts.retain(|(fault, ..)| *fault != index);
        if self.board.cuts.len() < before {
            let fault = &self.board.planned[index];
            let role = fault.misfortune.victim();
            let event = self.number(Tag::Lift, role, u64::from(fault.id), 0);
            self.record(event, 0, role, || Happening::Lifted(fault.id));
        }
    }

    /// Every disturbance ends, and whoever is down boots.
    pub(super) fn heal(&mut self, observer: &mut impl Observer<S>) {
        self.phase = Phase::Drain;
        self.board.cuts.clear();
        self.board.armed.clear();
        let event = self.number(Tag::Heal, Role(u8::MAX), 0, 0);
        self.record(event, 0, Role(u8::MAX), || Happening::Healed);
        let down = self.slots.iter().filter(|slot| slot.actor.is_none()).map(|slot| slot.role);
        for role in down.collect::<Vec<_>>() {
            self.boot(role, event, observer);
        }
    }

    /// Whether messages from `from` to `to` are lost to a partition.
    #[inline]
    pub(super) fn is_cut(&self, from: Role, to: Role) -> bool {
        let cuts = &self.board.cuts;
        cuts.iter().any(|(_, senders, receivers)| senders.contains(from) && receivers.contains(to))
    }

    pub(super) fn trigger_delivery(&mut self, identity: &SendIdentity) {
        for index in self.board.on_delivery.get(&identity.occasion()).cloned().unwrap_or_default() {
            self.strike(index);
        }
    }

    /// The fate that the plan has for this sending alone, where it has one.
    pub(super) fn planned_fate(&mut self, identity: &SendIdentity, drawn: Fate) -> Fate {
        let triggered = self.board.on_send.get(&identity.occasion()).cloned().unwrap_or_default();
        triggered.into_iter().fold(drawn, |fate, index| {
            self.strike(index);
            let fault = &self.board.planned[index];
            let planned = match fault.misfortune {
                Misfortune::Drop => Fate::LOST,
                Misfortune::Delay => fate.delayed(fault.dwell),
                Misfortune::Duplicate => fate.duplicated(fault.dwell),
                Misfortune::Crash { .. } | Misfortune::Partition { .. } => return fate,
            };
            self.strikes.count(Strike::PlannedFate, 1);
            planned
        })
    }
}

impl Misfortune {
    /// Whom traces show it at.
    fn victim(&self) -> Role {
        match self {
            Self::Crash { role, .. } => *role,
            Self::Partition { from, .. } => from.iter().next().unwrap_or(Role(u8::MAX)),
            Self::Drop | Self::Delay | Self::Duplicate => Role(u8::MAX),
        }
    }
}

impl SendIdentity {
    fn occasion(&self) -> Occasion {
        Occasion {
            from: self.from,
            to: self.to,
            kind: self.kind,
            subject: self.subject,
            ordinal: self.ordinal,
        }
    }
}
