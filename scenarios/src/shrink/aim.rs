//! Faults that wait for a time of day are aimed at something that happens to a
//! payment, so that a repro survives a change of what takes how long.

use std::collections::BTreeMap;

use model::Token;
use sim::{
    CrashPoint, Cue, Fault, Happening, Kind, Misfortune, Role, Sight, Subject, Trace, Trigger,
    VirtualTime,
};

use super::search::Search;
use super::span::plain_spans;
use crate::plan::Plan;
use crate::system::PaymentSystem;
use crate::trial;

/// Aims every fault of the plan that waits for a moment of virtual time, or for
/// something that happens to another payment than `token`.
pub(super) fn at_what_happens(search: &mut Search<'_>, token: Token) {
    let vague = |fault: &&Fault| match fault.trigger {
        Trigger::At(_) | Trigger::Later(..) => true,
        // What becomes of a single sending is aimed as well as can be.
        Trigger::OnSend(occasion) => {
            !matches!(
                fault.misfortune,
                Misfortune::Drop | Misfortune::Delay | Misfortune::Duplicate
            ) && occasion.subject != Subject(token.0)
        }
        Trigger::OnDelivery(occasion) => occasion.subject != Subject(token.0),
        Trigger::OnFact(sight) => sight.subject != Subject(token.0),
    };
    let ids: Vec<_> = search.plan.faults.iter().filter(vague).map(|fault| fault.id).collect();
    for id in ids {
        if search.stopped {
            return;
        }
        aim(search, id, Subject(token.0));
    }
}

fn aim(search: &mut Search<'_>, id: u32, victim: Subject) {
    let Some(fault) = search.plan.faults.iter().find(|fault| fault.id == id).cloned() else {
        return;
    };
    let (_, trace) = trial::replay_plan(search.plan.clone(), search.quarry.defects);
    let Some(struck) = struck(&trace, id) else { return };
    let cues = cues(&trace);
    let at = cues.partition_point(|(when, _)| *when < struck);
    let (before, after) = cues.split_at(at);
    let plan = search.plan.clone();
    let at_once = near(before, after, victim).into_iter().flat_map(|cue| aimed(&fault, cue));
    let mine = before.iter().rev().filter(|(_, cue)| subject(cue) == victim);
    let waits = mine.take(CUES).filter(|_| matches!(fault.trigger, Trigger::At(_)));
    let later = waits.flat_map(|(when, cue)| {
        let wait = struck.since(*when);
        let waits = plain_spans(wait).into_iter().filter(|span| !span.is_zero()).chain([wait]);
        let triggers = waits.map(|wait| Trigger::Later(*cue, wait));
        triggers.map(|trigger| Fault { trigger, ..fault.clone() }).collect::<Vec<_>>()
    });
    let elsewhere = match fault.trigger.cue() {
        Some((cue, _)) => subject(&cue) != victim,
        None => true,
    };
    // Another moment of the same payment is no better than the one it has.
    let at_once = at_once.filter(|_| elsewhere || matches!(fault.trigger, Trigger::Later(..)));
    search.take_first(at_once.chain(later).map(|fault| with(&plan, &fault)));
}

/// What happens shortly before and after, the best to wait for first: what the
/// victim goes through, then facts and what is sent only once, since the number
/// of repetitions is a matter of how patient somebody is; then what is nearest.
fn near(before: &[(VirtualTime, Cue)], after: &[(VirtualTime, Cue)], victim: Subject) -> Vec<Cue> {
    let distances = |cues: Vec<Cue>| cues.into_iter().enumerate().collect::<Vec<_>>();
    let of = |mine: bool| {
        let fits = move |cue: &Cue| (subject(cue) == victim) == mine;
        let back = before.iter().rev().map(|(_, cue)| *cue).filter(fits).take(CUES);
        let ahead = after.iter().map(|(_, cue)| *cue).filter(fits).take(CUES);
        let mut cues = distances(back.collect());
        cues.extend(distances(ahead.collect()));
        cues.sort_by_key(|(distance, cue)| (repetitions(cue), *distance));
        cues.into_iter().map(|(_, cue)| cue)
    };
    of(true).chain(of(false)).collect()
}

fn subject(cue: &Cue) -> Subject {
    match cue {
        Cue::Send(occasion) | Cue::Delivery(occasion) => occasion.subject,
        Cue::Fact(sight) => sight.subject,
    }
}

fn repetitions(cue: &Cue) -> u32 {
    match cue {
        Cue::Send(occasion) | Cue::Delivery(occasion) => occasion.ordinal,
        Cue::Fact(sight) => sight.ordinal,
    }
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
    let mut stated = BTreeMap::<(Role, Kind, Subject), u32>::new();
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
const CUES: usize = 12;
