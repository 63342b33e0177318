//! What of a payment is about a dispute that is lost: who bears it, and from what.

use super::{IllegalRecord, Payment};
use crate::at_hand::AtHand;
use crate::defect::Defect;
use crate::dispute::DisputeState;
use crate::identity::Merchant;
use crate::money::Amount;
use crate::rules::Rules;
use crate::saga::{SagaEntry, Try, TryState};
use crate::workflow::Action;
use crate::workflow::chargeback::what;

impl Payment {
    /// What the latest booking takes of what merchants have: nothing where that was
    /// never asked.
    pub(crate) fn at_hand(&self) -> AtHand {
        self.at_hand.unwrap_or(AtHand::NONE)
    }

    /// Whether the ledger has to be asked what merchants have, before what is lost can
    /// be booked.
    pub(crate) fn needs_at_hand(&self, rules: &Rules) -> bool {
        let asks = || rules.settles && self.at_hand.is_none() && self.loses().is_some();
        self.defects.pick(Defect::LossAllOwed, asks, || false)
    }

    /// What is taken of them, where they have `available`; `None` if that is settled,
    /// or of no concern.
    pub(crate) fn at_hand_of(&self, available: &[Amount]) -> Option<AtHand> {
        self.loses().filter(|_| self.at_hand.is_none())?;
        let chargeback = what(self);
        let others = chargeback.shares.others().map(|(merchant, _)| merchant);
        let merchants: Vec<_> = std::iter::once(chargeback.merchant).chain(others).collect();
        let has = |merchant: Merchant| {
            let sums = merchants.iter().zip(available).filter(|(known, _)| **known == merchant);
            sums.map(|(_, amount)| *amount).sum()
        };
        Some(AtHand::of(&chargeback, has))
    }

    /// Whether what it takes of merchants may be more than they have by now.
    pub(crate) fn may_fall_short(&self) -> bool {
        self.loses().is_some() && self.at_hand().sum() > Amount::ZERO
    }

    pub(super) fn take_at_hand(&mut self, at_hand: AtHand) -> Result<(), IllegalRecord> {
        let told_before = self.at_hand.is_some() || self.loses().is_none();
        if told_before || !at_hand.fits(&what(self)) {
            return Err(IllegalRecord::AtHand);
        }
        self.at_hand = Some(at_hand);
        Ok(())
    }

    /// It was refused for good, and is booked anew.
    pub(super) fn fall_short(&mut self) -> Result<(), IllegalRecord> {
        let which = self.loses().filter(|_| self.may_fall_short()).ok_or(IllegalRecord::AtHand)?;
        self.saga.apply(SagaEntry::Anew(which))?;
        self.at_hand = None;
        Ok(())
    }

    /// The booking that is awaited, if it is that of a dispute that is lost, and
    /// merchants bear.
    fn loses(&self) -> Option<Try> {
        let (which, state) = self.latest(Action::Post)?;
        let lost = self.dispute == DisputeState::Lost && state == TryState::Intended;
        let borne = !self.intent().order.disputes_late_success();
        (lost && borne).then_some(which)
    }
}
