//! What a worker asks of whom: the call that each step, undo and doubt makes.

use crate::call::{Call, LedgerRequest, Notice};
use crate::defect::Defect;
use crate::identity::{ChargeId, ProviderId};
use crate::payment::Payment;
use crate::provider::ProviderRequest;
use crate::risk::RiskRequest;
use crate::rules::Rules;
use crate::saga::Try;
use crate::workflow::payin_card::{self, steps};

/// The call that a step makes; `calls` were made before it.
pub(crate) fn step_call(payment: &Payment, which: Try, calls: u32, rules: &Rules) -> Call {
    let operation = payment.operation(which);
    match which.step {
        steps::RISK => Call::Risk(RiskRequest::Assess { operation }),
        steps::HOLD => Call::Ledger(LedgerRequest::Create(payin_card::hold(payment))),
        steps::POST => {
            let right = || payin_card::post(payment);
            let wrong = || payin_card::post_unlinked(payment, calls);
            let legs = rules.defects.pick(Defect::DoublePost, right, wrong);
            Call::Ledger(LedgerRequest::Create(legs))
        }
        steps::NOTIFY => notice(payment),
        step => {
            let reference = rules.defects.pick(
                Defect::FreshKeyPerTry,
                || operation,
                || operation.of_try(calls + 1),
            );
            let money = payment.intent().money;
            provider_call(
                payment,
                which,
                match (step, charge_of(payment)) {
                    (steps::CAPTURE, Some(charge)) => {
                        let amount = money.amount;
                        ProviderRequest::Capture { reference, charge, amount, is_final: true }
                    }
                    _ => ProviderRequest::Authorize { reference, money },
                },
            )
        }
    }
}

fn charge_of(payment: &Payment) -> Option<ChargeId> {
    payment.attempts().last().and_then(|attempt| attempt.charge)
}

/// The call that undoes a step.
pub(crate) fn undo_call(payment: &Payment, which: Try) -> Call {
    let operation = payment.operation(which);
    match which.step {
        steps::AUTHORIZE => {
            let (reference, target) = (operation.undo(), operation);
            provider_call(payment, which, ProviderRequest::VoidByReference { reference, target })
        }
        steps::RISK => Call::Risk(RiskRequest::Release { operation }),
        _ => Call::Ledger(LedgerRequest::Create(payin_card::void_hold(payment))),
    }
}

/// Whether the chain of a step is in the ledger.
pub(crate) fn look_up(payment: &Payment, which: Try) -> Call {
    let chain = match which.step {
        steps::HOLD => payin_card::hold(payment),
        _ => payin_card::post(payment),
    };
    Call::Ledger(LedgerRequest::Lookup(chain.iter().map(|transfer| transfer.id).collect()))
}

pub(crate) fn query(payment: &Payment, which: Try) -> Call {
    let target = match which.step {
        steps::CAPTURE => payment.operation_of(steps::AUTHORIZE),
        _ => payment.operation(which),
    };
    provider_call(payment, which, ProviderRequest::Query { target })
}

pub(crate) fn notice(payment: &Payment) -> Call {
    let intent = payment.intent();
    Call::Notice(Notice { payment: intent.payment, token: intent.token, status: payment.status() })
}

fn provider_call(payment: &Payment, which: Try, request: ProviderRequest) -> Call {
    Call::Provider(attempt_provider(payment, which), request)
}

pub(crate) fn attempt_provider(payment: &Payment, which: Try) -> ProviderId {
    let attempt = match which.step {
        steps::AUTHORIZE => payment.provider_of(which.attempt),
        _ => None,
    };
    attempt.unwrap_or_else(|| payment.provider())
}
