//! What was said of one instrument.

use model::saga::Try;
use model::workflow::Action;
use model::{
    Amount, BankId, BankMovement, Charge, ChargeEvent, ChargeId, ChargeState, Currency, HoldState,
    Intent, Money, Movement, OperationId, Order, Outcome, PaymentId, ProviderId, Record,
    RemittanceState, Status, Transfer, TransferId, UndoOutcome,
};
use sim::VirtualTime;

use super::late::LateView;
use super::rail::{Rail, RailEvent};
use super::replay::Handed;
use super::screen_view::ScreenView;
use super::stream::StreamView;
use crate::plan::Operation;

/// What each authority has said of one instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dossier {
    /// PB: every charge, in the order in which the books had them.
    pub(super) charges: Vec<ChargeView>,
    /// PB: what was given back to it, if it is that of a refund; by hand, if it is
    /// not.
    pub(super) given: GivenBack,
    /// PB: everything that was to be sent to it, in the order in which the books
    /// had it.
    pub(super) remittances: Vec<RemittanceView>,
    /// LG: what providers owe for it, but for what customers' banks withdrew, or
    /// what left by rails.
    pub(super) booked: Amount,
    /// LG: what those withdrew.
    pub(super) withdrawn: Amount,
    /// LG: what was sent for it, and came back.
    pub(super) returned: Amount,
    /// LG: what somebody gave back of it by hand, at its provider.
    pub(super) by_hand: Amount,
    /// PB: what was taken of it after its provider had refused or voided that.
    pub(super) late: Vec<LateView>,
    /// LG: what of that is in suspense.
    pub(super) suspended: Amount,
    /// PB and LG: what befell it at its provider or bank unasked, and when that was booked.
    pub(super) rail: Vec<RailEvent>,
    /// LG: every hold, by id.
    pub(super) holds: Vec<HoldView>,
    /// JR: every payment, in the order of their acceptance.
    pub(super) payments: Vec<PaymentRecordView>,
    /// JR: every operation that was intended.
    pub(super) intents: Vec<OperationId>,
    /// JR: every operation of which it has that it was undone.
    pub(super) undone: Vec<OperationId>,
    /// JR: what the journals of its payments tell whoever is handed them, while it is not
    /// packed.
    pub(super) handed: Vec<Handed>,
    /// The digest of what was first sent under each operation, while it is not
    /// packed.
    pub(super) sent: Vec<(OperationId, u64)>,
    /// CL: what clients saw.
    pub(super) screen: ScreenView,
}

/// What was given back to one instrument, as the provider's own books have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct GivenBack {
    /// By whom, once anything was.
    pub(super) by: Option<ProviderId>,
    /// How many refunds have an effect, or may come to.
    pub(super) effective: u32,
    /// How much was given back.
    pub(super) amount: Amount,
    /// How much more will be, unless that fails.
    pub(super) pending: Amount,
    /// How much was, and came back.
    pub(super) came_back: Amount,
}

/// One charge, as the provider's own books have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargeView {
    /// Its name at the provider.
    pub id: ChargeId,
    /// Whose books it is in.
    pub provider: ProviderId,
    /// What was asked for.
    pub money: Money,
    /// What was captured.
    pub captured: Amount,
    /// What of it customers' banks have withdrawn.
    pub withdrawn: Amount,
    /// What of it was given back, or will be.
    pub refunded: Amount,
    /// Where it stands.
    pub state: ChargeState,
    /// Whether a part of it that was not captured is reserved all the same.
    pub residual_hold: bool,
    /// How often it was undone with effect.
    pub voids: u32,
    /// Whether it ever reserved money.
    pub was_authorized: bool,
}

/// A sum that was to be sent, as the bank's own books have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemittanceView {
    /// What makes it happen once.
    pub reference: OperationId,
    /// Whose books it is in.
    pub bank: BankId,
    /// How much.
    pub money: Money,
    /// Where it stands.
    pub state: RemittanceState,
}

/// One hold, as the ledger's rows have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HoldView {
    pub(super) id: TransferId,
    pub(super) amount: Amount,
    pub(super) currency: Currency,
    pub(super) state: HoldState,
}

