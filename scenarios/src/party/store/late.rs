//! What the store begins by itself: money that was taken too late goes back, as soon as
//! it is durable that it was.

use std::sync::Arc;

use model::{Commit, StoreEntry};

use super::{ROOM_MAY_COME, StoreDesk};
use crate::system::{Effects, Entry, Timer};

impl StoreDesk {
    /// Accepts what gives back money that was taken too late.
    pub(super) fn accept_late(&mut self, late: Vec<Commit>, out: &mut Effects) {
        for commit in late {
            // A query and a file may have told of it at once.
            if self.store.standing(commit.payment).is_some() {
                continue;
            }
            let (payment, token, then) = (commit.payment, commit.token, commit.then);
            let entry = StoreEntry::Committed(Arc::new(commit));
            self.store.restore(&entry);
            out.append(Entry::Store(entry));
            out.sync();
            self.declare(payment, out);
            self.follow(payment, token, then, false, out);
        }
    }

    /// The same of what a crash came before.
    pub(crate) fn on_late_success(&mut self, out: &mut Effects) {
        if out.disk_is_full() {
            out.set_timer(ROOM_MAY_COME, Timer::LateSuccess);
            return;
        }
        self.accept_late(self.store.late_successes_left(), out);
    }
}
