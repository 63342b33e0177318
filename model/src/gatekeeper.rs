//! The idempotency gatekeeper (payments.md M9): what a key stands for, and
//! what a request under it may do.

use serde::{Deserialize, Serialize};

use crate::defect::{Defect, Defects};
use crate::identity::{Fingerprint, IdempotencyKey, PaymentId, Tenant, hash};
use crate::identity::{Merchant, Token};
use crate::money::{Amount, Money};
use crate::status::Status;

/// What is asked for under a key.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum KeyEndpoint {
    /// A payment.
    #[default]
    Create,
    /// A refund.
    Refund,
}

/// A key within its tenant and endpoint: the same key of two tenants is two
/// keys, and so is that of a payment and of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyId {
    /// Whose key it is.
    pub tenant: Tenant,
    /// What is asked for under it.
    pub endpoint: KeyEndpoint,
    /// What the client chose.
    pub key: IdempotencyKey,
}

impl KeyId {
    /// The payment or refund that it stands for. `generation` counts the expired
    /// records of the key.
    pub fn payment(self, generation: u32) -> PaymentId {
        match self.endpoint {
            KeyEndpoint::Create => PaymentId::of(self.tenant, self.key, generation),
            KeyEndpoint::Refund => PaymentId::of_refund(self.tenant, self.key, generation),
        }
    }

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
}

/// What a client asks to be given back under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RefundPayment {
    /// The key.
    pub key: KeyId,
    /// The key of the payment.
    pub of: KeyId,
    /// To which instrument: one of its own for each refund that is wanted.
    pub token: Token,
    /// How much, in the currency of the payment.
    pub amount: Amount,
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
        Fingerprint(hash(
            "fingerprint",
            [
                u64::from(self.merchant.0),
                self.token.0,
                amount as u64,
                (amount >> 64) as u64,
                self.money.currency as u64,
            ],
        ))
    }

    /// The payment that this request becomes if it is the first under its key.
    pub fn payment(&self) -> PaymentId {
        self.key.payment(0)
    }
}

impl RefundPayment {
    /// The digest of everything that a repetition must not change.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(hash(
            "refund-of",
            [
                u64::from(self.of.tenant.0),
                self.of.key.0,
                self.token.0,
                self.amount.0 as u64,
                (self.amount.0 >> 64) as u64,
            ],
        ))
    }

    /// The refund that this request becomes if it is the first under its key.
    pub fn payment(&self) -> PaymentId {
        self.key.payment(0)
    }
}

/// What a request for a refund may do, as [`admit`] tells it of one for a
/// payment. Whether so much can be given back, is for the store to tell.
pub fn admit_refund(
    request: &RefundPayment,
    row: Option<&KeyRow>,
    lease_live: bool,
    defects: Defects,
) -> Admission {
    admit_as((request.payment(), request.fingerprint()), row, lease_live, defects)
}

/// What `request` may do where `row` is stored under its key, and a worker has
/// the payment in its hands or not.
pub fn admit(
    request: &CreatePayment,
    row: Option<&KeyRow>,
    lease_live: bool,
    defects: Defects,
) -> Admission {
    admit_as((request.payment(), request.fingerprint()), row, lease_live, defects)
}

fn admit_as(
    (payment, fingerprint): (PaymentId, Fingerprint),
    row: Option<&KeyRow>,
    lease_live: bool,
    defects: Defects,
) -> Admission {
    let differs = |row: &KeyRow| row.fingerprint != fingerprint;
    let differs = |row| defects.pick(Defect::NoFingerprint, || differs(row), || false);
    match row {
        None => Admission::Accept(payment),
        Some(row) if differs(row) => Admission::Mismatch,
        Some(KeyRow { reply: Some(reply), .. }) => Admission::Replay(*reply),
        Some(row) if lease_live => Admission::InProgress(row.payment),
        Some(row) => Admission::Resume(row.payment),
    }
}
