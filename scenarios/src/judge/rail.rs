//! What providers did by themselves, and when the ledger had it.

use model::{AccountName, ChargeEvent, Movement, Transfer};
use sim::VirtualTime;

/// Something that a provider did by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RailEvent {
    pub(super) what: Rail,
    /// When it happened.
    pub(super) at: VirtualTime,
    /// When the ledger had it.
    pub(super) booked_at: Option<VirtualTime>,
}

/// What a provider does by itself: what becomes of a dispute; and what somebody
/// has it do by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rail {
    /// It gave the money to the customer's bank.
    Opened,
    /// It got it back.
    Won,
    /// It did not.
    Lost,
    /// It gave money back by hand.
    ByHand,
}

impl Rail {
    /// What a change in the books is of these.
    pub(super) fn of(movement: &Movement) -> Option<Self> {
        match movement.event {
            ChargeEvent::Disputed(_) => Some(Self::Opened),
            ChargeEvent::DisputeWon(_) => Some(Self::Won),
            ChargeEvent::DisputeLost => Some(Self::Lost),
            _ if is_by_hand(movement) => Some(Self::ByHand),
            _ => None,
        }
    }

    /// What a stored row books of these.
    pub(super) fn booked_by(row: &Transfer) -> Option<Self> {
        match (row.debit.name, row.credit.name) {
            (AccountName::Dispute(_), AccountName::ProviderReceivable(_)) => Some(Self::Opened),
            (AccountName::ProviderReceivable(_), AccountName::Dispute(_)) => Some(Self::Won),
            (_, AccountName::Dispute(_)) => Some(Self::Lost),
            (AccountName::TransitOutProviders, AccountName::ProviderReceivable(_)) => {
                Some(Self::ByHand)
            }
            _ => None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::ByHand => "given back by hand",
        }
    }
}

/// Whether it is money that went back, and no request asked for it.
pub(super) fn is_by_hand(movement: &Movement) -> bool {
    matches!(movement.event, ChargeEvent::Refunded(_)) && movement.reference.is_none()
}
