//! How a provider executes what is asked about a charge: authorize, capture,
//! undo, tell.

use std::time::Duration;

use super::{Decline, Execution, IssuerAnswer, Movement, ProviderBooks, ProviderReply};
use crate::charge::{Charge, ChargeEvent, ChargeState};
use crate::dialect::Undoing;
use crate::identity::{ChargeId, OperationId};
use crate::money::{Amount, Money};

/// What a request comes to: the answer, and what changed.
pub(super) type Executed = (ProviderReply, Option<Movement>);

impl ProviderBooks {
    pub(super) fn authorize(
        &mut self,
        reference: OperationId,
        money: Money,
        how: &Execution,
    ) -> Executed {
        // What was undone by its key is blocked for good where keys can be
        // canceled, and so is what was taken in spite of that; anywhere else a reference that comes without a key that is
        // known is one more charge.
        let undone = matches!(
            self.state(self.latest(reference), how.now),
            Some(ChargeState::Tombstoned | ChargeState::Voided)
        );
        let latest = self.charge(self.latest(reference));
        let undone = undone || latest.is_some_and(|charge| charge.taken_after_all.is_some());
        if undone && self.dialect.tombstones() {
            return (ProviderReply::Declined(Decline::Hard), None);
        }
        let (event, reply) = match how.issuer {
            IssuerAnswer::Approve | IssuerAnswer::ReturnLate(_) => approve(money.amount),
            IssuerAnswer::ApprovePart(share) => approve(money.amount.basis_points(share)),
            IssuerAnswer::Decline(kind) => (ChargeEvent::Declined, Err(kind)),
            IssuerAnswer::Later(..) => (ChargeEvent::Deferred, Ok(Amount::ZERO)),
        };
        let id = self.fresh(reference);
        let whose = (self.provider, reference, how.token);
        let hung_up = how.hung_up.then_some(()).and(self.dialect.auto_reverse_after);
        let mut charge = Charge {
            expires_at: how.now + self.dialect.authorization_lifetime,
            visible_at: how.now + how.lag,
            reverses_at: hung_up.map(|after| how.now + after),
            ..Charge::absent(id, whose, money, how.now)
        };
        if let IssuerAnswer::Later(after, approves) = how.issuer {
            charge.decision = Some((how.now + after, approves));
        }
        let changed = charge.apply(event);
        debug_assert!(changed.is_ok(), "an absent charge takes every answer of the issuer");
        self.charges.insert(id, charge);
        let reply = match (event, reply) {
            (ChargeEvent::Deferred, _) => ProviderReply::Pending,
            (_, Err(kind)) => ProviderReply::Declined(kind),
            (_, Ok(amount)) => ProviderReply::Authorized { charge: charge.id, amount },
        };
        (reply, Some(Movement { charge, token: charge.token, reference: Some(reference), event }))
    }

    pub(super) fn capture(
        &mut self,
        reference: OperationId,
        id: ChargeId,
        (amount, is_final): (Amount, bool),
        how: &Execution,
    ) -> Executed {
        let charge = self.charges.get_mut(&id).filter(|charge| charge.token == how.token);
        let Some(charge) = charge else {
            let closed = self.closed.get(id.0).filter(|closed| closed.token == how.token);
            return (closed.map_or(ProviderReply::Invalid, |c| c.capture(id)), None);
        };
        let open = matches!(charge.state, ChargeState::Authorized | ChargeState::PartiallyCaptured);
        let left = charge.authorized - charge.captured;
        if !open || amount <= Amount::ZERO || amount > left {
            return (after(charge.state, id, charge.captured), None);
        }
        if let IssuerAnswer::Decline(kind) = how.issuer {
            return (ProviderReply::Declined(kind), None);
        }
        let event = match is_final {
            true => ChargeEvent::Captured(amount),
            false => ChargeEvent::PartlyCaptured(amount),
        };
        if charge.apply(event).is_err() {
            return (ProviderReply::Invalid, None);
        }
        if is_final {
            charge.close_capture(&self.dialect, how.now);
        }
        let (charge, token) = (*charge, charge.token);
        let movement = Movement { charge, token, reference: Some(reference), event };
        (ProviderReply::Captured { charge: id, amount }, Some(movement))
    }

