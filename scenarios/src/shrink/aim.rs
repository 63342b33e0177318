//! Faults that wait for a time of day are aimed at something that happens to a
//! payment, so that a repro survives a change of what takes how long.

use sim::{
    CrashPoint, Cue, Fault, Happening, Misfortune, Role, Sight, Trace, Trigger, VirtualTime,
};

use super::search::Search;
use super::span::plain_spans;
use crate::plan::Plan;
use crate::system::PaymentSystem;
use crate::trial;

/// Aims every fault of the plan that waits for a moment of virtual time.
pub(super) fn at_what_happens(search: &mut Search<'_>) {
    let by_time = |fault: &&Fault| matches!(fault.trigger, Trigger::At(_) | Trigger::Later(..));
    let ids: Vec<_> = search.plan.faults.iter().filter(by_time).map(|fault| fault.id).collect();
    for id in ids {
        if search.stopped {
            return;
        }
        aim(search, id);
    }
}

fn aim(search: &mut Search<'_>, id: u32) {
    let Some(fault) = search.plan.faults.iter().find(|fault| fault.id == id).cloned() else {
        return;
    };
    let (_, trace) = trial::replay_plan(search.plan.clone(), search.quarry.defects);
    let Some(struck) = struck(&trace, id) else { return };
    let cues = cues(&trace);
    let at = cues.partition_point(|(when, _)| *when < struck);
    let (before, after) = cues.split_at(at);
    // What comes right after would have come anyway; what is nearest first.
    let near = before.iter().rev().take(CUES).zip(after.iter().take(CUES).map(Some));
    let mut near: Vec<_> = near.flat_map(|(one, other)| [Some(one), other]).flatten().collect();
    near.extend(before.iter().rev().take(CUES));
    near.extend(after.iter().take(CUES));
    let at_once = near.iter().flat_map(|(_, cue)| aimed(&fault, *cue));
    let waits = before.iter().rev().take(CUES).filter(|_| matches!(fault.trigger, Trigger::At(_)));
    let later = waits.flat_map(|(when, cue)| {
        let wait = struck.since(*when);
        let waits = plain_spans(wait).into_iter().filter(|span| !span.is_zero()).chain([wait]);
        let triggers = waits.map(|wait| Trigger::Later(*cue, wait));
        triggers.map(|trigger| Fault { trigger, ..fault.clone() }).collect::<Vec<_>>()
    });
    let plan = search.plan.clone();
    search.take_first(at_once.chain(later).map(|fault| with(&plan, &fault)));
}

/// The fault at the very moment of `cue`: a crash then and there, or where it
/// was to fall.
fn aimed(fault: &Fault, cue: Cue) -> Vec<Fault> {
    let trigger = match cue {
        Cue::Send(occasion) => Trigger::OnSend(occasion),
        Cue::Delivery(occasion) => Trigger::OnDelivery(occasion),
        Cue::Fact(sight) => Trigger::OnFact(sight),
    };
    let mut faults = Vec::new();
    if let Misfortune::Crash { role, point } = fault.misfortune {
        if point != CrashPoint::AtOnce {
            let misfortune = Misfortune::Crash { role, point: CrashPoint::AtOnce };
            faults.push(Fault { trigger, misfortune, ..fault.clone() });
        }
        if matches!(cue, Cue::Send(occasion) if occasion.from == role) {
            let misfortune = Misfortune::Crash { role, point: CrashPoint::Instead };
            faults.push(Fault { trigger, misfortune, ..fault.clone() });
        }
    }
    faults.push(Fault { trigger, ..fault.clone() });
    faults
}

/// When the fault struck.
fn struck(trace: &Trace<PaymentSystem>, id: u32) -> Option<VirtualTime> {
    let struck = trace.events.iter().find(|event| match event.what {
        Happening::Struck(fault) => fault == id,
        Happening::Crashed(_) => event.fault == Some(id),
        _ => false,
    });
    // A crash falls later than its fault strikes, if it waits for its point.
    let crashed = trace
        .events
        .iter()
        .find(|event| matches!(event.what, Happening::Crashed(_)) && event.fault == Some(id));
    crashed.or(struck).map(|event| event.at)
}

/// Everything that a fault could wait for, in order.
fn cues(trace: &Trace<PaymentSystem>) -> Vec<(VirtualTime, Cue)> {
    let mut stated = std::collections::BTreeMap::<(Role, sim::Kind, sim::Subject), u32>::new();
    let mut cues = Vec::new();
    for event in &trace.events {
        let cue = match &event.what {
            Happening::Healed => break,
            Happening::Sent(identity, ..) => Cue::Send(identity.occasion()),
            Happening::Delivered(identity, 0, _) => Cue::Delivery(identity.occasion()),
            Happening::Noted(fact) => {
                let Some((kind, subject)) = fact.key() else { continue };
                let ordinal = stated.entry((event.role, kind, subject)).or_default();
                *ordinal += 1;
                let (role, ordinal) = (event.role, *ordinal);
                Cue::Fact(Sight { role, kind, subject, ordinal })
            }
            _ => continue,
        };
        cues.push((event.at, cue));
    }
    cues
}

/// The plan with this fault in the place of the one with its id.
pub(super) fn with(plan: &Plan, fault: &Fault) -> Plan {
    let mut plan = plan.clone();
    for known in plan.faults.iter_mut().filter(|known| known.id == fault.id) {
        *known = fault.clone();
    }
    plan
}

/// How far around the moment of a fault it looks for something to aim at.
const CUES: usize = 8;
