//! The usual postings of a card payment, for whoever would rather not know the
//! chart of accounts.

use model::gatekeeper::CreatePayment;
use model::posting::Voucher;
use model::posting::payin::{self, CapturedPart, Part};
use model::{Amount, LedgerRequest, OperationId, PaymentId, ProviderId, TransferResult, share};

/// The books of one payment: reserve, then book or release. Each is one chain that
/// stands or falls as a whole, with the same ids whenever it is asked for, so that
/// to repeat it is safe.
///
/// Everybody who shares in the payment gets its part, and there is no fee. For fees,
/// taxes and whatever else there is, [`model::posting`] has the chains themselves.
#[derive(Clone, Copy, Debug)]
pub struct Books<'r> {
    request: &'r CreatePayment,
    payment: PaymentId,
}

impl<'r> Books<'r> {
    /// Those of `request`, which is `payment`.
    pub const fn of(request: &'r CreatePayment, payment: PaymentId) -> Self {
        Self { request, payment }
    }

    /// Reserves the amount and the merchants' limits.
    pub fn hold(&self, operation: OperationId) -> LedgerRequest {
        LedgerRequest::Create(payin::hold(&self.voucher(operation), &self.parts()))
    }

    /// Books what `provider` has captured, by what [`hold`](Self::hold) reserved.
    pub fn post(
        &self,
        operation: OperationId,
        provider: ProviderId,
        captured: Amount,
    ) -> LedgerRequest {
        let held = self.parts();
        let weights: Vec<_> = held.iter().map(|part| part.amount).collect();
        let parts = held.iter().zip(share(captured, &weights)).map(|(part, amount)| CapturedPart {
            merchant: part.merchant,
            amount,
            fee: Amount::ZERO,
            tax: Amount::ZERO,
            rest: Amount::ZERO,
        });
        let parts: Vec<_> = parts.collect();
        LedgerRequest::Create(payin::post(&self.voucher(operation), provider, &parts))
    }

    /// Releases what [`hold`](Self::hold) reserved.
    pub fn void(&self, operation: OperationId) -> LedgerRequest {
        LedgerRequest::Create(payin::void(&self.voucher(operation), &self.parts()))
    }

    /// Whether the ledger has the whole chain now, whoever asked for it first.
    pub fn has_booked(results: &[TransferResult]) -> bool {
        let booked = |result: &TransferResult| {
            matches!(result, TransferResult::Created | TransferResult::Exists)
        };
        // Of a chain that is there already, the first stands for all.
        match results.first() {
            Some(TransferResult::Exists) => true,
            Some(_) => results.iter().all(booked),
            None => false,
        }
    }

    fn voucher(&self, operation: OperationId) -> Voucher {
        Voucher {
            tenant: self.request.key.tenant,
            currency: self.request.money.currency,
            subject: self.payment.0,
            number: 0,
            token: self.request.token,
            operation,
        }
    }

    fn parts(&self) -> Vec<Part> {
        let CreatePayment { merchant, money, order, .. } = *self.request;
        let parts = order.split().parts(merchant, money.amount).into_iter();
        parts.map(|(merchant, amount)| Part { merchant, amount }).collect()
    }
}