/// One payment, as its durable journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRecordView {
    /// What the client wanted.
    pub intent: Intent,
    /// The status.
    pub status: Status,
    /// When the status last changed, or was final first.
    pub changed_at: VirtualTime,
    /// Whether there is no way back.
    pub pivot: bool,
    /// Whether a person has to look.
    pub case: bool,
    /// Whether it is a chargeback or a pre-arbitration that the merchant has won.
    pub won: bool,
    /// When a person was told that more is taken back than was taken.
    pub flagged_at: Option<VirtualTime>,
    /// The newest epochs that store and ledger have met; 0 before the first.
    pub epochs: [u32; 2],
    /// Tries at providers, and whether each is definitely without effect.
    pub attempts: Vec<(u8, bool)>,
    /// Its events.
    pub(super) stream: StreamView,
    /// What was captured of one that is not captured at once.
    pub in_parts: Amount,
    /// Whether captures that were planned were not made, because one was refused.
    pub cut_short: bool,
}

impl Dossier {
    /// Forgets everything, but keeps the room that it took.
    pub(super) fn clear(&mut self) {
        self.charges.clear();
        self.given = GivenBack::default();
        self.remittances.clear();
        self.booked = Amount::ZERO;
        self.withdrawn = Amount::ZERO;
        self.returned = Amount::ZERO;
        self.by_hand = Amount::ZERO;
        self.late.clear();
        self.suspended = Amount::ZERO;
        self.rail.clear();
        self.holds.clear();
        self.payments.clear();
        self.intents.clear();
        self.undone.clear();
        self.handed.clear();
        self.sent.clear();
        self.screen = ScreenView::default();
    }

    /// What was captured, at `provider` if that is asked.
    pub(super) fn captured(&self, provider: Option<ProviderId>) -> Amount {
        let here = |view: &&ChargeView| provider.is_none_or(|asked| view.provider == asked);
        self.charges.iter().filter(here).map(|view| view.captured).sum()
    }

    /// What is to be captured for `operation`: as much as it wants, or what was
    /// until a capture after the first was refused.
    pub(super) fn due(&self, operation: &Operation) -> Amount {
        let cut_short = self.payments.iter().find(|view| view.cut_short);
        let captures = operation.purpose.pay_in().captures;
        cut_short.map_or_else(|| captures.sum(operation.money.amount), |view| view.in_parts)
    }

    pub(super) fn payment(&self, payment: PaymentId) -> Option<&PaymentRecordView> {
        self.payments.iter().find(|view| view.intent.payment == payment)
    }

    pub(super) fn payment_mut(&mut self, payment: PaymentId) -> Option<&mut PaymentRecordView> {
        self.payments.iter_mut().find(|view| view.intent.payment == payment)
    }

    pub(super) fn hold(&self, id: TransferId) -> Option<&HoldView> {
        let at = self.holds.binary_search_by_key(&id, |hold| hold.id).ok()?;
        self.holds.get(at)
    }

    pub(super) fn intends(&self, operation: OperationId) -> bool {
        self.intents.contains(&operation)
    }

    /// Takes what a movement of the charge means for the refund that it is for.
    pub(super) fn take_refund(&mut self, at: VirtualTime, movement: &Movement) {
        if let Some(what @ Rail::RefundReturned) = Rail::of(movement) {
            self.rail.push(RailEvent::new(what, at));
        }
        let given = &mut self.given;
        given.by = Some(movement.charge.provider);
        match movement.event {
            ChargeEvent::Refunded(amount) => {
                given.effective += 1;
                given.amount += amount;
            }
            ChargeEvent::RefundPending(amount) => {
                given.effective += 1;
                given.pending += amount;
            }
            ChargeEvent::RefundSucceeded(amount) => {
                given.pending -= amount;
                given.amount += amount;
            }
            ChargeEvent::RefundFailed(amount) => {
                given.effective -= 1;
                given.pending -= amount;
            }
            ChargeEvent::RefundReturned(amount) => {
                given.effective -= 1;
                given.amount -= amount;
                given.came_back += amount;
            }
            _ => {}
        }
    }

    /// What was sent and came back, as the books of banks and providers have it.
    pub(super) fn came_back(&self) -> Amount {
        let back = |view: &&RemittanceView| matches!(view.state, RemittanceState::Returned(_));
        let payouts = self.remittances.iter().filter(back).map(|view| view.money.amount);
        let late = self.late.iter().map(|view| view.came_back).sum::<Amount>();
        payouts.sum::<Amount>() + self.given.came_back + late
    }

    /// What the ledger holds for it in `currency`.
    pub(super) fn held(&self, currency: Currency) -> Amount {
        let open = self.holds.iter().filter(|hold| hold.state == HoldState::Pending);
        open.filter(|hold| hold.currency == currency).map(|hold| hold.amount).sum()
    }

