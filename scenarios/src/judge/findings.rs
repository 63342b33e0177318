//! What a judge has found: violations, and how often each invariant had
//! anything to judge.

use std::fmt;
use std::sync::Arc;

use model::Token;
use model::workflow::chargeback::CHARGEBACK;
use model::workflow::late_success::LATE_SUCCESS;
use model::workflow::refund_by_hand::REFUND_BY_HAND;
use model::workflow::reversal::REVERSAL;
use serde::Serialize;
use sim::{Sighting, VirtualTime};

use crate::fingerprint::STEPS;
use crate::invariant::Invariant;
use crate::own;
use crate::plan::Plan;

/// An invariant that did not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// When it was seen.
    pub at: VirtualTime,
    /// The number of the event in which it was seen; 0 at rest.
    pub event: u64,
    /// The payment that it is about, by its instrument.
    pub token: Token,
    /// The workflow that the payment runs.
    pub workflow: &'static str,
    /// The step of the effect that made it false.
    pub step: &'static str,
    /// How the authorities disagree.
    pub relation: Relation,
    /// What each of them says.
    pub evidence: String,
}

/// How authorities disagree; a part of a violation's fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// One operation took effect twice.
    SameOperationTwice,
    /// A second operation took effect at the same provider.
    NewOperationAtSameProvider,
    /// A second operation took effect at another provider.
    NewOperationAtOtherProvider,
    /// Something took effect that nobody had intended durably.
    EffectWithoutIntent,
    /// Something took effect after it was undone, or told to be.
    EffectAfterUndo,
    /// Something was not undone.
    UndoMissing,
    /// Something was undone twice.
    UndoTwice,
    /// Something was undone that can't be.
    UndoPastPivot,
    /// Something was shown before it was true.
    ShownTooEarly,
    /// Two sets of books differ.
    BooksDiffer,
    /// Two replies differ.
    RepliesDiffer,
    /// A record stands where it must not.
    RecordOutOfOrder,
    /// More than allowed.
    LimitExceeded,
    /// It did not end.
    NeverFinished,
}

impl Relation {
    /// Every one, in order.
    pub const ALL: [Self; 14] = [
        Self::SameOperationTwice,
        Self::NewOperationAtSameProvider,
        Self::NewOperationAtOtherProvider,
        Self::EffectWithoutIntent,
        Self::EffectAfterUndo,
        Self::UndoMissing,
        Self::UndoTwice,
        Self::UndoPastPivot,
        Self::ShownTooEarly,
        Self::BooksDiffer,
        Self::RepliesDiffer,
        Self::RecordOutOfOrder,
        Self::LimitExceeded,
        Self::NeverFinished,
    ];

    /// What files call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SameOperationTwice => "same-operation-twice",
            Self::NewOperationAtSameProvider => "new-operation-at-same-provider",
            Self::NewOperationAtOtherProvider => "new-operation-at-other-provider",
            Self::EffectWithoutIntent => "effect-without-intent",
            Self::EffectAfterUndo => "effect-after-undo",
            Self::UndoMissing => "undo-missing",
            Self::UndoTwice => "undo-twice",
            Self::UndoPastPivot => "undo-past-pivot",
            Self::ShownTooEarly => "shown-too-early",
            Self::BooksDiffer => "books-differ",
            Self::RepliesDiffer => "replies-differ",
            Self::RecordOutOfOrder => "record-out-of-order",
            Self::LimitExceeded => "limit-exceeded",
            Self::NeverFinished => "never-finished",
        }
    }

    /// The one that files call so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.name() == name)
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SameOperationTwice => "same operation twice",
            Self::NewOperationAtSameProvider => "new operation at the same provider",
            Self::NewOperationAtOtherProvider => "new operation at another provider",
            Self::EffectWithoutIntent => "effect without intent",
            Self::EffectAfterUndo => "effect after undo",
            Self::UndoMissing => "undo missing",
            Self::UndoTwice => "undo twice",
            Self::UndoPastPivot => "undo past the pivot",
            Self::ShownTooEarly => "shown too early",
            Self::BooksDiffer => "books differ",
            Self::RepliesDiffer => "replies differ",
            Self::RecordOutOfOrder => "record out of order",
            Self::LimitExceeded => "limit exceeded",
            Self::NeverFinished => "never finished",
        })
    }
}

/// Violations, and how often the premise of each invariant was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    plan: Arc<Plan>,
    /// Whether there is no journal to read: what is about that is not judged.
    pub(super) has_no_journal: bool,
    /// In the order in which they were seen.
    pub violations: Vec<Violation>,
    met: [u64; Invariant::ALL.len()],
}

impl Findings {
    /// Nothing yet in the world of `plan`.
    pub(super) fn new(plan: &Arc<Plan>) -> Self {
        let met = [0; Invariant::ALL.len()];
        Self { plan: plan.clone(), has_no_journal: false, violations: Vec::new(), met }
    }

    /// How often `invariant` had something to judge.
    pub fn met(&self, invariant: Invariant) -> u64 {
        self.met[invariant as usize]
    }

    /// Judges one case of `invariant`, whose premise is met: it is a violation
    /// unless it `holds`.
    pub(crate) fn check(
        &mut self,
        invariant: Invariant,
        seen: Sighting,
        about: (Token, &'static str, Relation),
        holds: bool,
        evidence: impl FnOnce() -> String,
    ) {
        if self.has_no_journal && !own::is_applicable(invariant) {
            return;
        }
        self.met[invariant as usize] += 1;
        let (token, step, relation) = about;
        debug_assert!(STEPS.contains(&step), "no file could tell of the step `{step}`");
        let told = |v: &Violation| {
            (v.invariant, v.token, v.step, v.relation) == (invariant, token, step, relation)
        };
        if !holds && !self.violations.iter().any(told) {
            self.violations.push(Violation {
                invariant,
                at: seen.at,
                event: seen.event,
                token,
                workflow: match step {
                    "dispute" | "contest" => CHARGEBACK.saga.name,
                    "return" => REVERSAL.saga.name,
                    "by-hand" => REFUND_BY_HAND.saga.name,
                    "late-success" => LATE_SUCCESS.saga.name,
                    _ => self.plan.workflow(token).saga.name,
                },
                step,
                relation,
                evidence: evidence(),
            });
        }
    }
}
