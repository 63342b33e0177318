//! Deterministic identities: the same intent always has the same names, so
//! that a crash between two steps can't mint a second one.

use std::fmt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::id_map::Id;
use crate::webhook::Teller;

macro_rules! identities {
    ($($(#[$doc:meta])* $name:ident($inner:ty) $shown:literal;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, $shown, self.0)
            }
        }
    )*};
}

macro_rules! spread_evenly {
    ($($name:ident),*) => {$(
        impl Id for $name {
            #[inline]
            fn word(self) -> u64 {
                self.0
            }
        }
    )*};
}

spread_evenly!(PaymentId, OperationId, TransferId, ChargeId, EventId);

identities! {
    /// Whose money it is: nothing crosses from one tenant to another.
    Tenant(u16) "tenant-{}";
    /// Who is paid.
    Merchant(u16) "merchant-{}";
    /// Who has a balance to pay out from.
    Customer(u16) "customer-{}";
    /// By which scheme money leaves: instant, batch.
    RailId(u8) "rail-{}";
    /// Where the house has an account.
    BankId(u8) "bank-{}";
    /// The instrument that the customer pays with: one token is one payment
    /// that the customer expects.
    Token(u64) "token-{}";
    /// What the client chose so that its intent happens once.
    IdempotencyKey(u64) "key-{}";
    /// What the shop calls what is paid for.
    OrderRef(u64) "order-{}";
    /// A payment: one intent.
    PaymentId(u64) "pay-{:x}";
    /// An effect that must happen at most once.
    OperationId(u64) "op-{:x}";
    /// A ledger transfer.
    TransferId(u64) "ltx-{:x}";
    /// A charge in a provider's books.
    ChargeId(u64) "charge-{:x}";
    /// Money that came back, in a bank's books.
    ReturnId(u64) "return-{:x}";
    /// An event that somebody outside tells of by a webhook.
    EventId(u64) "event-{:x}";
    /// A commit at the store.
    TransactionId(u64) "txn-{:x}";
    /// A settlement file.
    FileId(u64) "file-{:x}";
    /// A line of a settlement file.
    LineId(u64) "line-{:x}";
    /// The digest of a request's payload.
    Fingerprint(u64) "fp-{:x}";
}

/// Who moves the money outside. Prints as `provider a`, `provider b`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderId(pub u8);

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "provider {}", char::from(b'a' + self.0 % 26))
    }
}

/// The hash of `words` in the namespace of `domain`: xxh3 over little-endian
/// words, the same on every platform.
#[inline]
pub(crate) fn hash<const WORDS: usize>(domain: &str, words: [u64; WORDS]) -> u64 {
    let mut bytes = [0; 8 * 12];
    let name = domain.as_bytes();
    bytes[..name.len().min(16)].copy_from_slice(&name[..name.len().min(16)]);
    for (place, word) in bytes[16..].chunks_exact_mut(8).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    xxh3_64(&bytes[..16 + 8 * WORDS])
}

impl PaymentId {
    /// The payment that `key` of `tenant` stands for. `generation` counts the
    /// expired records of that key.
    pub fn of(tenant: Tenant, key: IdempotencyKey, generation: u32) -> Self {
        Self(hash("payment", [u64::from(tenant.0), key.0, u64::from(generation)]))
    }

    /// The chargeback of `charge`: a charge is disputed once.
    pub fn of_dispute(charge: ChargeId) -> Self {
        Self(hash("dispute", [charge.0]))
    }

    /// The pre-arbitration of what was charged back as `charge`, and won: its
    /// customer's bank objects once.
    pub fn of_pre_arbitration(charge: ChargeId) -> Self {
        Self(hash("pre-arbitration", [charge.0]))
    }

    /// The recall of a payout: it is asked back once.
    pub fn of_recall(payout: Self) -> Self {
        Self(hash("recall", [payout.0]))
    }

    /// The reversal of what was sent under `reference`: it comes back once.
    pub fn of_reversal(reference: OperationId) -> Self {
        Self(hash("reversal", [reference.0]))
    }

