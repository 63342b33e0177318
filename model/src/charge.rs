//! One charge in a provider's books (payments.md M3).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::aside::Aside;
use crate::currency::Currency;
use crate::dialect::{Dialect, Residual};
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
    /// What was captured, in all.
    pub captured: Amount,
    /// What of it was given back.
    pub refunded: Amount,
    /// What of it will be given back, unless that fails.
    pub refunding: Amount,
    /// What of it disputes have withdrawn.
    pub withdrawn: Amount,
    /// Where it stands.
    pub state: ChargeState,
    /// When it came.
    pub made_at: Duration,
    /// When the authorization ends.
    pub expires_at: Duration,
    /// From when on a query sees it.
    pub visible_at: Duration,
    /// When a deferred answer comes, and whether it is a yes.
    pub decision: Option<(Duration, bool)>,
    /// When the provider takes the authorization back by itself.
    pub reverses_at: Option<Duration>,
    /// When the capture is settled.
    pub settles_at: Option<Duration>,
    /// Whether something that was not captured is still reserved.
    pub residual_hold: bool,
    /// Whether it was taken after it had come to nothing.
    pub taken_after_all: Aside<bool>,
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
    /// A part of the money was taken, and more may be.
    PartiallyCaptured,
    /// The money was taken.
    Captured,
    /// The money is on its way to us.
    Settled,
    /// The customer wants it back, and the bank has it meanwhile.
    Disputed,
    /// The customer has it back.
    ChargedBack,
    /// The issuer said no.
    Declined,
    /// Undone before it was captured.
    Voided,
    /// Nobody captured it in time.
    AuthorizationExpired,
    /// The provider took it back by itself.
    AutoReversed,
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
    /// So much was taken, and more may be.
    PartlyCaptured(Amount),
    /// So much was taken, and no more will be.
    Captured(Amount),
    /// It was undone.
    Voided,
    /// Its time ran out.
    Expired,
    /// The provider took it back by itself.
    AutoReversed,
    /// It was blocked unseen.
    Tombstoned,
    /// What the last capture left is reserved no more.
    RemainderReleased,
    /// The cut-off came.
    Settled,
    /// So much was given back.
    Refunded(Amount),
    /// So much will be given back, unless that fails.
    RefundPending(Amount),
    /// So much that was pending was given back.
    RefundSucceeded(Amount),
    /// So much that was pending will not be given back.
    RefundFailed(Amount),
    /// So much that was given back came back.
    RefundReturned(Amount),
    /// The customer wants so much back, and the bank has taken it.
    Disputed(Amount),
    /// We got so much back from the bank.
    DisputeWon(Amount),
    /// The customer keeps what the bank has taken.
    DisputeLost,
    /// The bank objects, and has taken so much again.
    DisputedAgain(Amount),
    /// We got so much back from the bank, for good.
    WonAgain(Amount),
    /// The customer keeps what the bank has taken again.
    LostAgain,
    /// So much was taken after it had come to nothing: its provider has broken its
    /// word.
    TakenAfterAll(Amount),
}

