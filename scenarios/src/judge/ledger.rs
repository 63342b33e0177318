//! The ledger's invariants: I01 to I04, and the ledger's half of I13, from the
//! stored rows alone.

use model::{
    AccountId, Amount, Balance, Booking, HoldState, Ledger, Money, Token, Transfer, TransferKind,
};
use sim::Sighting;

use super::authorities::Authorities;
use super::findings::{Findings, Relation};
use super::{keys, losses, refunds, settlements, shares, undoing};
use crate::invariant::Invariant;
use crate::plan::Protocol;

pub(super) fn judge(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    booking: &Booking,
) {
    for hold in &booking.expired {
        hold_expires_once(said, found, seen, hold);
        said.take_expiry(seen.at, hold);
    }
    for row in &booking.rows {
        identity_works_once(said, found, seen, row);
        keys::stored(found, seen, row);
        hold_resolves_once(said, found, seen, row);
        intent_before_effect(said, found, seen, row);
        undoing::booked(said, found, seen, row);
        settlements::booked(said, found, seen, row);
        said.take_row(seen.at, row);
    }
    for row in &booking.rows {
        refunds::booked(said, found, seen, row);
        shares::booked(said, found, seen, row);
    }
    losses::booked(said, found, seen, &booking.rows);
    for row in &booking.rows {
        no_overdraft(said, found, seen, row);
    }
    if let Some(row) = booking.rows.last() {
        double_entry(said, found, seen, row);
    }
}

/// At rest the sums that the ledger goes by are those of the rows that it stored.
pub(super) fn at_rest(said: &Authorities, found: &mut Findings, seen: Sighting, ledger: &Ledger) {
    let accounts = ledger.accounts().chain(said.balances().unordered()).map(|(known, _)| *known);
    let differing = accounts.filter(|known| ledger.balance(*known) != said.balances().of(*known));
    let wrong = differing.min();
    let about = (Token(0), "book", Relation::BooksDiffer);
    found.check(Invariant::I01, seen, about, wrong.is_none(), || {
        let Some(account) = wrong else { return String::new() };
        let Balance { debits_pending, debits_posted, .. } = ledger.balance(account);
        let stored = said.balances().of(account);
        let money = |amount| Money { amount, currency: account.currency };
        format!(
            "the ledger goes by {} debited and {} reserved of {account}, with {} left; its rows \
             come to {} and {}, with {} left",
            money(debits_posted),
            money(debits_pending),
            money(ledger.balance(account).available()),
            money(stored.debits_posted),
            money(stored.debits_pending),
            money(stored.available())
        )
    });
}

fn identity_works_once(said: &Authorities, found: &mut Findings, seen: Sighting, row: &Transfer) {
    let fresh = !said.has_stored(row.id);
    let about = (row.token, "book", Relation::SameOperationTwice);
    found.check(Invariant::I03, seen, about, fresh, || {
        format!("the ledger stored {} twice", row.id)
    });
}

fn hold_resolves_once(said: &Authorities, found: &mut Findings, seen: Sighting, row: &Transfer) {
    let Some(hold) = row.kind.pending() else { return };
    let known = said.of(row.token).and_then(|dossier| dossier.hold(hold).copied());
    let open = known.is_some_and(|known| known.state == HoldState::Pending);
    let about = (row.token, "hold", Relation::SameOperationTwice);
    found.check(Invariant::I04, seen, about, open, || {
        format!("{} resolves the hold {hold}, which was resolved before", row.id)
    });
    let held = known.map_or(Amount::ZERO, |known| known.amount);
    let within = !matches!(row.kind, TransferKind::PostPending(_)) || row.amount <= held;
    let about = (row.token, "hold", Relation::LimitExceeded);
    found.check(Invariant::I04, seen, about, within, || {
        let money = |amount| Money { amount, currency: row.debit.currency };
        format!("{} captures {} of a hold of {}", row.id, money(row.amount), money(held))
    });
}

fn hold_expires_once(said: &Authorities, found: &mut Findings, seen: Sighting, hold: &Transfer) {
    let known = said.of(hold.token).and_then(|dossier| dossier.hold(hold.id).copied());
    let open = known.is_some_and(|known| known.state == HoldState::Pending);
    let about = (hold.token, "hold", Relation::SameOperationTwice);
    found.check(Invariant::I04, seen, about, open, || {
        format!("the hold {} expires, which was resolved before", hold.id)
    });
}

