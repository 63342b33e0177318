//! What goes out beside what is awaited, and nobody waits for the answer to.
//! There is none, unless a defect says so.

use super::Conductor;
use crate::call::{Call, LedgerRequest};
use crate::defect::Defect;
use crate::flight::Aim;
use crate::identity::{OperationId, ProviderId};
use crate::outgoing::step_call;
use crate::provider::ProviderRequest;
use crate::record::{Outcome, Record};
use crate::rules::Rules;
use crate::saga::TryState;
use crate::workflow::{Action, payin_card};

impl Conductor {
    /// What goes out next of it.
    pub(super) fn tell_beside(&mut self) -> Option<Call> {
        self.beside.pop()
    }

    /// `call` goes out as number `number`: another provider is asked, too.
    pub(super) fn hedge(&mut self, call: &Call, number: u32, rules: &Rules) {
        let providers = rules.providers.len() as u8;
        if let Call::Provider(provider, ProviderRequest::Authorize { reference, money }) = call
            && number == 1
            && providers > 1
            && rules.defects.has(Defect::HedgedCharge)
        {
            let other = ProviderId((provider.0 + 1) % providers);
            let (reference, money) = (reference.of_try(1), *money);
            self.beside
                .push(Call::Provider(other, ProviderRequest::Authorize { reference, money }));
        }
    }

    /// No answer came to a call that may have had its effect: what carries calls
    /// makes it once more.
    pub(super) fn try_by_itself(&mut self, rules: &Rules) {
        let Some(Aim::Step(which, action)) = self.aim() else { return };
        if action.is_outside() && rules.defects.has(Defect::SdkInnerRetry) {
            let call = step_call(&self.payment, which, 0, rules);
            self.beside.extend(under_another_key(call));
        }
    }

    /// `records` are durable: what was booked without its fees is booked with them.
    pub(super) fn book_the_rest(&mut self, records: &[Record]) {
        let posted = records
            .iter()
            .any(|record| matches!(record, Record::StepOutcome { outcome: Outcome::Posted, .. }));
        if posted && self.payment.defects().has(Defect::ChainPartial) {
            let (_, fees) = payin_card::in_two(&self.payment);
            self.beside.push(Call::Ledger(LedgerRequest::Create(fees)));
        }
    }

    /// What whoever has just taken the payment over does again.
    pub(super) fn do_again(&mut self, rules: &Rules) {
        let tries = self.payment.saga().tries().iter();
        let outside = tries.filter(|(which, _)| self.payment.action(*which).is_outside());
        if rules.defects.has(Defect::ReplaySideEffects) {
            let calls =
                outside.clone().map(|(which, _)| step_call(&self.payment, *which, 0, rules));
            self.beside.extend(calls);
        }
        if rules.defects.has(Defect::CronCatchupTwice) {
            let captured = outside.filter(|(which, state)| {
                self.payment.action(*which) == Action::Capture && *state == TryState::Done
            });
            let calls = captured.map(|(which, _)| step_call(&self.payment, *which, 0, rules));
            self.beside.extend(calls.filter_map(under_another_key));
        }
    }
}

/// The same call to a provider, as if it were another.
fn under_another_key(call: Call) -> Option<Call> {
    let Call::Provider(provider, request) = call else { return None };
    let renamed = |reference: OperationId| reference.of_try(1);
    let request = match request {
        ProviderRequest::Authorize { reference, money } => {
            ProviderRequest::Authorize { reference: renamed(reference), money }
        }
        ProviderRequest::Capture { reference, charge, amount, is_final } => {
            ProviderRequest::Capture { reference: renamed(reference), charge, amount, is_final }
        }
        ProviderRequest::Refund { reference, charge, amount } => {
            ProviderRequest::Refund { reference: renamed(reference), charge, amount }
        }
        _ => return None,
    };
    Some(Call::Provider(provider, request))
}