    /// What customers' banks have withdrawn, as providers' books have it, at
    /// `provider` if that is asked.
    pub(super) fn withdrawn(&self, provider: Option<ProviderId>) -> Amount {
        let late = self.late.iter().map(|view| (view.provider, view.withdrawn));
        let all = self.charges.iter().map(|view| (view.provider, view.withdrawn)).chain(late);
        let here = all.filter(|(by, _)| provider.is_none_or(|asked| *by == asked));
        here.map(|(_, withdrawn)| withdrawn).sum()
    }

    /// The same, as the journal has it.
    pub(super) fn disputed(&self) -> Amount {
        let standing = self.payments.iter().filter(|view| !view.won);
        let is = |order| matches!(order, Order::Chargeback(_) | Order::PreArbitration(_));
        let disputes = standing.filter(|view| is(view.intent.order));
        disputes.map(|view| view.intent.money.amount).sum()
    }

    /// What of it can't be given back, because customers' banks have it, or the
    /// customer by somebody's hand: journal and ledger say so, and no person was
    /// told of a refund that was under way.
    pub(super) fn withheld(&self) -> Amount {
        let told = self.payments.iter().any(|view| view.flagged_at.is_some());
        let held = self.disputed().min(self.withdrawn) + self.by_hand;
        if told { Amount::ZERO } else { held }
    }

    /// Takes a change in a provider's books; whether it is about what was taken too
    /// late.
    pub(super) fn take_movement(&mut self, at: VirtualTime, movement: &Movement) -> bool {
        if self.take_late(at, movement) {
            return true;
        }
        if let Some(what) = Rail::of(movement).filter(|what| !what.is_return()) {
            self.rail.push(RailEvent::new(what, at));
        }
        let known = self.charges.iter().position(|view| view.id == movement.charge.id);
        let at = known.unwrap_or_else(|| {
            self.charges.push(ChargeView::new(&movement.charge));
            self.charges.len() - 1
        });
        self.charges[at].take(movement);
        false
    }

    pub(super) fn take_remittance(&mut self, at: VirtualTime, movement: &BankMovement) {
        if let Some(what) = Rail::of_bank(movement) {
            self.rail.push(RailEvent::new(what, at));
        }
        let now = RemittanceView {
            reference: movement.remittance.reference,
            bank: movement.remittance.bank,
            money: movement.remittance.money,
            state: movement.remittance.state,
        };
        let is_it = |known: &&mut RemittanceView| {
            (known.bank, known.reference) == (now.bank, now.reference)
        };
        match self.remittances.iter_mut().find(is_it) {
            Some(known) => *known = now,
            None => self.remittances.push(now),
        }
    }

    /// Takes a record of `payment` that is not its first; what it
    /// tells to be undone, if it does.
    pub(super) fn take_record(
        &mut self,
        at: VirtualTime,
        payment: PaymentId,
        record: &Record,
    ) -> Option<Action> {
        self.take_outcome(payment, record);
        self.give_up(at, record);
        let view = self.payments.iter_mut().find(|view| view.intent.payment == payment)?;
        view.stream.records = view.stream.records.saturating_add(1);
        view.take_part(record);
        match record {
            Record::StepIntent { which, operation, provider } => {
                self.intents.push(*operation);
                let sends = view.intent.order.workflow().action(*which) == Action::Send;
                if provider.is_some() || sends {
                    view.attempts.push((which.attempt, false));
                }
            }
            Record::StepOutcome { which, outcome: Outcome::Refused(_) } => {
                view.settle(*which);
            }
            Record::StepOutcome { outcome: Outcome::Decided { won }, .. } => view.won = *won,
            Record::Flagged => view.flagged_at = Some(at),
            Record::CompIntent { operation, .. } => self.intents.push(*operation),
            Record::CompOutcome { which, outcome } if *outcome != UndoOutcome::TooLate => {
                view.settle(*which);
                self.undone.push(payment.operation(which.step, which.attempt));
                return Some(view.intent.order.workflow().action(*which));
            }
            Record::PivotCommitted => view.pivot = true,
            Record::StatusChanged(status) => {
                // What becomes of a success later is not what it was waited for.
                if !view.status.is_final() {
                    view.changed_at = at;
                }
                view.status = *status;
                if view.intent.order.has_events() {
                    view.stream.change(*status);
                }
            }
            Record::CaseOpened(_) => view.case |= record.hands_over(),
            _ => {}
        }
        None
    }