/// An event that a charge can't meet where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IllegalChargeEvent {
    /// Not in this state.
    #[error("a charge that is {state:?} can't meet {event:?}")]
    Pair {
        /// Where the charge stands.
        state: ChargeState,
        /// What it was told.
        event: ChargeEvent,
    },
    /// Not over so much.
    #[error("{event:?} is nothing, or more than the {} that are left", { left.0 })]
    Amount {
        /// What it was told.
        event: ChargeEvent,
        /// What is left for events of this kind, in minor units.
        left: Amount,
    },
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
            (Self::Authorized | Self::PartiallyCaptured, Event::PartlyCaptured(_)) => {
                Ok(Self::PartiallyCaptured)
            }
            (Self::Authorized, Event::Voided) => Ok(Self::Voided),
            (Self::Authorized, Event::Expired) => Ok(Self::AuthorizationExpired),
            (Self::Authorized, Event::AutoReversed) => Ok(Self::AutoReversed),
            (Self::PartiallyCaptured, Event::Captured(_) | Event::Voided | Event::Expired) => {
                Ok(Self::Captured)
            }
            (Self::Captured, Event::Settled) => Ok(Self::Settled),
            (Self::Captured | Self::Settled, Event::Refunded(_) | Event::RefundPending(_)) => {
                Ok(self)
            }
            (Self::Captured | Self::Settled, Event::Disputed(_)) => Ok(Self::Disputed),
            // What a dispute gave back is settled.
            (Self::Settled, Event::DisputedAgain(_)) => Ok(Self::Disputed),
            (Self::Disputed, Event::DisputeWon(_) | Event::WonAgain(_)) => Ok(Self::Settled),
            (Self::Disputed, Event::DisputeLost | Event::LostAgain) => Ok(Self::ChargedBack),
            (Self::Declined | Self::Voided | Self::Tombstoned, Event::TakenAfterAll(_)) => {
                Ok(Self::Captured)
            }
            (
                Self::Captured | Self::Settled | Self::Disputed | Self::ChargedBack,
                Event::RemainderReleased
                | Event::RefundSucceeded(_)
                | Event::RefundFailed(_)
                | Event::RefundReturned(_),
            ) => Ok(self),
            (state, event) => Err(IllegalChargeEvent::Pair { state, event }),
        }
    }

    /// Whether it reserves the customer's money, or may come to.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::Pending | Self::Authorized | Self::PartiallyCaptured)
    }

    /// Whether money was taken that no void brings back.
    pub const fn is_past_void(self) -> bool {
        matches!(self, Self::Captured | Self::Settled | Self::Disputed | Self::ChargedBack)
    }
}

impl fmt::Display for ChargeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "absent",
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::PartiallyCaptured => "partially captured",
            Self::Captured => "captured",
            Self::Settled => "settled",
            Self::Disputed => "disputed",
            Self::ChargedBack => "charged back",
            Self::Declined => "declined",
            Self::Voided => "voided",
            Self::AuthorizationExpired => "expired",
            Self::AutoReversed => "reversed by the provider",
            Self::Tombstoned => "tombstoned",
        })
    }
}

impl Charge {
    /// A charge that nothing has happened to.
    pub fn absent(
        id: ChargeId,
        (provider, reference, token): (ProviderId, OperationId, Token),
        money: Money,
        now: Duration,
    ) -> Self {
        Self {
            id,
            provider,
            reference,
            token,
            money,
            authorized: Amount::ZERO,
            captured: Amount::ZERO,
            refunded: Amount::ZERO,
            refunding: Amount::ZERO,
            withdrawn: Amount::ZERO,
            state: ChargeState::Absent,
            made_at: now,
            expires_at: now,
            visible_at: now,
            decision: None,
            reverses_at: None,
            settles_at: None,
            residual_hold: false,
            taken_after_all: Aside::NONE,
        }
    }

    /// A charge that was undone before anyone asked for it.
    pub fn tombstone(
        provider: ProviderId,
        reference: OperationId,
        token: Token,
        now: Duration,
    ) -> Self {
        let id = ChargeId::of(provider, reference, 0);
        let money = Money { amount: Amount::ZERO, currency: Currency::Usd };
        let state = ChargeState::Tombstoned;
        Self { state, ..Self::absent(id, (provider, reference, token), money, now) }
    }

    /// Changes the charge as `event` says.
    ///
    /// # Errors
    /// If a charge in this state can't meet `event`, or not over this amount;
    /// nothing changes.
    pub fn apply(&mut self, event: ChargeEvent) -> Result<(), IllegalChargeEvent> {
        let state = self.state.next(event)?;
        if let Some((amount, left)) = self.claim(event)
            && (amount <= Amount::ZERO || amount > left)
        {
            return Err(IllegalChargeEvent::Amount { event, left });
        }
        self.state = state;
        match event {
            ChargeEvent::Authorized(amount) => self.authorized = amount,
            ChargeEvent::Captured(amount) | ChargeEvent::PartlyCaptured(amount) => {
                self.captured += amount;
            }
            ChargeEvent::Refunded(amount) => self.refunded += amount,
            ChargeEvent::RefundPending(amount) => self.refunding += amount,
            ChargeEvent::RefundSucceeded(amount) => {
                self.refunding -= amount;
                self.refunded += amount;
            }
            ChargeEvent::RefundFailed(amount) => self.refunding -= amount,
            ChargeEvent::RefundReturned(amount) => self.refunded -= amount,
            ChargeEvent::Disputed(amount) | ChargeEvent::DisputedAgain(amount) => {
                self.withdrawn += amount;
            }
            ChargeEvent::DisputeWon(amount) | ChargeEvent::WonAgain(amount) => {
                self.withdrawn -= amount;
            }
            ChargeEvent::RemainderReleased => self.residual_hold = false,
            ChargeEvent::TakenAfterAll(amount) => {
                (self.authorized, self.captured) = (amount, amount);
                self.taken_after_all = Aside(Some(true));
            }
            _ => {}
        }
        Ok(())
    }

