//! What a campaign has to have seen, or else its silence says little: each kind of fault
//! while each step of a saga was in flight, each class of reply, each way that an undo
//! ends, and how payments end.

mod excuse;
mod mark;
mod rare;
mod tally;
mod whole;

use model::workflow::Action;
use sim::Strike;

use crate::fact::{BankStrike, DecisionStrike, ProviderStrike};
use crate::judge::{BANK_STRIKES, DECISION_STRIKES, PROVIDER_STRIKES};
use crate::trial::{QUOTE_STRIKES, bank_strike_name, decision_strike_name, provider_strike_name};

pub use excuse::{EXCUSES, Excuse, excuse};
pub use mark::Mark;
pub(crate) use tally::TallyRecord;
pub use tally::{Missing, SATURATED, Tally};
pub use whole::{TRIALS_MIN, missing, seen, succeeded};

/// A kind of fault that can strike while a step is in flight, in the order in which reports
/// list them. What goes wrong with settlement files is none: a file tells of what is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FaultKind(u8);

impl FaultKind {
    /// How many there are.
    pub const COUNT: usize = QUOTES + QUOTE_STRIKES.len();

    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u8).map(Self)
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|kind| kind.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let at = usize::from(self.0);
        match at {
            QUOTES.. => QUOTE_STRIKES[at - QUOTES],
            DECIDER.. => decision_strike_name(DECISION_STRIKES[at - DECIDER]),
            BANKS.. => bank_strike_name(BANK_STRIKES[at - BANKS]),
            PROVIDERS.. => provider_strike_name(PROVIDER_STRIKES[at - PROVIDERS]),
            _ => Strike::ALL[at].name(),
        }
    }

    /// Whether it is over when the world heals: issuers, banks and markets do theirs in any
    /// weather.
    pub fn is_disturbance(self) -> bool {
        let at = usize::from(self.0);
        match at {
            QUOTES.. | BANKS..DECIDER => false,
            DECIDER.. => true,
            PROVIDERS.. => !is_business(PROVIDER_STRIKES[at - PROVIDERS]),
            _ => true,
        }
    }

    /// Its place among all.
    pub const fn place(self) -> usize {
        self.0 as usize
    }

    /// What becomes of a quote, by its place in the list of those.
    pub(crate) const fn of_quote(place: usize) -> Self {
        Self((QUOTES + place) as u8)
    }
}

impl From<Strike> for FaultKind {
    fn from(strike: Strike) -> Self {
        Self(strike as u8)
    }
}

impl From<ProviderStrike> for FaultKind {
    fn from(strike: ProviderStrike) -> Self {
        Self((PROVIDERS + place(&PROVIDER_STRIKES, strike)) as u8)
    }
}

impl From<BankStrike> for FaultKind {
    fn from(strike: BankStrike) -> Self {
        Self((BANKS + place(&BANK_STRIKES, strike)) as u8)
    }
}

impl From<DecisionStrike> for FaultKind {
    fn from(strike: DecisionStrike) -> Self {
        Self((DECIDER + place(&DECISION_STRIKES, strike)) as u8)
    }
}

fn place<T: PartialEq>(all: &[T], one: T) -> usize {
    all.iter().position(|known| *known == one).expect("the list has every strike")
}

const fn is_business(strike: ProviderStrike) -> bool {
    matches!(
        strike,
        ProviderStrike::Declined
            | ProviderStrike::PartialApproval
            | ProviderStrike::Deferred
            | ProviderStrike::CaptureDeclined
            | ProviderStrike::Disputed
            | ProviderStrike::RefundFailed
            | ProviderStrike::RefundPending
            | ProviderStrike::RefundReturned
            | ProviderStrike::RefundedByHand
            | ProviderStrike::Objected
            | ProviderStrike::Breach
    )
}

/// A step of a saga that is in flight: its intent is durable, and what it came to is not.
/// The undo of a step is one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step(u8);

impl Step {
    /// How many there are.
    pub const COUNT: usize = STEPS.len();

