//! What somebody gave back by hand at a provider: no fault of the system's, which
//! has to book it: a part of I34.

use model::{Amount, Money, Order, Token};
use sim::Sighting;

use super::called;
use super::dossier::Dossier;
use super::findings::{Findings, Relation};
use crate::invariant::Invariant;

/// All tell the same of it.
pub(super) fn at_rest(found: &mut Findings, seen: Sighting, token: Token, dossier: &Dossier) {
    let (given, booked, known) =
        (dossier.given.amount, dossier.by_hand, dossier.accepted_by_hand());
    if [given, booked, known] == [Amount::ZERO; 3] {
        return;
    }
    let about = (token, "by-hand", Relation::BooksDiffer);
    found.check(Invariant::I34, seen, about, given == booked && booked == known, || {
        let currency = dossier.charges.first().map(|view| view.money.currency);
        let money = |amount: Amount| match currency {
            Some(currency) => Money { amount, currency }.to_string(),
            None => i128::from(amount).to_string(),
        };
        format!(
            "of {}, somebody gave back {} by hand, the ledger booked {}, the journal says {}",
            called(token),
            money(given),
            money(booked),
            money(known)
        )
    });
}

impl Dossier {
    /// What was given back by hand, as the journal has it, but for what was taken too late.
    pub(super) fn accepted_by_hand(&self) -> Amount {
        let refunds = self.payments.iter();
        let is_it = |order| matches!(order, Order::RefundByHand(of) if !of.is_of_late_success());
        let refunds = refunds.filter(|view| is_it(view.intent.order));
        refunds.map(|view| view.intent.money.amount).sum()
    }
}