    /// How much `event` claims of what, where it claims something.
    fn claim(&self, event: ChargeEvent) -> Option<(Amount, Amount)> {
        Some(match event {
            ChargeEvent::Captured(amount) | ChargeEvent::PartlyCaptured(amount) => {
                (amount, self.authorized - self.captured)
            }
            ChargeEvent::TakenAfterAll(amount) => (amount, self.money.amount),
            ChargeEvent::Refunded(amount) | ChargeEvent::RefundPending(amount) => {
                (amount, self.refundable())
            }
            ChargeEvent::RefundSucceeded(amount) | ChargeEvent::RefundFailed(amount) => {
                (amount, self.refunding)
            }
            ChargeEvent::RefundReturned(amount) => (amount, self.refunded),
            // A refund that was accepted before does not keep a customer's bank
            // from taking all of it.
            ChargeEvent::Disputed(amount) | ChargeEvent::DisputedAgain(amount) => {
                (amount, self.captured - self.withdrawn)
            }
            ChargeEvent::DisputeWon(amount) | ChargeEvent::WonAgain(amount) => {
                (amount, self.withdrawn)
            }
            _ => return None,
        })
    }

    /// What can still be given back.
    pub fn refundable(&self) -> Amount {
        self.captured - self.refunded - self.refunding - self.withdrawn
    }

    /// What of the customer's money is reserved and not taken.
    pub fn reserved(&self) -> Amount {
        let holds = self.state.is_alive() || self.residual_hold;
        if holds { self.authorized - self.captured } else { Amount::ZERO }
    }

    /// Whether money of the customer's that is not taken is reserved, or may
    /// come to be.
    pub fn is_alive(&self) -> bool {
        self.state.is_alive() || self.residual_hold
    }

    /// What time alone does to it by `now`: the first thing that is due.
    pub fn due(&self, now: Duration) -> Option<ChargeEvent> {
        let over = self.expires_at <= now;
        match self.state {
            ChargeState::Pending => match self.decision {
                Some((at, true)) if at <= now => Some(ChargeEvent::Authorized(self.money.amount)),
                Some((at, false)) if at <= now => Some(ChargeEvent::Declined),
                _ => None,
            },
            ChargeState::Authorized => match self.reverses_at {
                Some(at) if at <= now && at <= self.expires_at => Some(ChargeEvent::AutoReversed),
                _ => over.then_some(ChargeEvent::Expired),
            },
            ChargeState::PartiallyCaptured => over.then_some(ChargeEvent::Expired),
            state if state.is_past_void() && self.residual_hold && over => {
                Some(ChargeEvent::RemainderReleased)
            }
            ChargeState::Captured if self.settles_at.is_some_and(|at| at <= now) => {
                Some(ChargeEvent::Settled)
            }
            _ => None,
        }
    }

    /// What follows from a last capture at `now`, in this dialect.
    pub(crate) fn close_capture(&mut self, dialect: &Dialect, now: Duration) {
        self.end_capture(dialect, now);
        let left = self.captured < self.authorized;
        self.residual_hold = left && dialect.residual == Residual::Kept;
    }

    /// What follows at `now` from nothing more being taken: the next cut-off
    /// settles it.
    pub(crate) fn end_capture(&mut self, dialect: &Dialect, now: Duration) {
        let every = dialect.settlement.cut_off_every.as_secs().max(1);
        self.settles_at = Some(Duration::from_secs((now.as_secs() / every + 1) * every));
    }
}
