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
//! - what leaves it: the [`Outbox`], and the [`Lake`] that hears of everything
//! - the authorities: [`Ledger`], [`ProviderBooks`], [`BankBooks`], [`RiskDesk`]
//! - what every event comes to in the ledger: [`posting`]
//! - what answers prove: [`evidence`]
//! - what somebody else than the built-in rules may choose: [`decision`]
//! - the protocol that the saga is compared with: [`two_phase`]
//!
//! # The tables of payments.md, and where each stands
//!
//! | table | file | its door in `tests/it` |
//! |---|---|---|
//! | 1.2 identifiers | `identity.rs` | `identity.rs` |
//! | 1.3 m4 | `review.rs`, `conductor/hearing.rs` | `reviews.rs` |
//! | 1.4 records | `record.rs`, by the names below | `conductor.rs` |
//! | 1.4 D1, D6 | `store.rs`, `gatekeeper.rs`: one commit | `store.rs`, `keys.rs` |
//! | 1.4 D2 to D4, D9, D10 | `conductor.rs`: an act is a commit or a call, and no call comes before what it needs is committed | `conductor.rs`, `history.rs` |
//! | 1.4 D5 | `store/receiving.rs`, `store/inbox.rs` | `inbox.rs` |
//! | 1.4 D7 | `outbox.rs`, `lake.rs` | `outbox.rs`, `lake.rs` |
//! | 1.4 D8 | `store.rs`, `lease.rs`, `fence.rs` | `takeover.rs` |
//! | 1.4 D11 | `two_phase/coordinator.rs`, `two_phase/participant.rs` | `two_phase.rs` |
//! | 1.4 D12 | `store/reconciling.rs` | `reconciliation.rs` |
//! | 1.4 D13 | `payment/deciding.rs` | `decisions.rs` |
//! | 1.5 steps | a file in `workflow/` for each workflow; SETTLE and RETURN as below | `journey.rs` |
//! | 1.5 orders O1 to O7 | `saga.rs`, `payment/ahead.rs` | `saga.rs`, `unwinding.rs` |
//! | 1.6 what an answer proves | `evidence.rs` | `evidence.rs` |
//! | 1.6 what is done about a doubt | `conductor/conclusion.rs`, `conductor/resolution.rs`, `dialect/admission.rs` | `doubt.rs`, `dialects.rs` |
//! | 1.7 M1 payment | `status.rs` | `lifecycle.rs` |
//! | 1.7 M2 attempt | `attempt.rs` | `tables.rs` |
//! | 1.7 M3 provider charge | `charge.rs` | `lifecycle.rs`, `provider.rs` |
//! | 1.7 M4 pending transfer | `ledger.rs`, `ledger/check.rs` | `ledger.rs`, `linked.rs` |
//! | 1.7 M5 refund | `refund.rs`: its `failed_late` is told to clients as M1's `returned` | `lifecycle.rs`, `refund.rs` |
//! | 1.7 M6 chargeback | `dispute.rs` | `lifecycle.rs`, `chargebacks.rs` |
//! | 1.7 M7 expected settlement line | `reconciliation.rs` | `reconciliation.rs` |
//! | 1.7 M8 webhook inbox | `inbox.rs` | `tables.rs`, `inbox.rs` |
//! | 1.7 M9 idempotency record | `key_state.rs` | `keys.rs` |
//! | 1.7 M10 saga phase | `saga/phase.rs` | `tables.rs`, `saga.rs` |
//! | 1.8 chart of accounts | `account.rs` | `posting.rs` |
//! | 1.8 postings | a file in `posting/` for each family | `posting.rs`, `interleaving.rs` |
//! | 1.9 two-phase commit | `two_phase/` | `two_phase.rs` |
//! | 5.4 E1, E5, E6, E9 | `payment/deciding.rs`, `decision/advice.rs` | `decisions.rs` |
//! | 5.4 E2, E7 | `payment/deciding.rs`, `conductor/deciding.rs` | `decisions.rs` |
//! | 5.4 E3, E4 | `decision/restraint.rs` | beside it |
//! | 5.4 E8 | `decision/reasons.rs` | beside it |
//!
//! What the tables name, and what says it here, where that has another name:
//!
//! | name | here |
//! |---|---|
//! | 1.4 `CompRegistered` | a part of [`Record::StepIntent`] |
//! | 1.4 `Planned` | which steps there are, the [`Order`] in [`Record::Accepted`] says: its workflow is fixed by it, and a payment never changes it. Whom the next attempt is planned at is the `provider` of its [`Record::StepIntent`], or before that a [`Record::Decision`] |
//! | 1.4 `LateEvidence` | what was told: the row in the inbox, in the same commit as the [`Record::Accepted`] of [`Order::LateSuccess`], a saga of its own; or the line in suspense, with its [`Item`]. What was found by asking: [`Outcome::TakenAfterAll`], [`UndoOutcome::TakenAfterAll`], [`Case::LateSuccess`] |
//! | 1.5 SETTLE | no step, as nobody sends anything for it: its intent is the [`Item`] that the commit of POST expects, its outcome the [`Work`] of the line and `StatusChanged(Settled)`, its refusal the item's case |
//! | 1.5 RETURN | `workflow/reversal.rs`, a saga of its own |
//! | 1.7 T_review | [`Rules::review_within`] |
//! | 1.8 `refund_shortfall` | [`Rules::refund_shortfall`]: whether the ledger is asked what merchants have before HOLD of a refund, and what is short is owed |

