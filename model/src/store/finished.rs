//! What is left of a payment that is finished, and of its key.

use super::taken::Taken;
use super::{PaymentRow, Standing, Store, Then};
use crate::gatekeeper::{KeyId, KeyRow, StoredReply};
use crate::identity::{Fingerprint, PaymentId, TransactionId};
use crate::status::Status;

/// Enough to answer every request about the payment as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Finished {
    fingerprint: Fingerprint,
    last: TransactionId,
    epoch: u32,
    /// The number of records that its journal had.
    version: u16,
    status: Status,
    may_cancel: bool,
    taken: Option<Taken>,
}

impl Store {
    /// Puts those of `payments` away that are finished, without their journals:
    /// for whom nothing is left to do, and whose key has its final reply.
    pub fn put_away(&mut self, payments: Vec<PaymentId>) {
        let mut batch = Vec::with_capacity(payments.len());
        for payment in payments {
            let Some((key, finished)) = self.finish(payment) else { continue };
            batch.push((payment.0, finished));
            self.payments.remove(&payment);
            self.keys.remove(&key);
        }
        self.finished.keep(batch);
    }

    /// Every payment that is closed and not put away.
    pub fn closed(&self) -> impl Iterator<Item = PaymentId> {
        let closed = self.payments.iter().filter(|(_, row)| row.then == Then::Close);
        closed.map(|(payment, _)| *payment)
    }

    /// How many payments are not put away, and the bytes that the others take.
    pub fn footprint(&self) -> (usize, usize) {
        (self.payments.len(), self.finished.bytes())
    }

    /// The key of a payment that was put away, which is found by the payment
    /// that it stands for.
    pub(super) fn finished_key(&self, key: KeyId) -> Option<KeyRow> {
        let payment = key.payment(0);
        let finished = self.finished.get(payment.0)?;
        let reply = Some(StoredReply { payment, status: finished.status });
        Some(KeyRow { fingerprint: finished.fingerprint, payment, reply })
    }

    fn finish(&self, payment: PaymentId) -> Option<(KeyId, Finished)> {
        let row = self.payments.get(&payment)?;
        let PaymentRow { status, last, taken, .. } = *row;
        let key = row.key.filter(|key| key.payment(0) == payment)?;
        let claimed = self.keys.get(&key)?;
        let replied = claimed.reply == Some(StoredReply { payment, status });
        if row.then != Then::Close || claimed.payment != payment || !replied {
            return None;
        }
        let version = u16::try_from(row.journal.len()).ok()?;
        let (fingerprint, may_cancel) = (claimed.fingerprint, row.may_cancel());
        let epoch = row.epoch();
        Some((key, Finished { fingerprint, last, epoch, version, status, may_cancel, taken }))
    }
}

impl Finished {
    pub(super) fn standing(self) -> Standing {
        Standing {
            status: self.status,
            version: u32::from(self.version),
            epoch: self.epoch,
            then: Then::Close,
            may_cancel: self.may_cancel,
            taken: self.taken,
            last: self.last,
        }
    }
}
