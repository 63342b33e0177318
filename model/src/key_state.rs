//! What becomes of one idempotency key (payments.md M9), and what is answered
//! to whoever asks under it.

use std::fmt;

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyState {
    /// Nobody has used it.
    Absent,
    /// It stands for a payment that has no final reply yet.
    InProgress,
    /// It stands for a payment, and the final reply is stored.
    Completed,
    /// Its lifetime is over. The payments that it stood for are there for ever.
    Expired,
}

/// What can happen to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyEvent {
    /// A request comes under a key that stands for nothing.
    Asked,
    /// The same, for an order that was asked for before, where an order is one
    /// payment.
    AskedForKnownOrder,
    /// The same request comes again, and a worker has the payment.
    AskedWhileLeased,
    /// The same request comes again, and no worker has the payment.
    AskedAfterLease,
    /// Another request comes.
    AskedForOther,
    /// The final reply is durable, in the commit that made it final.
    Replied,
    /// Its lifetime is over, and nothing is left to do for the payment.
    LifetimeOver,
    /// Its lifetime is over, and the payment is not finished.
    LifetimeOverUnfinished,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyReply {
    /// 202: the request becomes a payment, the next of its key.
    Accept,
    /// 409: it is being worked on.
    InProgress,
    /// 409, and a worker is told: the payment goes on where its journal ends.
    Resume,
    /// 200: the stored reply.
    Replay,
    /// What its order was answered: 200, or 409 where that has no end yet.
    AsBefore,
    /// 422: the key stands for something else.
    Mismatch,
    /// Nobody asked.
    Nothing,
}

/// An event that a key in this state can't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key that is {state} can't meet {event:?}")]
pub struct IllegalKeyEvent {
    /// Where the key stands.
    pub state: KeyState,
    /// What was to happen.
    pub event: KeyEvent,
}

impl KeyState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Absent, Self::InProgress, Self::Completed, Self::Expired];

    /// The lifecycle, as the table of payments.md M9 has it: what the key
    /// becomes, and what is answered.
    ///
    /// # Errors
    /// If the table does not have the pair.
    pub fn meet(self, event: KeyEvent) -> Result<(Self, KeyReply), IllegalKeyEvent> {
        use KeyEvent as Event;
        use KeyReply as Reply;
        match (self, event) {
            (Self::Absent | Self::Expired, Event::Asked) => Ok((Self::InProgress, Reply::Accept)),
            (Self::Absent | Self::Expired, Event::AskedForKnownOrder) => {
                Ok((self, Reply::AsBefore))
            }
            (Self::InProgress, Event::AskedWhileLeased) => Ok((self, Reply::InProgress)),
            (Self::InProgress, Event::AskedAfterLease) => Ok((self, Reply::Resume)),
            (Self::InProgress | Self::Completed, Event::AskedForOther) => {
                Ok((self, Reply::Mismatch))
            }
            (Self::InProgress, Event::Replied) => Ok((Self::Completed, Reply::Nothing)),
            (Self::Completed, Event::AskedWhileLeased | Event::AskedAfterLease) => {
                Ok((self, Reply::Replay))
            }
            (Self::Completed, Event::LifetimeOver) => Ok((Self::Expired, Reply::Nothing)),
            (Self::InProgress, Event::LifetimeOver)
            | (Self::InProgress | Self::Completed, Event::LifetimeOverUnfinished) => {
                Ok((self, Reply::Nothing))
            }
            (state, event) => Err(IllegalKeyEvent { state, event }),
        }
    }
}

impl KeyEvent {
    /// Every event.
    pub const ALL: [Self; 8] = [
        Self::Asked,
        Self::AskedForKnownOrder,
        Self::AskedWhileLeased,
        Self::AskedAfterLease,
        Self::AskedForOther,
        Self::Replied,
        Self::LifetimeOver,
        Self::LifetimeOverUnfinished,
    ];
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "absent",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Expired => "expired",
        })
    }
}
