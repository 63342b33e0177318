//! What the ledger books, in plain words.

use model::{Money, Transfer, TransferKind};

/// What is wished for with `row`.
pub(super) fn wish(row: &Transfer) -> String {
    let money = Money { amount: row.amount, currency: row.debit.currency };
    let (from, to) = (row.debit.name, row.credit.name);
    match row.kind {
        TransferKind::Posted => format!("book {money} from {from} to {to}"),
        TransferKind::Pending => format!("hold {money} from {from} for {to}"),
        TransferKind::PendingFor(seconds) => {
            format!("hold {money} from {from} for {to}, for {seconds} s")
        }
        TransferKind::PostPending(_) => format!("book {money} that it holds for {to}"),
        TransferKind::VoidPending(_) => format!("release {money} that it holds for {to}"),
    }
}

/// What `row` does; with the ids of transfers where those matter.
pub(super) fn sentence(row: &Transfer, with_ids: bool) -> String {
    let money = Money { amount: row.amount, currency: row.debit.currency };
    let (from, to) = (row.debit.name, row.credit.name);
    let held = |hold| if with_ids { format!(" as {hold}") } else { String::new() };
    let told = match row.kind {
        TransferKind::Posted => format!("books {money} from {from} to {to}"),
        TransferKind::Pending => format!("holds {money} from {from} for {to}"),
        TransferKind::PendingFor(seconds) => {
            format!("holds {money} from {from} for {to}, for {seconds} s")
        }
        TransferKind::PostPending(hold) => {
            format!("books {money} of what it held{} from {from} for {to}", held(hold))
        }
        TransferKind::VoidPending(hold) => {
            format!("releases {money} that it held{} from {from} for {to}", held(hold))
        }
    };
    if with_ids { format!("{told} ({})", row.id) } else { told }
}

/// That the time of `hold` is over.
pub(super) fn expiry(hold: &Transfer, with_ids: bool) -> String {
    let money = Money { amount: hold.amount, currency: hold.debit.currency };
    let (from, to) = (hold.debit.name, hold.credit.name);
    let told = format!("lets what it held expire: {money} from {from} for {to}");
    if with_ids { format!("{told} ({})", hold.id) } else { told }
}
