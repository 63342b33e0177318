//! What the reconciler makes of files, and what it waits for: the part of I38 that its own
//! word is held to.

use std::collections::BTreeMap;

use model::{
    Amount, CameBack, Cause, Currency, LineKind, Money, Order, Reconciliation, ReversalOrder,
    Status, Token,
};
use sim::Sighting;

use super::authorities::Authorities;
use super::called;
use super::dossier::{Dossier, PaymentRecordView};
use super::findings::{Findings, Relation};
use super::unclaimed::Unclaimed;
use crate::invariant::Invariant;

/// What the reconciler does not agree with is what books and files differ in.
pub(super) fn reported(
    said: &Authorities,
    unclaimed: &Unclaimed,
    found: &mut Findings,
    seen: Sighting,
) {
    let mut open = BTreeMap::<Currency, (u32, Amount)>::new();
    let mut causes = BTreeMap::<Currency, BTreeMap<Cause, u32>>::new();
    let mut add = |currency, amount: Amount, cause| {
        let (count, value) = open.entry(currency).or_default();
        *count += 1;
        *value += Amount(amount.0.abs());
        *causes.entry(currency).or_default().entry(cause).or_default() += 1;
    };
    for (_, currency, amount, cause) in said.settlements.open(unclaimed) {
        add(currency, amount, cause);
    }
    let mut spare = Dossier::default();
    let mut untold = None;
    for (payment, token) in said.dossiers.payments() {
        let Some(dossier) = said.dossiers.outline(token, &mut spare) else { continue };
        let Some(view) = dossier.payment(payment) else { continue };
        let over = matches!(view.status, Status::Succeeded | Status::Settled);
        let due = match view.intent.order {
            Order::PayIn(_) => [over.then_some(LineKind::Capture), None],
            Order::Payout(_) => {
                let sent = over || view.status == Status::Returned;
                [sent.then_some(LineKind::Payout), None]
            }
            Order::Refund(_) | Order::RefundByHand(_) => {
                let given = over || view.status == Status::Returned;
                [given.then_some(LineKind::Refund), None]
            }
            Order::Reversal(ReversalOrder {
                from: CameBack::Refund { .. } | CameBack::Late { .. },
                ..
            }) => [over.then_some(LineKind::RefundReturned), None],
            Order::LateSuccess(_) => {
                let given = over || view.status == Status::Returned;
                [Some(LineKind::Capture), given.then_some(LineKind::Refund)]
            }
            Order::Reversal(_) | Order::Recall(_) => continue,
            Order::Chargeback(_) => {
                [Some(LineKind::Dispute), view.won.then_some(LineKind::DisputeWon)]
            }
            Order::PreArbitration(_) => {
                [Some(LineKind::DisputedAgain), view.won.then_some(LineKind::WonAgain)]
            }
        };
        for kind in due.into_iter().flatten() {
            if !is_told(said, dossier, view, kind) {
                let amount = match view.intent.order {
                    Order::PayIn(_) => view.captured(),
                    _ => view.intent.money.amount,
                };
                untold.get_or_insert(token);
                add(view.intent.money.currency, amount, Cause::Missing);
            }
        }
    }
    let report = said.settlements.report.as_ref();
    let told = report.map(|report| &report.open);
    let token = untold.unwrap_or(Token(0));
    let about = (token, "settle", Relation::RepliesDiffer);
    found.check(Invariant::I38, seen, about, told == Some(&open), || {
        let list = |open: &BTreeMap<Currency, (u32, Amount)>| {
            let each = open.iter().map(|(currency, (count, value))| {
                format!("{count} of {}", Money { amount: *value, currency: *currency })
            });
            let each: Vec<_> = each.collect();
            if each.is_empty() { "nothing".to_owned() } else { each.join(", ") }
        };
        let told = told.map_or("nothing at all".to_owned(), list);
        format!("books and files differ in {}, and the reconciler told of {told}", list(&open))
    });
    let Some(told) = report.filter(|report| report.open == open).map(|report| &report.causes)
    else {
        return;
    };
    found.check(Invariant::I38, seen, about, *told == causes, || {
        let list = |causes: &BTreeMap<Currency, BTreeMap<Cause, u32>>| {
            let each = causes.iter().flat_map(|(currency, causes)| {
                causes.iter().map(move |(cause, count)| format!("{count} of {currency} {cause}"))
            });
            each.collect::<Vec<_>>().join(", ")
        };
        format!("what differs is {}, and the reconciler told of {}", list(&causes), list(told))
    });
}

/// Whether a line tells of this of a payment.
fn is_told(
    said: &Authorities,
    dossier: &Dossier,
    view: &PaymentRecordView,
    kind: LineKind,
) -> bool {
    let token = view.intent.token;
    match (view.intent.order, kind) {
        (Order::PayIn(_), LineKind::Capture) => {
            said.settlements.tells_charge(token, dossier.captured_as())
        }
        (Order::LateSuccess(order), LineKind::Capture) => {
            said.settlements.tells_charge(token, Some(order.charge))
        }
        (Order::LateSuccess(order), kind) => {
            let late = dossier.late.iter().find(|late| late.charge == order.charge);
            let refund = late.and_then(|late| late.refund);
            refund.is_some_and(|refund| said.settlements.tells_key(kind, token, refund))
        }
        (Order::Reversal(ReversalOrder { from: CameBack::Late { charge, .. }, .. }), kind) => {
            let late = dossier.late.iter().find(|late| late.charge == charge);
            let refund = late.and_then(|late| late.refund);
            refund.is_some_and(|refund| said.settlements.tells_key(kind, token, refund))
        }
        // What was taken too late may be disputed beside what was taken in time.
        (Order::Chargeback(of) | Order::PreArbitration(of), kind) => {
            said.settlements.tells_key(kind, token, of.authorization)
        }
        (_, kind) => said.settlements.tells(kind, token),
    }
}

/// Of whatever was paid a line is awaited, until one has told of it.
pub(super) fn awaited(
    said: &Authorities,
    found: &mut Findings,
    seen: Sighting,
    books: &Reconciliation,
) {
    let mut spare = Dossier::default();
    for (payment, token) in said.dossiers.payments() {
        let Some(dossier) = said.dossiers.outline(token, &mut spare) else { continue };
        let Some(view) = dossier.payment(payment) else { continue };
        let paid = matches!(view.status, Status::Succeeded | Status::Settled);
        if !paid || !matches!(view.intent.order, Order::PayIn(_) | Order::Payout(_)) {
            continue;
        }
        let waits = books.is_open(payment);
        let about = (token, "settle", Relation::NeverFinished);
        found.check(
            Invariant::I38,
            seen,
            about,
            waits == (view.status == Status::Succeeded),
            || {
                let waits = if waits { "is still" } else { "is not" };
                format!("{} is {}, and a line of it {waits} awaited", called(token), view.status)
            },
        );
    }
}
