//! What the parties say to each other (payments.md 1.3).

mod decision;
mod reading;
mod receipt;
mod two_phase;

use std::sync::Arc;

use model::gatekeeper::{CreatePayment, KeyId, RefundPayment, StoredReply};
use model::{
    Answer, BankRequest, Booked, Commit, CommitResult, Event, EventNumber, Lease, LedgerRequest,
    Notice, OperationId, PaymentId, ProviderRequest, Record, Report, ReturnNotice, ReviewDecided,
    RiskRequest, SettlementFile, Status, Task, Token, Told, TransactionId, Webhook,
};
use sim::{Kind, Subject, VirtualTime};

pub use decision::{Advised, Question};
pub use reading::{GivenBack, PaymentView, ReadRequest, Rows};
pub use receipt::{FileReceipt, Receipt, ReturnReceipt};
pub use two_phase::{About, Asked, Settled, Submission, TwoPhase, Vote, Work};

use model::two_phase::Decision;

/// A message between two parties. Every one carries the token of the
/// instrument that it is about. At most eleven words, so that an entry of the
/// queue is two cache lines and is moved as such.
#[derive(Clone, Debug, Hash)]
pub enum Message {
    /// Client to edge: m1. Larger than all else by far.
    Create(Box<CreatePayment>),
    /// Client to edge: m2, what became of the payment under this key?
    Get(Token, KeyId),
    /// Client to edge: m2, end the payment under this key.
    Cancel(Token, KeyId),
    /// Client to edge: m2, give money back.
    Refund(RefundPayment),
    /// Edge to client: the reply to [`Message::Create`].
    Created(Asking, ClientReply),
    /// Edge to client: the reply to [`Message::Refund`].
    Refunded(Asking, ClientReply),
    /// Edge to client: the reply to [`Message::Get`].
    Got(Asking, ClientReply),
    /// Edge to client: the reply to [`Message::Cancel`].
    Cancelled(Asking, ClientReply),
    /// Orchestrator to client, or to the store, which sees to it that the client
    /// hears of it where there is a notifier: m17.
    Notice(Notice),
    /// The answer: it knows.
    NoticeAck(PaymentId, Token),
    /// To the store: m21.
    Commit(Arc<Commit>),
    /// The store's answer.
    Committed(Token, PaymentId, TransactionId, CommitResult),
    /// To the store: m22.
    Read(ReadRequest),
    /// The store's answer.
    Rows(ReadRequest, Box<Rows>),
    /// Orchestrator to store: m23.
    Lease(LeaseRequest),
    /// The store's answer: lease and journal, and what webhooks tell.
    Leased(LeaseRequest, Lease, Vec<Record>, Vec<Told>),
    /// The store's answer: another worker has it.
    Held(LeaseRequest),
    /// The store's answer: nothing is left to do for this payment.
    Closed(PaymentId, Token),
    /// Store to orchestrator: this payment has to go on.
    Run(PaymentId, Token),
    /// Edge to store: a client asks for a payment that nobody works on.
    Nudge(PaymentId, Token),
    /// Orchestrator to risk: m3.
    Assess(Envelope, RiskRequest),
    /// The answer.
    Assessed(Envelope, Answer),
    /// Orchestrator to ledger: m5.
    Book(Envelope, LedgerRequest),
    /// The answer.
    Booked(Envelope, Answer),
    /// Orchestrator to provider: m6 to m10.
    Provide(Envelope, ProviderRequest),
    /// The answer.
    Provided(Envelope, Answer),
    /// Orchestrator to store, which does nothing about it: somebody lives.
    Heartbeat(Token),
    /// Orchestrator to bank: m12, m13, m14.
    Remit(Envelope, BankRequest),
    /// The answer.
    Remitted(Envelope, Answer),
    /// Bank to whoever takes in what comes from outside: m15.
    Return(ReturnNotice),
    /// The answer.
    ReturnReply(ReturnReceipt),
    /// Provider to ingress: m11.
    Webhook(Webhook),
    /// Ingress to provider: 2xx or 503.
    WebhookReply(Receipt),
    /// Ingress to store: this has to be durable.
    Receive(Webhook),
    /// The store's answer.
    Received(Receipt),
    /// Store to orchestrator: this was told of a payment that it holds.
    Told(PaymentId, Token, Vec<Told>),
    /// Store to notifier or lake: m17 and m18.
    Event(Event),
    /// The answer: the shop knows it, or the lake has counted it.
    EventAck(Token, EventNumber),
    /// Notifier to client: m17.
    MerchantEvent(Event),
    /// The answer: 2xx.
    MerchantEventAck(Token, EventNumber),
    /// Lake to store: it has forgotten what it acknowledged, from this event on.
    EventAgain(Token, EventNumber),
    /// Client to edge: m14, get back what was paid out under this key.
    AskRecall(Token, KeyId),
    /// Edge to client: the reply to [`Message::AskRecall`].
    RecallAsked(Asking, ClientReply),
    /// Provider or bank to reconciler: m16.
    SettlementFile(Arc<SettlementFile>),
    /// Reconciler to whoever wrote it: it is durable, or has to be sent again.
    FileReceipt(FileReceipt),
    /// Reconciler to whoever should have told of this: send whatever was not
    /// acknowledged.
    FileAgain(Token),
    /// Reconciler to store: this has to be durable.
    File(Arc<SettlementFile>),
    /// The store's answer.
    Filed(FileReceipt),
    /// Store to reconciler: this is to be done.
    Reconcile(Task),
    /// Reconciler to store: this is done.
    Reconciled(Token, Booked),
    /// Probe to reconciler, and it to store: what do books and files differ in?
    AskReport(Token),
    /// The store's answer.
    Report(Token, Box<Report>),
    /// Orchestrator to decider: m19, which of what is allowed is to be done?
    Decide(Box<Question>),
    /// The answer.
    Decided(Advised),
    /// Anything that is said under two-phase commit alone: m20.
    TwoPhase(TwoPhase),
    /// Risk to whoever takes in what comes from outside: m4, this a person has decided.
    ReviewDecided(ReviewDecided),
    /// The answer: it is durable, or has to be told again.
    ReviewAck(Receipt),
}