mod account;
mod archive;
mod aside;
mod at_hand;
mod attempt;
mod balances;
mod banking_day;
mod borne;
mod call;
mod captures;
mod change;
mod charge;
mod conductor;
mod currency;
pub mod decision;
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
mod id_map;
mod identity;
mod inbox;
mod key_state;
mod lake;
mod lease;
mod ledger;
mod money;
mod order;
mod outbox;
mod outgoing;
mod payment;
pub mod posting;
mod provider;
mod quote;
mod rail;
mod reconciliation;
mod record;
mod refund;
mod review;
mod risk;
mod rounding;
mod rules;
pub mod saga;
mod settlement;
mod share;
mod shares;
mod shipping;
mod split;
mod status;
mod store;
mod tax;
mod transfer;
pub mod two_phase;
mod webhook;
pub mod workflow;

pub use account::{AccountId, AccountName};
pub use archive::Archive;
pub use aside::Aside;
pub use at_hand::{AtHand, Burden};
pub use attempt::{AttemptEvent, AttemptState, IllegalAttemptEvent};
pub use balances::{Balance, Balances};
pub use banking_day::{Calendar, Date, Day, Minute, NotADay, NotAMinute, Weekday};
pub use borne::{Borne, Exchanged};
pub use call::{Answer, Call, LedgerRequest, Notice};
pub use captures::Captures;
pub use change::{Change, Changes};
pub use charge::{Charge, ChargeEvent, ChargeState, IllegalChargeEvent};
pub use conductor::{Act, Conductor};
pub use currency::{Currency, UnknownCurrency};
pub use defect::{Defect, DefectStory, Defects, Ease};
pub use dialect::{
    Concurrent, Dialect, DoubtBounds, Inadmissible, Interrupted, Keeps, KeyHabits, KeyScope,
    Mismatch, ProviderEndpoint, QueryHabits, Reads, RefundHabits, Residual, SettlementHabits,
    Undoing, WebhookHabits,
};
pub use dispute::{
    DECIDED_WITHIN, Dispute, DisputeEvent, DisputeState, IllegalDisputeEvent, OBJECTS_AFTER_MIN,
};
pub use exchange::{Cover, Exchange, ExchangeQuote, Rate, exchange};
pub use fees::fee;
pub use fence::Fence;
pub use flight::Aim;
pub use id_map::{Id, IdMap};
pub use identity::{
    BankId, ChargeId, Customer, EventId, FileId, Fingerprint, IdempotencyKey, LineId, Merchant,
    OperationId, OrderRef, PaymentId, ProviderId, RailId, ReturnId, Tenant, Token, TransactionId,
    TransferId,
};
pub use inbox::{IllegalInboxEvent, InboxEvent, InboxState};
pub use key_state::{IllegalKeyEvent, KeyEvent, KeyReply, KeyState};
pub use lake::{Intake, Lake};
pub use lease::{Lease, WorkerId};
pub use ledger::{Booking, HoldState, Ledger};
pub use money::{Amount, Money, NotMoney};
pub use order::{
    CameBack, ChargebackOrder, LateOrder, Order, PayIn, PayoutOrder, RecallOrder, RefundOrder,
    ReversalOrder,
};
pub use outbox::{Consumer, Event, EventNumber, Outbox};
pub use payment::{Attempt, IllegalRecord, Payment};
pub use provider::{
    Closing, Decline, Execution, IllegalDispute, IssuerAnswer, Known, Movement, ProviderBooks,
    ProviderReply, ProviderRequest,
};
pub use quote::{Quote, Version, quote};
pub use rail::{
    BankAnswer, BankBooks, BankMovement, BankReply, BankRequest, Handling, Homecoming,
    IllegalRemittanceEvent, RECALL_DAYS_MAX, RETURN_DAYS_MAX, Rail, Rejection, Remittance,
    RemittanceEvent, RemittanceState, ReturnNotice, ReturnReason, Scheme, Timetable,
    UNAUTHORIZED_DAYS_MAX,
};
pub use reconciliation::{
    Age, Booked, Cause, Difference, Freed, IllegalItemEvent, Item, ItemEvent, ItemId, ItemState,
    LateItem, Reconciliation, Refunded, Report, Settling, Source, Task, What, Work, booking,
};
pub use record::{Case, Intent, Outcome, Record, Refusal, UndoOutcome};
pub use refund::{IllegalRefundEvent, Refund, RefundEvent, RefundState};
pub use review::{ReviewDecided, ReviewEntry, Reviews};
pub use risk::{RiskDesk, RiskEntry, RiskReply, RiskRequest, Verdict};
pub use rounding::Rounding;
pub use rules::Rules;
pub use settlement::{Contract, LineKind, SettlementFile, SettlementLine};
pub use share::share;
pub use shares::Shares;
pub use shipping::Shipping;
pub use split::Split;
pub use status::{IllegalStatusEvent, Status, StatusEvent};
pub use store::{
    Commit, CommitResult, InboxChange, InboxRow, PaymentRow, Standing, Store, StoreEntry, Taken,
    Then,
};
pub use tax::tax;
pub use transfer::{Transfer, TransferKind, TransferResult};
pub use webhook::{Beginning, News, Teller, Told, Webhook};
