//! State transitions and postings of a recorded trial, as rows of a table.

use std::collections::BTreeMap;

use model::{
    AccountName, Amount, Booking, Commit, Currency, PaymentId, Record, Status, StoreEntry, Tenant,
    TransferKind,
};
use scenarios::{Entry, PaymentSystem};
use sim::{Happening, Role, Trace};

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
    Transition {
        /// Whose.
        payment: u64,
        /// What carries it out.
        workflow: &'static str,
        /// What it is from then on.
        status: &'static str,
        /// The number of records that its journal had then.
        version: u32,
    },
    /// The ledger has booked a transfer.
    Posting {
        /// Its identity.
        transfer: u64,
        /// The operation that asked for it.
        operation: u64,
        /// What it does.
        kind: &'static str,
        /// Whose books.
        tenant: Tenant,
        /// In which currency.
        currency: Currency,
        /// The account that is debited.
        debit: AccountName,
        /// The account that is credited.
        credit: AccountName,
        /// How much, in minor units.
        amount: Amount,
    },
}

/// All of them, in the order in which they were durable: what a crash takes was never
/// there.
pub(super) fn all(trace: &Trace<PaymentSystem>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut workflows = BTreeMap::new();
    let mut pending = BTreeMap::<Role, Vec<Vec<(u64, RowKind)>>>::new();
    for happened in &trace.events {
        let waiting = pending.entry(happened.role).or_default();
        match &happened.what {
            Happening::Appended(entry) => waiting.push(told(entry, &mut workflows)),
            Happening::Synced => {
                let (at, event) = (happened.at.as_nanos(), happened.event);
                let durable = waiting.drain(..).flatten();
                rows.extend(durable.map(|(token, what)| Row { at, event, token, what }));
            }
            Happening::Crashed(lost) => {
                let kept = waiting.len().saturating_sub(*lost);
                let (at, event) = (happened.at.as_nanos(), happened.event);
                let durable = waiting.drain(..).take(kept).flatten();
                rows.extend(durable.map(|(token, what)| Row { at, event, token, what }));
            }
            _ => {}
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
        let (payment, status) = (payment.0, status.name());
        Some((commit.token.0, RowKind::Transition { payment, workflow, status, version }))
    });
    told.collect()
}

fn postings(booking: &Booking) -> Vec<(u64, RowKind)> {
    let told = booking.rows.iter().map(|row| {
        let posting = RowKind::Posting {
            transfer: row.id.0,
            operation: row.operation.0,
            kind: match row.kind {
                TransferKind::Posted => "posted",
                TransferKind::Pending | TransferKind::PendingFor(_) => "pending",
                TransferKind::PostPending(_) => "post-pending",
                TransferKind::VoidPending(_) => "void-pending",
            },
            tenant: row.debit.tenant,
            currency: row.debit.currency,
            debit: row.debit.name,
            credit: row.credit.name,
            amount: row.amount,
        };
        (row.token.0, posting)
    });
    told.collect()
}
