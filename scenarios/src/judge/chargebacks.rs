//! The invariants of what is taken back: I07, L06, and their part of I34.

use model::{Amount, ChargeEvent, Money, Movement, Token};
use sim::Sighting;

use super::called;
use super::dossier::{ChargeView, Dossier};
use super::findings::{Findings, Relation};
use super::rail::Rail;
use crate::bounds::BOOK;
use crate::invariant::Invariant;

/// A customer's bank takes no more than was taken. What refunds and disputes
/// take together is judged at rest: a refund that was accepted before a dispute
/// was opened does not keep the bank from taking all of it.
pub(super) fn judge(found: &mut Findings, seen: Sighting, movement: &Movement) {
    let charge = &movement.charge;
    let ChargeEvent::Disputed(_) = movement.event else { return };
    let about = (charge.token, "dispute", Relation::LimitExceeded);
    found.check(Invariant::I07, seen, about, charge.withdrawn <= charge.captured, || {
        let money = |amount| Money { amount, currency: charge.money.currency };
        let (taken, back) = (money(charge.captured), money(charge.withdrawn));
        format!("of {}, {taken} was captured, and {back} disputed", called(charge.token))
    });
}

/// What befell the payment at its provider is in the ledger, and was there in
/// time; and all tell the same of it.
pub(super) fn at_rest(found: &mut Findings, seen: Sighting, token: Token, dossier: &Dossier) {
    let disputes = || dossier.rail.iter().filter(|event| event.what != Rail::ByHand);
    for event in disputes() {
        let in_time = event.booked_at.is_some_and(|at| at <= event.at.after(BOOK));
        let about = (token, "dispute", Relation::NeverFinished);
        found.check(Invariant::L06, seen, about, in_time, || {
            let (what, at) = (event.what.name(), event.at);
            let booked = match event.booked_at {
                Some(at) => format!("was booked at {at}"),
                None => "was never booked".to_owned(),
            };
            format!("the dispute over {} was {what} at {at}, which {booked}", called(token))
        });
    }
    if disputes().next().is_none() && dossier.withdrawn == Amount::ZERO {
        return;
    }
    flagged(found, seen, token, dossier);
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
fn flagged(found: &mut Findings, seen: Sighting, token: Token, dossier: &Dossier) {
    let over = |view: &&ChargeView| view.withdrawn + view.refunded > view.captured;
    let Some(view) = dossier.charges.iter().find(over) else { return };
    let opened = dossier.rail.iter().find(|event| event.what == Rail::Opened);
    let told = dossier.payments.iter().find_map(|payment| payment.flagged_at);
    let in_time = opened.zip(told).is_some_and(|(opened, at)| at <= opened.at.after(BOOK));
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
