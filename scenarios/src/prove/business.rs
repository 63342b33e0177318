//! Which operations of a scenario a proof is about: those that between them have most of
//! what there is.

use std::collections::BTreeSet;

use model::{Currency, Token};

use super::mischief::Purse;
use crate::plan::{Operation, Plan};

/// Something that an operation has, or that two have together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Business {
    Refund,
    RefundOfAPart,
    Dispute,
    DisputeLost,
    Objection,
    Recall,
    ByHand,
    Breach,
    Captures,
    Shipping,
    Split,
    Exchange,
    TooLargeToDecide,
    KeyAgain,
    KeyOnceMore,
    KeyOfAnotherTenant,
    SamePurse,
    SameMoney,
}

/// The instruments of at most `room` operations: one after the other, with what it needs,
/// whatever has most that those before it do not have; of several, the first.
pub(super) fn chosen(plan: &Plan, room: usize) -> Vec<Token> {
    let mut kept: Vec<&Operation> = Vec::new();
    let mut seen = BTreeSet::new();
    while let Some((new, group)) = next(plan, room, &kept, &seen) {
        kept.extend(group);
        seen.extend(new);
    }
    kept.into_iter().map(|operation| operation.token).collect()
}

type Choice<'p> = (BTreeSet<Business>, Vec<&'p Operation>);

/// What comes next, with what is new about it.
fn next<'p>(
    plan: &'p Plan,
    room: usize,
    kept: &[&Operation],
    seen: &BTreeSet<Business>,
) -> Option<Choice<'p>> {
    let is_kept = |token: Token| kept.iter().any(|operation| operation.token == token);
    let mut best: Option<Choice<'p>> = None;
    for operation in plan.operations.iter().filter(|operation| !is_kept(operation.token)) {
        let needed = needs(plan, operation).filter(|needed| !is_kept(needed.token));
        let group: Vec<_> = needed.into_iter().chain([operation]).collect();
        if kept.len() + group.len() > room {
            continue;
        }
        let mut new = BTreeSet::new();
        for (n, operation) in group.iter().enumerate() {
            let others: Vec<_> = kept.iter().chain(&group[..n]).copied().collect();
            new.extend(business(plan, operation, &others));
        }
        new.retain(|business| !seen.contains(business));
        if best.as_ref().is_none_or(|(most, _)| most.len() < new.len()) {
            best = Some((new, group));
        }
    }
    best
}

/// What there has to be for `operation` to mean anything.
fn needs<'p>(plan: &'p Plan, operation: &Operation) -> Option<&'p Operation> {
    match operation.purpose.refunds() {
        Some(payment) => plan.operation(payment),
        None => {
            let earlier = plan.operations.iter().take_while(|o| o.token != operation.token);
            { earlier }.find(|other| other.key_id() == operation.key_id())
        }
    }
}

/// What `operation` has, and what it has together with any of `others`.
fn business(plan: &Plan, operation: &Operation, others: &[&Operation]) -> Vec<Business> {
    let pay_in = operation.purpose.pay_in();
    let (dispute, refunded) = (operation.dispute.as_deref(), operation.purpose.refunds());
    let paid = refunded.and_then(|of| plan.operation(of)).map(|paid| paid.money);
    let limit = plan.decisions.and_then(|decisions| decisions.limit());
    let with = |is: &dyn Fn(&Operation) -> bool| others.iter().filter(|other| is(other)).count();
    let purse = |operation: &Operation| -> Option<(Purse, Currency)> {
        Some((Purse::of(operation)?, operation.money.currency))
    };
    let keys = with(&|other| other.key_id() == operation.key_id());
    let has = [
        (refunded.is_some(), Business::Refund),
        (paid.is_some_and(|paid| paid != operation.money), Business::RefundOfAPart),
        (dispute.is_some_and(|dispute| dispute.won), Business::Dispute),
        (dispute.is_some_and(|dispute| !dispute.won), Business::DisputeLost),
        (dispute.is_some_and(|dispute| dispute.objection.is_some()), Business::Objection),
        (operation.recall_after.is_some(), Business::Recall),
        (operation.by_hand.is_some(), Business::ByHand),
        (operation.breach.is_some(), Business::Breach),
        (!pay_in.captures.is_at_once(), Business::Captures),
        (!pay_in.shipping.is_at_once(), Business::Shipping),
        (!pay_in.split.is_whole(), Business::Split),
        (operation.settlement_currency() != operation.money.currency, Business::Exchange),
        (limit.is_some_and(|limit| operation.money.amount > limit), Business::TooLargeToDecide),
        (keys == 1, Business::KeyAgain),
        (keys > 1, Business::KeyOnceMore),
        (
            with(&|o| o.tenant != operation.tenant && o.key == operation.key) > 0,
            Business::KeyOfAnotherTenant,
        ),
        (
            purse(operation).is_some() && with(&|o| purse(o) == purse(operation)) > 0,
            Business::SamePurse,
        ),
        (
            with(&|o| o.tenant == operation.tenant && o.money == operation.money) > 0,
            Business::SameMoney,
        ),
    ];
    has.into_iter().filter(|(has, _)| *has).map(|(_, business)| business).collect()
}
