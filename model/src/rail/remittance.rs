//! A sum that was sent over a rail, as the bank has it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::request::{BankReply, Homecoming, Rejection, ReturnNotice, ReturnReason};
use crate::banking_day::Day;
use crate::identity::{BankId, OperationId, ReturnId, Token};
use crate::money::Money;

/// What one `pacs.008` came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Remittance {
    /// In whose books.
    pub bank: BankId,
    /// What made it happen once.
    pub reference: OperationId,
    /// To which account elsewhere.
    pub destination: Token,
    /// How much.
    pub money: Money,
    /// Where it stands.
    pub state: RemittanceState,
    /// When what happens to it.
    pub timetable: Timetable,
    /// When it is decided, and whether by a yes, where that is not at once.
    pub decision: Option<(Duration, bool)>,
    /// Whether and when it comes back, once it was sent.
    pub homecoming: Option<(Duration, ReturnReason)>,
    /// Whether it was recalled, and with success.
    pub recalled: Option<bool>,
    /// Whether the house knows that it came back.
    pub acknowledged: bool,
}

/// When what happens to a sum on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timetable {
    /// When it leaves the bank: until then a recall can't fail.
    pub leaves_at: Duration,
    /// When the money is there, if that is not at once.
    pub settles_at: Option<Duration>,
    /// The day on which it is.
    pub value_day: Day,
}

/// Where a sum stands that was to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemittanceState {
    /// Not in the books.
    Absent,
    /// The other bank has not answered yet.
    Pending,
    /// The other bank never answered.
    Deemed,
    /// The money is on its way, or there.
    Accepted,
    /// The day is over on which it is there.
    Settled,
    /// Nothing was sent.
    Rejected(Rejection),
    /// It came back.
    Returned(ReturnReason),
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemittanceEvent {
    /// The other bank answers later.
    Deferred,
    /// The other bank does not answer.
    Deemed,
    /// The other bank takes it.
    Accepted,
    /// The other bank does not, or it was reversed.
    Rejected(Rejection),
    /// The money is there.
    Settled,
    /// It came back.
    Returned(ReturnReason),
}

/// An event that a sum in this state can't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a remittance that is {state:?} can't meet {event:?}")]
pub struct IllegalRemittanceEvent {
    /// Where it stands.
    pub state: RemittanceState,
    /// What it was told.
    pub event: RemittanceEvent,
}

impl RemittanceState {
    /// The lifecycle: once decided it stays decided, and only what was sent
    /// can come back.
    pub fn next(self, event: RemittanceEvent) -> Result<Self, IllegalRemittanceEvent> {
        use RemittanceEvent as Event;
        match (self, event) {
            (Self::Absent, Event::Deferred) => Ok(Self::Pending),
            (Self::Absent, Event::Deemed) => Ok(Self::Deemed),
            (Self::Absent | Self::Pending | Self::Deemed, Event::Accepted) => Ok(Self::Accepted),
            (Self::Absent | Self::Pending | Self::Deemed, Event::Rejected(why)) => {
                Ok(Self::Rejected(why))
            }
            (Self::Accepted, Event::Settled) => Ok(Self::Settled),
            (Self::Accepted | Self::Settled, Event::Returned(why)) => Ok(Self::Returned(why)),
            (state, event) => Err(IllegalRemittanceEvent { state, event }),
        }
    }

    /// Whether the money was sent, or may still come to be.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::Pending | Self::Deemed | Self::Accepted | Self::Settled)
    }

    /// Whether the money was sent, and be it that it came back.
    pub const fn was_sent(self) -> bool {
        matches!(self, Self::Accepted | Self::Settled | Self::Returned(_))
    }
}

impl fmt::Display for RemittanceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("absent"),
            Self::Pending => f.write_str("pending"),
            Self::Deemed => f.write_str("deemed"),
            Self::Accepted => f.write_str("accepted"),
            Self::Settled => f.write_str("settled"),
            Self::Rejected(why) => write!(f, "rejected ({why})"),
            Self::Returned(why) => write!(f, "returned ({why})"),
        }
    }
}

impl Remittance {
    /// Changes it as `event` says.
    ///
    /// # Errors
    /// If one in this state can't meet `event`; nothing changes.
    pub fn apply(&mut self, event: RemittanceEvent) -> Result<(), IllegalRemittanceEvent> {
        self.state = self.state.next(event)?;
        Ok(())
    }

    /// What the message that sent it is answered, whenever it comes; `None` as
    /// long as there is nothing to say.
    pub const fn verdict(&self) -> Option<BankReply> {
        match self.state {
            RemittanceState::Absent | RemittanceState::Pending => None,
            RemittanceState::Deemed => Some(BankReply::Deemed),
            RemittanceState::Rejected(why) => Some(BankReply::Rejected(why)),
            RemittanceState::Accepted | RemittanceState::Settled | RemittanceState::Returned(_) => {
                Some(BankReply::Accepted)
            }
        }
    }

    /// What time alone does to it next, and when.
    pub fn due(&self) -> Option<(Duration, RemittanceEvent)> {
        use RemittanceEvent as Event;
        match self.state {
            RemittanceState::Pending | RemittanceState::Deemed => {
                let (at, yes) = self.decision?;
                let no = match self.state {
                    RemittanceState::Deemed => Rejection::Reversed,
                    _ => Rejection::Offline,
                };
                Some((at, if yes { Event::Accepted } else { Event::Rejected(no) }))
            }
            RemittanceState::Accepted | RemittanceState::Settled => {
                let settles = self.timetable.settles_at.map(|at| (at, Event::Settled));
                let settles = settles.filter(|_| self.state == RemittanceState::Accepted);
                let returns = self.homecoming.map(|(at, why)| (at, Event::Returned(why)));
                settles.into_iter().chain(returns).min_by_key(|(at, _)| *at)
            }
            RemittanceState::Absent
            | RemittanceState::Rejected(_)
            | RemittanceState::Returned(_) => None,
        }
    }

    /// What the house has to be told, if it came back.
    pub fn notice(&self) -> Option<ReturnNotice> {
        let RemittanceState::Returned(reason) = self.state else { return None };
        Some(ReturnNotice {
            id: ReturnId::of(self.bank, self.reference),
            bank: self.bank,
            reference: self.reference,
            destination: self.destination,
            money: self.money,
            reason,
        })
    }

    /// Whether nothing is left to happen to it, and nobody left to be told.
    pub fn is_over(&self) -> bool {
        match self.state {
            RemittanceState::Rejected(_) => true,
            RemittanceState::Returned(_) => self.acknowledged,
            RemittanceState::Absent | RemittanceState::Pending | RemittanceState::Deemed => false,
            RemittanceState::Accepted | RemittanceState::Settled => self.due().is_none(),
        }
    }
}

impl Homecoming {
    /// Whether a seed could have drawn it.
    pub fn is_possible(&self) -> bool {
        let most = match self.reason {
            ReturnReason::AccountClosed | ReturnReason::NoAccount => super::RETURN_DAYS_MAX,
            ReturnReason::Unauthorized => super::UNAUTHORIZED_DAYS_MAX,
            ReturnReason::Recalled => super::RECALL_DAYS_MAX,
        };
        (1..=most).contains(&u32::from(self.days))
    }
}
