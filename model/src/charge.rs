//! One charge in a provider's books (payments.md M3).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::currency::Currency;
use crate::identity::{ChargeId, OperationId, ProviderId, Token};
use crate::money::{Amount, Money};

/// A charge: what one authorization came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Charge {
    /// Its name at the provider.
    pub id: ChargeId,
    /// Whose books it is in.
    pub provider: ProviderId,
    /// The key of its authorization.
    pub reference: OperationId,
    /// Whose card.
    pub token: Token,
    /// What was asked for.
    pub money: Money,
    /// What was authorized.
    pub authorized: Amount,
    /// What was captured.
    pub captured: Amount,
    /// Where it stands.
    pub state: ChargeState,
    /// When the authorization ends.
    pub expires_at: Duration,
    /// From when on a query sees it.
    pub visible_at: Duration,
    /// When a deferred answer comes, and whether it is a yes.
    pub decision: Option<(Duration, bool)>,
}

/// Where a charge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChargeState {
    /// Not in the books.
    Absent,
    /// The issuer will answer later.
    Pending,
    /// The money is reserved.
    Authorized,
    /// The money was taken.
    Captured,
    /// The issuer said no.
    Declined,
    /// Undone before it was captured.
    Voided,
    /// Nobody captured it in time.
    AuthorizationExpired,
    /// Blocked before it ever came.
    Tombstoned,
}

/// What can happen to a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChargeEvent {
    /// The issuer reserved so much.
    Authorized(Amount),
    /// The issuer said no.
    Declined,
    /// The issuer will answer later.
    Deferred,
    /// So much was taken.
    Captured(Amount),
    /// It was undone.
    Voided,
    /// Its time ran out.
    Expired,
    /// It was blocked unseen.
    Tombstoned,
}

/// An event that a charge in this state can't meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a charge that is {state:?} can't meet {event:?}")]
pub struct IllegalChargeEvent {
    /// Where the charge stands.
    pub state: ChargeState,
    /// What it was told.
    pub event: ChargeEvent,
}

impl ChargeState {
    /// The lifecycle, as the table of payments.md M3 has it.
    pub fn next(self, event: ChargeEvent) -> Result<Self, IllegalChargeEvent> {
        use ChargeEvent as Event;
        match (self, event) {
            (Self::Absent, Event::Authorized(_)) => Ok(Self::Authorized),
            (Self::Absent, Event::Declined) => Ok(Self::Declined),
            (Self::Absent, Event::Deferred) => Ok(Self::Pending),
            (Self::Absent, Event::Tombstoned) => Ok(Self::Tombstoned),
            (Self::Pending, Event::Authorized(_)) => Ok(Self::Authorized),
            (Self::Pending, Event::Declined) => Ok(Self::Declined),
            (Self::Pending, Event::Voided) => Ok(Self::Voided),
            (Self::Authorized, Event::Captured(_)) => Ok(Self::Captured),
            (Self::Authorized, Event::Voided) => Ok(Self::Voided),
            (Self::Authorized, Event::Expired) => Ok(Self::AuthorizationExpired),
            (state, event) => Err(IllegalChargeEvent { state, event }),
        }
    }

    /// Whether it reserves the customer's money, or may come to.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::Pending | Self::Authorized)
    }
}

impl fmt::Display for ChargeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "absent",
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::Declined => "declined",
            Self::Voided => "voided",
            Self::AuthorizationExpired => "expired",
            Self::Tombstoned => "tombstoned",
        })
    }
}

impl Charge {
    /// A charge that was undone before anyone asked for it.
    pub fn tombstone(
        provider: ProviderId,
        reference: OperationId,
        token: Token,
        now: Duration,
    ) -> Self {
        Self {
            id: ChargeId::of(provider, reference),
            provider,
            reference,
            token,
            money: Money { amount: Amount::ZERO, currency: Currency::Usd },
            authorized: Amount::ZERO,
            captured: Amount::ZERO,
            state: ChargeState::Tombstoned,
            expires_at: now,
            visible_at: now,
            decision: None,
        }
    }

    /// Changes the charge as `event` says.
    ///
    /// # Errors
    /// If a charge in this state can't meet `event`; nothing changes.
    pub fn apply(&mut self, event: ChargeEvent) -> Result<(), IllegalChargeEvent> {
        self.state = self.state.next(event)?;
        match event {
            ChargeEvent::Authorized(amount) => self.authorized = amount,
            ChargeEvent::Captured(amount) => self.captured = amount,
            _ => {}
        }
        Ok(())
    }

    /// What time alone does to it by `now`.
    pub fn due(&self, now: Duration) -> Option<ChargeEvent> {
        match (self.state, self.decision) {
            (ChargeState::Pending, Some((at, approves))) if at <= now => Some(if approves {
                ChargeEvent::Authorized(self.money.amount)
            } else {
                ChargeEvent::Declined
            }),
            (ChargeState::Authorized, _) if self.expires_at <= now => Some(ChargeEvent::Expired),
            _ => None,
        }
    }
}
