//! What goes back of payments that were exchanged: by the rate that each had
//! locked, whatever the rate of the day (a part of I27).

use std::collections::BTreeMap;

use model::{
    AccountName, Amount, Booking, Exchange, Intent, Money, Order, PaymentId, Record, Status, Token,
    Transfer,
};
use sim::Sighting;

use super::super::authorities::Authorities;
use super::super::findings::{Findings, Relation};
use super::super::{called, called_refund};
use super::booked::bought;
use crate::invariant::Invariant;

/// JR: what every exchanged payment came to of which something may go back, and what
/// goes back.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenBack {
    whole: BTreeMap<PaymentId, Whole>,
    /// By the instrument that the money goes to.
    parts: BTreeMap<Token, Part>,
}

/// An exchanged payment.
#[derive(Clone, Copy, Debug)]
struct Whole {
    given: Amount,
    target: Money,
    /// What went back of it, or may.
    refunded: Amount,
    /// What of the target its merchant bears of that.
    borne: Amount,
}

/// What goes back by one refund.
#[derive(Clone, Copy, Debug)]
struct Part {
    of: PaymentId,
    amount: Amount,
    borne: Amount,
    /// Nothing came of it, or it came back.
    is_over: bool,
}

impl GivenBack {
    /// The rate is locked by which `given` is exchanged.
    pub(super) fn lock(&mut self, payment: PaymentId, locked: &Exchange, given: Amount) {
        let target = Money { amount: bought(locked, given), currency: locked.quote.target };
        let none = Amount::ZERO;
        self.whole.insert(payment, Whole { given, target, refunded: none, borne: none });
    }

    /// A refund comes to nothing, or came back: its money can go back again.
    fn end(&mut self, refund: Token) {
        let Some(part) = self.parts.get_mut(&refund).filter(|part| !part.is_over) else { return };
        part.is_over = true;
        if let Some(whole) = self.whole.get_mut(&part.of) {
            whole.refunded -= part.amount;
            whole.borne -= part.borne;
        }
    }
}

impl Whole {
    /// What the merchant bears if `amount` goes back, too: of what all refunds take
    /// together its share at the locked rate, rounded up, and no more.
    fn bears(&self, amount: Amount) -> Amount {
        let gone = (self.refunded + amount).min(self.given);
        let (whole, given) = (gone.0 * self.target.amount.0, self.given.0.max(1));
        (Amount((whole + given - 1) / given) - self.borne).max(Amount::ZERO)
    }
}

/// Judges the acceptance of a refund of an exchanged payment, and takes it in.
pub(super) fn recorded(
    said: &mut Authorities,
    found: &mut Findings,
    seen: Sighting,
    (token, payment): (Token, PaymentId),
    record: &Record,
) {
    match record {
        Record::Accepted(intent) => accepted(said, found, seen, intent),
        Record::StatusChanged(Status::Failed | Status::Canceled) => {
            let order = said.of(token).and_then(|d| Some(d.payment(payment)?.intent.order));
            if matches!(order, Some(Order::Refund(_))) {
                said.quotes.given_back.end(token);
            }
        }
        // What is about a refund has its instrument.
        Record::Reversed => said.quotes.given_back.end(token),
        _ => {}
    }
}

