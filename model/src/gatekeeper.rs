//! The idempotency gatekeeper (payments.md M9): what a key stands for, and
//! what a request under it may do.

use serde::{Deserialize, Serialize};

use crate::defect::{Defect, Defects};
use crate::identity::{Fingerprint, IdempotencyKey, PaymentId, Tenant, hash};
use crate::identity::{Merchant, Token};
use crate::money::Money;
use crate::order::PayIn;
use crate::status::Status;

/// A key within its tenant: the same key of two tenants is two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyId {
    /// Whose key it is.
    pub tenant: Tenant,
    /// What the client chose.
    pub key: IdempotencyKey,
}

impl KeyId {
    /// What the key is unique within.
    pub fn scoped(self, defects: Defects) -> Self {
        let global = || Self { tenant: Tenant(0), ..self };
        defects.pick(Defect::KeyGlobalScope, || self, global)
    }
}

/// What a client asks for under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CreatePayment {
    /// The key.
    pub key: KeyId,
    /// Who is paid.
    pub merchant: Merchant,
    /// From which instrument.
    pub token: Token,
    /// How much.
    pub money: Money,
    /// How it is taken.
    pub pay_in: PayIn,
}

/// What is stored of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyRow {
    /// What was asked for under it.
    pub fingerprint: Fingerprint,
    /// The payment that it stands for.
    pub payment: PaymentId,
    /// The final reply, once there is one.
    pub reply: Option<StoredReply>,
}

/// A final reply, as every repetition of the request gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StoredReply {
    /// The payment.
    pub payment: PaymentId,
    /// Its status then.
    pub status: Status,
}

/// What a request may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is the first: it becomes this payment.
    Accept(PaymentId),
    /// It is a repetition of one that is being worked on.
    InProgress(PaymentId),
    /// It is a repetition of one whose worker is gone: the payment goes on
    /// where its journal ends.
    Resume(PaymentId),
    /// It is a repetition of one that is finished.
    Replay(StoredReply),
    /// The key stands for something else.
    Mismatch,
}

impl CreatePayment {
    /// The digest of everything that a repetition must not change.
    pub fn fingerprint(&self) -> Fingerprint {
        let amount = self.money.amount.0;
        let always = [
            u64::from(self.merchant.0),
            self.token.0,
            amount as u64,
            (amount >> 64) as u64,
            self.money.currency as u64,
        ];
        let shares = self.pay_in.captures.shares().iter();
        let taken = shares.fold(0, |word, share| word << 16 | u64::from(*share));
        let at_once = hash("fingerprint", always);
        let taken = if taken == 0 { at_once } else { hash("captures", [at_once, taken]) };
        let others = self.pay_in.split.others().iter();
        Fingerprint(others.fold(taken, |print, (merchant, share)| {
            hash("split", [print, u64::from(merchant.0), u64::from(*share)])
        }))
    }

    /// The payment that this request becomes if it is the first under its key.
    pub fn payment(&self) -> PaymentId {
        PaymentId::of(self.key.tenant, self.key.key, 0)
    }
}

/// What `request` may do where `row` is stored under its key, and a worker has
/// the payment in its hands or not.
pub fn admit(
    request: &CreatePayment,
    row: Option<&KeyRow>,
    lease_live: bool,
    defects: Defects,
) -> Admission {
    let differs = |row: &KeyRow| row.fingerprint != request.fingerprint();
    let differs = |row| defects.pick(Defect::NoFingerprint, || differs(row), || false);
    match row {
        None => Admission::Accept(request.payment()),
        Some(row) if differs(row) => Admission::Mismatch,
        Some(KeyRow { reply: Some(reply), .. }) => Admission::Replay(*reply),
        Some(row) if lease_live => Admission::InProgress(row.payment),
        Some(row) => Admission::Resume(row.payment),
    }
}
