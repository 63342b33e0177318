//! How a provider gives money back, and how a customer's bank takes it
//! (payments.md M5 and M6).

use std::time::Duration;

use super::charging::Executed;
use super::{Execution, IssuerAnswer, Movement, ProviderBooks, ProviderReply};
use crate::charge::{ChargeEvent, IllegalChargeEvent};
use crate::dispute::{Dispute, DisputeEvent, DisputeState, IllegalDisputeEvent};
use crate::identity::{ChargeId, OperationId};
use crate::money::Amount;
use crate::refund::{Refund, RefundEvent, RefundState};

/// Why a dispute can't go on like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IllegalDispute {
    /// The books have no such charge.
    #[error("there is no {0} to dispute")]
    NoCharge(ChargeId),
    /// The dispute can't meet the event.
    #[error(transparent)]
    Dispute(#[from] IllegalDisputeEvent),
    /// The charge can't.
    #[error(transparent)]
    Charge(#[from] IllegalChargeEvent),
}

/// The whole, in basis points.
const WHOLE: i128 = 10_000;

impl ProviderBooks {
    /// Every refund under `reference`: more than one where a key was ignored
    /// or outlived.
    pub fn refunds(&self, reference: OperationId) -> &[Refund] {
        self.refunds.get(&reference).map_or(&[], Vec::as_slice)
    }

    /// What was given back and will come back, by its reference, and when.
    pub fn coming_back(&self) -> impl Iterator<Item = (OperationId, Duration)> {
        let refunds = self.refunds.iter();
        refunds.flat_map(|(reference, refunds)| {
            refunds.iter().filter_map(|refund| match refund.later {
                Some((at, RefundEvent::Returned)) => Some((*reference, at)),
                _ => None,
            })
        })
    }

    /// The dispute over `charge`, if there is or was one.
    pub fn dispute_of(&self, charge: ChargeId) -> Option<&Dispute> {
        self.disputes.get(&charge)
    }

    pub(super) fn refund(
        &mut self,
        reference: OperationId,
        id: ChargeId,
        amount: Amount,
        how: &Execution,
    ) -> Executed {
        let refused = (ProviderReply::RefundFailed, None);
        let (event, later) = match how.issuer {
            IssuerAnswer::Decline(_) => (RefundEvent::Failed, None),
            IssuerAnswer::Later(after, true) => {
                (RefundEvent::Pending, Some((how.now + after, RefundEvent::Succeeded)))
            }
            IssuerAnswer::Later(after, false) => {
                (RefundEvent::Pending, Some((how.now + after, RefundEvent::Failed)))
            }
            IssuerAnswer::ReturnLate(after) => {
                (RefundEvent::Succeeded, Some((how.now + after, RefundEvent::Returned)))
            }
            IssuerAnswer::Approve | IssuerAnswer::ApprovePart(_) => (RefundEvent::Succeeded, None),
        };
        let Some(charge) = self.opened(id) else { return refused };
        if !(charge.state.is_past_void() && amount > Amount::ZERO && amount <= charge.refundable())
        {
            return refused;
        }
        let (token, state, visible_at) = (how.token, RefundState::Sent, how.now + how.lag);
        let mut refund = Refund { charge: id, token, amount, state, later, visible_at };
        let effect = refund.apply(event).ok().flatten();
        if effect.is_some_and(|effect| charge.apply(effect).is_err()) {
            return refused;
        }
        let movement = effect.map(|event| Movement {
            charge: *charge,
            token,
            reference: Some(reference),
            event,
        });
        self.refunds.entry(reference).or_default().push(refund);
        let reply = match event {
            RefundEvent::Pending => ProviderReply::Pending,
            RefundEvent::Failed => ProviderReply::RefundFailed,
            _ => ProviderReply::Refunded { amount },
        };
        (reply, movement)
    }

    /// Somebody with a password gives `share` basis points of what was captured
    /// of `id` back, or what is left of it: under a name that no request has, and
    /// once.
    pub fn refund_by_hand(&mut self, id: ChargeId, share: u16, now: Duration) -> Option<Movement> {
        let reference = OperationId::by_hand(id);
        if !self.refunds(reference).is_empty() {
            return None;
        }
        let charge = self.opened(id)?;
        let wanted = Amount(charge.captured.0 * i128::from(share) / WHOLE).max(Amount(1));
        let amount = wanted.min(charge.refundable());
        let event = ChargeEvent::Refunded(amount);
        charge.apply(event).ok()?;
        let (charge, token) = (*charge, charge.token);
        let (state, later, visible_at) = (RefundState::Succeeded, None, now);
        let refund = Refund { charge: id, token, amount, state, later, visible_at };
        self.refunds.entry(reference).or_default().push(refund);
        Some(Movement { charge, token, reference: None, event })
    }

    /// Whether somebody gave something of `id` back by hand.
    pub fn is_refunded_by_hand(&self, id: ChargeId) -> bool {
        !self.refunds(OperationId::by_hand(id)).is_empty()
    }

    /// Lets time pass over the refunds of `reference`: what was pending is
    /// decided, what succeeded is returned. Tells the first thing that this
    /// does.
    pub fn mature_refund(&mut self, reference: OperationId, now: Duration) -> Option<Movement> {
        let refunds = self.refunds.get_mut(&reference)?;
        let refund = refunds.iter_mut().find(|refund| refund.due(now).is_some())?;
        let effect = refund.apply(refund.due(now)?).ok()?;
        refund.later = None;
        let (event, id, token) = (effect?, refund.charge, refund.token);
        let charge = self.opened(id)?;
        charge.apply(event).ok()?;
        Some(Movement { charge: *charge, token, reference: None, event })
    }

    /// A customer's bank disputes so much of `id`, and has it from now on.
    ///
    /// # Errors
    /// If there is no such charge, or it can't be disputed, or a dispute over
    /// it is under way.
    pub fn open_dispute(
        &mut self,
        id: ChargeId,
        amount: Amount,
        respond_by: Duration,
    ) -> Result<Movement, IllegalDispute> {
        let known = self.disputes.get(&id).map_or(DisputeState::Absent, |dispute| dispute.state);
        known.next(DisputeEvent::Opened)?;
        let fresh = Dispute { amount, state: DisputeState::Absent, respond_by };
        let moved = self.advance(id, fresh, DisputeEvent::Opened)?;
        Ok(moved.expect("an opened dispute withdraws the money"))
    }

    /// What happens next to the dispute over `id`; tells what that does to the
    /// charge.
    ///
    /// # Errors
    /// If there is no dispute, or it can't meet `event`.
    pub fn dispute(
        &mut self,
        id: ChargeId,
        event: DisputeEvent,
    ) -> Result<Option<Movement>, IllegalDispute> {
        let none = Dispute {
            amount: Amount::ZERO,
            state: DisputeState::Absent,
            respond_by: Duration::ZERO,
        };
        let dispute = self.disputes.get(&id).copied().unwrap_or(none);
        self.advance(id, dispute, event)
    }

    /// The merchant answers a dispute. Whoever answers again, or too late, is
    /// told how it stands.
    pub(super) fn contest(&mut self, id: ChargeId, evidence: bool, how: &Execution) -> Executed {
        let disputed = self.opened(id).is_some_and(|charge| charge.token == how.token);
        let Some(dispute) = self.disputes.get(&id).filter(|_| disputed).copied() else {
            return (ProviderReply::Invalid, None);
        };
        let answered = match evidence {
            true => DisputeEvent::EvidenceSubmitted,
            false => DisputeEvent::Accepted,
        };
        let event = dispute.due(how.now).unwrap_or(answered);
        let movement = self.dispute(id, event).ok().flatten();
        let stands = self.disputes.get(&id).map_or(dispute.state, |dispute| dispute.state);
        (ProviderReply::Dispute(stands), movement)
    }

    /// Lets time pass over the dispute over `id`: who does not answer accepts.
    pub fn mature_dispute(&mut self, id: ChargeId, now: Duration) -> Option<Movement> {
        let event = self.disputes.get(&id)?.due(now)?;
        self.dispute(id, event).ok().flatten()
    }

    fn advance(
        &mut self,
        id: ChargeId,
        mut dispute: Dispute,
        event: DisputeEvent,
    ) -> Result<Option<Movement>, IllegalDispute> {
        let effect = dispute.apply(event)?;
        let charge = self.opened(id).ok_or(IllegalDispute::NoCharge(id))?;
        if let Some(event) = effect {
            charge.apply(event)?;
        }
        let movement = effect.map(|event| {
            let token = charge.token;
            Movement { charge: *charge, token, reference: None, event }
        });
        self.disputes.insert(id, dispute);
        Ok(movement)
    }
}