    /// Every one, in the order of a payment.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u8).map(Self)
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|step| step.name() == name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        STEPS[self.0 as usize]
    }

    /// Its place among all.
    pub const fn place(self) -> usize {
        self.0 as usize
    }

    /// Its bit in a set of them.
    pub(crate) const fn bit(self) -> Steps {
        1 << self.0
    }

    /// The step that does this; computing a quote takes no time, so that it is never in
    /// flight.
    pub(crate) const fn of(action: Action) -> Option<Self> {
        Some(Self(match action {
            Action::Quote => return None,
            Action::Risk => 0,
            Action::Hold => 1,
            Action::Authorize => 2,
            Action::Capture => 3,
            Action::Release => 4,
            Action::Refund => 5,
            Action::Send => 6,
            Action::Recall => 7,
            Action::Withdraw => 8,
            Action::Contest => 9,
            Action::Verdict => 10,
            Action::Post => 11,
            Action::Notify => 12,
        }))
    }

    /// The undo of what this does.
    pub(crate) const fn undo_of(action: Action) -> Option<Self> {
        Some(Self(match action {
            Action::Risk => UNDO,
            Action::Hold => UNDO + 1,
            Action::Authorize => UNDO + 2,
            _ => return None,
        }))
    }
}

/// A set of steps, a bit each.
pub(crate) type Steps = u32;

/// What one trial has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    cells: [Steps; FaultKind::COUNT],
    marks: u128,
    touched: bool,
}

impl Seen {
    /// Nothing yet.
    pub const NOTHING: Self = Self { cells: [0; FaultKind::COUNT], marks: 0, touched: false };

    /// A fault struck while these steps were in flight.
    #[inline]
    pub(crate) fn strike(&mut self, kind: FaultKind, steps: Steps) {
        self.cells[kind.place()] |= steps;
        self.touched |= steps != 0 && kind.is_disturbance();
    }

    #[inline]
    pub(crate) const fn mark(&mut self, mark: Mark) {
        self.marks |= 1 << mark as u32;
    }

    /// Whether a fault of this kind struck while the step was in flight.
    pub const fn has(&self, kind: FaultKind, step: Step) -> bool {
        self.cells[kind.place()] & step.bit() != 0
    }

    /// Whether this happened.
    pub const fn has_mark(&self, mark: Mark) -> bool {
        self.marks & 1 << mark as u32 != 0
    }

    /// Whether any disturbance struck while any step was in flight.
    pub const fn is_touched(&self) -> bool {
        self.touched
    }
}

const PROVIDERS: usize = Strike::ALL.len();
const BANKS: usize = PROVIDERS + PROVIDER_STRIKES.len();
const DECIDER: usize = BANKS + BANK_STRIKES.len();
const QUOTES: usize = DECIDER + DECISION_STRIKES.len();

/// Where the undos begin.
const UNDO: u8 = 13;
const STEPS: [&str; 16] = [
    "risk",
    "hold",
    "authorize",
    "capture",
    "release",
    "refund",
    "send",
    "recall",
    "withdraw",
    "contest",
    "verdict",
    "post",
    "notify",
    "undo-risk",
    "undo-hold",
    "undo-authorize",
];

#[cfg(test)]
mod tests {
    use model::saga::Undo;
    use model::workflow;

    use super::*;

    #[test]
    fn every_kind_of_fault_and_every_step_has_a_name_and_is_found_by_it() {
        assert!(FaultKind::all().all(|kind| FaultKind::named(kind.name()) == Some(kind)));
        assert!(Step::all().all(|step| Step::named(step.name()) == Some(step)));
    }

    #[test]
    fn every_step_of_every_workflow_can_be_in_flight_and_so_can_its_undo() {
        for workflow in workflow::ALL {
            for (spec, action) in workflow.saga.steps.iter().zip(workflow.actions) {
                let step = Step::of(*action).map_or(action.name(), Step::name);
                assert_eq!(step, spec.name);
                let undo = Step::undo_of(*action).map(|step| step.name().to_owned());
                let undone = spec.undo != Undo::Nothing;
                assert!(!undone || undo == Some(format!("undo-{step}")), "{step}");
            }
        }
    }
}