/// What joins a reply to its request on a client's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asking {
    /// Whose instrument.
    pub token: Token,
    /// The how-manieth request of this kind for the instrument it was: what a
    /// connection tells, and the copies that a network makes share.
    pub number: u32,
}

/// What joins an answer to its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Envelope {
    /// Whose instrument.
    pub token: Token,
    /// Whose payment.
    pub payment: PaymentId,
    /// Which operation.
    pub operation: OperationId,
    /// Which call of that operation.
    pub number: u32,
    /// The epoch of the lease that it is made under.
    pub epoch: u32,
}

/// A worker's request for a lease, and what joins its answer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeaseRequest {
    /// Of which payment.
    pub payment: PaymentId,
    /// Whose instrument.
    pub token: Token,
    /// When the worker asked for it first, by its wall clock. The answer to an
    /// earlier request, and be it one before a crash, is none to this one: it
    /// tells of a lease that may be over.
    pub asked: VirtualTime,
}

/// What a client is told, as the HTTP status that it would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientReply {
    /// 202: it is being worked on.
    Accepted(PaymentId),
    /// 200: it is finished, as stored under the key.
    Final(StoredReply),
    /// 200: this is how it stands.
    Stands(PaymentId, Status),
    /// 409: another request with this key is being worked on.
    InProgress(PaymentId),
    /// 409: it can't be canceled any more.
    TooLate(PaymentId),
    /// 404: nothing is known under this key.
    NotFound,
    /// 422: the key stands for something else.
    Mismatch,
    /// 422: less than that is left of the payment to give back.
    NotRefundable,
    /// 400: the request makes no sense.
    Invalid,
    /// 503: nothing was executed that this reply knows of.
    Unavailable,
}

impl ClientReply {
    /// The payment that it names, if it names one.
    pub const fn payment(&self) -> Option<PaymentId> {
        match self {
            Self::Accepted(payment)
            | Self::InProgress(payment)
            | Self::TooLate(payment)
            | Self::Stands(payment, _) => Some(*payment),
            Self::Final(stored) => Some(stored.payment),
            _ => None,
        }
    }

    /// The status that it shows, if it shows one.
    pub const fn status(&self) -> Option<Status> {
        match self {
            Self::Stands(_, status) => Some(*status),
            Self::Final(stored) => Some(stored.status),
            _ => None,
        }
    }

    /// The HTTP status.
    pub const fn code(&self) -> u16 {
        match self {
            Self::Accepted(_) => 202,
            Self::Final(_) | Self::Stands(..) => 200,
            Self::InProgress(_) | Self::TooLate(_) => 409,
            Self::NotFound => 404,
            Self::Mismatch | Self::NotRefundable => 422,
            Self::Invalid => 400,
            Self::Unavailable => 503,
        }
    }
}

