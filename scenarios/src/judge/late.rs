//! What a provider took after it had refused or voided it: no fault of the
//! system's, which has to put it aside and give it back, once (payments.md 1.6, the
//! late-success rule): a part of I08, I34 and I37.

use model::{
    AccountName, Amount, CameBack, ChargeEvent, ChargeId, Intent, Money, Movement, OperationId,
    Order, PaymentId, ProviderId, Token, Transfer,
};
use sim::{Sighting, VirtualTime};

use super::authorities::Authorities;
use super::called;
use super::dossier::{Dossier, PaymentRecordView};
use super::findings::{Findings, Relation};
use super::rail::{Rail, RailEvent, is_by_hand};
use crate::invariant::Invariant;

/// A charge that broke its provider's word, as the provider's own books have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LateView {
    pub(super) charge: ChargeId,
    pub(super) provider: ProviderId,
    pub(super) captured: Amount,
    /// What of it was given back, or will be.
    pub(super) refunded: Amount,
    /// How many refunds of it have an effect, or may come to.
    pub(super) undone: u32,
    /// The key of the last of them that the house asked for.
    pub(super) refund: Option<OperationId>,
    /// What was given back, and came back.
    pub(super) came_back: Amount,
    /// What somebody gave back by hand.
    pub(super) by_hand: Amount,
    /// What of it the customer's bank has withdrawn.
    pub(super) withdrawn: Amount,
    /// Whether that ever withdrew something.
    pub(super) was_disputed: bool,
}

/// Whether `payment` gives back what was taken too late, or disputes it: what is told
/// of it does not tell how the payment stands whose instrument that is.
pub(super) fn goes_back(said: &Authorities, token: Token, payment: PaymentId) -> bool {
    let dossier = said.of(token);
    let view = dossier.as_ref().and_then(|dossier| dossier.payment(payment));
    view.is_some_and(|view| view.intent.order.is_of_late_success())
}

/// All of it went back, by one refund, and nothing is left in suspense.
pub(super) fn at_rest(
    found: &mut Findings,
    seen: Sighting,
    (token, money): (Token, Money),
    dossier: &Dossier,
) {
    if dossier.late.is_empty() && dossier.suspended == Amount::ZERO {
        return;
    }
    let sum = |of: fn(&LateView) -> Amount| dossier.late.iter().map(of).sum::<Amount>();
    let (taken, returned) = (sum(|view| view.captured), sum(|view| view.refunded));
    // What came back once more is a person's, and stays in suspense until then; so does
    // what could not go back.
    let left = aside(dossier);
    let money = |amount| Money { amount, ..money };
    let about = (token, "late-success", Relation::UndoMissing);
    found.check(Invariant::I34, seen, about, taken == returned + left, || {
        format!(
            "{} of {} was taken after it had come to nothing, {} of that went back, and a person \
             has {}",
            money(taken),
            called(token),
            money(returned),
            money(left)
        )
    });
    let about = (token, "late-success", Relation::UndoTwice);
    let once = dossier.late.iter().all(|view| view.undone <= 1);
    found.check(Invariant::I08, seen, about, once, || {
        format!("what was taken of {} after all went back more than once", called(token))
    });
    let about = (token, "late-success", Relation::BooksDiffer);
    let (held, kept) = (dossier.suspended, taken - returned);
    found.check(Invariant::I37, seen, about, held == kept, || {
        format!(
            "{} of {} is in suspense, and its provider still has {}",
            money(held),
            called(token),
            money(kept)
        )
    });
}

/// What was given back because it had been taken too late, came back, and is a
/// person's, who may have given it back by hand.
fn left_over(dossier: &Dossier) -> Amount {
    let left = dossier.payments.iter().filter(|view| view.case && is_left_over(&view.intent));
    let left: Amount = left.map(|view| view.intent.money.amount).sum();
    let back = dossier.late.iter().filter(|view| view.came_back > Amount::ZERO);
    left - back.map(|view| view.by_hand).sum::<Amount>()
}

/// What could not be given back because customers' banks had withdrawn it meanwhile, or
/// somebody had given back a part by hand, and is a person's.
fn kept_from(dossier: &Dossier) -> Amount {
    let given_up = dossier.payments.iter().filter(|view| was_kept_from(dossier, view));
    let charges = given_up.filter_map(|view| view.intent.order.charge());
    let kept = charges.filter_map(|charge| dossier.late.iter().find(|view| view.charge == charge));
    kept.map(|view| view.captured - view.refunded).sum()
}