    pub(super) fn void(
        &mut self,
        reference: OperationId,
        target: OperationId,
        how: &Execution,
    ) -> Executed {
        if self.dialect.undo == Undoing::Expiry {
            return (ProviderReply::Invalid, None);
        }
        let id = self.latest(target);
        let Some(charge) = self.charges.get_mut(&id) else {
            return match self.closed.get(id.0) {
                Some(closed) => (closed.void(), None),
                None => self.void_unseen(reference, target, how),
            };
        };
        let (event, reply) = match charge.state {
            ChargeState::Pending | ChargeState::Authorized => {
                (ChargeEvent::Voided, ProviderReply::Voided)
            }
            ChargeState::PartiallyCaptured => (ChargeEvent::Voided, ProviderReply::Released),
            state if state.is_past_void() && charge.residual_hold => {
                (ChargeEvent::RemainderReleased, ProviderReply::Released)
            }
            state if state.is_past_void() => return (ProviderReply::TooLate, None),
            ChargeState::Tombstoned => return (ProviderReply::Tombstoned, None),
            _ => return (ProviderReply::Voided, None),
        };
        let partial = charge.state == ChargeState::PartiallyCaptured;
        if charge.apply(event).is_err() {
            return (ProviderReply::Invalid, None);
        }
        if partial {
            charge.end_capture(&self.dialect, how.now);
        }
        (
            reply,
            Some(Movement {
                charge: *charge,
                token: charge.token,
                reference: Some(reference),
                event,
            }),
        )
    }

    fn void_unseen(
        &mut self,
        reference: OperationId,
        target: OperationId,
        how: &Execution,
    ) -> Executed {
        if !self.dialect.tombstones() {
            return (ProviderReply::UnknownReference, None);
        }
        let charge = Charge::tombstone(self.provider, target, how.token, how.now);
        self.charges.insert(charge.id, charge);
        let event = ChargeEvent::Tombstoned;
        (
            ProviderReply::Tombstoned,
            Some(Movement { charge, token: charge.token, reference: Some(reference), event }),
        )
    }

    pub(super) fn query(&self, target: OperationId, now: Duration) -> ProviderReply {
        let Some(habits) = self.dialect.queries else { return ProviderReply::Invalid };
        let forgotten = |made_at: Duration| {
            now.as_secs() >= made_at.as_secs().saturating_add(habits.retention.as_secs())
        };
        let id = self.latest(target);
        if let Some(charge) = self.charges.get(&id) {
            if now < charge.visible_at || forgotten(charge.made_at) {
                return ProviderReply::NotFound;
            }
            let taken = charge.captured > Amount::ZERO;
            let amount = if taken { charge.captured } else { charge.authorized };
            return ProviderReply::Status(charge.state, id, amount);
        }
        match (self.closed.get(id.0), self.refunds.get(&target)) {
            (Some(closed), _) if forgotten(closed.made_at()) => ProviderReply::NotFound,
            (Some(closed), _) => ProviderReply::Status(closed.state(now), id, closed.amount()),
            (None, Some(refunds)) => match refunds.last() {
                Some(refund) if refund.visible_at <= now => {
                    ProviderReply::RefundStatus(refund.state, refund.amount)
                }
                _ => ProviderReply::NotFound,
            },
            (None, None) => ProviderReply::NotFound,
        }
    }
}

/// What a capture is answered that is not executed.
pub(super) fn after(state: ChargeState, charge: ChargeId, captured: Amount) -> ProviderReply {
    match state {
        state if state.is_past_void() => {
            ProviderReply::AlreadyCaptured { charge, amount: captured }
        }
        ChargeState::AuthorizationExpired | ChargeState::Voided | ChargeState::AutoReversed => {
            ProviderReply::Expired
        }
        _ => ProviderReply::Invalid,
    }
}

fn approve(amount: Amount) -> (ChargeEvent, Result<Amount, Decline>) {
    (ChargeEvent::Authorized(amount), Ok(amount))
}
