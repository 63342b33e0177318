//! What a payment will be once its next records are durable.

use crate::payment::Payment;
use crate::record::Record;

/// The payment with the last batch of records, which is beside it, and room
/// for the next one: a worker drafts one for nearly every commit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    ahead: Option<Box<Payment>>,
    records: Vec<Record>,
    /// A payment that was left behind.
    room: Option<Box<Payment>>,
}

impl Draft {
    /// A copy of `payment`, to which records are then applied.
    pub(crate) fn begin(&mut self, payment: &Payment) -> Box<Payment> {
        match self.ahead.take().or_else(|| self.room.take()) {
            Some(mut room) => {
                room.copy_from(payment);
                room
            }
            None => Box::new(payment.clone()),
        }
    }

    /// Keeps what `records` made of the copy.
    pub(crate) fn keep(&mut self, ahead: Box<Payment>, records: &[Record]) {
        self.ahead = Some(ahead);
        self.records.clear();
        self.records.extend_from_slice(records);
    }

    /// Makes `payment` what it was drafted to be, if that was for `records`;
    /// tells whether it did. Either way the draft is over.
    pub(crate) fn apply(&mut self, payment: &mut Box<Payment>, records: &[Record]) -> bool {
        let Some(ahead) = self.ahead.take() else { return false };
        let fits = self.records == records;
        let behind = if fits { std::mem::replace(payment, ahead) } else { ahead };
        self.room = Some(behind);
        fits
    }

    /// Forgets what was drafted: the payment is another one.
    pub(crate) fn forget(&mut self) {
        self.ahead = None;
    }
}
