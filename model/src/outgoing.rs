//! What a worker asks of whom: the call that each step, undo and doubt makes.

use crate::account::AccountId;
use crate::call::{Call, LedgerRequest, Notice};
use crate::defect::Defect;
use crate::identity::{BankId, ProviderId};
use crate::money::{Amount, Money};
use crate::order::Order;
use crate::payment::Payment;
use crate::provider::ProviderRequest;
use crate::rail::BankRequest;
use crate::risk::RiskRequest;
use crate::rules::Rules;
use crate::saga::Try;
use crate::status::Status;
use crate::workflow::chargeback::is_contested;
use crate::workflow::{Action, payin_card};

/// The call that a step makes; `calls` were made before it.
pub(crate) fn step_call(payment: &Payment, which: Try, calls: u32, rules: &Rules) -> Call {
    let operation = payment.operation(which);
    match payment.action(which) {
        Action::Risk => Call::Risk(RiskRequest::Assess { operation }),
        Action::Post | Action::Hold if payment.needs_at_hand(rules) => available(payment),
        Action::Post => {
            let right = || payment.booking(Action::Post);
            let wrong = || match payment.intent().order {
                order if order.is_about_another() => right(),
                _ => payin_card::post_unlinked(payment, calls),
            };
            let whole = || rules.defects.pick(Defect::DoublePost, right, wrong);
            let legs =
                rules.defects.pick(Defect::ChainPartial, whole, || payin_card::in_two(payment).0);
            Call::Ledger(LedgerRequest::Create(legs))
        }
        Action::Notify => notice(payment),
        Action::Verdict => query(payment, which),
        action if action.is_booking() => {
            Call::Ledger(LedgerRequest::Create(payment.booking(action)))
        }
        Action::Recall => {
            let target = match payment.intent().order {
                Order::Recall(recall) => recall.target,
                _ => operation,
            };
            bank_call(payment, which, BankRequest::Recall { reference: operation, target })
        }
        Action::Send => {
            let reference = rules.defects.pick(
                Defect::FreshKeyPerTry,
                || operation,
                || operation.of_try(calls + 1),
            );
            let (money, destination) = (payment.intent().money, payment.intent().token);
            let repeated = calls > 0;
            bank_call(payment, which, BankRequest::Send { reference, money, destination, repeated })
        }
        action => {
            let reference = rules.defects.pick(
                Defect::FreshKeyPerTry,
                || operation,
                || operation.of_try(calls + 1),
            );
            let money = payment.intent().money;
            let sent = |amount| {
                rules.defects.pick(
                    Defect::MinorUnitsX100,
                    || amount,
                    || in_hundredths(money, amount),
                )
            };
            provider_call(
                payment,
                which,
                match (action, payment.charge()) {
                    (Action::Contest, Some(charge)) => {
                        let evidence = is_contested(money.amount);
                        ProviderRequest::Contest { reference, charge, evidence }
                    }
                    (Action::Refund, Some(charge)) => {
                        ProviderRequest::Refund { reference, charge, amount: money.amount }
                    }
                    (Action::Capture, Some(charge)) => {
                        let (amount, is_final) =
                            (payment.part(which), payment.closes(which, rules));
                        let amount = sent(amount);
                        ProviderRequest::Capture { reference, charge, amount, is_final }
                    }
                    (Action::Release, _) => {
                        let target = payment.operation_of(Action::Authorize);
                        ProviderRequest::VoidByReference { reference, target }
                    }
                    _ => {
                        let money = Money { amount: sent(money.amount), ..money };
                        ProviderRequest::Authorize { reference, money }
                    }
                },
            )
        }
    }
}

/// `amount` of the currency of `money`, taken for whole units and sent as
/// hundredths of them.
fn in_hundredths(money: Money, amount: Amount) -> Amount {
    let units = 10_i128.pow(money.currency.exponent());
    Amount(i128::from(amount) * 100 / units)
}

/// The call that undoes a step.
pub(crate) fn undo_call(payment: &Payment, which: Try) -> Call {
    let operation = payment.operation(which);
    match payment.action(which) {
        Action::Authorize => {
            let (reference, target) = (operation.undo(), operation);
            provider_call(payment, which, ProviderRequest::VoidByReference { reference, target })
        }
        Action::Risk => Call::Risk(RiskRequest::Release { operation }),
        action => Call::Ledger(LedgerRequest::Create(payment.unbooking(action))),
    }
}

/// Whether the chain of a step is in the ledger.
pub(crate) fn look_up(payment: &Payment, which: Try) -> Call {
    let right = || payment.booking(payment.action(which));
    let in_two =
        payment.action(which) == Action::Post && payment.defects().has(Defect::ChainPartial);
    let chain = if in_two { payin_card::in_two(payment).0 } else { right() };
    Call::Ledger(LedgerRequest::Lookup(chain.iter().map(|transfer| transfer.id).collect()))
}

/// What those have who bear what is lost.
fn available(payment: &Payment) -> Call {
    let intent = payment.intent();
    let currency = intent.order.borne().map_or(intent.money.currency, |b| b.money().currency);
    let account = |name| AccountId { tenant: intent.tenant, currency, name };
    let bearers = payment.burden().into_iter().flat_map(|burden| burden.available());
    Call::Ledger(LedgerRequest::Available(bearers.map(account).collect()))
}

pub(crate) fn query(payment: &Payment, which: Try) -> Call {
    let target = match (payment.action(which), payment.intent().order) {
        (Action::Verdict, Order::Chargeback(of) | Order::PreArbitration(of)) => of.authorization,
        (Action::Capture | Action::Release, _) => payment.operation_of(Action::Authorize),
        _ => payment.operation(which),
    };
    if payment.action(which) == Action::Send {
        return bank_call(payment, which, BankRequest::Investigate { target });
    }
    provider_call(payment, which, ProviderRequest::Query { target })
}

/// What the merchant is told: how the payment stands or, of a reversal, that what
/// it is about has come back.
pub(crate) fn notice(payment: &Payment) -> Call {
    let intent = payment.intent();
    let status = match intent.order.returns() {
        Some(_) => Status::Returned,
        None => payment.status(),
    };
    Call::Notice(Notice { payment: intent.payment, token: intent.token, status })
}

fn bank_call(payment: &Payment, which: Try, request: BankRequest) -> Call {
    Call::Bank(payment.bank_of(which).unwrap_or(BankId(0)), request)
}

fn provider_call(payment: &Payment, which: Try, request: ProviderRequest) -> Call {
    Call::Provider(attempt_provider(payment, which), request)
}

pub(crate) fn attempt_provider(payment: &Payment, which: Try) -> ProviderId {
    let attempt = match payment.action(which) {
        Action::Authorize => payment.provider_of(which.attempt),
        _ => None,
    };
    attempt.unwrap_or_else(|| payment.provider())
}