fn intent_before_effect(said: &Authorities, found: &mut Findings, seen: Sighting, row: &Transfer) {
    // Instrument 0 is the funding of limits, which nobody asked for.
    if row.token == Token(0) || said.plan.protocol == Protocol::TwoPhase {
        return;
    }
    let intended = said.intends(row.token, row.operation);
    let about = (row.token, "book", Relation::EffectWithoutIntent);
    found.check(Invariant::I13, seen, about, intended, || {
        format!("the ledger booked {} for {}, which was never intended", row.id, row.operation)
    });
}

fn no_overdraft(said: &Authorities, found: &mut Findings, seen: Sighting, row: &Transfer) {
    for account in [row.debit, row.credit] {
        if account.name.is_limited() {
            let left = available(said, account);
            let about = (row.token, "hold", Relation::LimitExceeded);
            found.check(Invariant::I02, seen, about, left >= Amount::ZERO, || {
                let missing = Money { amount: -left, currency: account.currency };
                format!("{account} is overdrawn by {missing}")
            });
        }
    }
}

fn available(said: &Authorities, account: AccountId) -> Amount {
    let balance = said.balances().of(account);
    balance.credits_posted - balance.debits_posted - balance.debits_pending
}

fn double_entry(said: &Authorities, found: &mut Findings, seen: Sighting, row: &Transfer) {
    let side = (row.debit.tenant, row.debit.currency);
    let (posted, pending) = said.sums.imbalance(side.0, side.1);
    let about = (row.token, "book", Relation::BooksDiffer);
    let even = posted == Amount::ZERO && pending == Amount::ZERO;
    found.check(Invariant::I01, seen, about, even, || {
        let money = |amount| Money { amount, currency: side.1 };
        format!(
            "over all accounts of {}, debits exceed credits by {} posted and {} pending",
            side.0,
            money(posted),
            money(pending)
        )
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use model::{AccountName, Currency, Defects, Merchant, OperationId, Tenant, TransferId};
    use sim::{Role, Seed, VirtualTime};

    use super::*;
    use crate::catalog;
    use crate::plan::Plan;

    /// A hold whose time ran out gave back what it reserved with the wrong sign: the rows
    /// were right, nothing was overdrawn by them, and the ledger refused good payments.
    #[test]
    fn a_ledger_that_goes_by_other_sums_than_its_rows_is_told() {
        let seen = Sighting { at: VirtualTime::ZERO, event: 0, role: Role(1) };
        let hold = transfer(1, TransferKind::PendingFor(60));
        for (expires, holds) in [(false, false), (true, true)] {
            let scenario = catalog::named("calm-day").expect("it is built in");
            let plan = Arc::new(Plan::draw(scenario, Seed(1)));
            let (mut said, mut found) = (Authorities::new(&plan), Findings::new(&plan));
            let mut ledger = Ledger::new(Defects::NONE);
            let (_, booking) =
                ledger.create(&[hold, transfer(2, TransferKind::Posted)], Duration::ZERO);
            assert_eq!(booking.rows.len(), 2);
            booking.rows.iter().for_each(|row| said.take_row(seen.at, row));
            at_rest(&said, &mut found, seen, &ledger);
            assert_eq!(found.violations, [], "they agree as long as it is pending");
            said.take_expiry(seen.at, &hold);
            if expires {
                ledger.expire(Duration::from_secs(61));
            }
            at_rest(&said, &mut found, seen, &ledger);
            assert_eq!(found.violations.is_empty(), holds, "{:?}", found.violations);
            assert_eq!(found.met(Invariant::I01), 2);
        }
    }

    fn transfer(id: u64, kind: TransferKind) -> Transfer {
        let account = |name| AccountId { tenant: Tenant(1), currency: Currency::Eur, name };
        Transfer {
            id: TransferId(id),
            debit: account(AccountName::TransitIn),
            credit: account(AccountName::MerchantPending(Merchant(1))),
            amount: Amount(100),
            kind,
            linked: false,
            token: Token(1),
            operation: OperationId(id),
        }
    }
}
