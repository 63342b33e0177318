//! What was said of the events of one payment, in few bytes.

use model::Status;

/// The events of one payment, as its durable journal has them, and who has
/// heard of which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct StreamView {
    /// JR: what each event tells, four bits each, the first the lowest; 0 is
    /// none.
    changes: u32,
    /// JR: how many records there are.
    pub(super) records: u16,
    /// EX: the shop has heard of these.
    pub(super) told: SeqSet,
    /// EX: the lake has acknowledged these.
    pub(super) acknowledged: SeqSet,
    /// EX: the lake's journal has these.
    pub(super) counted: SeqSet,
    /// EX: the lake's journal had these at some time.
    pub(super) ever_counted: SeqSet,
}

/// Some of the first eight events of a payment; no lifecycle has more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SeqSet(u8);

impl StreamView {
    /// A payment with nothing but its acceptance.
    pub(super) fn accepted() -> Self {
        Self { records: 1, ..Self::default() }
    }

    /// One more event.
    pub(super) fn change(&mut self, status: Status) {
        let count = self.count();
        if count < EVENTS_MAX {
            self.changes |= (status as u32 + 1) << (4 * count);
        }
    }

    /// How many events there are.
    pub(super) fn count(&self) -> u32 {
        (u32::BITS - self.changes.leading_zeros()).div_ceil(4)
    }

    /// What the `seq`-th event tells. Before the first there is a payment that
    /// is being processed.
    pub(super) fn status(&self, seq: u32) -> Option<Status> {
        let Some(place) = seq.checked_sub(1) else { return Some(Status::Processing) };
        let word = self.changes.checked_shr(4 * place)? & 0xF;
        Status::ALL.get((word as usize).checked_sub(1)?).copied()
    }
}

impl SeqSet {
    /// Whether the `seq`-th event is one of them.
    pub(super) fn has(self, seq: u32) -> bool {
        self.0 & bit(seq) != 0
    }

    /// With the `seq`-th.
    pub(super) fn add(&mut self, seq: u32) {
        self.0 |= bit(seq);
    }

    /// Without it.
    pub(super) fn remove(&mut self, seq: u32) {
        self.0 &= !bit(seq);
    }
}

fn bit(seq: u32) -> u8 {
    seq.checked_sub(1).and_then(|place| 1_u8.checked_shl(place)).unwrap_or(0)
}

/// The most events of one payment that are told apart.
pub(super) const EVENTS_MAX: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_tells_every_change_in_its_order() {
        let mut stream = StreamView::accepted();
        let told = [Status::InReview, Status::Processing, Status::Captured, Status::Returned];
        for (status, seq) in told.into_iter().zip(1..) {
            assert_eq!((stream.count(), stream.status(seq)), (seq - 1, None));
            stream.change(status);
            assert_eq!((stream.count(), stream.status(seq)), (seq, Some(status)));
        }
        assert_eq!(stream.status(0), Some(Status::Processing));
        (0..9).for_each(|_| stream.change(Status::Failed));
        assert_eq!((stream.count(), stream.status(9)), (EVENTS_MAX, None));
    }

    #[test]
    fn a_set_has_what_was_added_and_not_removed() {
        let mut set = SeqSet::default();
        (1..=EVENTS_MAX).for_each(|seq| set.add(seq));
        set.remove(3);
        assert!((0..10).all(|seq| set.has(seq) == ((1..=8).contains(&seq) && seq != 3)));
    }
}
