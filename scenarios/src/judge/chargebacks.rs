//! The invariants of what is taken back: I07, and their part of I34.

use std::time::Duration;

use model::{Amount, ChargeEvent, Money, Movement, Token};
use sim::Sighting;

use super::called;
use super::dossier::{ChargeView, Dossier};
use super::findings::{Findings, Relation};
use super::rail::Rail;
use crate::invariant::Invariant;

/// A customer's bank takes no more than was taken. What refunds and disputes
/// take together is judged at rest: a refund that was accepted before a dispute
/// was opened does not keep the bank from taking all of it.
pub(super) fn judge(found: &mut Findings, seen: Sighting, movement: &Movement) {
    let charge = &movement.charge;
    let (ChargeEvent::Disputed(_) | ChargeEvent::DisputedAgain(_)) = movement.event else { return };
    let about = (charge.token, "dispute", Relation::LimitExceeded);
    found.check(Invariant::I07, seen, about, charge.withdrawn <= charge.captured, || {
        let money = |amount| Money { amount, currency: charge.money.currency };
        let (taken, back) = (money(charge.captured), money(charge.withdrawn));
        format!("of {}, {taken} was captured, and {back} disputed", called(charge.token))
    });
}

/// All tell the same of what customers' banks took back.
pub(super) fn at_rest(
    found: &mut Findings,
    seen: Sighting,
    token: Token,
    (dossier, within): (&Dossier, Duration),
) {
    let is_disputed = dossier.rail.iter().any(|event| event.what.is_of_dispute());
    if !is_disputed && dossier.withdrawn == Amount::ZERO {
        return;
    }
    flagged(found, seen, token, (dossier, within));
    let (books, ledger, journal) = (dossier.withdrawn(None), dossier.withdrawn, dossier.disputed());
    let about = (token, "dispute", Relation::BooksDiffer);
    found.check(Invariant::I34, seen, about, books == ledger && ledger == journal, || {
        let currency = dossier.charges.first().map(|view| view.money.currency);
        let money = |amount: Amount| match currency {
            Some(currency) => Money { amount, currency }.to_string(),
            None => i128::from(amount).to_string(),
        };
        format!(
            "of {}, customers' banks withdrew {}, the ledger booked {}, the journal says {}",
            called(token),
            money(books),
            money(ledger),
            money(journal)
        )
    });
}

/// A refund that was accepted before a dispute was opened may take back more
/// than is left, if a person is told.
fn flagged(
    found: &mut Findings,
    seen: Sighting,
    token: Token,
    (dossier, within): (&Dossier, Duration),
) {
    let over = |view: &&ChargeView| view.withdrawn + view.refunded > view.captured;
    let Some(view) = dossier.charges.iter().find(over) else { return };
    // Whoever objects takes it once more, beside what was given back since.
    let opened = dossier.rail.iter().rfind(|event| event.what == Rail::Opened);
    let mut told = dossier.payments.iter().filter_map(|payment| payment.flagged_at);
    let in_time = opened
        .is_some_and(|opened| told.any(|at| opened.at <= at && at <= opened.at.after(within)));
    let about = (token, "dispute", Relation::LimitExceeded);
    found.check(Invariant::I07, seen, about, in_time, || {
        let money = |amount| Money { amount, currency: view.money.currency };
        format!(
            "of {}, {} was captured, {} refunded and {} disputed, and nobody was told in time",
            called(token),
            money(view.captured),
            money(view.refunded),
            money(view.withdrawn)
        )
    });
}
