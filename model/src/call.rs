//! What a worker asks of the other parties, and what they answer.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::identity::{BankId, PaymentId, ProviderId, Token, TransferId};
use crate::money::Amount;
use crate::provider::{ProviderReply, ProviderRequest};
use crate::rail::{BankReply, BankRequest};
use crate::risk::{RiskReply, RiskRequest};
use crate::status::Status;
use crate::transfer::{Transfer, TransferResult};

/// A request of a worker.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// To the risk service.
    Risk(RiskRequest),
    /// To the ledger.
    Ledger(LedgerRequest),
    /// To a provider.
    Provider(ProviderId, ProviderRequest),
    /// To a bank.
    Bank(BankId, BankRequest),
    /// To the merchant.
    Notice(Notice),
}

/// A request to the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LedgerRequest {
    /// Book these.
    Create(Vec<Transfer>),
    /// Tell which of these are booked.
    Lookup(Vec<TransferId>),
    /// Tell what is available in these.
    Available(Vec<AccountId>),
}

/// What a merchant is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Notice {
    /// Which payment.
    pub payment: PaymentId,
    /// Whose instrument.
    pub token: Token,
    /// The status.
    pub status: Status,
}

/// An answer to a [`Call`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Of the risk service.
    Risk(RiskReply),
    /// Of the ledger, to a booking: a result for each transfer.
    Booked(Vec<TransferResult>),
    /// Of the ledger, to a look-up.
    Found {
        /// How many transfers were asked for.
        asked: usize,
        /// How many of them are booked.
        found: usize,
    },
    /// Of a provider.
    Provider(ProviderReply),
    /// Of a bank.
    Bank(BankReply),
    /// The merchant knows.
    Noticed,
    /// Of anybody whose disk is full: nothing that needs a record is done, and
    /// nothing is told.
    Unavailable,
    /// Of the ledger: the call came under a lease that is over, and nothing was
    /// done.
    StaleEpoch,
    /// Of the network: the connection was refused before a byte was written,
    /// and no copy of the call was or will be handled.
    Bounced,
    /// Of the ledger: what is available in each account that was asked about.
    Available(Vec<Amount>),
}
