//! What readers of the store ask for, and what it has.

use std::hash::{Hash, Hasher};

use model::gatekeeper::{Generation, KeyId, KeyRow, PaidOnce, Stored, StoredReply};
use model::{Intent, PaymentId, Status, Taken, Token};

/// A read at the store, and what joins its answer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadRequest {
    /// Which request of the reader it is for.
    pub serial: u64,
    /// Whose instrument.
    pub token: Token,
    /// The key to read.
    pub key: KeyId,
    /// The key of the payment that is to be given back.
    pub of: Option<KeyId>,
    /// The order to look for.
    pub order_ref: PaidOnce,
}

/// What the store has under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The idempotency row.
    pub key: Option<KeyRow>,
    /// The payment that it stands for.
    pub payment: Option<PaymentView>,
    /// The payment that is to be given back.
    pub of: Option<Box<GivenBack>>,
    /// The recall of the payout that is asked back, if it can be, and whether it
    /// was accepted before.
    pub recall: Option<Box<(Intent, bool)>>,
    /// Where there is no row: how many have expired.
    pub generation: Generation,
    /// The payment from the reader's instrument, if the key stood for it once
    /// and does not now.
    pub earlier: Option<(PaymentId, PaymentView)>,
    /// How the payment of the order stands, where an order is paid once.
    pub known_order: Option<StoredReply>,
}

/// What is only there where keys expire, or money is given back, has the digest of nothing elsewhere.
impl Hash for Rows {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { key, payment, of, recall, generation, earlier, known_order } = self;
        (key, payment, generation).hash(state);
        if let Some(of) = of {
            of.hash(state);
        }
        if let Some(recall) = recall {
            recall.hash(state);
        }
        if let Some(earlier) = earlier {
            earlier.hash(state);
        }
        if let Some(known_order) = known_order {
            known_order.hash(state);
        }
    }
}

impl Rows {
    /// What the gate goes by.
    pub fn stored(&self) -> Stored {
        let lease_live = self.payment.is_some_and(|payment| payment.lease_live);
        let Self { key: row, generation, known_order, .. } = *self;
        Stored { row, generation, known_order, lease_live }
    }

    /// The payment that a reader asks for by the key of its creation.
    pub fn asked_for(&self) -> Option<(PaymentId, PaymentView)> {
        let current = self.key.zip(self.payment).map(|(key, payment)| (key.payment, payment));
        self.earlier.or(current)
    }
}

/// A payment that is to be given back, as readers of the store see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GivenBack {
    /// Which.
    pub payment: PaymentId,
    /// Its status.
    pub status: Status,
    /// What was taken of the customer for it, once something was.
    pub taken: Option<Taken>,
}

/// A payment as readers of the store see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PaymentView {
    /// Whose instrument it is about, which may not be that of who asks: a shop
    /// may have used its key for two.
    pub token: Option<Token>,
    /// Its status.
    pub status: Status,
    /// The number of records in its journal.
    pub version: u32,
    /// Whether a worker holds it.
    pub lease_live: bool,
    /// Whether no capture was ever intended.
    pub cancelable: bool,
}
