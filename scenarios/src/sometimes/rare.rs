//! What can be and happens too seldom to hold a campaign to it: one of three campaigns with
//! 300 trials of every scenario did not show it. It is told beside what a campaign is held
//! to. `cargo run --profile test -p pennywise-tests --example cells` counts it.

use std::sync::OnceLock;

use super::{FaultKind, Step, Steps};

/// Whether a fault of this kind strikes so seldom while this step is in flight.
pub(super) fn is_rare(kind: FaultKind, step: Step) -> bool {
    static KNOWN: OnceLock<Vec<Steps>> = OnceLock::new();
    KNOWN.get_or_init(known)[kind.place()] & step.bit() != 0
}

fn known() -> Vec<Steps> {
    let mut known = vec![0; FaultKind::COUNT];
    for (name, steps) in RARE {
        if let Some(kind) = FaultKind::named(name) {
            let steps = steps.split(' ').filter_map(Step::named);
            known[kind.place()] |= steps.fold(0, |all, step| all | step.bit());
        }
    }
    known
}

/// The steps that each kind of fault seldom strikes in.
const RARE: &[(&str, &str)] = &[
    ("partition", "withdraw contest"),
    ("lost-unsynced-tail", "contest"),
    ("planned-fate", "release recall contest"),
    ("pause", "recall withdraw contest"),
    ("lost-in-pause", "release recall withdraw contest undo-risk undo-hold"),
    ("slow-link", "release withdraw contest"),
    ("link-brown-out", "release refund send recall withdraw contest verdict"),
    ("clogged-link", "release recall withdraw contest"),
    ("connection-refused", "recall"),
    ("clock-jump", "recall withdraw contest"),
    ("clock-drift", "recall withdraw contest"),
    ("slow-sync", "release recall contest"),
    ("lying-sync", "contest"),
    ("full-disk", "recall withdraw contest verdict"),
    ("torn-tail", "release recall contest"),
    ("corrupt-record", "recall contest"),
    ("old-generation", "recall contest"),
    ("crash-all", "release recall withdraw contest"),
    ("brown-out", "contest verdict"),
    ("late-effect", "release verdict"),
    ("5xx-after-effect", "release verdict"),
    ("5xx-before-effect", "contest verdict"),
    ("declined", "release refund contest verdict"),
    ("partial-approval", "capture release refund contest verdict"),
    ("refund-failed", "authorize capture release contest verdict undo-authorize"),
    ("refund-pending", "authorize capture release contest verdict undo-authorize"),
    ("pending-then-result", "release refund contest verdict"),
    ("capture-declined", "authorize release refund contest verdict undo-authorize"),
    ("chargeback", "authorize release refund contest verdict undo-authorize"),
    ("index-lag", "release refund contest"),
    ("webhook-dropped", "release contest"),
    ("webhook-repeated", "release"),
    ("webhook-reordered", "release"),
    ("webhook-early", "release refund contest verdict"),
    ("refund-returned", "authorize capture release refund contest verdict undo-authorize"),
    ("deploy", "release recall withdraw contest"),
    ("refund-by-hand", "capture release contest verdict"),
    ("webhook-replay", "release contest"),
    ("pre-arbitration", "authorize capture release refund contest verdict undo-authorize"),
    ("broken-word", "authorize capture release contest verdict undo-authorize"),
    ("no-answer", "recall"),
    ("late-answer", "recall"),
    ("slow-investigation", "recall"),
    ("recall-accepted", "send"),
    ("recall-refused", "send"),
    ("deemed", "recall"),
    ("bank-rejection", "recall"),
    ("payout-return", "send"),
    ("decision-late", "send"),
    ("decision-mute", "send"),
    ("decision-stale", "send"),
    ("decision-garbled", "send undo-authorize"),
    ("decision-outside", "send"),
    ("decision-adverse", "send"),
    ("model-swapped", "send undo-authorize"),
    ("quote-lapsed", "risk release notify undo-risk undo-hold"),
    ("promise-covered", "risk hold authorize release notify undo-risk undo-hold undo-authorize"),
];

#[cfg(test)]
mod tests {
    use super::super::excuse;
    use super::*;

    #[test]
    fn what_is_rare_is_named_once_and_is_not_impossible() {
        let mut seen = std::collections::BTreeSet::new();
        for (fault, steps) in RARE {
            let kind = FaultKind::named(fault).unwrap();
            for step in steps.split(' ') {
                let step = Step::named(step).unwrap();
                assert!(seen.insert((kind, step)), "{fault} in {}", step.name());
                assert_eq!(excuse(kind, step), None, "{fault} in {}", step.name());
            }
        }
    }
}