macro_rules! kinds {
    ($($number:literal $name:ident $text:literal = $pattern:pat,)*) => {
        /// The kinds of message.
        pub mod kinds {
            use sim::Kind;
            $(#[doc = $text] pub const $name: Kind = Kind($number);)*
            /// Every kind with its name, in order.
            pub const ALL: &[(Kind, &str)] = &[$(($name, $text)),*];
        }

        impl Message {
            fn kind_of(&self) -> Kind {
                match self { $($pattern => kinds::$name,)* }
            }
        }
    };
}

kinds! {
    0 CREATE "create" = Self::Create(..),
    1 GET "get" = Self::Get(..),
    2 CANCEL "cancel" = Self::Cancel(..),
    3 CREATED "create-reply" = Self::Created(..),
    4 GOT "get-reply" = Self::Got(..),
    5 CANCELLED "cancel-reply" = Self::Cancelled(..),
    6 NOTICE "notice" = Self::Notice(_),
    7 NOTICE_ACK "notice-ack" = Self::NoticeAck(..),
    8 COMMIT "commit" = Self::Commit(_),
    9 COMMITTED "commit-reply" = Self::Committed(..),
    10 READ "read" = Self::Read(_),
    11 ROWS "read-reply" = Self::Rows(..),
    12 LEASE "lease" = Self::Lease(..),
    13 LEASED "lease-reply" = Self::Leased(..) | Self::Held(_) | Self::Closed(..),
    14 RUN "run" = Self::Run(..),
    15 NUDGE "nudge" = Self::Nudge(..),
    16 ASSESS "assess" = Self::Assess(_, RiskRequest::Assess { .. }),
    17 RELEASE "release" = Self::Assess(_, RiskRequest::Release { .. }),
    18 ASSESSED "risk-reply" = Self::Assessed(..),
    19 BOOK "create-transfers" = Self::Book(_, LedgerRequest::Create(_)),
    20 LOOK_UP "lookup-transfers" = Self::Book(_, LedgerRequest::Lookup(_)),
    21 BOOKED "ledger-reply" = Self::Booked(..),
    22 AUTHORIZE "authorize" = Self::Provide(_, ProviderRequest::Authorize { .. }),
    23 CAPTURE "capture" = Self::Provide(_, ProviderRequest::Capture { .. }),
    24 VOID "void-by-reference" = Self::Provide(_, ProviderRequest::VoidByReference { .. }),
    25 QUERY "query" = Self::Provide(_, ProviderRequest::Query { .. }),
    26 PROVIDED "provider-reply" = Self::Provided(..),
    27 HEARTBEAT "heartbeat" = Self::Heartbeat(_),
    28 REFUND "refund" = Self::Provide(_, ProviderRequest::Refund { .. }),
    29 WEBHOOK "webhook" = Self::Webhook(_),
    30 WEBHOOK_REPLY "webhook-reply" = Self::WebhookReply(_),
    31 RECEIVE "receive" = Self::Receive(_),
    32 RECEIVED "receive-reply" = Self::Received(_),
    33 TOLD "told" = Self::Told(..),
    34 EVENT "event" = Self::Event(_),
    35 EVENT_ACK "event-ack" = Self::EventAck(..),
    36 MERCHANT_EVENT "merchant-event" = Self::MerchantEvent(_),
    37 MERCHANT_EVENT_ACK "merchant-event-ack" = Self::MerchantEventAck(..),
    38 EVENT_AGAIN "event-again" = Self::EventAgain(..),
    39 SEND "send" = Self::Remit(_, BankRequest::Send { .. }),
    40 INVESTIGATE "investigate" = Self::Remit(_, BankRequest::Investigate { .. }),
    41 RECALL "recall" = Self::Remit(_, BankRequest::Recall { .. }),
    42 REMITTED "bank-reply" = Self::Remitted(..),
    43 RETURN "return" = Self::Return(_),
    44 RETURN_REPLY "return-reply" = Self::ReturnReply(_),
    45 ASK_REFUND "ask-refund" = Self::Refund(_),
    46 REFUNDED "ask-refund-reply" = Self::Refunded(..),
    47 CONTEST "contest" = Self::Provide(_, ProviderRequest::Contest { .. }),
    48 ASK_RECALL "ask-recall" = Self::AskRecall(..),
    49 RECALL_ASKED "ask-recall-reply" = Self::RecallAsked(..),
    50 SETTLEMENT_FILE "settlement-file" = Self::SettlementFile(_),
    51 FILE_RECEIPT "file-receipt" = Self::FileReceipt(_),
    52 FILE_AGAIN "file-again" = Self::FileAgain(_),
    53 FILE "file" = Self::File(_),
    54 FILED "file-reply" = Self::Filed(_),
    55 RECONCILE "reconcile" = Self::Reconcile(_),
    56 RECONCILED "reconciled" = Self::Reconciled(..),
    57 ASK_REPORT "ask-report" = Self::AskReport(_),
    58 REPORT "report" = Self::Report(..),
    59 DECIDE "decide" = Self::Decide(_),
    60 DECIDED "decide-reply" = Self::Decided(_),
    61 SUBMIT "submit" = Self::TwoPhase(TwoPhase::Submit(_)),
    62 SUBMITTED "submit-reply" = Self::TwoPhase(TwoPhase::Submitted { .. }),
    63 PREPARE "prepare" = Self::TwoPhase(TwoPhase::Prepare(_)),
    64 VOTE "vote" = Self::TwoPhase(TwoPhase::Vote(..)),
    65 GLOBAL_COMMIT "global-commit" = Self::TwoPhase(TwoPhase::Decide(_, Decision::Commit)),
    66 GLOBAL_ABORT "global-abort" = Self::TwoPhase(TwoPhase::Decide(_, Decision::Abort)),
    67 DECISION_ACK "decision-ack" = Self::TwoPhase(TwoPhase::Acknowledge(..)),
    68 INQUIRE "inquire" = Self::TwoPhase(TwoPhase::Inquire(_)),
    69 ASK_AVAILABLE "ask-available" = Self::Book(_, LedgerRequest::Available(_)),
    70 REVIEW_DECIDED "review-decided" = Self::ReviewDecided(_),
    71 REVIEW_ACK "review-ack" = Self::ReviewAck(_),
}

impl sim::Message for Message {
    fn kind(&self) -> Kind {
        self.kind_of()
    }

    fn subject(&self) -> Subject {
        Subject(self.token().0)
    }
}

impl Message {
    /// The instrument that it is about.
    pub fn token(&self) -> Token {
        match self {
            Self::Create(request) => request.token,
            Self::Refund(request) => request.token,
            Self::Get(token, _) | Self::Cancel(token, _) | Self::AskRecall(token, _) => *token,
            Self::Created(asking, _)
            | Self::Refunded(asking, _)
            | Self::Got(asking, _)
            | Self::Cancelled(asking, _)
            | Self::RecallAsked(asking, _) => asking.token,
            Self::NoticeAck(_, token)
            | Self::Committed(token, ..)
            | Self::Closed(_, token)
            | Self::Run(_, token)
            | Self::Nudge(_, token)
            | Self::Heartbeat(token)
            | Self::Told(_, token, _)
            | Self::EventAck(token, _)
            | Self::MerchantEventAck(token, _)
            | Self::EventAgain(token, _)
            | Self::FileAgain(token)
            | Self::Reconciled(token, _)
            | Self::AskReport(token)
            | Self::Report(token, _) => *token,
            Self::Webhook(webhook) | Self::Receive(webhook) => webhook.token,
            Self::WebhookReply(receipt) | Self::Received(receipt) | Self::ReviewAck(receipt) => {
                receipt.token
            }
            Self::ReviewDecided(decided) => decided.token,
            Self::Lease(request) | Self::Leased(request, ..) | Self::Held(request) => request.token,
            Self::Notice(notice) => notice.token,
            Self::Event(event) | Self::MerchantEvent(event) => event.token,
            Self::Commit(commit) => commit.token,
            Self::Read(read) | Self::Rows(read, _) => read.token,
            Self::Assess(envelope, _)
            | Self::Assessed(envelope, _)
            | Self::Book(envelope, _)
            | Self::Booked(envelope, _)
            | Self::Provide(envelope, _)
            | Self::Provided(envelope, _)
            | Self::Remit(envelope, _)
            | Self::Remitted(envelope, _) => envelope.token,
            Self::Decide(question) => question.token,
            Self::Decided(advised) => advised.token,
            Self::TwoPhase(message) => message.token(),
            Self::Return(notice) => notice.destination,
            // A file is about many: it is its own subject.
            Self::SettlementFile(file) | Self::File(file) => Token(file.id.0),
            Self::FileReceipt(receipt) | Self::Filed(receipt) => Token(receipt.file.0),
            Self::Reconcile(task) => task.token(),
            Self::ReturnReply(receipt) => receipt.token,
        }
    }
}

const _: () = assert!(size_of::<Message>() <= 11 * size_of::<u64>(), "see `Message`");
