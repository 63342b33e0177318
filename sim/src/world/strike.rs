//! Planned faults: how they strike, what they cut, and how they end.

use std::collections::BTreeMap;

use super::{Due, Fault, Happening, Misfortune, Observer, Phase, Role, SendIdentity, Strike};
use super::{System, Tag, Trigger, World};
use crate::fault::Occasion;
use crate::message::Roles;
use crate::network::Fate;

/// The planned faults, found by what triggers them, and those at work.
#[derive(Clone)]
pub(super) struct Board<'p> {
    pub(super) planned: &'p [Fault],
    pub(super) on_send: BTreeMap<Occasion, Vec<usize>>,
    pub(super) on_delivery: BTreeMap<Occasion, Vec<usize>>,
    pub(super) fired: Vec<bool>,
    pub(super) cuts: Vec<(usize, Roles, Roles)>,
    pub(super) armed: Vec<usize>,
}

impl<S: System> World<'_, S> {
    /// The planned fault with this index strikes, because of the event `cause`
    /// if it was not by time.
    pub(super) fn strike(&mut self, index: usize, cause: u64) {
        if self.phase == Phase::Drain || std::mem::replace(&mut self.board.fired[index], true) {
            return;
        }
        let fault = &self.board.planned[index];
        let role = fault.misfortune.victim();
        let event = self.number(Tag::Strike, role, u64::from(fault.id), cause);
        self.record(event, cause, role, || Happening::Struck(fault.id));
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
        for waiting in std::mem::take(&mut self.board.armed) {
            self.board.fired[waiting] = false;
        }
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

    pub(super) fn trigger_delivery(&mut self, identity: &SendIdentity, event: u64) {
        for index in self.board.on_delivery.get(&identity.occasion()).cloned().unwrap_or_default() {
            self.strike(index, event);
        }
    }

    /// The fate that the plan has for this sending alone, where it has one.
    pub(super) fn planned_fate(
        &mut self,
        identity: &SendIdentity,
        drawn: Fate,
        event: u64,
    ) -> Fate {
        let triggered = self.board.on_send.get(&identity.occasion()).cloned().unwrap_or_default();
        triggered.into_iter().fold(drawn, |fate, index| {
            self.strike(index, event);
            let fault = &self.board.planned[index];
            let planned = match fault.misfortune {
                Misfortune::Drop => Fate::LOST,
                Misfortune::Delay => fate.delayed(fault.dwell),
                Misfortune::Duplicate => fate.duplicated(fault.dwell),
                Misfortune::Crash { .. } | Misfortune::Partition { .. } => return fate,
            };
            self.strikes.count(Strike::PlannedFate, 1);
            planned.aged(self.network.copy_age_max)
        })
    }
}

impl<'p> Board<'p> {
    pub(super) fn new(planned: &'p [Fault]) -> Self {
        let mut board = Self {
            planned,
            on_send: BTreeMap::new(),
            on_delivery: BTreeMap::new(),
            fired: vec![false; planned.len()],
            cuts: Vec::new(),
            armed: Vec::new(),
        };
        for (index, fault) in planned.iter().enumerate() {
            match fault.trigger {
                Trigger::At(_) => {}
                Trigger::OnSend(occasion) => {
                    board.on_send.entry(occasion).or_default().push(index);
                }
                Trigger::OnDelivery(occasion) => {
                    board.on_delivery.entry(occasion).or_default().push(index);
                }
            }
        }
        board
    }
    /// The faults that never struck, by id.
    pub(super) fn never_fired(&self) -> impl Iterator<Item = u32> {
        let never = |index: &usize| !self.fired[*index] || self.armed.contains(index);
        (0..self.planned.len()).filter(never).map(|index| self.planned[index].id)
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
