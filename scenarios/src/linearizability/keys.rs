//! The idempotency store as one request after the other, key by key: the table of
//! payments.md M9, where keys live for ever and an order may be paid more than once.

use model::gatekeeper::StoredReply;
use model::{Fingerprint, PaymentId};

use super::Specification;
use crate::message::ClientReply;

/// What becomes of one key of a tenant and endpoint.
#[derive(Clone, Copy, Debug)]
pub struct KeyTable;

/// What is asked under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRequest {
    /// A payment or refund, with the digest of all that a repetition must not change.
    Create(Fingerprint),
    /// How it stands, or its end.
    Look,
}

/// Where a key stands. Nobody outside sees when its final reply is stored: it is, once that
/// was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyStands {
    /// Nobody has used it.
    #[default]
    Absent,
    /// It stands for what was asked so; for which payment, whoever is answered first tells.
    Claimed(Fingerprint, Option<PaymentId>),
    /// The final reply is stored.
    Completed(Fingerprint, StoredReply),
}

impl Specification for KeyTable {
    type State = KeyStands;
    type Request = KeyRequest;
    type Response = ClientReply;

    fn step(
        state: &KeyStands,
        request: &KeyRequest,
        response: Option<&ClientReply>,
    ) -> Option<KeyStands> {
        match (*request, response) {
            (KeyRequest::Create(print), None) => Some(match *state {
                KeyStands::Absent => KeyStands::Claimed(print, None),
                known => known,
            }),
            (KeyRequest::Create(print), Some(reply)) => state.create(print, reply),
            (KeyRequest::Look, None) => Some(*state),
            (KeyRequest::Look, Some(reply)) => state.look(reply),
        }
    }
}

impl KeyStands {
    fn create(self, print: Fingerprint, reply: &ClientReply) -> Option<Self> {
        let same = |known: Fingerprint| known == print;
        match (*reply, self) {
            // Whoever has the key by this very request, and asks again for a client that
            // waits, may be told so as a repetition is.
            (ClientReply::Accepted(payment) | ClientReply::InProgress(payment), Self::Absent) => {
                Some(Self::Claimed(print, Some(payment)))
            }
            (ClientReply::Final(stored), Self::Absent) => Some(Self::Completed(print, stored)),
            (
                ClientReply::Accepted(payment) | ClientReply::InProgress(payment),
                Self::Claimed(known, _),
            ) if same(known) => self.names(payment),
            (ClientReply::Final(stored), Self::Claimed(known, _)) if same(known) => {
                self.names(stored.payment).map(|_| Self::Completed(known, stored))
            }
            (ClientReply::Final(told), Self::Completed(known, stored)) if same(known) => {
                (told == stored).then_some(self)
            }
            (ClientReply::Mismatch, Self::Claimed(known, _) | Self::Completed(known, _)) => {
                (!same(known)).then_some(self)
            }
            // Nothing of it is kept.
            (ClientReply::NotRefundable | ClientReply::NotFound, Self::Absent)
            | (ClientReply::Invalid, _) => Some(self),
            _ => None,
        }
    }

    fn look(self, reply: &ClientReply) -> Option<Self> {
        match (reply, self) {
            (ClientReply::NotFound, Self::Absent) => Some(self),
            (ClientReply::NotFound, _) => None,
            (ClientReply::Invalid | ClientReply::Unavailable, _) => Some(self),
            (reply, _) => match reply.payment() {
                Some(payment) => self.names(payment),
                None => Some(self),
            },
        }
    }

    /// The same key, if it stands for this payment or nobody has said for which.
    fn names(self, payment: PaymentId) -> Option<Self> {
        match self {
            Self::Claimed(print, None) => Some(Self::Claimed(print, Some(payment))),
            Self::Claimed(_, Some(known)) => (known == payment).then_some(self),
            Self::Completed(_, stored) => (stored.payment == payment).then_some(self),
            Self::Absent => None,
        }
    }
}
