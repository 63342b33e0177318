//! A payment system as pure state machines on plain data.
//!
//! No clock and no chance: the time and every drawn outcome come in as
//! arguments, deadlines go out as values. Planted [`Defects`] are the only
//! switches.
//!
//! Start at [`Conductor`] (`conductor.rs`), which carries one payment forward,
//! then:
//!
//! - the workflow engine: [`saga`], and the workflows written for it:
//!   [`workflow`], one file each
//! - the payment: [`Record`], [`Payment`], [`Status`]
//! - the gate: [`gatekeeper`], and the durable [`Store`] behind it
//! - the authorities: [`Ledger`], [`ProviderBooks`], [`RiskDesk`]
//! - what every event comes to in the ledger: [`posting`]
//! - what answers prove: [`evidence`]

mod account;
mod archive;
mod attempt;
mod balances;
mod call;
mod captures;
mod change;
mod charge;
mod conductor;
mod currency;
mod defect;
mod dialect;
mod dispute;
mod draft;
pub mod evidence;
mod exchange;
mod fees;
mod fence;
mod flight;
pub mod gatekeeper;
mod identity;
mod inbox;
mod lease;
mod ledger;
mod money;
mod order;
mod outgoing;
mod payment;
pub mod posting;
mod provider;
mod quote;
mod record;
mod refund;
mod risk;
mod rounding;
mod rules;
pub mod saga;
mod share;
mod split;
mod status;
mod store;
mod tax;
mod transfer;
pub mod workflow;

pub use account::{AccountId, AccountName};
pub use archive::Archive;
pub use attempt::{AttemptEvent, AttemptState, IllegalAttemptEvent};
pub use balances::{Balance, Balances};
pub use call::{Answer, Call, LedgerRequest, Notice};
pub use captures::Captures;
pub use change::{Change, Changes};
pub use charge::{Charge, ChargeEvent, ChargeState, IllegalChargeEvent};
pub use conductor::{Act, Conductor};
pub use currency::{Currency, UnknownCurrency};
pub use defect::{Defect, DefectStory, Defects};
pub use dialect::{
    Concurrent, Dialect, DoubtBounds, Inadmissible, Interrupted, Keeps, KeyHabits, KeyScope,
    Mismatch, ProviderEndpoint, QueryHabits, Reads, RefundHabits, Residual, SettlementHabits,
    Undoing, WebhookHabits,
};
pub use dispute::{Dispute, DisputeEvent, DisputeState, IllegalDisputeEvent};
pub use exchange::{Exchange, ExchangeQuote, Rate, exchange};
pub use fees::fee;
pub use fence::Fence;
pub use flight::Aim;
pub use identity::{
    BankId, ChargeId, Customer, Fingerprint, IdempotencyKey, Merchant, OperationId, PaymentId,
    ProviderId, RailId, Tenant, Token, TransactionId, TransferId,
};
pub use inbox::{IllegalInboxEvent, InboxEvent, InboxState};
pub use lease::{Lease, WorkerId};
pub use ledger::{Booking, HoldState, Ledger};
pub use money::{Amount, Money, NotMoney};
pub use order::{Order, PayIn, RefundOrder};
pub use payment::{Attempt, IllegalRecord, Payment};
pub use provider::{
    Closing, Decline, Execution, IllegalDispute, IssuerAnswer, Known, Movement, ProviderBooks,
    ProviderReply, ProviderRequest,
};
pub use quote::{Quote, Version, quote};
pub use record::{Case, Intent, Outcome, Record, Refusal, UndoOutcome};
pub use refund::{IllegalRefundEvent, Refund, RefundEvent, RefundState};
pub use risk::{RiskDesk, RiskEntry, RiskReply, RiskRequest, Verdict};
pub use rounding::Rounding;
pub use rules::Rules;
pub use share::share;
pub use split::Split;
pub use status::{IllegalStatusEvent, Status, StatusEvent};
pub use store::{Commit, CommitResult, PaymentRow, Standing, Store, StoreEntry, Taken, Then};
pub use tax::tax;
pub use transfer::{Transfer, TransferKind, TransferResult};
