//! What can't be: the kinds of fault that never strike while some step is in flight, and why.

use std::sync::OnceLock;

use super::{FaultKind, STEPS, Step};

/// Kinds of fault that can't strike while any of these steps is in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excuse {
    /// The kinds, by name.
    pub faults: &'static [&'static str],
    /// The steps, by name.
    pub steps: &'static [&'static str],
    /// Why not.
    pub reason: &'static str,
}

/// Why a fault of this kind can't strike while this step is in flight; `None` if it can.
pub fn excuse(kind: FaultKind, step: Step) -> Option<&'static str> {
    static KNOWN: OnceLock<Vec<[Option<&'static str>; Step::COUNT]>> = OnceLock::new();
    KNOWN.get_or_init(known)[kind.place()][step.place()]
}

fn known() -> Vec<[Option<&'static str>; Step::COUNT]> {
    let mut known = vec![[None; Step::COUNT]; FaultKind::COUNT];
    for excuse in EXCUSES {
        for kind in excuse.faults.iter().filter_map(|name| FaultKind::named(name)) {
            for step in excuse.steps.iter().filter_map(|name| Step::named(name)) {
                known[kind.place()][step.place()] = Some(excuse.reason);
            }
        }
    }
    known
}

/// Everything that can't be.
pub const EXCUSES: &[Excuse] = &[
    Excuse {
        faults: AT_PROVIDERS,
        steps: &[
            "risk",
            "hold",
            "send",
            "recall",
            "withdraw",
            "post",
            "notify",
            "undo-risk",
            "undo-hold",
        ],
        reason: "the step asks no provider, and hears of none",
    },
    Excuse {
        faults: &["refund-by-hand"],
        steps: &["authorize", "refund", "undo-authorize"],
        reason: "somebody gives back what was captured: a refund has an instrument of its own",
    },
    Excuse {
        faults: AT_BANKS,
        steps: &[
            "risk",
            "hold",
            "authorize",
            "capture",
            "release",
            "refund",
            "withdraw",
            "contest",
            "verdict",
            "post",
            "notify",
            "undo-risk",
            "undo-hold",
            "undo-authorize",
        ],
        reason: "the step asks no bank, and hears of none",
    },
    Excuse {
        faults: AT_THE_DECIDER,
        steps: &[
            "risk",
            "hold",
            "release",
            "recall",
            "withdraw",
            "contest",
            "verdict",
            "post",
            "notify",
            "undo-risk",
            "undo-hold",
        ],
        reason: "there is no choice about the step, so that nobody is asked",
    },
    Excuse {
        faults: &["quote-renewed"],
        steps: &STEPS,
        reason: "a rate is locked anew after RISK and before HOLD, when nothing is in flight",
    },
    Excuse {
        faults: &["quote-lapsed", "promise-covered"],
        steps: &["refund", "send", "recall", "withdraw", "contest", "verdict"],
        reason: "what a quote is for is a pay-in, and it is booked before any of these begins",
    },
];

const AT_PROVIDERS: &[&str] = &[
    "brown-out",
    "hard-outage",
    "timeout-after-effect",
    "timeout-before-effect",
    "late-effect",
    "5xx-after-effect",
    "5xx-before-effect",
    "throttled",
    "declined",
    "partial-approval",
    "pending-then-result",
    "capture-declined",
    "chargeback",
    "index-lag",
    "key-expired",
    "refund-failed",
    "refund-pending",
    "webhook-dropped",
    "webhook-repeated",
    "webhook-delayed",
    "webhook-reordered",
    "webhook-early",
    "refund-returned",
    "refund-by-hand",
    "webhook-replay",
    "pre-arbitration",
    "broken-word",
];

const AT_BANKS: &[&str] = &[
    "no-answer",
    "late-answer",
    "slow-investigation",
    "recall-accepted",
    "recall-refused",
    "deemed",
    "bank-rejection",
    "payout-return",
];

const AT_THE_DECIDER: &[&str] = &[
    "decision-late",
    "decision-mute",
    "decision-stale",
    "decision-garbled",
    "decision-outside",
    "decision-adverse",
    "model-swapped",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excuses_name_what_there_is_and_nothing_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for excuse in EXCUSES {
            assert!(!excuse.reason.is_empty());
            for fault in excuse.faults {
                assert!(FaultKind::named(fault).is_some(), "{fault}");
                for step in excuse.steps {
                    assert!(Step::named(step).is_some(), "{step}");
                    assert!(seen.insert((fault, step)), "{fault} in {step} is excused twice");
                }
            }
        }
    }
}
