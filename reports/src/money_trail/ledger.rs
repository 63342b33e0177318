//! What the ledger books, in plain words.

use model::{Money, Transfer, TransferKind};

/// What `row` does.
pub(super) fn sentence(row: &Transfer) -> String {
    let money = Money { amount: row.amount, currency: row.debit.currency };
    let (from, to, id) = (row.debit.name, row.credit.name, row.id);
    match row.kind {
        TransferKind::Posted => format!("books {money} from {from} to {to} ({id})"),
        TransferKind::Pending => format!("holds {money} from {from} for {to} ({id})"),
        TransferKind::PostPending(hold) => {
            format!("books {money} of the hold {hold} from {from} to {to} ({id})")
        }
        TransferKind::VoidPending(hold) => {
            format!("releases the hold {hold} of {money} from {from} for {to} ({id})")
        }
    }
}
