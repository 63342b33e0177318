//! Where a fault means something in a world, and which faults do there.

mod asked;
mod beginning;
mod customer;
mod delivery;
mod repetition;
mod sending;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use sim::{Happening, Trace, TraceEvent};

use super::mischief::Mischief;
use super::{Dwells, Place};
use crate::party::PROBE;
use crate::plan::{Encounter, Plan};
use crate::system::PaymentSystem;

pub use repetition::OFTEN;
use repetition::Repetition;
use told::Told;

/// Every fault that would strike something in a world which went like this, with where,
/// in the order in which they would strike; and how many events are left out, in which
/// everything is the same again.
pub(crate) fn points(
    plan: &Plan,
    trace: &Trace<PaymentSystem>,
    dwells: &Dwells,
) -> (Vec<(Place, Mischief)>, u64) {
    let chaos = chaos(trace);
    let mut writes = writers(trace);
    let repetition = Repetition::of(&chaos);
    writes.retain(|event| repetition.is_fresh(*event));
    let fresh = |event| repetition.is_fresh(event);
    let mut found = at_messages(plan, &chaos, &writes, dwells, fresh);
    found.extend(beginning::befalls(plan, dwells));
    found.extend(customer::befalls(plan, &chaos, &writes));
    (new_in_order(found, plan), repetition.stale)
}

/// Those of them that befall what is sent or delivered in some events only, at a fraction of
/// the cost.
pub(crate) fn points_in(
    events: &BTreeSet<u64>,
    plan: &Plan,
    trace: &Trace<PaymentSystem>,
    dwells: &Dwells,
) -> Vec<(Place, Mischief)> {
    let among = |event: u64| events.contains(&event);
    new_in_order(at_messages(plan, &chaos(trace), &writers(trace), dwells, among), plan)
}

fn new_in_order(mut found: Vec<(Place, Mischief)>, plan: &Plan) -> Vec<(Place, Mischief)> {
    found.retain(|(_, mischief)| mischief.is_new(plan));
    found.sort_by_key(|(place, _)| *place);
    found
}

/// What happens while faults may strike.
fn chaos(trace: &Trace<PaymentSystem>) -> Vec<&TraceEvent<PaymentSystem>> {
    let chaos = trace.events.iter().take_while(|event| !matches!(event.what, Happening::Healed));
    chaos.filter(|event| event.role != PROBE).collect()
}

/// What befalls what is sent or delivered in those events that are `among` the wanted.
fn at_messages(
    plan: &Plan,
    chaos: &[&TraceEvent<PaymentSystem>],
    writes: &BTreeSet<u64>,
    dwells: &Dwells,
    among: impl Fn(u64) -> bool,
) -> Vec<(Place, Mischief)> {
    let mut found = Vec::new();
    let mut arrivals = BTreeMap::new();
    let mut told = Told::default();
    let mut nth = BTreeMap::new();
    for event in chaos {
        let wanted = among(event.event);
        let what = match &event.what {
            Happening::Sent(identity, message, fate) if identity.to != PROBE => {
                let told = told.befalls(identity.from, message, dwells);
                let left = plan.heal_at.since(event.at);
                let sent = || sending::befalls((identity, fate.lost), (event.at, left), dwells);
                let sent = if wanted { sent() } else { Vec::new() };
                sent.into_iter().chain(told).collect()
            }
            Happening::Delivered(identity, 0, message) if identity.from != PROBE => {
                let (party, request, token) = (event.role, identity.kind, message.token());
                let count = arrivals.entry((party, request, token)).or_insert(0);
                *count += 1;
                if !wanted {
                    continue;
                }
                let on = Encounter { party, request, token, ordinal: identity.ordinal };
                let executed = Encounter { ordinal: *count, ..on };
                let crashes = delivery::befalls(identity, writes.contains(&event.event), dwells);
                crashes.into_iter().chain(asked::befalls(plan, on, executed, dwells)).collect()
            }
            _ => Vec::new(),
        };
        if !wanted || !matches!(event.what, Happening::Sent(..) | Happening::Delivered(..)) {
            continue;
        }
        // What a fault keeps from happening is counted all the same: what comes after it
        // has the same place in the world without the fault.
        let within = nth.entry(event.event).or_insert(0_u32);
        *within += 1;
        let placed = what.into_iter();
        found.extend(placed.map(|(kind, mischief)| ((event.event, *within, kind), mischief)));
    }
    found
}

/// The handlers that append something to their journals.
fn writers(trace: &Trace<PaymentSystem>) -> BTreeSet<u64> {
    let appends = trace.events.iter().filter(|e| matches!(e.what, Happening::Appended(_)));
    appends.map(|event| event.event).collect()
}

/// Faults of one place with their numbers there, counted from `first` on: which of them
/// there are does not change the number of any.
fn numbered(first: u16, all: impl IntoIterator<Item = Option<Mischief>>) -> Vec<(u16, Mischief)> {
    (first..).zip(all).filter_map(|(number, mischief)| Some((number, mischief?))).collect()
}
