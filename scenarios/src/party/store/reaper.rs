//! The reaper of idempotency keys: measures on the store's clock how much time
//! has passed, and removes the keys whose lifetime is over.

use std::collections::BTreeMap;
use std::time::Duration;

use model::gatekeeper::KeyId;
use model::{Defect, Defects, Store, StoreEntry};

use crate::system::{Effects, Entry, PaymentSystem, Timer};

/// What the store has in mind of its keys' ages.
#[derive(Clone, Debug)]
pub(super) struct Reaper {
    /// How much time had passed before the store booted, as its journal has it:
    /// what passed between its last entry and the crash, and while the store
    /// was down, lengthens every lifetime.
    before: Duration,
    /// When each living key was last read.
    read: BTreeMap<KeyId, Duration>,
    is_armed: bool,
    /// Whether the clock on the wall says how old keys are: it does not, unless a defect
    /// says so.
    by_wall: bool,
}

impl Reaper {
    /// The reaper of `store`, which has just booted; `None` if keys live for
    /// ever.
    pub(super) fn of(store: &Store, defects: Defects) -> Option<Self> {
        let before = store.elapsed()?;
        let by_wall = defects.has(Defect::TtlByLocalClock);
        Some(Self { before, read: BTreeMap::new(), is_armed: false, by_wall })
    }

    /// A key that stands for something is read.
    pub(super) fn read(&mut self, key: KeyId, out: &Effects) {
        self.read.insert(key, out.monotonic());
    }

    /// Writes down how much time has passed: what follows is no older.
    pub(super) fn date(&self, store: &mut Store, out: &mut Effects) {
        self.write(store, Vec::new(), out);
    }

    /// Removes every key that may go.
    pub(super) fn reap(&mut self, system: &PaymentSystem, store: &mut Store, out: &mut Effects) {
        self.is_armed = false;
        if !out.disk_is_full() {
            let now = out.monotonic();
            let copies_live = system.rules.never_found;
            self.read.retain(|_, read| now < *read + copies_live);
            // Whoever was refused under a key stays refused: the key outlives
            // every copy of that request, of those before the boot too.
            let mut expired = store.expiring(self.elapsed(out));
            let is_quiet = |key: &KeyId| now >= copies_live && !self.read.contains_key(key);
            expired.retain(|key| self.by_wall || is_quiet(key));
            self.write(store, expired, out);
            out.sync();
        }
        self.watch(system, store, out);
    }

    /// Sees to it that somebody looks when the next key may go, and often
    /// enough that a crash loses little of the time that has passed.
    pub(super) fn watch(&mut self, system: &PaymentSystem, store: &Store, out: &mut Effects) {
        let (Some(expiry), Some(lifetime)) = (store.next_expiry(), system.plan.key_lifetime) else {
            return;
        };
        if !self.is_armed {
            self.is_armed = true;
            let (soonest, latest) = (lifetime / 16, lifetime / 4);
            // What is past its time and stays has no time when it may go.
            let left = expiry.checked_sub(self.elapsed(out)).unwrap_or(latest);
            let due = if self.by_wall { LOOKS_EVERY } else { left.clamp(soonest, latest) };
            out.set_housekeeping(due, Timer::Reap);
        }
    }

    fn elapsed(&self, out: &Effects) -> Duration {
        if self.by_wall {
            return Duration::from_nanos(out.wall().as_nanos());
        }
        self.before + out.monotonic()
    }

    fn write(&self, store: &mut Store, expired: Vec<KeyId>, out: &mut Effects) {
        let entry = StoreEntry::Elapsed(self.elapsed(out), expired);
        store.restore(&entry);
        out.append(Entry::Store(entry));
    }
}

/// How often a defect looks at the clock on the wall.
const LOOKS_EVERY: Duration = Duration::from_secs(60);
