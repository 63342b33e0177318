//! Faults out of the causal past of payments that succeeded: what would have cut it.
//!
//! A run is looked at backward from the moment when somebody was told that a payment
//! succeeded, over what caused what. Whatever was sent, delivered or executed on this way
//! supports the success, and a fault there takes the support away; if the payment succeeds
//! all the same, there is another, and in the second round a fault is put on that.

use std::collections::{BTreeMap, BTreeSet};

use model::{Defects, Status, Token};
use sim::{Domain, Happening, Seed, Stream, Trace};

use crate::fact::Fact;
use crate::message::ClientReply;
use crate::plan::Plan;
use crate::prove::{Dwells, points_in};
use crate::settings::Scenario;
use crate::system::PaymentSystem;
use crate::trial;

/// A plan with faults that cut the supports of most payments that succeed without them.
pub(super) fn plan(scenario: &Scenario, seed: Seed, defects: Defects) -> Plan {
    let mut plan = Plan::draw(scenario, seed);
    let mut stream = seed.stream(LINEAGE);
    let rounds = 1 + stream.draw().below(ROUNDS);
    for round in 0..rounds {
        let (trial, trace) = trial::replay_plan(plan.clone(), defects);
        if !trial.violations().is_empty() {
            break;
        }
        cut(&mut plan, &trace, IDS + round as u32 * 1_000, &mut stream);
    }
    plan
}

/// Puts one fault on the support of most payments that succeeded.
fn cut(plan: &mut Plan, trace: &Trace<PaymentSystem>, ids: u32, stream: &mut Stream) {
    let supports = supports(trace);
    let mut choices: BTreeMap<Token, Vec<_>> = BTreeMap::new();
    let supporting: BTreeSet<u64> = supports.values().flatten().copied().collect();
    let cuts = points_in(&supporting, plan, trace, &Dwells::USUAL).into_iter();
    for ((event, ..), mischief) in cuts.filter(|(_, mischief)| mischief.cuts()) {
        for (token, support) in &supports {
            if support.contains(&event) {
                choices.entry(*token).or_default().push(mischief);
            }
        }
    }
    for (id, mischiefs) in (ids..).zip(choices.values()) {
        let spared = stream.draw().below(4) == 0;
        let mischief = stream.draw().pick(mischiefs).copied();
        if let Some(mischief) = mischief.filter(|_| !spared) {
            *plan = mischief.put_into(plan, id);
        }
    }
}

/// The events without which nobody would have been told that a payment succeeded, of each
/// that did.
fn supports(trace: &Trace<PaymentSystem>) -> BTreeMap<Token, BTreeSet<u64>> {
    let causes: BTreeMap<u64, u64> =
        trace.events.iter().map(|event| (event.event, event.cause)).collect();
    let mut supports = BTreeMap::new();
    for event in &trace.events {
        let Happening::Noted(fact) = &event.what else { continue };
        let Some(token) = success(fact) else { continue };
        supports.entry(token).or_insert_with(|| {
            let back = |event: &u64| causes.get(event).copied().filter(|cause| cause < event);
            std::iter::successors(Some(event.event), back).collect()
        });
    }
    supports
}

/// Whose payment it is, if somebody is told by this that it succeeded.
fn success(fact: &Fact) -> Option<Token> {
    match fact {
        Fact::Told { token, status: Status::Succeeded } => Some(*token),
        Fact::Shown { asking, reply: ClientReply::Stands(_, Status::Succeeded), .. } => {
            Some(asking.token)
        }
        _ => None,
    }
}

/// How often supports are looked for at most.
const ROUNDS: u64 = 2;
/// Faults of this strategy are numbered from here on.
const IDS: u32 = 6_001;
const LINEAGE: Domain = Domain(u64::from_le_bytes(*b"s-linage"));
