//! State transitions and postings of a recorded trial, as rows of a table.

use std::collections::BTreeMap;

use model::{
    AccountName, Amount, Booking, Commit, Currency, OperationId, PaymentId, Record, Status,
    StoreEntry, Tenant, Transfer, TransferId, TransferKind,
};
use scenarios::{Entry, PaymentSystem};
use sim::Trace;

use super::durable::Unsynced;

/// A state transition of a payment, or a posting in the ledger; durable, each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it was durable.
    pub at: u64,
    /// In which event.
    pub event: u64,
    /// The instrument of the payment that it is about.
    pub token: u64,
    /// What it is.
    pub what: RowKind,
}

/// What a row tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// The status of a payment, or of what befell it, has changed.
    Transition(Transition),
    /// The ledger has booked a transfer.
    Posting(Posting),
}

/// The status of a payment, or of what befell it, has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Whose.
    pub payment: PaymentId,
    /// What carries it out.
    pub workflow: &'static str,
    /// What it is from then on.
    pub status: Status,
    /// The number of records that its journal had then.
    pub version: u32,
}

/// The ledger has booked a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Its identity.
    pub transfer: TransferId,
    /// The operation that asked for it.
    pub operation: OperationId,
    /// What it does.
    pub kind: TransferKind,
    /// Whose books.
    pub tenant: Tenant,
    /// In which currency.
    pub currency: Currency,
    /// The account that is debited.
    pub debit: AccountName,
    /// The account that is credited.
    pub credit: AccountName,
    /// How much.
    pub amount: Amount,
}

impl Row {
    /// What has changed, if it is a transition.
    pub const fn transition(&self) -> Option<&Transition> {
        match &self.what {
            RowKind::Transition(transition) => Some(transition),
            RowKind::Posting(_) => None,
        }
    }

    /// What was booked, if it is a posting.
    pub const fn posting(&self) -> Option<&Posting> {
        match &self.what {
            RowKind::Posting(posting) => Some(posting),
            RowKind::Transition(_) => None,
        }
    }
}

/// All of them, in the order in which they were durable.
pub(super) fn all(trace: &Trace<PaymentSystem>) -> Vec<Row> {
    let (mut rows, mut unsynced) = (Vec::new(), Unsynced::default());
    let mut workflows = BTreeMap::new();
    for happened in &trace.events {
        let (at, event) = (happened.at.as_nanos(), happened.event);
        for entry in unsynced.take(happened) {
            let told = told(entry, &mut workflows).into_iter();
            rows.extend(told.map(|(token, what)| Row { at, event, token, what }));
        }
    }
    rows
}

fn told(entry: &Entry, workflows: &mut BTreeMap<PaymentId, &'static str>) -> Vec<(u64, RowKind)> {
    match entry {
        Entry::Ledger(booking) => postings(booking),
        Entry::Store(StoreEntry::Committed(commit)) => transitions(commit, workflows),
        _ => Vec::new(),
    }
}

fn transitions(
    commit: &Commit,
    workflows: &mut BTreeMap<PaymentId, &'static str>,
) -> Vec<(u64, RowKind)> {
    let payment = commit.payment;
    let numbered = commit.records.iter().zip(commit.expected + 1..);
    let told = numbered.filter_map(|(record, version)| {
        let status = match record {
            Record::Accepted(intent) => {
                workflows.insert(payment, intent.order.workflow().saga.name);
                Status::Processing
            }
            Record::StatusChanged(status) => *status,
            _ => return None,
        };
        let workflow = workflows.get(&payment).copied().unwrap_or_default();
        let transition = Transition { payment, workflow, status, version };
        Some((commit.token.0, RowKind::Transition(transition)))
    });
    told.collect()
}

fn postings(booking: &Booking) -> Vec<(u64, RowKind)> {
    let posting = |row: &Transfer| Posting {
        transfer: row.id,
        operation: row.operation,
        kind: row.kind,
        tenant: row.debit.tenant,
        currency: row.debit.currency,
        debit: row.debit.name,
        credit: row.credit.name,
        amount: row.amount,
    };
    booking.rows.iter().map(|row| (row.token.0, RowKind::Posting(posting(row)))).collect()
}
