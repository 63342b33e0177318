//! How much was captured, settled and made available, as the ledger has it over time.

use std::collections::BTreeMap;

use model::{AccountName, Amount, Currency, TransferKind};

use super::Waiting;
use super::rows::Row;

/// Every change, in order: of what providers took for payments all in all, of what is at
/// banks, and of what merchants have available.
pub(super) fn all(rows: &[Row]) -> Vec<Waiting> {
    let mut now = BTreeMap::<(Currency, &'static str), Amount>::new();
    let mut changes = Vec::new();
    for row in rows {
        let Some(posting) = row.posting() else { continue };
        if !matches!(posting.kind, TransferKind::Posted | TransferKind::PostPending(_)) {
            continue;
        }
        let currency = posting.currency;
        for (pool, amount) in moved([posting.debit, posting.credit], posting.amount) {
            let level = now.entry((currency, pool)).or_default();
            *level += amount;
            changes.push(Waiting {
                at: row.at,
                currency: currency.code(),
                digits: currency.exponent(),
                pool,
                minor: *level,
            });
        }
    }
    changes
}

/// What of these a transfer between `sides` changes, and by how much.
fn moved(sides: [AccountName; 2], amount: Amount) -> impl Iterator<Item = (&'static str, Amount)> {
    use AccountName::{Bank, MerchantAvailable, ProviderReceivable, TransitIn};
    let captured = match sides {
        [ProviderReceivable(_), TransitIn] => Some(("captured", amount)),
        [TransitIn, ProviderReceivable(_)] => Some(("captured", -amount)),
        _ => None,
    };
    let [debited, credited] = sides.map(|side| match side {
        Bank(_) => Some(("settled", amount)),
        MerchantAvailable(_) => Some(("available", -amount)),
        _ => None,
    });
    let credited = credited.map(|(pool, amount)| (pool, -amount));
    captured.into_iter().chain(debited).chain(credited)
}
