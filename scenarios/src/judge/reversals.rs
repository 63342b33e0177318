//! The invariants of what was sent and came back: the gate of I15 and I16, and
//! their part of I34.

use model::workflow::Action;
use model::{Amount, Money, Status, Token};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::dossier::Dossier;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;
use crate::message::ClientReply;
use crate::plan::Operation;

/// Whether what was sent for this instrument has come back, as the books of its
/// bank or provider have it: only then it may be told to be `returned`.
pub(super) fn is_back(said: &Authorities, token: Token) -> bool {
    said.of(token).is_some_and(|dossier| dossier.came_back() > Amount::ZERO)
}

/// Banks or providers, ledger, journal and client tell the same of what came back
/// of `operation`.
pub(super) fn at_rest(
    found: &mut Findings,
    seen: Sighting,
    operation: &Operation,
    dossier: &Dossier,
) {
    let (token, money) = (operation.token, |amount| Money { amount, ..operation.money });
    let whole = |is: bool| if is { operation.money.amount } else { Amount::ZERO };
    let view = dossier.payments.first();
    let status = view.map(|view| view.status);
    // What the house never took for a success, it took for a failure at once.
    let failed = matches!(status, Some(Status::Failed | Status::Canceled));
    let is_refund = operation.purpose.workflow().pivot() == Action::Refund;
    let back = if failed && is_refund { Amount::ZERO } else { dossier.came_back() };
    let shown = matches!(dossier.screen.probed, Some(ClientReply::Stands(_, Status::Returned)));
    let (journal, shown) = (whole(status == Some(Status::Returned)), whole(shown));
    let ledger = dossier.returned;
    if [back, ledger, journal, shown].iter().all(|amount| *amount == Amount::ZERO) {
        return;
    }
    let about = (token, "return", Relation::BooksDiffer);
    let agree = back == ledger && ledger == journal && journal == shown;
    found.check(Invariant::I34, seen, about, agree, || {
        format!(
            "of {}, {} came back, the ledger booked {} as back, the journal says {}, the client \
             sees {}",
            called(token),
            money(back),
            money(ledger),
            money(journal),
            money(shown)
        )
    });
}
