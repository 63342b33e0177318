//! What the operations of a proof are given of what their scenario draws at the utmost:
//! three operations are too few to draw it.

use model::{Amount, Currency, OrderRef, PayIn, Shipping, Tenant};

use crate::plan::{Operation, Plan, Purpose};

/// Parcels leave as late as any of those that were `drawn`; where there is an amount up to
/// which is decided, one payment is of more; where files tell what was paid, two payments of
/// one tenant are of the same amount; and where keys expire, one is used three times.
pub(super) fn stretch(plan: &mut Plan, drawn: &Plan) {
    let last = drawn.operations.iter().max_by_key(|o| o.purpose.pay_in().shipping.last());
    if let Some(last) = last {
        ship_as(plan, last.purpose.pay_in().shipping);
    }
    if let Some(limit) = plan.decisions.and_then(|decisions| decisions.limit()) {
        exceed(plan, drawn, limit);
    }
    if plan.settlement.is_some() {
        make_alike(plan);
    }
    if plan.key_lifetime.is_some() {
        use_once_more(plan);
    }
}

/// Whatever is shipped later is shipped then, if it is in no more parcels.
fn ship_as(plan: &mut Plan, latest: Shipping) {
    let latest: Vec<_> = latest.moments().collect();
    for operation in &mut plan.operations {
        let Some(pay_in) = pay_in(operation) else { continue };
        let earlier = latest.len().checked_sub(pay_in.shipping.moments().count());
        let shipping = earlier.and_then(|earlier| Shipping::at(&latest[earlier..]));
        if let Some(shipping) = shipping {
            operation.purpose = Purpose::PayIn(PayIn { shipping, ..pay_in });
        }
    }
}

/// Gives the first payment the amount of the largest that was `drawn`, unless one is over
/// `limit` already.
fn exceed(plan: &mut Plan, drawn: &Plan, limit: Amount) {
    let pay_ins = |of: &Plan| -> Vec<Amount> {
        let pay_ins = of.operations.iter().filter(|operation| pay_in(operation).is_some());
        pay_ins.map(|operation| operation.money.amount).collect()
    };
    if pay_ins(plan).iter().any(|amount| *amount > limit) {
        return;
    }
    let largest = pay_ins(drawn).into_iter().max().filter(|most| *most > limit);
    let first = plan.operations.iter_mut().find(|operation| pay_in(operation).is_some());
    if let (Some(largest), Some(first)) = (largest, first) {
        first.money.amount = largest;
    }
}

/// Gives two payments of one tenant the amount of the larger, so that only a reference
/// tells their lines apart.
fn make_alike(plan: &mut Plan) {
    let books = |operation: &Operation| -> Option<(Tenant, Currency)> {
        pay_in(operation).map(|_| (operation.tenant, operation.money.currency))
    };
    for second in 0..plan.operations.len() {
        let (before, rest) = plan.operations.split_at_mut(second);
        let second = &mut rest[0];
        let same = |first: &&mut Operation| books(first).is_some() && books(first) == books(second);
        if let Some(first) = before.iter_mut().find(same) {
            let amount = first.money.amount.max(second.money.amount);
            (first.money.amount, second.money.amount) = (amount, amount);
            return;
        }
    }
}

/// Whatever is neither the first to use a key that is used again nor the second asks for what
/// the first did, under its key; each for an order of its own, which may be paid once.
fn use_once_more(plan: &mut Plan) {
    let uses = |of: &Operation| pay_in(of).map(|_| of.key_id());
    let operations = &plan.operations;
    let first = operations.iter().enumerate().find_map(|(n, first)| {
        let again = operations[n + 1..].iter().find(|again| uses(again) == uses(first));
        again.filter(|_| uses(first).is_some()).map(|again| (first.clone(), again.token))
    });
    let Some((first, again)) = first else { return };
    let is_other = |operation: &&mut Operation| {
        pay_in(operation).is_some() && ![first.token, again].contains(&operation.token)
    };
    if let Some(third) = plan.operations.iter_mut().find(is_other) {
        *third = Operation { token: third.token, order_ref: third.order_ref, ..first.clone() };
    }
    for operation in &mut plan.operations {
        operation.order_ref = OrderRef(operation.token.0);
    }
}

fn pay_in(operation: &Operation) -> Option<PayIn> {
    match operation.purpose {
        Purpose::PayIn(pay_in) => Some(pay_in),
        Purpose::Payout(_) | Purpose::Refund { .. } => None,
    }
}
