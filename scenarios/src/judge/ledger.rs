//! The ledger's invariants: I01 to I04, and the ledger's half of I13, from the
//! stored rows alone.

use model::{AccountId, Amount, Booking, HoldState, Money, Token, Transfer, TransferKind};
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
