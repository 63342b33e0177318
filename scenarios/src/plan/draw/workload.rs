//! What customers attempt, and what merchants may process.

use std::time::Duration;

use model::{
    Amount, BankId, Captures, Customer, IdempotencyKey, Merchant, Money, OBJECTS_AFTER_MIN,
    OrderRef, PayoutOrder, Split, Tenant, Token,
};
use sim::{Rate, Stream, VirtualTime};

use crate::bounds;
use crate::plan::{CustomerBalance, DisputePlan, MerchantLimit, ObjectionPlan, Operation, Purpose};
use crate::settings::Scenario;
use crate::span::Span;

pub(super) fn operations(scenario: &Scenario, stream: &mut Stream) -> Vec<Operation> {
    let workload = &scenario.workload;
    let operation = |n: u32| {
        let currencies = &workload.currencies;
        let tenant = stream.between(1, u64::from(workload.tenants)) as u16;
        let amount = stream.between(u64::from(workload.amount_min), u64::from(workload.amount_max));
        let currency = currencies[stream.draw().below(currencies.len() as u64) as usize];
        let clicks = stream.chance(workload.click_again);
        let click = stream.span(Duration::from_millis(5), Duration::from_secs(2));
        let cancels = stream.chance(workload.cancel);
        let cancel = stream.span(Duration::from_millis(20), workload.cancel_after_max.0);
        Operation {
            token: Token(u64::from(n) + 1),
            at: VirtualTime::ZERO.after(stream.span(Duration::ZERO, workload.spread.0)),
            client: stream.draw().below(u64::from(workload.clients)) as u8,
            tenant: Tenant(tenant),
            merchant: Merchant(stream.between(1, u64::from(workload.merchants)) as u16),
            key: IdempotencyKey(u64::from(n) + 1),
            order_ref: OrderRef(u64::from(n) + 1),
            money: Money { amount: Amount(i128::from(amount)), currency },
            click_again_after: clicks.then_some(click),
            cancel_after: cancels.then_some(cancel),
            dispute: None,
            recall_after: None,
            by_hand: None,
            breach: None,
            purpose: Purpose::default(),
            insists: false,
        }
    };
    let mut operations: Vec<_> = (0..workload.operations).map(operation).collect();
    share_keys(&mut operations);
    operations
}

/// Two tenants may well choose the same key: every second operation takes the
/// key of the one before it, if that is another tenant's.
fn share_keys(operations: &mut [Operation]) {
    for pair in operations.chunks_exact_mut(2) {
        if pair[0].tenant != pair[1].tenant {
            pair[1].key = pair[0].key;
        }
    }
}

/// Some operations take money out: by the rail that the customer chooses, and
/// mostly by another if that one definitely does not.
pub(super) fn pay_out(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    let (rate, banks) = (scenario.workload.payouts, scenario.rails.len() as u64);
    if rate == Rate::NEVER || banks == 0 {
        return;
    }
    for operation in operations {
        let pays_out = stream.chance(rate);
        let customer = stream.between(1, u64::from(scenario.workload.customers.max(1)));
        let bank = stream.draw().below(banks);
        let other = (bank + 1 + stream.draw().below(banks.max(2) - 1)) % banks;
        let has_other = stream.draw().below(4) > 0 && other != bank;
        if pays_out {
            operation.purpose = Purpose::Payout(PayoutOrder {
                customer: Customer(customer as u16),
                bank: BankId(bank as u8),
                other: has_other.then_some(BankId(other as u8)),
            });
        }
    }
}

/// A careless shop takes a key for a second amount: an intent of its own, with
/// its own token, that must come to nothing if the first came to anything.
pub(super) fn reuse_keys(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    after_another(scenario.workload.reuse_key, operations, stream, |operation, first, at| {
        operation.at = at;
        (operation.client, operation.tenant, operation.key) =
            (first.client, first.tenant, first.key);
        let Money { amount, currency } = first.money;
        operation.money = Money { amount: amount + Amount(1), currency };
        // A cancellation goes by the key, and would end the first.
        operation.cancel_after = None;
    });
}

/// Whoever gets no answer asks for the same order once more under a key of its own: an
/// intent of its own.
pub(super) fn ask_anew(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    after_another(scenario.workload.new_key, operations, stream, |operation, first, at| {
        let Operation { token, key, cancel_after, .. } = *operation;
        *operation = Operation { token, key, cancel_after, at, ..first.clone() };
    });
}