/// Whether what `view` was to give back a customer's bank withdrew meanwhile, or somebody
/// gave back by hand, and a person has it.
pub(super) fn was_kept_from(dossier: &Dossier, view: &PaymentRecordView) -> bool {
    let Order::LateSuccess(order) = view.intent.order else { return false };
    let mut charges = dossier.late.iter().filter(|late| late.charge == order.charge);
    view.case && charges.any(|late| late.was_disputed || late.by_hand > Amount::ZERO)
}

/// What of `dossier` is a person's, because it was taken too late and could not be
/// given back, or came back: it stays in suspense.
pub(super) fn aside(dossier: &Dossier) -> Amount {
    left_over(dossier) + kept_from(dossier)
}

/// What customers' banks withdrew of what was taken too late: the house bears it.
pub(super) fn lost(dossier: &Dossier) -> Amount {
    dossier.late.iter().map(|view| view.withdrawn).sum()
}

/// Whether it is about what was given back because it had been taken too late, and
/// came back.
fn is_left_over(intent: &Intent) -> bool {
    let Order::Reversal(reversal) = intent.order else { return false };
    matches!(reversal.from, CameBack::Late { .. })
}

impl Dossier {
    /// Takes a movement of a charge that breaks its provider's word, or has; whether
    /// it is one. What its provider is to be blamed for is told apart from what the
    /// house had taken (payments.md section 2, provider breach).
    pub(super) fn take_late(&mut self, at: VirtualTime, movement: &Movement) -> bool {
        let charge = &movement.charge;
        let now = |undone| LateView {
            charge: charge.id,
            provider: charge.provider,
            captured: charge.captured,
            refunded: charge.refunded + charge.refunding,
            undone,
            refund: None,
            came_back: Amount::ZERO,
            by_hand: Amount::ZERO,
            withdrawn: charge.withdrawn,
            was_disputed: charge.withdrawn > Amount::ZERO,
        };
        if let Some(what @ Rail::TakenAfterAll) = Rail::of(movement) {
            self.rail.push(RailEvent::new(what, at));
            self.late.push(now(0));
            return true;
        }
        let Some(known) = self.late.iter_mut().find(|view| view.charge == charge.id) else {
            return false;
        };
        let undone = match movement.event {
            ChargeEvent::Refunded(_) | ChargeEvent::RefundPending(_) => known.undone + 1,
            ChargeEvent::RefundFailed(_) | ChargeEvent::RefundReturned(_) => known.undone - 1,
            _ => known.undone,
        };
        let gives = undone > known.undone;
        // What goes back by hand has none.
        let refund = movement.reference.filter(|_| gives).or(known.refund);
        let back = match movement.event {
            ChargeEvent::RefundReturned(amount) => amount,
            _ => Amount::ZERO,
        };
        let was_disputed = known.was_disputed || charge.withdrawn > Amount::ZERO;
        let came_back = known.came_back + back;
        let by_hand = match movement.event {
            ChargeEvent::Refunded(amount) if is_by_hand(movement) => known.by_hand + amount,
            _ => known.by_hand,
        };
        *known = LateView { refund, came_back, by_hand, was_disputed, ..now(undone) };
        let goes = |what: &Rail| what.is_of_dispute() || *what == Rail::ByHand;
        if let Some(what) = Rail::of(movement).filter(goes) {
            self.rail.push(RailEvent::new(what, at));
        }
        // Before the house has taken it for a success, it takes it for a refusal.
        if let Some(what @ Rail::RefundReturned) = Rail::of(movement)
            && self.suspended == Amount::ZERO
        {
            self.rail.push(RailEvent::new(what, at));
        }
        true
    }

    /// As which charge it was captured, if it was.
    pub(super) fn captured_as(&self) -> Option<ChargeId> {
        self.charges.iter().find(|view| view.is_captured()).map(|view| view.id)
    }

    /// What `provider` took after all, and did not give back.
    pub(super) fn kept_late(&self, provider: ProviderId) -> Amount {
        let here = self.late.iter().filter(|view| view.provider == provider);
        here.map(|view| view.captured - view.refunded).sum()
    }

    /// Takes a row of what was taken too late, into suspense or out of it; whether
    /// it is one.
    pub(super) fn take_suspended(&mut self, row: &Transfer) -> bool {
        let sides = [row.debit, row.credit].map(|side| side.name == AccountName::Suspense);
        match sides {
            [_, true] => self.suspended += row.amount,
            [true, _] => self.suspended -= row.amount,
            [false, false] => return false,
        }
        true
    }
}
