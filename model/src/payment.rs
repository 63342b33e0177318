//! A payment as the fold of its journal. What follows from it without asking
//! anyone is in `payment/ahead.rs`; what somebody may choose, in `payment/deciding.rs`.

mod ahead;
mod bearing;
mod deciding;
mod exchanging;
mod illegal;
mod observed;
mod releasing;
mod shipping;

use std::time::Duration;

use crate::attempt::{AttemptEvent, AttemptState};
use crate::defect::{Defect, Defects};
use crate::dispute::{DisputeEvent, DisputeState};
use crate::identity::{BankId, ChargeId, OperationId, ProviderId};
use crate::money::Amount;
use crate::order::Order;
use crate::posting::Voucher;
use crate::quote::{Quote, Version};
use crate::record::{Case, Intent, Outcome, Record, Refusal, UndoOutcome};
use crate::refund::{RefundEvent, RefundState};
use crate::saga::{Next, Saga, SagaEntry, Try, TryState};
use crate::status::Status;
use crate::transfer::Transfer;
use crate::workflow::chargeback::is_contested;
use crate::workflow::{Action, PaymentWorkflow};
use bearing::Bearing;
use deciding::Decided;

use exchanging::Exchanging;
pub use illegal::IllegalRecord;

/// Where a payment stands.
#[derive(Clone, Debug)]
pub struct Payment {
    intent: Intent,
    workflow: &'static PaymentWorkflow,
    status: Status,
    saga: Saga,
    quote: Option<Quote>,
    exchanging: Exchanging,
    /// What the latest booking of a lost dispute takes of what merchants have.
    bearing: Bearing,
    attempts: Vec<Attempt>,
    captured: Amount,
    /// Where it stands, if it is a refund.
    refund: RefundState,
    /// Where what it is about stands, if it is a chargeback.
    dispute: DisputeState,
    last_refusal: Option<Refusal>,
    /// An authorization was waited for until it had expired.
    waited_out: bool,
    pivot_committed: bool,
    cancel_requested: bool,
    case: Option<Case>,
    notified: bool,
    terminal: bool,
    /// It is a reversal, and what it is about is told to be `returned`.
    reversed: bool,
    /// What the clock on the wall showed last: it is not written down.
    wall: Duration,
    /// By what whoever has it works prices out; not written down, but with each price.
    calculators: Version,
    decided: Decided,
    defects: Defects,
}

/// One try at one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// At whom.
    pub provider: ProviderId,
    /// The provider's name for the authorization, once it gave one.
    pub charge: Option<ChargeId>,
    /// Where it stands: as the journal has it, and what was seen since.
    pub state: AttemptState,
}

