//! The idempotency gatekeeper (payments.md M9): what a key stands for, and
//! what a request under it may do.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::defect::{Defect, Defects};
use crate::identity::{Fingerprint, IdempotencyKey, PaymentId, Tenant, hash};
use crate::identity::{Merchant, Token};
use crate::key_state::{KeyEvent, KeyReply, KeyState};
use crate::money::Money;
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

/// The how-manieth payment a key stands for: how many of its records have
/// expired before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(pub u32);

/// The first has the digest of nothing: where keys live for ever, there is no
/// other, and nothing of it to tell.
impl Hash for Generation {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.0 > 0 {
            state.write_u32(self.0);
        }
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

    /// The payment that this request becomes if it is the first of its key, or
    /// the first after so many that have expired.
    pub fn payment(&self, generation: Generation) -> PaymentId {
        PaymentId::of(self.key.tenant, self.key.key, generation.0)
    }
}

impl KeyRow {
    /// Where the key stands.
    pub fn state(&self) -> KeyState {
        if self.reply.is_some() { KeyState::Completed } else { KeyState::InProgress }
    }

    /// What `request` is to the key, while a worker has its payment or not.
    fn asked(&self, request: &CreatePayment, lease_live: bool, defects: Defects) -> KeyEvent {
        let differs = || self.fingerprint != request.fingerprint();
        match defects.pick(Defect::NoFingerprint, differs, || false) {
            true => KeyEvent::AskedForOther,
            false if lease_live => KeyEvent::AskedWhileLeased,
            false => KeyEvent::AskedAfterLease,
        }
    }
}

/// What `request` may do where `row` is stored under its key, and a worker has
/// the payment in its hands or not. Where there is no row, `generation` of its
/// records have expired.
pub fn admit(
    request: &CreatePayment,
    row: Option<&KeyRow>,
    generation: Generation,
    lease_live: bool,
    defects: Defects,
) -> Admission {
    let Some(row) = row else { return Admission::Accept(request.payment(generation)) };
    let answered = row.state().meet(row.asked(request, lease_live, defects));
    match (answered, row.reply) {
        (Ok((_, KeyReply::Replay)), Some(reply)) => Admission::Replay(reply),
        (Ok((_, KeyReply::Resume)), _) => Admission::Resume(row.payment),
        (Ok((_, KeyReply::Mismatch)), _) => Admission::Mismatch,
        _ => Admission::InProgress(row.payment),
    }
}