/// Makes, at this rate, of an operation one that is asked for after an earlier one.
fn after_another(
    rate: Rate,
    operations: &mut [Operation],
    stream: &mut Stream,
    make: impl Fn(&mut Operation, &Operation, VirtualTime),
) {
    if rate == Rate::NEVER {
        return;
    }
    for n in 1..operations.len() {
        if stream.chance(rate) {
            let (before, rest) = operations.split_at_mut(n);
            let first = &before[stream.draw().below(n as u64) as usize];
            let at = first.at.after(stream.span(Duration::ZERO, REUSE_AFTER_MAX));
            make(&mut rest[0], first, at);
        }
    }
}

/// Some customers will want their money back from their banks.
pub(super) fn disputes(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    let issuer = &scenario.providers.issuer;
    if issuer.disputed == Rate::NEVER {
        return;
    }
    let decided_after_max = match issuer.decided_after_max.0 {
        Duration::ZERO => bounds::DECIDED_AFTER_MAX,
        given => given.max(DAY),
    };
    for operation in operations {
        let disputed = stream.chance(issuer.disputed);
        let latest = issuer.disputed_after_max.0.max(DISPUTED_AFTER_MIN);
        let after = stream.span(DISPUTED_AFTER_MIN, latest);
        let network = stream.draw().below(ANSWER_WITHIN.len() as u64) as usize;
        let dispute = DisputePlan {
            after,
            answer_within: ANSWER_WITHIN[network],
            decided_after: stream.span(DAY, decided_after_max),
            won: stream.chance(HALF),
            objection: None,
        };
        let paid = matches!(operation.purpose, Purpose::PayIn(_));
        operation.dispute = (disputed && paid).then(|| Box::new(dispute));
    }
}

/// Some banks will object to what was decided for the merchant.
pub(super) fn objections(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    let rate = scenario.providers.issuer.objected;
    if rate == Rate::NEVER {
        return;
    }
    for operation in operations {
        let objects = stream.chance(rate);
        let objection = ObjectionPlan {
            after: stream.span(OBJECTS_AFTER_MIN, bounds::OBJECTED_AFTER_MAX),
            decided_after: stream.span(DAY, bounds::DECIDED_AFTER_MAX),
            won: stream.chance(HALF),
        };
        if let Some(dispute) = operation.dispute.as_mut().filter(|dispute| dispute.won) {
            dispute.objection = objects.then_some(objection);
        }
    }
}

/// Some customers will want back what they had paid out.
pub(super) fn recalls(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    let workload = &scenario.workload;
    if workload.recall == Rate::NEVER {
        return;
    }
    for operation in operations {
        let recalled = stream.chance(workload.recall);
        let after = stream.span(RECALL_AFTER_MIN, workload.recall_after_max.0);
        operation.recall_after = (recalled && operation.purpose.is_payout()).then_some(after);
    }
}

/// Nobody asks back what was asked for just now.
const RECALL_AFTER_MIN: Duration = Duration::from_secs(1);

const DAY: Duration = Duration::from_secs(86_400);
const HALF: Rate = Rate::per_million(500_000);
/// Nobody disputes what was paid today.
const DISPUTED_AFTER_MIN: Duration = DAY;
/// How long merchants may take to answer: Visa and Discover, Mastercard,
/// American Express (docs.chargeflow.io, network timelines).
const ANSWER_WITHIN: [Duration; 3] =
    [DAY.saturating_mul(30), bounds::ANSWER_WITHIN_MAX, DAY.saturating_mul(20)];

/// A shop that counts its keys anew takes one again after the lifetime that was
/// declared of it: an intent of its own, with its own token. Whether the key has
/// expired by then, the shop does not know, nor always that the order is paid.
pub(super) fn reuse_expired(
    scenario: &Scenario,
    operations: &mut [Operation],
    stream: &mut Stream,
) {
    let rate = scenario.workload.reuse_expired;
    let Some(Span(lifetime)) = scenario.key_lifetime.filter(|_| rate > Rate::NEVER) else { return };
    for n in 1..operations.len() {
        if stream.chance(rate) {
            let (before, rest) = operations.split_at_mut(n);
            let first = &before[stream.draw().below(n as u64) as usize];
            let operation = &mut rest[0];
            operation.at = first.at.after(lifetime + stream.span(Duration::ZERO, lifetime));
            (operation.client, operation.tenant, operation.key) =
                (first.client, first.tenant, first.key);
            if stream.chance(scenario.workload.reorder) {
                (operation.order_ref, operation.merchant) = (first.order_ref, first.merchant);
                operation.money = first.money;
            }
            // A cancellation goes by the key, and would end the first.
            operation.cancel_after = None;
        }
    }
}

