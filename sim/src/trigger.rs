//! When a planned fault strikes: at a moment that means something.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::message::{Kind, Role, SendIdentity, Subject};
use crate::time::VirtualTime;

/// The moment when a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// At a moment of virtual time.
    At(VirtualTime),
    /// When the sending that this names is sent.
    OnSend(Occasion),
    /// When the first copy of the sending that this names is delivered.
    OnDelivery(Occasion),
    /// When the fact that this names is stated.
    OnFact(Sight),
    /// A while after something happened.
    Later(Cue, Duration),
}

/// What a fault can wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cue {
    /// This is sent.
    Send(Occasion),
    /// The first copy of this is delivered.
    Delivery(Occasion),
    /// This is stated.
    Fact(Sight),
}

/// A sending, by what it is about: the `ordinal`-th `kind` for `subject` from
/// `from` to `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Occasion {
    /// Who sends.
    pub from: Role,
    /// To whom.
    pub to: Role,
    /// Which kind of message.
    pub kind: Kind,
    /// About which operation.
    pub subject: Subject,
    /// The how-manieth, from 1.
    pub ordinal: u32,
}

/// A fact, by what it is about: the `ordinal`-th of `kind` for `subject` that
/// `role` stated. [`System::fact_key`](crate::System::fact_key) tells a fact's
/// kind and subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sight {
    /// Who states it.
    pub role: Role,
    /// Which kind of fact.
    pub kind: Kind,
    /// About which operation.
    pub subject: Subject,
    /// The how-manieth, from 1 and across crashes.
    pub ordinal: u32,
}

impl Trigger {
    /// What it waits for, and how long after that the fault strikes; `None` if
    /// it waits for a moment of virtual time.
    pub fn cue(&self) -> Option<(Cue, Duration)> {
        match *self {
            Self::At(_) => None,
            Self::OnSend(occasion) => Some((Cue::Send(occasion), Duration::ZERO)),
            Self::OnDelivery(occasion) => Some((Cue::Delivery(occasion), Duration::ZERO)),
            Self::OnFact(sight) => Some((Cue::Fact(sight), Duration::ZERO)),
            Self::Later(cue, after) => Some((cue, after)),
        }
    }
}

impl SendIdentity {
    /// The occasion of this sending, for triggers.
    pub fn occasion(&self) -> Occasion {
        let Self { from, to, kind, subject, ordinal } = *self;
        Occasion { from, to, kind, subject, ordinal }
    }
}
