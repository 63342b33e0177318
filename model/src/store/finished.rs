//! What is left of a payment that is finished, and of its key.

mod taking;

use std::collections::BTreeSet;

use super::taken::Taken;
use super::{PaymentRow, Standing, Store, Then};
use crate::gatekeeper::{Generation, KeyId, KeyRow, PaidOnce, StoredReply};
use crate::identity::{Fingerprint, PaymentId, TransactionId};
use crate::status::Status;

use taking::Taking;

/// Enough to answer every request about the payment as before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Finished {
    fingerprint: Fingerprint,
    last: TransactionId,
    epoch: u32,
    /// The number of records that its journal had.
    version: u16,
    status: Status,
    may_cancel: bool,
    taking: Taking,
}

impl Store {
    /// Puts those of `payments` away that are finished, without their journals:
    /// for whom nothing is left to do, and whose key has its final reply.
    pub fn put_away(&mut self, payments: Vec<PaymentId>) {
        let mut batch = Vec::with_capacity(payments.len());
        let mut gone = BTreeSet::new();
        let mut instruments = Vec::new();
        let refunding = self.refunding();
        for payment in payments.into_iter().filter(|payment| !refunding.contains(payment)) {
            let Some((key, finished)) = self.finish(payment) else { continue };
            batch.push((payment.0, finished));
            let row = self.payments.remove(&payment);
            match &mut self.lifetimes {
                None => drop(self.keys.remove(&key)),
                // The key stays until it expires.
                Some(_) => instruments.extend(row.map(|row| (payment.0, row.token))),
            }
            if self.inbox.is_some() {
                gone.insert(payment);
            }
        }
        self.finished.keep(batch);
        if let Some(inbox) = &mut self.inbox {
            inbox.forget(&gone);
        }
        if let Some(lifetimes) = &mut self.lifetimes {
            lifetimes.instruments.keep(instruments);
        }
    }

    /// Every payment that is closed and not put away.
    pub fn closed(&self) -> impl Iterator<Item = PaymentId> {
        let closed = self.payments.iter().filter(|(_, row)| row.then == Then::Close);
        closed.map(|(payment, _)| *payment)
    }

    /// How many payments are not put away.
    pub fn live(&self) -> usize {
        self.payments.len()
    }

    /// How many payments are not put away, and the bytes that the others take.
    pub fn footprint(&self) -> (usize, usize) {
        let elsewhere: usize = self.finished.values().map(|left| left.taking.bytes()).sum();
        (self.payments.len(), self.finished.bytes() + elsewhere)
    }

    /// The key of a payment that was put away, which is found by the payment
    /// that it stands for: where keys live for ever, that is one.
    pub(super) fn finished_key(&self, key: KeyId) -> Option<KeyRow> {
        if self.lifetimes.is_some() {
            return None;
        }
        let payment = key.payment(Generation::default());
        let finished = self.finished.get(payment.0)?;
        let reply = Some(StoredReply { payment, status: finished.status.first_answered() });
        // Whoever asks for an order finds its payment without the key.
        let (fingerprint, order_ref) = (finished.fingerprint, PaidOnce::default());
        Some(KeyRow { fingerprint, payment, reply, order_ref })
    }

    fn finish(&self, payment: PaymentId) -> Option<(KeyId, Finished)> {
        let row = self.payments.get(&payment)?;
        let PaymentRow { status, last, taken, .. } = *row;
        let named = |key: &KeyId| key.payment(row.generation) == payment;
        let key = row.key.filter(named)?;
        let claimed = self.keys.get(&key).filter(|claimed| claimed.payment == payment);
        let replied = match (claimed, &self.lifetimes) {
            (Some(claimed), _) => {
                let status = status.first_answered();
                claimed.reply == Some(StoredReply { payment, status })
            }
            (None, Some(_)) => status.is_final(),
            (None, None) => false,
        };
        if row.then != Then::Close || !replied || self.awaits_settlement(payment) {
            return None;
        }
        let version = u16::try_from(row.journal.len()).ok()?;
        // Nobody asks for that of a key that has expired.
        let fingerprint = claimed.map_or(Fingerprint(0), |claimed| claimed.fingerprint);
        let may_cancel = row.may_cancel();
        let epoch = row.epoch();
        let taking = Taking::of(taken);
        Some((key, Finished { fingerprint, last, epoch, version, status, may_cancel, taking }))
    }
}

impl Finished {
    pub(super) fn standing(&self) -> Standing {
        Standing {
            status: self.status,
            version: u32::from(self.version),
            epoch: self.epoch,
            then: Then::Close,
            may_cancel: self.may_cancel,
            last: self.last,
        }
    }

    pub(super) fn taken(&self) -> Option<Taken> {
        self.taking.taken()
    }
}
