//! What the parties that the harness owns have seen.

use std::hash::{Hash, Hasher};

use model::{BankId, ChargeEvent, Event, ProviderId, RemittanceEvent, Report, Status, Token};
use sim::{Kind, Subject};

use crate::message::{Asking, ClientReply};

/// A fact, noted by a client, the probe or a provider. What happened to a
/// provider's books is no note: it is read off its journal as it gets durable.
#[derive(Clone, Debug, Hash)]
pub enum Fact {
    /// A client's screen shows this reply to the request of `endpoint`.
    Shown {
        /// Whose instrument, and when it was asked.
        asking: Asking,
        /// What was asked.
        endpoint: Endpoint,
        /// What came back.
        reply: ClientReply,
    },
    /// A client was told of this status.
    Told {
        /// Whose instrument.
        token: Token,
        /// The status.
        status: Status,
    },
    /// The probe's last look at a payment.
    Probed {
        /// Whose instrument.
        token: Token,
        /// What came back.
        reply: ClientReply,
    },
    /// A misfortune struck at a provider.
    Struck(ProviderId, ProviderStrike, About),
    /// A provider's books changed: for triggers; the judge reads the books.
    Moved(Token, ChargeEvent),
    /// Something out of the ordinary came from a bank.
    BankStruck(BankId, BankStrike, About),
    /// A bank's books changed: for triggers; the judge reads the books.
    Remitted(Token, RemittanceEvent),
    /// The stroke of the plan with this id fell.
    Befell(u32),
    /// A client was told of this event.
    Heard(Event),
    /// Something went wrong with a settlement file, by its name.
    FileStruck(&'static str),
    /// The reconciler told what books and files don't agree about.
    Reported(Box<Report>),
    /// A misfortune struck at the decider.
    DeciderStruck(DecisionStrike, About),
    /// Under two-phase commit a request met an account that another transaction
    /// has locked.
    Blocked(Token),
}

/// Whose instrument a misfortune is about, if it is about one. Only the judge reads it,
/// and no digest has it: what had happened before says it already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About(pub Option<Token>);

impl From<Token> for About {
    fn from(token: Token) -> Self {
        Self(Some(token))
    }
}

impl Hash for About {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// The kinds of fact that a fault can wait for.
pub mod sights {
    use sim::Kind;

    /// A client sees a reply.
    pub const SHOWN: Kind = Kind(0);
    /// A client is told how a payment ended.
    pub const TOLD: Kind = Kind(1);
    /// A provider authorized.
    pub const AUTHORIZED: Kind = Kind(2);
    /// A provider declined.
    pub const DECLINED: Kind = Kind(3);
    /// A provider captured.
    pub const CAPTURED: Kind = Kind(4);
    /// A provider undid an authorization, or blocked it unseen.
    pub const VOIDED: Kind = Kind(5);
    /// A provider gave money back, or promised to.
    pub const REFUNDED: Kind = Kind(6);

    /// A bank sent money, or would not.
    pub const SENT: Kind = Kind(6);
    /// Money came back to a bank.
    pub const CAME_BACK: Kind = Kind(7);

