//! Swarms: some kinds of fault off, as in any plan, and some kinds of operation.

use std::collections::BTreeSet;

use sim::{Domain, Rate, Seed};

use crate::plan::Plan;
use crate::settings::Scenario;
use crate::shrink::Line;

/// A plan without some kinds of what customers do.
pub(super) fn plan(scenario: &Scenario, seed: Seed) -> Plan {
    let plan = Plan::draw(scenario, seed);
    let mut stream = seed.stream(SWARM);
    let off: BTreeSet<u8> = (0..KINDS).filter(|_| stream.chance(OFF)).collect();
    let refunds = plan.refunds().map(|(_, refund)| refund.token);
    let refunds: BTreeSet<_> = refunds.collect();
    let mut lines = Line::all(&plan);
    lines.retain(|line| {
        let kind = match line {
            Line::Operation(token) if refunds.contains(token) => Some(0),
            Line::SecondClick(_) => Some(1),
            Line::Cancellation(_) => Some(2),
            Line::Dispute(_) => Some(3),
            Line::Objection(_) => Some(4),
            Line::Recall(_) => Some(5),
            Line::ByHand(_) => Some(6),
            Line::Breach(_) => Some(7),
            Line::Insistence(_) => Some(8),
            Line::Captures(_) => Some(9),
            Line::Shipping(_) => Some(10),
            _ => None,
        };
        kind.is_some_and(|kind| off.contains(&kind))
    });
    let mut plan = plan.without(&lines);
    plan.forget_what_is_gone();
    plan
}

/// Kinds of what customers do besides that they pay.
const KINDS: u8 = 11;
/// How often one of them is off.
const OFF: Rate = Rate::per_million(250_000);
const SWARM: Domain = Domain(u64::from_le_bytes(*b"s-swarm "));
