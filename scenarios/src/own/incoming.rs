//! What a user's orchestrator hears.

use model::gatekeeper::{CreatePayment, KeyId, RefundPayment};
use model::{Answer, OperationId, PaymentId, Token, Webhook};
use sim::{Delivery, Role};

use crate::fact::Endpoint;
use crate::message::{Asking, Envelope, Message};

/// Something that comes in.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// A customer's shop asks for a payment: m1.
    Create(Caller, CreatePayment),
    /// It asks for money back: m2.
    Refund(Caller, RefundPayment),
    /// It asks what became of the payment under this key: m2.
    Get(Caller, KeyId),
    /// It asks for the end of the payment under this key: m2.
    Cancel(Caller, KeyId),
    /// It has heard of the end of this payment.
    NoticeAck(PaymentId, Token),
    /// The risk service answers: m4.
    Risk(Ticket, Answer),
    /// The ledger answers.
    Ledger(Ticket, Answer),
    /// A provider answers.
    Provider(Ticket, Answer),
    /// A provider tells of a change by itself: m11. It tells again until it is
    /// acknowledged.
    Webhook(Webhooked),
}

/// A webhook, and whom to acknowledge it to.
#[derive(Clone, Copy, Debug)]
pub struct Webhooked {
    /// What is told.
    pub webhook: Webhook,
    pub(super) from: Role,
}

/// A request of a client, to be answered on its connection. It can be kept and
/// answered later; a crash cuts no connection here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    pub(super) client: Role,
    pub(super) asking: Asking,
    pub(super) endpoint: Endpoint,
    pub(super) is_refund: bool,
}

impl Caller {
    /// The instrument that it asks about, which every call for its payment has to
    /// carry.
    pub const fn token(&self) -> Token {
        self.asking.token
    }
}

/// What a call is about, and what joins its answer to it. Providers, ledger and
/// judge know a payment by its token alone; the rest is for whoever asks, and
/// comes back as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket {
    /// Whose instrument.
    pub token: Token,
    /// Which payment.
    pub payment: PaymentId,
    /// Which operation.
    pub operation: OperationId,
    /// Which call of the operation, from 1: those after the first are counted as
    /// retries.
    pub number: u32,
}

impl Ticket {
    pub(super) const fn envelope(self) -> Envelope {
        let Self { token, payment, operation, number } = self;
        Envelope { token, payment, operation, number, epoch: ITS_LEASE }
    }

    const fn of(envelope: &Envelope) -> Self {
        let Envelope { token, payment, operation, number, .. } = *envelope;
        Self { token, payment, operation, number }
    }
}

impl Incoming {
    /// What `delivery` tells, if it is anything that an orchestrator can use.
    pub(super) fn of(delivery: Delivery<Message>) -> Option<Self> {
        let asking = Asking { token: delivery.message.token(), number: delivery.ordinal };
        let caller =
            |endpoint| Caller { client: delivery.from, asking, endpoint, is_refund: false };
        Some(match delivery.message {
            Message::Create(request) => Self::Create(caller(Endpoint::Create), *request),
            Message::Refund(request) => {
                Self::Refund(Caller { is_refund: true, ..caller(Endpoint::Create) }, request)
            }
            Message::Get(_, key) => Self::Get(caller(Endpoint::Get), key),
            Message::Cancel(_, key) => Self::Cancel(caller(Endpoint::Cancel), key),
            Message::NoticeAck(payment, token) => Self::NoticeAck(payment, token),
            Message::Assessed(envelope, answer) => Self::Risk(Ticket::of(&envelope), answer),
            Message::Booked(envelope, answer) => Self::Ledger(Ticket::of(&envelope), answer),
            Message::Provided(envelope, answer) => Self::Provider(Ticket::of(&envelope), answer),
            Message::Webhook(webhook) => Self::Webhook(Webhooked { webhook, from: delivery.from }),
            _ => return None,
        })
    }

    /// What it means that `message` was refused by a connection: nobody has
    /// handled it, nor will.
    pub(super) fn refused(message: &Message) -> Option<Self> {
        Some(match message {
            Message::Assess(envelope, _) => Self::Risk(Ticket::of(envelope), Answer::Bounced),
            Message::Book(envelope, _) => Self::Ledger(Ticket::of(envelope), Answer::Bounced),
            Message::Provide(envelope, _) => Self::Provider(Ticket::of(envelope), Answer::Bounced),
            _ => return None,
        })
    }
}

/// The epoch of the first lease of any payment: there is no second where one party
/// holds all.
const ITS_LEASE: u32 = 1;
