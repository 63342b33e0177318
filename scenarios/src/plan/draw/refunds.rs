//! What customers want back of what they will have paid.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{Amount, Money, OrderRef, Token};
use sim::{Rate, Stream};

use crate::plan::{Operation, Purpose};
use crate::settings::Scenario;

/// Adds the refunds of `operations` behind them: none of a payment that its
/// customer cancels, or whose key stands for more than one.
pub(super) fn add(scenario: &Scenario, operations: &mut Vec<Operation>, stream: &mut Stream) {
    let workload = &scenario.workload;
    if workload.refund == Rate::NEVER {
        return;
    }
    let mut uses: BTreeMap<_, u32> = BTreeMap::new();
    for operation in operations.iter() {
        *uses.entry(operation.key_id()).or_default() += 1;
    }
    let mut next = operations.len() as u64 + 1;
    let mut refunds = Vec::new();
    for payment in operations.iter() {
        let single = payment.purpose == Purpose::default()
            && payment.cancel_after.is_none()
            && uses[&payment.key_id()] == 1;
        if !stream.chance(workload.refund) || !single {
            continue;
        }
        let again = (0..AGAIN_MAX).take_while(|_| stream.chance(workload.refund_again)).count();
        for n in 0..=again {
            let mut refund = refund(scenario, payment, Token(next), stream);
            // Keys of refunds are apart from those of payments: a shop may well
            // take the number of its order for both.
            if n == 0 && stream.chance(SAME_KEY) {
                refund.key = payment.key;
            }
            refunds.push(refund);
            next += 1;
        }
    }
    operations.extend(refunds);
}

fn refund(
    scenario: &Scenario,
    payment: &Operation,
    token: Token,
    stream: &mut Stream,
) -> Operation {
    let workload = &scenario.workload;
    let Money { amount, currency } = payment.money;
    let part = stream.between(1, u64::try_from(amount.0).unwrap_or(1));
    let amount = if stream.chance(workload.refund_part) { Amount(part.into()) } else { amount };
    let clicks = stream.chance(workload.click_again);
    let click = stream.span(Duration::from_millis(5), Duration::from_secs(2));
    Operation {
        token,
        at: payment.at.after(stream.span(Duration::ZERO, workload.refund_after_max.0)),
        key: model::IdempotencyKey(token.0),
        money: Money { amount, currency },
        click_again_after: clicks.then_some(click),
        cancel_after: None,
        order_ref: OrderRef(token.0),
        dispute: None,
        recall_after: None,
        by_hand: None,
        breach: None,
        insists: false,
        purpose: Purpose::Refund { of: payment.token },
        ..payment.clone()
    }
}

/// How many more refunds of one payment there are at most.
const AGAIN_MAX: usize = 3;
const SAME_KEY: Rate = Rate::per_million(500_000);
