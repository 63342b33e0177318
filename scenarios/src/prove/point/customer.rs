//! What customers do besides: they click again, or cancel, between any two changes of
//! what is durable of their payments.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::Token;
use sim::{Happening, TraceEvent, VirtualTime};

use super::super::Place;
use super::super::mischief::{Deed, Mischief};
use crate::message::kinds;
use crate::party::client_of;
use crate::plan::{Operation, Plan};
use crate::system::PaymentSystem;

/// Every second click and cancellation that would make a difference, at the event before
/// which the customer makes it.
pub(super) fn befalls(
    plan: &Plan,
    chaos: &[&TraceEvent<PaymentSystem>],
    writes: &BTreeSet<u64>,
) -> Vec<(Place, Mischief)> {
    let mut found = Vec::new();
    let mut counts = BTreeMap::new();
    let moments = moments(chaos, writes);
    for operation in &plan.operations {
        let token = operation.token;
        let Some((started, changed)) = moments.get(&token) else { continue };
        let cancels = may_cancel(plan, operation);
        let afters = changed.iter().filter_map(|at| after(*started, *at));
        for after in afters.collect::<BTreeSet<_>>() {
            let next = chaos.partition_point(|event| event.at < started.after(after));
            let Some(event) = chaos.get(next).map(|event| event.event) else { continue };
            for deed in [Deed::ClicksAgain(after), Deed::Cancels(after)] {
                let count = counts.entry(event).or_insert(0_u16);
                *count += 1;
                if cancels || matches!(deed, Deed::ClicksAgain(_)) {
                    found.push(((event, 0, *count), Mischief::Deed(token, deed)));
                }
            }
        }
    }
    found
}

/// A cancellation goes by the key: that of a key which is used again would end the first.
fn may_cancel(plan: &Plan, operation: &Operation) -> bool {
    let earlier = plan.operations.iter().take_while(|other| other.token != operation.token);
    let is_first = !{ earlier }.any(|other| other.key_id() == operation.key_id());
    is_first && operation.purpose.refunds().is_none()
}

type Moments = BTreeMap<Token, (VirtualTime, BTreeSet<VirtualTime>)>;

/// Of each instrument, when its customer asked first, and when anything about it was
/// written down, and at the beginning.
fn moments(chaos: &[&TraceEvent<PaymentSystem>], writes: &BTreeSet<u64>) -> Moments {
    let mut moments = Moments::new();
    for event in chaos {
        match &event.what {
            Happening::Sent(identity, message, _)
                if client_of(identity.from).is_some()
                    && matches!(identity.kind, kinds::CREATE | kinds::ASK_REFUND) =>
            {
                let first = || (event.at, BTreeSet::from([event.at.after(WAY)]));
                moments.entry(message.token()).or_insert_with(first);
            }
            Happening::Delivered(_, 0, message) if writes.contains(&event.event) => {
                if let Some((_, changed)) = moments.get_mut(&message.token()) {
                    changed.insert(event.at);
                }
            }
            _ => {}
        }
    }
    moments
}

/// How long after the customer `started` a click arrives just when what happens `at` that
/// moment has happened.
fn after(started: VirtualTime, at: VirtualTime) -> Option<Duration> {
    at.since(started).checked_sub(WAY)
}

/// How long a customer's message is on its way where each takes the usual time.
const WAY: Duration = Duration::from_millis(30);
