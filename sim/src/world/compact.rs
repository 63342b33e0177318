//! Journals that are rewritten as what they come to.

use super::{Happening, Observer, System, Tag, World};
use crate::digest::Digest;
use crate::observer::Sighting;

impl<S: System> World<'_, S> {
    /// Puts `record` in place of the whole journal, unless the disk is full.
    /// What no sync had made durable is so now, as a part of `record`.
    pub(super) fn compact(
        &mut self,
        seen: Sighting,
        record: S::Record,
        observer: &mut impl Observer<S>,
    ) {
        let Sighting { event, role, .. } = seen;
        let full = self.full_disk(role);
        self.digest.word(Tag::Compact as u64 ^ self.tell(full));
        self.digest.word(Digest::of(&record));
        if full.is_some() {
            self.record_by(full, event, event, role, || Happening::AppendFailed);
            return;
        }
        let Some(slot) = self.slot_mut(role) else { return };
        let replaced = slot.journal.records().len();
        for newly in slot.journal.compact(record) {
            observer.durable(seen, &newly);
        }
        self.record(event, event, role, || Happening::Compacted(replaced));
    }
}
