//! The workflows of payments, one file each.

pub mod chargeback;
pub mod late_success;
pub mod payin_captures;
pub mod payin_card;
pub mod payin_exchange;
pub mod payout_rail;
pub mod pre_arbitration;
pub mod recall;
pub mod refund;
pub mod refund_by_hand;
pub mod reversal;

use std::fmt;

use crate::payment::Payment;
use crate::saga::{Class, StepSpec, Try, Undo, Workflow};
use crate::transfer::Transfer;

use self::chargeback::CHARGEBACK;
use self::late_success::LATE_SUCCESS;
use self::payin_captures::PAYIN_CAPTURES;
use self::payin_card::PAYIN_CARD;
use self::payin_exchange::PAYIN_EXCHANGE;
use self::payout_rail::PAYOUT_RAIL;
use self::pre_arbitration::PRE_ARBITRATION;
use self::recall::RECALL;
use self::refund::REFUND;
use self::refund_by_hand::REFUND_BY_HAND;
use self::reversal::{LEFT_OVER, REVERSAL};

/// Every workflow; of those that differ in length only, the longest.
pub static ALL: [&PaymentWorkflow; 12] = [
    &PAYIN_CARD,
    &PAYIN_CAPTURES,
    &REFUND,
    &PAYOUT_RAIL,
    &CHARGEBACK,
    &PAYIN_EXCHANGE,
    &REVERSAL,
    &RECALL,
    &REFUND_BY_HAND,
    &PRE_ARBITRATION,
    &LATE_SUCCESS,
    &LEFT_OVER,
];

/// A workflow of the saga engine, and what its steps mean where money is moved.
pub struct PaymentWorkflow {
    /// What the engine sees of it.
    pub saga: Workflow,
    /// What each step does, in the same order.
    pub actions: &'static [Action],
    /// The chain that a step books in the ledger.
    pub booking: fn(&Payment, Action) -> Vec<Transfer>,
    /// The chain that undoes what a step booked.
    pub unbooking: fn(&Payment, Action) -> Vec<Transfer>,
}

/// What a step of a workflow does (payments.md 1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Ask the risk service.
    Risk,
    /// Compute fee and tax.
    Quote,
    /// Reserve in the ledger.
    Hold,
    /// Reserve at a provider.
    Authorize,
    /// Take the money.
    Capture,
    /// Give back what is reserved and will not be taken.
    Release,
    /// Give money back that was taken.
    Refund,
    /// Send money out by a rail.
    Send,
    /// Ask for it back.
    Recall,
    /// Book that a customer's bank has taken money back.
    Withdraw,
    /// Send evidence against that, or give in.
    Contest,
    /// Wait for what is decided.
    Verdict,
    /// Book it.
    Post,
    /// Tell the merchant.
    Notify,
}

impl Action {
    /// Its name, as every workflow has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Quote => "quote",
            Self::Hold => "hold",
            Self::Authorize => "authorize",
            Self::Capture => "capture",
            Self::Release => "release",
            Self::Refund => "refund",
            Self::Send => "send",
            Self::Recall => "recall",
            Self::Withdraw => "withdraw",
            Self::Contest => "contest",
            Self::Verdict => "verdict",
            Self::Post => "post",
            Self::Notify => "notify",
        }
    }

    /// Whether it moves money outside the house, at somebody who may do so
    /// without our hearing of it.
    pub const fn is_outside(self) -> bool {
        matches!(self, Self::Authorize | Self::Capture | Self::Refund | Self::Send)
    }

    /// Whether it books a chain in the ledger.
    pub const fn is_booking(self) -> bool {
        matches!(self, Self::Hold | Self::Withdraw | Self::Post)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for PaymentWorkflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.saga.name)
    }
}

impl PaymentWorkflow {
    /// What this try is a try at.
    pub fn action(&self, which: Try) -> Action {
        self.actions[usize::from(which.step) % self.actions.len()]
    }

    /// What there is no way back from.
    pub fn pivot(&self) -> Action {
        let pivot = self.saga.steps.iter().position(|step| step.class == Class::Pivot);
        self.actions[pivot.unwrap_or_default()]
    }

    /// The place of the first step that does this; `None` if none does.
    pub fn step(&self, action: Action) -> Option<u8> {
        self.actions.iter().position(|known| *known == action).map(|at| at as u8)
    }

    /// The how-manieth of the steps that do the same this try is at, from 0 on.
    pub fn nth(&self, which: Try) -> u8 {
        which.step - self.step(self.action(which)).unwrap_or(which.step)
    }
}

/// A step of a workflow: what it does, what may happen after it, how it is
/// undone.
type Row = (Action, Class, Undo);

/// What the engine sees of `rows`.
const fn specs<const STEPS: usize>(rows: &[Row; STEPS]) -> [StepSpec; STEPS] {
    let mut specs = [StepSpec { name: "", class: Class::Stateless, undo: Undo::Nothing }; STEPS];
    let mut at = 0;
    while at < STEPS {
        let (action, class, undo) = rows[at];
        specs[at] = StepSpec { name: action.name(), class, undo };
        at += 1;
    }
    specs
}

/// What the steps of `rows` do.
const fn actions<const STEPS: usize>(rows: &[Row; STEPS]) -> [Action; STEPS] {
    let mut actions = [Action::Notify; STEPS];
    let mut at = 0;
    while at < STEPS {
        actions[at] = rows[at].0;
        at += 1;
    }
    actions
}