    /// What somebody gave back of `charge` by hand, at its provider: once.
    pub fn of_refund_by_hand(charge: ChargeId) -> Self {
        Self(hash("refund-by-hand", [charge.0]))
    }

    /// What becomes of `charge`, which was taken after it had come to nothing: once.
    pub fn of_late_success(charge: ChargeId) -> Self {
        Self(hash("late-success", [charge.0]))
    }

    /// The refund that `key` of `tenant` stands for. Keys of refunds are apart
    /// from those of payments.
    pub fn of_refund(tenant: Tenant, key: IdempotencyKey, generation: u32) -> Self {
        Self(hash("refund", [u64::from(tenant.0), key.0, u64::from(generation)]))
    }

    /// The operation of attempt `attempt` at the step numbered `step`.
    pub fn operation(self, step: u8, attempt: u8) -> OperationId {
        OperationId(hash("operation", [self.0, u64::from(step), u64::from(attempt)]))
    }

    /// The `leg`-th ledger transfer of `posting`.
    pub fn transfer(self, posting: &str, leg: u8) -> TransferId {
        TransferId::of(self.0, 0, posting, u32::from(leg))
    }
}

impl OperationId {
    /// The name that a provider gives to what somebody does to `charge` by hand.
    pub(crate) fn by_hand(charge: ChargeId) -> Self {
        Self(hash("by-hand", [charge.0]))
    }
}

impl TransferId {
    /// The `leg`-th transfer of `posting`, made the `number`-th time (from
    /// zero on) for the payment, refund or the like whose id is `subject`.
    pub(crate) fn of(subject: u64, number: u8, posting: &str, leg: u32) -> Self {
        Self(match number {
            0 => hash(posting, [subject, u64::from(leg)]),
            _ => hash(posting, [subject, u64::from(leg), u64::from(number)]),
        })
    }
}

impl ChargeId {
    /// The name that `provider` gives to what the authorization `reference`
    /// makes, when it was made `repeats` times before.
    pub fn of(provider: ProviderId, reference: OperationId, repeats: u32) -> Self {
        let first = Self(hash("charge", [u64::from(provider.0), reference.0]));
        match repeats {
            0 => first,
            repeats => Self(hash("again", [first.0, u64::from(repeats)])),
        }
    }
}

impl ReturnId {
    /// The name that `bank` gives to the return of what was sent under
    /// `reference`: it comes back once at most.
    pub fn of(bank: BankId, reference: OperationId) -> Self {
        Self(hash("return", [u64::from(bank.0), reference.0]))
    }
}

impl FileId {
    /// The name that `teller` gives to its `seq`-th file.
    pub fn of(teller: Teller, seq: u32) -> Self {
        let (kind, number) = match teller {
            Teller::Provider(provider) => (0, provider.0),
            Teller::Bank(bank) => (1, bank.0),
            Teller::Risk => (2, 0),
        };
        Self(hash("settlement", [kind, u64::from(number), u64::from(seq)]))
    }
}

impl LineId {
    /// The name of the `n`-th line of `file`.
    pub fn of(file: FileId, n: u32) -> Self {
        Self(hash("line", [file.0, u64::from(n)]))
    }

    /// The name of what the reconciler releases of `refund`, which no file tells of.
    pub(crate) fn of_refund(refund: PaymentId) -> Self {
        Self(hash("released", [refund.0]))
    }

    /// The operation that books it: first as what it is found to be, and later
    /// as what it turns out to be.
    pub fn operation(self, stage: u8) -> OperationId {
        OperationId(hash("line-booked", [self.0, u64::from(stage)]))
    }
}

impl OperationId {
    /// The operation that undoes this one.
    pub fn undo(self) -> Self {
        Self(hash("undo", [self.0]))
    }

    /// An id of its own for one try: what a defect mints.
    pub(crate) fn of_try(self, try_number: u32) -> Self {
        Self(hash("try", [self.0, u64::from(try_number)]))
    }
}
