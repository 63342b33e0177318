//! What of a payment is about what merchants bear: who of them pays what of a dispute
//! that is lost, or of a refund, and from what.

use super::{IllegalRecord, Payment};
use crate::at_hand::{AtHand, Burden};
use crate::defect::Defect;
use crate::dispute::DisputeState;
use crate::identity::Merchant;
use crate::money::Amount;
use crate::order::Order;
use crate::posting::refund::RefundShortfall;
use crate::rules::Rules;
use crate::saga::{SagaEntry, Try, TryState};
use crate::workflow::{Action, chargeback, refund};

/// What the ledger has told of those who bear something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bearing {
    /// Nobody has asked it.
    Nothing,
    /// What they have for it.
    AtHand(AtHand),
    /// That one of them had less by the time of the booking: it is asked once more.
    Short,
}

impl Payment {
    /// What the latest booking takes of what merchants have: nothing where that was
    /// never asked.
    pub(crate) fn at_hand(&self) -> AtHand {
        self.told_at_hand().unwrap_or(AtHand::NONE)
    }

    /// The same; `None` where it was never asked.
    pub(crate) fn told_at_hand(&self) -> Option<AtHand> {
        match self.bearing {
            Bearing::AtHand(at_hand) => Some(at_hand),
            Bearing::Nothing | Bearing::Short => None,
        }
    }

    /// Whether the ledger has to be asked what merchants have, before what they bear can
    /// be booked.
    pub(crate) fn needs_at_hand(&self, rules: &Rules) -> bool {
        if !rules.settles || self.told_at_hand().is_some() {
            return false;
        }
        let owed = rules.refund_shortfall == RefundShortfall::Owed;
        let loses = || self.loses().is_some();
        let loses = self.defects.pick(Defect::LossAllOwed, loses, || false);
        loses || (owed && self.reserves().is_some())
    }

    /// What merchants bear by the booking that is awaited, if they bear something.
    pub(crate) fn burden(&self) -> Option<Burden> {
        Some(self.borne()?.1)
    }

    /// What is taken of them, where they have `available`; `None` if that is settled,
    /// or of no concern.
    pub(crate) fn at_hand_of(&self, available: &[Amount]) -> Option<AtHand> {
        let burden = self.burden().filter(|_| self.told_at_hand().is_none())?;
        let merchants: Vec<_> = burden.merchants().collect();
        let has = |merchant: Merchant| {
            let sums = merchants.iter().zip(available).filter(|(known, _)| **known == merchant);
            sums.map(|(_, amount)| *amount).sum()
        };
        Some(AtHand::of(&burden, has))
    }

    /// Whether what it takes of merchants may be more than they have by now.
    pub(crate) fn may_fall_short(&self) -> bool {
        let takes = self.told_at_hand().is_some_and(|at_hand| at_hand.sum() > Amount::ZERO);
        takes && self.borne().is_some()
    }

    /// Whether the last booking took of merchants what they had no more.
    pub(super) fn fell_short(&self) -> bool {
        self.bearing == Bearing::Short
    }

    pub(super) fn take_at_hand(&mut self, at_hand: AtHand) -> Result<(), IllegalRecord> {
        let burden = self.burden().filter(|_| self.told_at_hand().is_none());
        if !burden.is_some_and(|burden| at_hand.fits(&burden)) {
            return Err(IllegalRecord::AtHand);
        }
        self.bearing = Bearing::AtHand(at_hand);
        Ok(())
    }

    /// It was refused for good, and is booked anew.
    pub(super) fn fall_short(&mut self) -> Result<(), IllegalRecord> {
        let borne = self.borne().filter(|_| self.may_fall_short());
        let (which, _) = borne.ok_or(IllegalRecord::AtHand)?;
        self.saga.apply(match self.action(which) {
            Action::Hold => SagaEntry::Refused(which),
            _ => SagaEntry::Anew(which),
        })?;
        self.bearing = Bearing::Short;
        Ok(())
    }

    /// The booking that is awaited, if merchants bear what it takes, and who of them what.
    fn borne(&self) -> Option<(Try, Burden)> {
        let loss = self.loses().map(|which| (which, chargeback::what(self).burden()));
        loss.or_else(|| Some((self.reserves()?, refund::what(self).burden())))
    }

    /// The booking that is awaited, if it is that of a dispute that is lost, and
    /// merchants bear.
    fn loses(&self) -> Option<Try> {
        let (which, state) = self.latest(Action::Post)?;
        let lost = self.dispute == DisputeState::Lost && state == TryState::Intended;
        let borne = !self.intent().order.disputes_late_success();
        (lost && borne).then_some(which)
    }

    /// The hold that is awaited, if it is that of a refund after settlement: merchants
    /// have what is to be given back available, or not.
    fn reserves(&self) -> Option<Try> {
        let Order::Refund(order) = self.intent().order else { return None };
        let (which, state) = self.latest(Action::Hold)?;
        (order.settled.is_some() && state == TryState::Intended).then_some(which)
    }
}