impl Payment {
    /// Becomes what `other` is, in the room that it has.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        let mut attempts = std::mem::take(&mut self.attempts);
        attempts.clone_from(&other.attempts);
        let saga = other.saga.copy_in_room_of(&mut self.saga);
        *self = Self { saga, attempts, ..*other };
    }

    /// The fold of `journal`.
    ///
    /// # Errors
    /// If a record does not fit those before it.
    pub fn fold(journal: &[Record], defects: Defects) -> Result<Self, IllegalRecord> {
        let Some((Record::Accepted(intent), rest)) = journal.split_first() else {
            return Err(IllegalRecord::NotAccepted);
        };
        let workflow = intent.order.workflow();
        let mut payment = Self {
            intent: *intent,
            workflow,
            status: Status::Processing,
            saga: Saga::new(&workflow.saga, defects),
            quote: None,
            exchanging: Exchanging::default(),
            bearing: Bearing::Nothing,
            attempts: Vec::new(),
            captured: Amount::ZERO,
            refund: RefundState::Absent,
            dispute: match intent.order {
                Order::Chargeback(_) => DisputeState::Opened,
                Order::PreArbitration(_) => DisputeState::PreArbitration,
                _ => DisputeState::Absent,
            },
            last_refusal: None,
            waited_out: false,
            pivot_committed: false,
            cancel_requested: false,
            case: None,
            notified: false,
            terminal: false,
            reversed: false,
            wall: Duration::ZERO,
            calculators: Version::CURRENT,
            decided: Decided::default(),
            defects,
        };
        payment.decided.take(&Record::Accepted(*intent));
        rest.iter().try_for_each(|record| payment.apply(record))?;
        Ok(payment)
    }

    /// Takes `record` in.
    ///
    /// # Errors
    /// If it does not fit where the payment stands.
    pub fn apply(&mut self, record: &Record) -> Result<(), IllegalRecord> {
        match *record {
            Record::Accepted(_) => return Err(IllegalRecord::NotAccepted),
            Record::StepIntent { which, provider, .. } => {
                self.saga.apply(SagaEntry::Intent(which))?;
                let absent = AttemptState::Absent;
                let attempt =
                    provider.map(|provider| Attempt { provider, charge: None, state: absent });
                self.attempts.extend(attempt);
                self.change_attempt(which, AttemptEvent::of_intent(self.action(which)))?;
                self.change_refund(RefundEvent::of_intent(self.action(which)))?;
            }
            Record::StepOutcome { which, outcome } => self.take_outcome(which, outcome)?,
            Record::CompIntent { which, .. } => {
                self.saga.apply(SagaEntry::UndoIntent(which))?;
                let event = match self.saga.doubtful_pivot() {
                    Some(_) => AttemptEvent::VoidIntendedToAsk,
                    None => AttemptEvent::VoidIntended,
                };
                self.change_attempt(which, Some(event))?;
            }
            Record::CompOutcome { which, outcome } => {
                let in_doubt = self.saga.doubtful_pivot().is_some();
                self.saga.apply(match outcome {
                    UndoOutcome::TooLate => SagaEntry::TooLate(which),
                    _ => SagaEntry::Undone(which),
                })?;
                self.change_attempt(which, Some(AttemptEvent::of_undo(outcome)))?;
                self.waited_out |= outcome == UndoOutcome::Expired;
                if in_doubt {
                    self.learn_of_capture(outcome == UndoOutcome::TooLate);
                }
            }
            Record::PivotCommitted => self.pivot_committed = true,
            Record::CancelRequested => self.cancel_requested = true,
            Record::StatusChanged(status) => {
                if !self.may_become(status) {
                    return Err(IllegalRecord::Status { from: self.status, to: status });
                }
                if matches!(status, Status::Failing | Status::Canceling) {
                    self.saga.apply(SagaEntry::Unwind)?;
                }
                if status == Status::Returned {
                    self.change_refund(Some(RefundEvent::Returned))?;
                }
                self.status = status;
            }
            Record::Notified => self.notified = true,
            Record::CaseOpened(case) => {
                self.case = if record.hands_over() { Some(case) } else { self.case };
                let awaited = matches!(self.saga.next(), Next::Await(_) | Next::AwaitUndo(_));
                if awaited && matches!(case, Case::InDoubt | Case::UndoStuck) {
                    self.saga.apply(SagaEntry::Doubt)?;
                }
            }
            Record::Flagged => {}
            Record::Reversed => self.reversed = true,
            Record::Decision(ref decision) => self.take_decision(decision)?,
            Record::Terminal => self.terminal = true,
            Record::Locked(exchange) => self.take_lock(exchange)?,
            Record::Covered(cover) => self.take_cover(cover)?,
            Record::AtHand(at_hand) => self.take_at_hand(at_hand)?,
            Record::Short => self.fall_short()?,
        }
        self.decided.take(record);
        Ok(())
    }

    /// What the client wants.
    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    /// The status, as the journal has it.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The saga.
    pub fn saga(&self) -> &Saga {
        &self.saga
    }

    /// The place of the step of its workflow that does this; `None` if none does.
    pub(crate) fn step(&self, action: Action) -> Option<u8> {
        self.workflow.step(action)
    }

    /// The operation of `which`.
    pub fn operation(&self, which: Try) -> OperationId {
        let rotated = || which.attempt;
        let attempt = self.defects.pick(Defect::KeyNeverRotates, rotated, || 1);
        self.intent.payment.operation(which.step, attempt)
    }

    /// The operation of the latest try at the step that does this.
    pub fn operation_of(&self, action: Action) -> OperationId {
        let step = self.workflow.step(action).unwrap_or_default();
        let attempt = self.saga.latest(step).map_or(1, |(which, _)| which.attempt);
        self.operation(Try { step, attempt })
    }

    /// What this try is a try at.
    pub fn action(&self, which: Try) -> Action {
        self.workflow.action(which)
    }

    /// The latest try at the step that does this, and where it stands.
    pub fn latest(&self, action: Action) -> Option<(Try, TryState)> {
        self.saga.latest(self.workflow.step(action)?)
    }

    /// The chain that the step which does this books in the ledger.
    pub fn booking(&self, action: Action) -> Vec<Transfer> {
        (self.workflow.booking)(self, action)
    }

    /// The chain that undoes it.
    pub fn unbooking(&self, action: Action) -> Vec<Transfer> {
        (self.workflow.unbooking)(self, action)
    }

    /// What all transfers of a step's booking have in common.
    pub(crate) fn voucher(&self, operation: OperationId) -> Voucher {
        let intent = &self.intent;
        Voucher {
            tenant: intent.tenant,
            currency: intent.money.currency,
            subject: intent.payment.0,
            number: 0,
            token: intent.token,
            operation,
        }
    }

    /// The defects that are planted.
    pub(crate) fn defects(&self) -> Defects {
        self.defects
    }

    /// The tries at providers, in order.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// The provider that the order names, or that of the latest try; the first
    /// one if there was none.
    pub fn provider(&self) -> ProviderId {
        let latest = || self.attempts.last().map(|attempt| attempt.provider);
        self.intent.order.provider().or_else(latest).unwrap_or(ProviderId(0))
    }

    /// The charge that the order names, or that of the latest try.
    pub fn charge(&self) -> Option<ChargeId> {
        let latest = || self.attempts.last().and_then(|attempt| attempt.charge);
        self.intent.order.charge().or_else(latest)
    }

    /// The provider of the `attempt`-th try.
    pub fn provider_of(&self, attempt: u8) -> Option<ProviderId> {
        let at = usize::from(attempt).checked_sub(1)?;
        Some(self.attempts.get(at)?.provider)
    }

    /// Whether the provider of the latest attempt decides later.
    pub fn is_undecided(&self) -> bool {
        let pending = |attempt: &Attempt| attempt.state == AttemptState::Pending;
        self.attempts.last().is_some_and(pending) || self.refund == RefundState::Pending
    }

    /// By which bank this try is to send it, if it is one at that.
    pub fn bank_of(&self, which: Try) -> Option<BankId> {
        match self.intent.order {
            Order::Payout(order) if self.action(which) == Action::Send => {
                order.bank_of(which.attempt)
            }
            Order::Recall(order) => Some(order.bank),
            _ => None,
        }
    }

    /// Where it stands as a refund; absent if it is none.
    pub fn refund(&self) -> RefundState {
        self.refund
    }

    /// Where what it is about stands, if it is a chargeback; absent if it is
    /// none.
    pub fn dispute(&self) -> DisputeState {
        self.dispute
    }

    /// What was captured, in all.
    pub fn captured(&self) -> Amount {
        self.captured
    }

    /// What the capture is to take that `which` is a try at.
    pub fn part(&self, which: Try) -> Amount {
        let captures = self.intent.order.captures();
        captures.part(self.workflow.nth(which), self.intent.money.amount)
    }

    /// Whether a cancellation may still be accepted (payments.md O6): the pivot
    /// was never intended.
    pub fn may_cancel(&self) -> bool {
        let pivots =
            || self.saga.tries().iter().any(|(which, _)| self.workflow.saga.is_pivot(*which));
        let undecided = matches!(self.status, Status::Processing | Status::InReview);
        undecided && self.defects.pick(Defect::CancelRace, || !pivots(), || true)
    }

    /// Whether nothing is left to do.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether a person has to look.
    pub fn case(&self) -> Option<Case> {
        self.case
    }

    /// The attempt at a provider that `which` is about, if it is about one, is
    /// told what is durable of it.
    fn change_attempt(
        &mut self,
        which: Try,
        event: Option<AttemptEvent>,
    ) -> Result<(), IllegalRecord> {
        let attempt = match self.action(which) {
            Action::Authorize => self.attempts.get_mut(usize::from(which.attempt) - 1),
            // After a last capture nothing more comes of the attempt; nor after
            // an undo that came too late for the first, and closed the rest.
            Action::Capture | Action::Release => {
                self.attempts.last_mut().filter(|last| last.state != AttemptState::Captured)
            }
            _ => None,
        };
        let Some((attempt, event)) = attempt.zip(event) else { return Ok(()) };
        let (state, next) = (attempt.state, attempt.state.next(event));
        let anyway = || Ok(next.unwrap_or(state));
        let wrong = [Defect::AgentReplans, Defect::UndoPastPivot, Defect::VoidAfterCapture];
        let next = if wrong.iter().any(|wrong| self.defects.has(*wrong)) { anyway() } else { next };
        attempt.state = next?;
        Ok(())
    }

    /// The refund, if it is one, is told what is durable of it.
    fn change_refund(&mut self, event: Option<RefundEvent>) -> Result<(), IllegalRecord> {
        let late = matches!(self.intent.order, Order::LateSuccess(_));
        let refunds = late || matches!(self.intent.order, Order::Refund(_));
        if let Some(event) = event.filter(|_| refunds) {
            // What nobody may keep is asked for until it is given back.
            let again = late && event == RefundEvent::Sent;
            let from = if again { RefundState::Reserved } else { self.refund };
            let next = from.next(event);
            let anyway = || Ok(next.unwrap_or(RefundState::Sent));
            self.refund = self.defects.pick(Defect::DeleteAttemptOnError, || next, anyway)?;
        }
        Ok(())
    }

    /// The dispute, if it is a chargeback, is told what is durable of it.
    fn change_dispute(&mut self, outcome: Outcome) -> Result<(), IllegalRecord> {
        let contested = is_contested(self.intent.money.amount);
        let event = match outcome {
            Outcome::Answered if contested => DisputeEvent::EvidenceSubmitted,
            Outcome::Answered => DisputeEvent::Accepted,
            // Who gave in knows the verdict.
            Outcome::Decided { won: false } if self.dispute == DisputeState::Lost => return Ok(()),
            Outcome::Decided { won: true } => DisputeEvent::Won,
            Outcome::Decided { won: false } => DisputeEvent::Lost,
            _ => return Ok(()),
        };
        self.dispute = self.dispute.next(event)?;
        Ok(())
    }

    /// The undo of its authorization told what became of a capture in doubt.
    fn learn_of_capture(&mut self, happened: bool) {
        if happened {
            self.captured = self.intent.order.captures().part(0, self.intent.money.amount);
        } else {
            self.last_refusal = Some(Refusal::AuthorizationGone);
        }
    }

    fn take_outcome(&mut self, which: Try, outcome: Outcome) -> Result<(), IllegalRecord> {
        let refused = matches!(outcome, Outcome::Refused(_) | Outcome::TakenAfterAll { .. });
        self.saga.apply(if refused {
            SagaEntry::Refused(which)
        } else {
            SagaEntry::Done(which)
        })?;
        let event = match AttemptEvent::of_outcome(self.action(which), outcome) {
            Some(AttemptEvent::Captured) if !self.is_last_part(which) => {
                Some(AttemptEvent::CapturedInPart)
            }
            event => event,
        };
        self.change_attempt(which, event)?;
        self.change_refund(RefundEvent::of_outcome(self.action(which), outcome))?;
        self.change_dispute(outcome)?;
        match outcome {
            Outcome::Quoted(quote) => self.quote = Some(quote),
            Outcome::Authorized { charge, .. } => {
                if let Some(attempt) = self.attempts.get_mut(usize::from(which.attempt) - 1) {
                    attempt.charge = Some(charge);
                }
            }
            Outcome::Captured { amount } => self.captured += amount,
            Outcome::Notified => self.notified = true,
            Outcome::Refused(refusal) => self.last_refusal = Some(refusal),
            // Whoever has paid is not asked to pay once more.
            Outcome::TakenAfterAll { .. } => self.last_refusal = Some(Refusal::DeclinedHard),
            Outcome::Approved
            | Outcome::Held
            | Outcome::Released { .. }
            | Outcome::Refunded { .. }
            | Outcome::Answered
            | Outcome::Decided { .. }
            | Outcome::Sent
            | Outcome::Recalled { .. }
            | Outcome::Posted => {}
        }
        Ok(())
    }
}
