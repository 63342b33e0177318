//! What an actor's disk does to its journal.

use super::{Misfortune, Observer, Role, Strike, System, World};
use crate::atlas::struck_copy;
use crate::journal::Damage;
use crate::observer::Sighting;

impl<S: System> World<'_, S> {
    /// Makes the journal of `seen.role` durable, or only says so; by which
    /// fault, if so.
    pub(super) fn sync(
        &mut self,
        seen: Sighting,
        observer: &mut impl Observer<S>,
    ) -> Option<usize> {
        let role = seen.role;
        let lying = if self.board.disks.is_empty() {
            None
        } else {
            self.board.disk(role, |m| matches!(m, Misfortune::LyingSync { .. }))
        };
        let draws = self.draws;
        let slot = self.slot_mut(role)?;
        let copies = slot.copies;
        if slot.journal.unsynced() == 0 && lying.is_some() {
            return None;
        }
        let newly = match lying {
            None => slot.journal.sync(),
            Some(_) => slot.journal.lying_sync(|record| struck_copy(&draws, role, record, copies)),
        };
        for record in newly {
            observer.durable(seen, record);
        }
        if lying.is_some() {
            self.hit(Strike::LyingSync, role, seen.event, observer);
        }
        lying
    }

    /// The fault that makes a sync of `role` slow, if one does.
    pub(super) fn slow_sync(&self, role: Role) -> Option<usize> {
        if self.board.disks.is_empty() {
            return None;
        }
        self.board.disk(role, |m| matches!(m, Misfortune::SlowSync { .. }))
    }

    /// The fault that filled the disk of `role`, if one did.
    #[inline]
    pub(super) fn full_disk(&self, role: Role) -> Option<usize> {
        if self.board.disks.is_empty() {
            return None;
        }
        self.board.disk(role, |m| matches!(m, Misfortune::FullDisk { .. }))
    }

    /// What a crash leaves of the journal of `role`; how many unsynced records
    /// it took.
    pub(super) fn break_disk(
        &mut self,
        role: Role,
        event: u64,
        observer: &mut impl Observer<S>,
    ) -> usize {
        let damage = self.due_damage(role, event, observer);
        let (draws, seen) = (self.draws, Sighting { at: self.now, event, role });
        let Some(slot) = self.slot_mut(role) else { return 0 };
        let copies = slot.copies;
        let struck = |record| struck_copy(&draws, role, record, copies);
        let loss = slot.journal.crash_with(&damage, struck);
        let records = slot.journal.records();
        for record in &records[records.len() - loss.kept..] {
            observer.durable(seen, record);
        }
        for record in &loss.durable {
            observer.lost(seen, record);
        }
        loss.unsynced
    }

    /// The damage that waited for this crash of `role`, and finds something to
    /// strike.
    fn due_damage(
        &mut self,
        role: Role,
        event: u64,
        observer: &mut impl Observer<S>,
    ) -> Vec<Damage> {
        let mut due = Vec::new();
        if self.board.damage.is_empty() {
            return due;
        }
        let Some(slot) = self.slot(role) else { return due };
        let (tail, synced) =
            (slot.journal.unsynced(), slot.journal.records().len() - slot.journal.unsynced());
        let planned = self.board.planned;
        let mut waiting = std::mem::take(&mut self.board.damage);
        waiting.retain(|index| {
            let misfortune = &planned[*index].misfortune;
            let (damage, strike, finds) = match *misfortune {
                Misfortune::TornTail { keep, .. } => {
                    (Damage::Torn(keep), Strike::TornTail, tail > 0)
                }
                Misfortune::Corruption { record, .. } => {
                    (Damage::Corrupt(record), Strike::Corruption, synced > 0)
                }
                Misfortune::OldGeneration { records, .. } => {
                    (Damage::Old(records), Strike::OldGeneration, synced > 0 && records > 0)
                }
                _ => return true,
            };
            let falls = finds && misfortune.roles().contains(role);
            if falls {
                due.push(damage);
                self.hit(strike, role, event, observer);
                self.board.states[*index].fired = true;
            }
            !falls
        });
        self.board.damage = waiting;
        due
    }
}