/// Shops that ask until they know.
pub(super) fn insist(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    let rate = scenario.workload.insist;
    if rate == Rate::NEVER {
        return;
    }
    for operation in operations {
        operation.insists = stream.chance(rate);
    }
}

/// What is shipped in parts is charged in parts; now and then something of it
/// never is.
pub(super) fn captures(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    let rate = scenario.workload.captures;
    if rate == Rate::NEVER {
        return;
    }
    for operation in operations {
        let in_parts = stream.chance(rate);
        let count = stream.between(1, Captures::MAX as u64);
        let leaves = stream.chance(LEAVES) || count == 1;
        let whole = if leaves { stream.between(WHOLE / 4, WHOLE - 1) } else { WHOLE };
        let (mut left, mut shares) = (whole, Vec::new());
        for after in (0..count).rev() {
            let most = left - after * SHARE_MIN;
            let share = if after == 0 { left } else { stream.between(SHARE_MIN, most) };
            shares.push(share as u16);
            left -= share;
        }
        let captures = Captures::of(&shares).filter(|_| in_parts).unwrap_or_default();
        if let Purpose::PayIn(pay_in) = &mut operation.purpose {
            pay_in.captures = captures;
        }
    }
}

/// One basket, goods of several merchants of a marketplace.
pub(super) fn splits(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    let workload = &scenario.workload;
    if workload.split == Rate::NEVER {
        return;
    }
    for operation in operations {
        let is_split = stream.chance(workload.split);
        let count = stream.between(1, Split::OTHERS_MAX as u64) as u16;
        let mut others = Vec::new();
        // The merchants that come next, as many as there are.
        for after in 1..=count.min(workload.merchants.saturating_sub(1)) {
            let merchant = (operation.merchant.0 - 1 + after) % workload.merchants + 1;
            let share = stream.between(1, WHOLE / (Split::OTHERS_MAX as u64 + 1));
            others.push((Merchant(merchant), share as u16));
        }
        let split = Split::over(&others).filter(|_| is_split).unwrap_or_default();
        if let Purpose::PayIn(pay_in) = &mut operation.purpose {
            pay_in.split = split;
        }
    }
}

/// The whole of a payment, in basis points.
const WHOLE: u64 = 10_000;
/// The smallest share that a capture takes of it.
const SHARE_MIN: u64 = 500;
/// How often something is left of a payment that is taken in several captures.
const LEAVES: Rate = Rate::per_million(500_000);

/// How long after its first use a key is used again at most.
const REUSE_AFTER_MAX: Duration = Duration::from_secs(300);

/// What customers have to be paid out, where anybody is.
pub(super) fn balances(scenario: &Scenario) -> Vec<CustomerBalance> {
    let workload = &scenario.workload;
    let mut balances = Vec::new();
    if workload.payouts == Rate::NEVER {
        return balances;
    }
    for tenant in 1..=workload.tenants {
        for customer in 1..=workload.customers {
            for currency in &workload.currencies {
                let amount = Amount(i128::from(workload.balance));
                balances.push(CustomerBalance {
                    tenant: Tenant(tenant),
                    customer: Customer(customer),
                    money: Money { amount, currency: *currency },
                });
            }
        }
    }
    balances
}

pub(super) fn limits(scenario: &Scenario) -> Vec<MerchantLimit> {
    let workload = &scenario.workload;
    let mut limits = Vec::new();
    for tenant in 1..=workload.tenants {
        for merchant in 1..=workload.merchants {
            for currency in &workload.currencies {
                let amount = Amount(i128::from(workload.limit));
                limits.push(MerchantLimit {
                    tenant: Tenant(tenant),
                    merchant: Merchant(merchant),
                    money: Money { amount, currency: *currency },
                });
            }
        }
    }
    limits
}
