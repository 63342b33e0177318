//! The idempotency gatekeeper (payments.md M9): what a key stands for, and
//! what a request under it may do.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::defect::{Defect, Defects};
use crate::identity::{Fingerprint, IdempotencyKey, PaymentId, Tenant, hash};
use crate::identity::{Merchant, OrderRef, Token};
use crate::key_state::{KeyEvent, KeyReply, KeyState};
use crate::money::{Amount, Money};
use crate::order::{Order, PayIn};
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
    pub fn payment(self, generation: Generation) -> PaymentId {
        match self.endpoint {
            KeyEndpoint::Create => PaymentId::of(self.tenant, self.key, generation.0),
            KeyEndpoint::Refund => PaymentId::of_refund(self.tenant, self.key, generation.0),
        }
    }

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

/// What is paid for, where an order is paid once; nothing where nobody asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PaidOnce(pub Option<OrderRef>);

/// Nothing has the digest of nothing.
impl Hash for PaidOnce {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(order_ref) = self.0 {
            order_ref.hash(state);
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
    /// What to do with it.
    pub order: Order,
    /// For which order.
    pub order_ref: PaidOnce,
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
    /// The order that it is for.
    pub order_ref: PaidOnce,
}

/// A final reply, as every repetition of the request gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StoredReply {
    /// The payment.
    pub payment: PaymentId,
    /// Its status then.
    pub status: Status,
}

/// What a request finds stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Under its key.
    pub row: Option<KeyRow>,
    /// How many records of its key have expired, where there is none now.
    pub generation: Generation,
    /// How the payment of its order stands, where an order is paid once.
    pub known_order: Option<StoredReply>,
    /// Whether a worker has the payment of its key in its hands.
    pub lease_live: bool,
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
        let plain = hash(
            "fingerprint",
            [
                u64::from(self.merchant.0),
                self.token.0,
                amount as u64,
                (amount >> 64) as u64,
                self.money.currency as u64,
            ],
        );
        Fingerprint(match self.order {
            Order::PayIn(pay_in) => taken(pay_in, plain),
            Order::Refund(refund) => {
                hash("fingerprint-back", [plain, refund.of.0, refund.charge.0])
            }
            Order::RefundByHand(refund) => {
                hash("fingerprint-hand", [plain, refund.of.0, refund.charge.0])
            }
            Order::Chargeback(chargeback) => {
                hash("fingerprint-lost", [plain, chargeback.of.0, chargeback.charge.0])
            }
            Order::PreArbitration(of) => hash("fingerprint-arbi", [plain, of.of.0, of.charge.0]),
            Order::LateSuccess(late) => hash("fingerprint-late", [plain, late.of.0, late.charge.0]),
            Order::Recall(recall) => hash("fingerprint-call", [plain, recall.of.0]),
            Order::Reversal(reversal) => hash("fingerprint-home", [plain, reversal.of.0]),
            Order::Payout(payout) => {
                let other = payout.other.map_or(0, |bank| u64::from(bank.0) + 1);
                let (customer, bank) = (payout.customer.0.into(), payout.bank.0.into());
                hash("fingerprint-out", [plain, customer, bank, other])
            }
        })
    }

    /// The payment that this request becomes if it is the first of its key, or
    /// the first after so many that have expired.
    pub fn payment(&self, generation: Generation) -> PaymentId {
        self.key.payment(generation)
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

    /// The refund that this request becomes if it is the first of its key, or
    /// the first after so many that have expired.
    pub fn payment(&self, generation: Generation) -> PaymentId {
        self.key.payment(generation)
    }
}

impl KeyRow {
    /// Where the key stands.
    pub fn state(&self) -> KeyState {
        if self.reply.is_some() { KeyState::Completed } else { KeyState::InProgress }
    }

    /// What a request with this fingerprint is to the key, while a worker has
    /// its payment or not.
    fn asked(&self, fingerprint: Fingerprint, lease_live: bool, defects: Defects) -> KeyEvent {
        let differs = || self.fingerprint != fingerprint;
        match defects.pick(Defect::NoFingerprint, differs, || false) {
            true => KeyEvent::AskedForOther,
            false if lease_live => KeyEvent::AskedWhileLeased,
            false => KeyEvent::AskedAfterLease,
        }
    }
}

/// What `request` may do where this is stored.
pub fn admit(request: &CreatePayment, stored: &Stored, defects: Defects) -> Admission {
    admit_under(request.key, request.fingerprint(), stored, defects)
}

/// What a request for a refund may do, as [`admit`] tells it of one for a
/// payment. Whether so much can be given back, is for the store to tell.
pub fn admit_refund(request: &RefundPayment, stored: &Stored, defects: Defects) -> Admission {
    admit_under(request.key, request.fingerprint(), stored, defects)
}

fn admit_under(
    key: KeyId,
    fingerprint: Fingerprint,
    stored: &Stored,
    defects: Defects,
) -> Admission {
    let Some(row) = stored.row else { return admit_free(key, stored) };
    let answered = row.state().meet(row.asked(fingerprint, stored.lease_live, defects));
    match (answered, row.reply) {
        (Ok((_, KeyReply::Replay)), Some(reply)) => Admission::Replay(reply),
        (Ok((_, KeyReply::Resume)), _) => Admission::Resume(row.payment),
        (Ok((_, KeyReply::Mismatch)), _) => Admission::Mismatch,
        _ => Admission::InProgress(row.payment),
    }
}

/// The same where the key stands for nothing, or for nothing any more.
fn admit_free(key: KeyId, stored: &Stored) -> Admission {
    let unused = stored.generation == Generation::default();
    let state = if unused { KeyState::Absent } else { KeyState::Expired };
    let known = stored.known_order.is_some();
    let event = if known { KeyEvent::AskedForKnownOrder } else { KeyEvent::Asked };
    match (state.meet(event), stored.known_order) {
        (Ok((_, KeyReply::AsBefore)), Some(before)) if before.status.is_final() => {
            Admission::Replay(before)
        }
        (Ok((_, KeyReply::AsBefore)), Some(before)) => Admission::InProgress(before.payment),
        _ => Admission::Accept(key.payment(stored.generation)),
    }
}

/// The digest of a pay-in, with how it is taken: `plain` where it is all at once.
fn taken(pay_in: PayIn, plain: u64) -> u64 {
    let shares = pay_in.captures.shares().iter();
    let taken = shares.fold(0, |word, share| word << 16 | u64::from(*share));
    let taken = if taken == 0 { plain } else { hash("captures", [plain, taken]) };
    let taken = pay_in
        .shipping
        .moments()
        .fold(taken, |print, moment| hash("shipping", [print, moment.as_secs()]));
    let split = pay_in.split.others().iter().fold(taken, |print, (merchant, share)| {
        hash("split", [print, u64::from(merchant.0), u64::from(*share)])
    });
    let gets = |currency| hash("settles-in", [split, currency as u64]);
    pay_in.settlement_currency.map_or(split, gets)
}