fn accepted(said: &mut Authorities, found: &mut Findings, seen: Sighting, intent: &Intent) {
    let (Order::Refund(order) | Order::RefundByHand(order)) = intent.order else { return };
    let Some(whole) = said.quotes.given_back.whole.get_mut(&order.of) else { return };
    let Intent { token, money, .. } = *intent;
    let (amount, due) = (money.amount, Money { amount: whole.bears(money.amount), ..whole.target });
    let borne = intent.order.borne().map(model::Borne::money);
    let borne = borne.unwrap_or(Money { amount: Amount::ZERO, ..whole.target });
    whole.refunded += amount;
    whole.borne += borne.amount;
    let within = whole.refunded <= whole.given && whole.borne <= whole.target.amount;
    let part = Part { of: order.of, amount, borne: borne.amount, is_over: false };
    said.quotes.given_back.parts.insert(token, part);
    let about = (token, "refund", Relation::BooksDiffer);
    found.check(Invariant::I27, seen, about, borne == due, || {
        format!("the merchant bears {borne} of {}, which is {due}", called_refund(token))
    });
    // What somebody gives back by hand nobody here could refuse.
    let asked_for = matches!(intent.order, Order::Refund(_));
    let about = (token, "refund", Relation::LimitExceeded);
    found.check(Invariant::I27, seen, about, within || !asked_for, || {
        format!("{} takes more back than was exchanged", called_refund(token))
    });
}

/// Judges what the ledger stored of a refund: what its merchant bears is what the
/// payment's own quote says, and nobody else's.
pub(super) fn booked(said: &Authorities, found: &mut Findings, seen: Sighting, booking: &Booking) {
    if said.quotes.given_back.parts.is_empty() {
        return;
    }
    for row in booking.rows.iter().filter(|row| pays_customer(row)) {
        let Some(part) = said.quotes.given_back.parts.get(&row.token) else { continue };
        let Some(whole) = said.quotes.given_back.whole.get(&part.of) else { continue };
        let legs = booking.rows.iter().filter(|leg| leg.token == row.token && is_borne(leg));
        let borne: Amount = legs.map(|leg| leg.amount).sum();
        let about = (row.token, "refund", Relation::BooksDiffer);
        let right = row.amount == part.amount && borne == part.borne;
        found.check(Invariant::I27, seen, about, right, || {
            let source = |amount| Money { amount, currency: row.debit.currency };
            let target = |amount| Money { amount, ..whole.target };
            let (paid, due) = (source(row.amount), source(part.amount));
            let (borne, share) = (target(borne), target(part.borne));
            let is_refund = said.refunded_by(row.token).is_some();
            let called = if is_refund { called_refund(row.token) } else { called(row.token) };
            format!(
                "of {called}, {paid} is booked for the customer and {borne} for the merchant: by the \
                 rate of the payment it is {due} and {share}"
            )
        });
    }
}

/// Whether it moves between the liquidity and what is on its way to a customer.
fn pays_customer(row: &Transfer) -> bool {
    is_between(row, |name| name == AccountName::TransitOutProviders)
}

/// Whether it moves between the liquidity and a merchant.
fn is_borne(row: &Transfer) -> bool {
    use AccountName::{MerchantAvailable, MerchantOwed, MerchantPending};
    is_between(row, |name| {
        matches!(name, MerchantPending(_) | MerchantAvailable(_) | MerchantOwed(_))
    })
}

fn is_between(row: &Transfer, other: impl Fn(AccountName) -> bool) -> bool {
    let (debit, credit) = (row.debit.name, row.credit.name);
    debit == AccountName::Liquidity && other(credit)
        || credit == AccountName::Liquidity && other(debit)
}

#[cfg(test)]
mod tests {
    use model::Currency;

    use super::*;

    #[test]
    fn what_a_merchant_bears_is_worked_out_of_all_that_went_back_together() {
        let target = Money { amount: Amount(3), currency: Currency::Usd };
        let whole = |refunded, borne| Whole {
            given: Amount(100),
            target,
            refunded: Amount(refunded),
            borne: Amount(borne),
        };
        for (refunded, borne, amount, due) in [
            (0, 0, 100, 3),
            (0, 0, 1, 1),
            (1, 1, 1, 0),
            (2, 1, 32, 1),
            (34, 2, 66, 1),
            (0, 0, 33, 1),
            (33, 1, 67, 2),
            // One that had been rounded up has failed: what is short now is made good.
            (33, 0, 1, 2),
            (100, 3, 5, 0),
        ] {
            assert_eq!(whole(refunded, borne).bears(Amount(amount)), Amount(due), "{refunded}");
        }
    }
}
