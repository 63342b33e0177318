//! Obligations: who took them on, until when, and what became of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Role;
use crate::message::Roles;
use crate::time::VirtualTime;

/// The obligations of a world.
#[derive(Clone)]
pub(super) struct Vows {
    heal_at: VirtualTime,
    open: BTreeMap<u64, Vow>,
    /// Those that have a bound and are not excused, the first one due first.
    dues: BTreeSet<(VirtualTime, u64)>,
    /// When the first of them is due; the end of time if there are none.
    pub(super) next_due: VirtualTime,
    handed_over: BTreeSet<u64>,
    /// Who is down for good.
    gone: Roles,
}

/// One that is open.
#[derive(Clone, Copy)]
struct Vow {
    /// Everybody who took it on.
    by: Roles,
    /// The last moment to close it; the end of time if it has no bound.
    due: VirtualTime,
}

impl Vows {
    /// No obligations in a world that heals at `heal_at`.
    pub(super) fn new(heal_at: VirtualTime) -> Self {
        Self {
            heal_at,
            open: BTreeMap::new(),
            dues: BTreeSet::new(),
            next_due: VirtualTime::END,
            handed_over: BTreeSet::new(),
            gone: Roles::default(),
        }
    }

    /// `role` takes on `obligation`. Whoever takes it on again, after a crash,
    /// say, does not get more time for it.
    pub(super) fn open(
        &mut self,
        obligation: u64,
        role: Role,
        now: VirtualTime,
        within: Option<Duration>,
    ) {
        let new = Vow { by: Roles::default(), due: VirtualTime::END };
        let vow = self.open.entry(obligation).or_insert(new);
        vow.by = vow.by.union(role.into());
        let Some(within) = within else { return };
        self.dues.remove(&(vow.due, obligation));
        vow.due = vow.due.min(now.max(self.heal_at).after(within));
        self.dues.insert((vow.due, obligation));
        self.look();
    }

    /// It is met.
    pub(super) fn close(&mut self, obligation: u64) {
        if let Some(vow) = self.open.remove(&obligation)
            && self.dues.remove(&(vow.due, obligation))
        {
            self.look();
        }
    }

    /// A case is open for it.
    pub(super) fn hand_over(&mut self, obligation: u64) {
        self.close(obligation);
        self.handed_over.insert(obligation);
    }

    /// `role` will never be back: what it alone took on is excused.
    pub(super) fn excuse(&mut self, role: Role) {
        self.gone = self.gone.union(role.into());
        let Self { open, gone, dues, .. } = self;
        dues.retain(|(_, obligation)| {
            open.get(obligation).is_some_and(|vow| !vow.by.is_subset(*gone))
        });
        self.look();
    }

    /// The first that somebody who is left has not closed.
    pub(super) fn first_open(&self) -> Option<u64> {
        let mut open = self.open.iter().filter(|(_, vow)| !vow.by.is_subset(self.gone));
        open.next().map(|(obligation, _)| *obligation)
    }

    /// The one that is due first, and has a bound.
    pub(super) fn first_due(&self) -> Option<u64> {
        self.dues.first().map(|(_, obligation)| *obligation)
    }

    pub(super) fn excused(&self) -> impl Iterator<Item = u64> {
        let excused = self.open.iter().filter(|(_, vow)| vow.by.is_subset(self.gone));
        excused.map(|(obligation, _)| *obligation)
    }

    pub(super) fn handed_over(&self) -> impl Iterator<Item = u64> {
        self.handed_over.iter().copied()
    }

    fn look(&mut self) {
        self.next_due = self.dues.first().map_or(VirtualTime::END, |(due, _)| *due);
    }
}