    /// Those that banks state.
    pub const OF_BANKS: &[Kind] = &[SENT, CAME_BACK];
    /// Those that clients state.
    pub const OF_CLIENTS: &[Kind] = &[SHOWN, TOLD];
    /// Those that providers state.
    pub const OF_PROVIDERS: &[Kind] = &[AUTHORIZED, DECLINED, CAPTURED, VOIDED];
}

impl Fact {
    /// What a fault can wait for it by.
    pub(crate) fn key(&self) -> Option<(Kind, Subject)> {
        let (kind, token) = match self {
            Self::Shown { asking, .. } => (sights::SHOWN, asking.token),
            Self::Told { token, .. } => (sights::TOLD, *token),
            Self::Heard(event) => (sights::TOLD, event.token),
            Self::Moved(token, event) => (kind_of(*event)?, *token),
            Self::Remitted(token, event) => (kind_of_remittance(*event)?, *token),
            Self::Probed { .. }
            | Self::Struck(..)
            | Self::BankStruck(..)
            | Self::FileStruck(_)
            | Self::Reported(_)
            | Self::DeciderStruck(..)
            | Self::Befell(_)
            | Self::Blocked(_) => return None,
        };
        Some((kind, Subject(token.0)))
    }
}

fn kind_of(event: ChargeEvent) -> Option<Kind> {
    match event {
        ChargeEvent::Authorized(_) => Some(sights::AUTHORIZED),
        ChargeEvent::Declined => Some(sights::DECLINED),
        ChargeEvent::Captured(_) | ChargeEvent::PartlyCaptured(_) => Some(sights::CAPTURED),
        ChargeEvent::Voided | ChargeEvent::Tombstoned => Some(sights::VOIDED),
        ChargeEvent::Refunded(_) | ChargeEvent::RefundPending(_) => Some(sights::REFUNDED),
        _ => None,
    }
}

fn kind_of_remittance(event: RemittanceEvent) -> Option<Kind> {
    match event {
        RemittanceEvent::Accepted | RemittanceEvent::Rejected(_) => Some(sights::SENT),
        RemittanceEvent::Returned(_) => Some(sights::CAME_BACK),
        RemittanceEvent::Deferred | RemittanceEvent::Deemed | RemittanceEvent::Settled => None,
    }
}

/// What a client asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// A new payment, or a new refund.
    Create,
    /// The status of one.
    Get,
    /// The end of one.
    Cancel,
}

/// The misfortunes that strike at providers, by their codes in payments.md 4.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProviderStrike {
    /// F03: a request fell into a brown-out.
    BrownOut,
    /// F04: a request fell into an outage.
    Outage,
    /// F05: executed, and the reply was dropped.
    ReplyDropped,
    /// F06: dropped before it was executed.
    RequestDropped,
    /// F07: executed long after it came.
    LateEffect,
    /// F08: a server error after it was executed.
    ErrorAfter,
    /// F08: a server error instead of executing it.
    ErrorBefore,
    /// F10: turned away by the limiter.
    Throttled,
    /// F11: the issuer declined.
    Declined,
    /// F12: the issuer approved a part.
    PartialApproval,
    /// F13: the issuer will answer later.
    Deferred,
    /// F14: the issuer declined the capture.
    CaptureDeclined,
    /// F22: a customer disputed a payment.
    Disputed,
    /// F16: a query did not see a charge that is in the books.
    IndexLag,
    /// F17: a request came about a charge whose key the provider has forgotten.
    KeyExpired,
    /// The money could not be given back.
    RefundFailed,
    /// The provider will say later whether it is given back.
    RefundPending,
    /// F15: an event is never told.
    WebhookDropped,
    /// F15: an event is told once more.
    WebhookRepeated,
    /// F15: an event is told late.
    WebhookDelayed,
    /// F15: an event is told behind later ones.
    WebhookReordered,
    /// F15: an event is told before the request is answered that it tells of.
    WebhookEarly,
    /// F23: what was given back came back.
    RefundReturned,
    /// F28: somebody gave money back in the dashboard.
    RefundedByHand,
    /// F28: somebody had everything told once more.
    WebhooksReplayed,
    /// F22: a customer's bank objected to a dispute that was won.
    Objected,
    /// F31: it took what it had refused or voided.
    Breach,
}

/// What comes from banks out of the ordinary, by its code in payments.md 4.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BankStrike {
    /// F20: handled, and no answer sent.
    NoAnswer,
    /// F20: the other bank answers late.
    LateAnswer,
    /// F20: an investigation takes its time.
    SlowInvestigation,
    /// F20: a recall is accepted.
    RecallAccepted,
    /// F20: a recall is refused.
    RecallRefused,
    /// F21: neither ok nor fail until T+1.
    Deemed,
    /// The other bank takes nothing.
    Rejected,
    /// F19: money comes back.
    Returned,
}

/// What goes wrong at the decider: payments.md F30.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DecisionStrike {
    /// It answers late.
    Late,
    /// It answers nothing.
    Mute,
    /// It answers the question before.
    Stale,
    /// Its answer names no action.
    Garbled,
    /// Its answer is not among what is allowed.
    Outside,
    /// It answers what an adversary would.
    Adverse,
    /// Another model answers, which nobody approved.
    Swapped,
}
