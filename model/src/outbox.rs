//! The outbox: every change of a payment's status is an event that others hear
//! of (payments.md D7, m17, m18).
//!
//! An event is the record of the change itself, so that it is durable with the
//! commit that makes it, or not at all. What the outbox adds is how far each
//! consumer has come; a consumer hears of a payment's events in their order, the
//! next one once it has acknowledged the one before.

use serde::{Deserialize, Serialize};

use crate::identity::{PaymentId, Token};
use crate::record::Record;
use crate::status::Status;

/// Which event it is: what consumers tell repetitions by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventNumber {
    /// Whose events.
    pub stream: PaymentId,
    /// The how-manieth of them, from one on, without gaps.
    pub seq: u32,
}

/// The status of a payment has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// Which event.
    pub id: EventNumber,
    /// Whose instrument.
    pub token: Token,
    /// What the payment became.
    pub status: Status,
    /// The number of records that its journal had then.
    pub version: u32,
}

/// Who hears of every event, at least once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consumer {
    /// The merchant's shop, by way of the notifier.
    Merchant,
    /// The data lake.
    Lake,
}

/// How far the events of one payment have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Outbox {
    /// How many there are.
    written: u32,
    /// How many of them each consumer has acknowledged.
    acknowledged: [u32; Consumer::ALL.len()],
}

impl Consumer {
    /// Every consumer.
    pub const ALL: [Self; 2] = [Self::Merchant, Self::Lake];
}

impl Outbox {
    /// Takes in what `record` adds to the events.
    pub(crate) fn take(&mut self, record: &Record) {
        self.written += u32::from(matches!(record, Record::StatusChanged(_)));
    }

    /// `consumer` has acknowledged every event up to the `seq`-th. No news if it
    /// had before, or if there is no such event.
    pub(crate) fn acknowledge(&mut self, consumer: Consumer, seq: u32) {
        if self.is_news(consumer, seq) {
            self.acknowledged[consumer as usize] = seq;
        }
    }

    /// Whether that `consumer` acknowledges the `seq`-th event is news.
    pub fn is_news(&self, consumer: Consumer, seq: u32) -> bool {
        (self.acknowledged(consumer) + 1..=self.written).contains(&seq)
    }

    /// How many events `consumer` has acknowledged.
    pub fn acknowledged(&self, consumer: Consumer) -> u32 {
        self.acknowledged[consumer as usize]
    }

    /// The event that `consumer` has to hear of next, if there is any left.
    pub fn next(&self, consumer: Consumer) -> Option<u32> {
        Some(self.acknowledged(consumer) + 1).filter(|seq| *seq <= self.written)
    }
}

/// The `seq`-th event of a payment with this journal.
pub(crate) fn event(
    journal: &[Record],
    (stream, token): (PaymentId, Token),
    seq: u32,
) -> Option<Event> {
    let mut changes = journal.iter().zip(1..).filter_map(|(record, version)| match record {
        Record::StatusChanged(status) => Some((*status, version)),
        _ => None,
    });
    let (status, version) = changes.nth(seq.checked_sub(1)? as usize)?;
    Some(Event { id: EventNumber { stream, seq }, token, status, version })
}
