//! Where a fault means something in a world, and which faults do there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::ReturnReason;
use sim::{CrashPoint, Fault, Happening, Kind, Misfortune, Role, SendIdentity, Trace, Trigger};

use super::{Dwells, Place};
use crate::message::kinds;
use crate::party::{PROBE, bank_of, provider_of};
use crate::plan::{Blow, Encounter, Plan, Stroke};
use crate::system::PaymentSystem;

/// One fault, in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// By the kernel.
    Fault(Trigger, Misfortune, Duration),
    /// By who is asked.
    Stroke(Encounter, Blow),
}

impl Mischief {
    /// The kind of fault, as reports name it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Fault(_, Misfortune::Drop, _) => "drop",
            Self::Fault(_, Misfortune::Delay, _) => "delay",
            Self::Fault(_, Misfortune::Duplicate, _) => "duplicate",
            Self::Fault(..) => "crash",
            Self::Stroke(_, blow) => blow.name(),
        }
    }

    /// The world of `plan` with it, under the number `id`.
    pub(crate) fn put_into(&self, plan: &Plan, id: u32) -> Plan {
        let mut plan = plan.clone();
        match *self {
            Self::Fault(trigger, misfortune, dwell) => {
                plan.faults.push(Fault { id, trigger, misfortune, dwell });
            }
            Self::Stroke(on, blow) => plan.strokes.extend([Stroke { id, on, blow }]),
        }
        plan
    }
}

/// Every fault that would strike something in a world which went like this, with where,
/// in the order in which they would strike.
pub(crate) fn points(
    plan: &Plan,
    trace: &Trace<PaymentSystem>,
    dwells: &Dwells,
) -> Vec<(Place, Mischief)> {
    let mut found = Vec::new();
    let mut arrivals = BTreeMap::new();
    let mut nth = BTreeMap::new();
    let writes = writers(trace);
    let chaos = trace.events.iter().take_while(|event| !matches!(event.what, Happening::Healed));
    for event in chaos.filter(|event| event.role != PROBE) {
        let what = match &event.what {
            Happening::Sent(identity, _, fate) if identity.to != PROBE => {
                sending(identity, fate.lost, dwells)
            }
            Happening::Delivered(identity, 0, message) if identity.from != PROBE => {
                let (party, request, token) = (event.role, identity.kind, message.token());
                let count = arrivals.entry((party, request, token)).or_insert(0);
                *count += 1;
                let on = Encounter { party, request, token, ordinal: identity.ordinal };
                let executed = Encounter { ordinal: *count, ..on };
                let crashes = delivery(identity, writes.contains(&event.event), dwells);
                crashes.into_iter().chain(strokes(on, executed, dwells)).collect()
            }
            _ => continue,
        };
        // What a fault keeps from happening is counted all the same: what comes after it
        // has the same place in the world without the fault.
        let within = nth.entry(event.event).or_insert(0_u32);
        *within += 1;
        let placed = what.into_iter().filter(|(_, mischief)| is_new(plan, mischief));
        found.extend(placed.map(|(kind, mischief)| ((event.event, *within, kind), mischief)));
    }
    found
}

/// Whether nothing befalls the same request already.
fn is_new(plan: &Plan, mischief: &Mischief) -> bool {
    match mischief {
        Mischief::Stroke(on, _) => plan.strokes.on(on).is_empty(),
        Mischief::Fault(..) => true,
    }
}

/// The handlers that append something to their journals.
fn writers(trace: &Trace<PaymentSystem>) -> BTreeSet<u64> {
    let appends = trace.events.iter().filter(|e| matches!(e.what, Happening::Appended(_)));
    appends.map(|event| event.event).collect()
}

/// What can become of a sending, and of its sender right before and after it.
fn sending(identity: &SendIdentity, lost: bool, dwells: &Dwells) -> Vec<(u8, Mischief)> {
    let trigger = Trigger::OnSend(identity.occasion());
    let crash = |point| Misfortune::Crash { role: identity.from, point };
    let all = [
        (Misfortune::Drop, Duration::ZERO),
        (Misfortune::Delay, dwells.delay),
        (Misfortune::Duplicate, dwells.delay),
        (crash(CrashPoint::Instead), dwells.restart),
        (crash(CrashPoint::AtOnce), dwells.restart),
    ];
    let fates = if lost { 3 } else { 0 };
    let fault = |(misfortune, dwell)| Mischief::Fault(trigger, misfortune, dwell);
    (0..).zip(all.map(fault)).skip(fates).collect()
}

/// The crashes that can come before a delivery is handled, and between what its handler
/// appends, if it `writes`, and the sync of that.
fn delivery(identity: &SendIdentity, writes: bool, dwells: &Dwells) -> Vec<(u8, Mischief)> {
    let trigger = Trigger::OnDelivery(identity.occasion());
    let points = [CrashPoint::AtOnce, CrashPoint::AfterAppend(1)];
    let crash = |point| {
        let crash = Misfortune::Crash { role: identity.to, point };
        Mischief::Fault(trigger, crash, dwells.restart)
    };
    (0..).zip(points.map(crash)).take(if writes { 2 } else { 1 }).collect()
}

/// What whoever is asked makes of a sending, and of its execution.
fn strokes(on: Encounter, executed: Encounter, dwells: &Dwells) -> Vec<(u8, Mischief)> {
    let sent = befalls_sending(on.party, on.request, dwells).into_iter();
    let done = befalls_execution(on.party, on.request, dwells).into_iter();
    let sent = sent.map(|blow| Mischief::Stroke(on, blow));
    let all = sent.chain(done.map(|blow| Mischief::Stroke(executed, blow)));
    (STROKES..).zip(all).collect()
}

/// What a provider or a bank makes of one sending. That it is dropped, or its reply, the
/// network does already.
fn befalls_sending(role: Role, request: Kind, dwells: &Dwells) -> Vec<Blow> {
    let asked = [kinds::AUTHORIZE, kinds::CAPTURE, kinds::VOID, kinds::REFUND];
    if provider_of(role).is_some() && asked.contains(&request) {
        let late = Blow::LateEffect(dwells.late_effect);
        return vec![Blow::Throttled, Blow::ErrorBefore, Blow::ErrorAfter, late];
    }
    if bank_of(role).is_some() && request == kinds::SEND {
        return vec![Blow::NoAnswer];
    }
    Vec::new()
}

/// What whoever decides about money makes of one execution.
fn befalls_execution(role: Role, request: Kind, dwells: &Dwells) -> Vec<Blow> {
    let (provider, bank) = (provider_of(role).is_some(), bank_of(role).is_some());
    match request {
        kinds::AUTHORIZE if provider => vec![Blow::DeclinedSoft, Blow::DeclinedHard],
        kinds::CAPTURE if provider => vec![Blow::CaptureDeclined],
        kinds::REFUND if provider => {
            vec![Blow::RefundFailed, Blow::RefundReturned(dwells.returned)]
        }
        kinds::SEND if bank => vec![
            Blow::AccountRejected,
            Blow::OtherBankOffline,
            Blow::AnsweredLate(dwells.late_effect, true),
            Blow::AnsweredLate(dwells.late_effect, false),
            Blow::Deemed(true),
            Blow::Deemed(false),
            Blow::SentBack(ReturnReason::NoAccount, dwells.returned),
        ],
        _ => Vec::new(),
    }
}

/// What comes behind the crashes at a delivery.
const STROKES: u8 = 2;