    /// Takes a new hold.
    pub(super) fn take_hold(&mut self, row: &Transfer) {
        let (id, amount, currency) = (row.id, row.amount, row.debit.currency);
        let hold = HoldView { id, amount, currency, state: HoldState::Pending };
        match self.holds.binary_search_by_key(&id, |hold| hold.id) {
            Ok(at) => self.holds[at] = hold,
            Err(at) => self.holds.insert(at, hold),
        }
    }

    /// Takes what became of a hold, and tells how much it reserved.
    pub(super) fn resolve_hold(&mut self, id: TransferId, state: HoldState) -> Amount {
        let Ok(at) = self.holds.binary_search_by_key(&id, |hold| hold.id) else {
            return Amount::ZERO;
        };
        self.holds[at].state = state;
        self.holds[at].amount
    }
}

impl RemittanceView {
    /// Whether the money is out of the house.
    pub const fn is_gone(&self) -> bool {
        matches!(self.state, RemittanceState::Accepted | RemittanceState::Settled)
    }
}

impl PaymentRecordView {
    /// Whether somebody asked for it: what befalls a payment besides is a saga
    /// under the same token.
    pub(super) const fn is_asked_for(&self) -> bool {
        !self.intent.order.is_about_another()
    }

    /// A payment that was accepted at `at`.
    pub(super) fn new(intent: &Intent, at: VirtualTime) -> Self {
        Self {
            intent: *intent,
            status: Status::Processing,
            changed_at: at,
            pivot: false,
            case: false,
            won: false,
            flagged_at: None,
            epochs: [0, 0],
            attempts: Vec::new(),
            stream: StreamView::accepted(),
            in_parts: Amount::ZERO,
            cut_short: false,
        }
    }

    /// What was captured for it, if it succeeded.
    pub(super) fn captured(&self) -> Amount {
        let stands = matches!(self.status, Status::Succeeded | Status::Settled);
        if stands { self.taken() } else { Amount::ZERO }
    }

    /// What it takes, as far as it has come if that is in parts.
    pub(super) fn taken(&self) -> Amount {
        let at_once = self.intent.order.captures().is_at_once();
        if at_once { self.intent.money.amount } else { self.in_parts }
    }

    /// Takes what became of one of several captures, or of a single one of a
    /// part.
    fn take_part(&mut self, record: &Record) {
        let Intent { order, money, .. } = self.intent;
        let captures = order.captures();
        if captures.is_at_once() {
            return;
        }
        match record {
            Record::StepOutcome { outcome: Outcome::Captured { amount }, .. } => {
                self.in_parts += *amount;
            }
            Record::StepOutcome { which, outcome: Outcome::Refused(_) } if self.pivot => {
                self.cut_short |= order.workflow().action(*which) == Action::Capture;
            }
            // The undo of its authorization was the query for the first.
            Record::CompOutcome { outcome: UndoOutcome::TooLate, .. }
                if self.status == Status::Processing =>
            {
                self.in_parts = captures.part(0, money.amount);
            }
            _ => {}
        }
    }

    /// A try at a provider is definitely without effect.
    fn settle(&mut self, which: Try) {
        if matches!(self.intent.order.workflow().action(which), Action::Authorize | Action::Send)
            && let Some(known) = self.attempts.iter_mut().find(|(a, _)| *a == which.attempt)
        {
            known.1 = true;
        }
    }
}

impl ChargeView {
    fn new(charge: &Charge) -> Self {
        Self {
            id: charge.id,
            provider: charge.provider,
            money: charge.money,
            captured: charge.captured,
            withdrawn: charge.withdrawn,
            refunded: charge.refunded + charge.refunding,
            state: charge.state,
            residual_hold: charge.residual_hold,
            voids: 0,
            was_authorized: false,
        }
    }

    fn take(&mut self, movement: &Movement) {
        let Self { voids, was_authorized, .. } = *self;
        *self = Self { voids, was_authorized, ..Self::new(&movement.charge) };
        match movement.event {
            ChargeEvent::Authorized(_) => self.was_authorized = true,
            ChargeEvent::Voided => self.voids += 1,
            _ => {}
        }
    }

    /// Whether it reserves the customer's money, or may come to.
    pub fn is_alive(&self) -> bool {
        self.state.is_alive() || self.residual_hold
    }

    /// Whether money was taken.
    pub fn is_captured(&self) -> bool {
        self.captured > Amount::ZERO
    }
}
