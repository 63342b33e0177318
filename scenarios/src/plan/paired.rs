//! A plan that means the same to either protocol, so that what each makes of it
//! can be compared: whatever goes wrong does so at a moment of virtual time, and
//! to machines that both have.

use std::time::Duration;

use sim::{
    CrashPoint, Cue, Fault, Links, Misfortune, Roles, Stretch, Subject, Trigger, VirtualTime,
};

use super::{Plan, Protocol, Purpose};
use crate::party::{self, ADAPTER};

impl Plan {
    /// This plan for either protocol, and by this one.
    ///
    /// What waits for a message or a fact strikes when the operation is about as
    /// far that it is about. The fate of a single message is left out: no other
    /// protocol has that message. Links of the orchestrator to providers are those
    /// of the adapter, too, which has the providers' ear under two-phase commit.
    #[must_use]
    pub fn paired(mut self, protocol: Protocol) -> Self {
        let faults = std::mem::take(&mut self.faults);
        let paired = faults.into_iter().filter_map(|fault| self.pair(fault));
        self.faults = paired.collect();
        if protocol == Protocol::TwoPhase {
            for fault in &mut self.faults {
                fault.misfortune = by_way_of_adapter(fault.misfortune);
            }
            self.ordered = with_adapter_links(&self.ordered);
            self.connections = with_adapter_links(&self.connections);
        }
        self.mirrored = party::mirrored(protocol, self.workers);
        self.protocol = protocol;
        self
    }

    /// What of this plan only sagas do, if it is by another protocol.
    pub(crate) fn needs_sagas(&self) -> Option<&'static str> {
        let plain = Purpose::default();
        let fancy = self.operations.iter().any(|o| o.purpose != plain || o.dispute.is_some());
        let asked = [
            (fancy, "an operation is no payment that is taken in one capture"),
            (self.key_lifetime.is_some(), "keys expire"),
            (self.order_ref_unique, "an order is paid once, whatever the key"),
            (self.webhooks, "providers tell by webhooks"),
            (self.merchant_events, "there is a notifier"),
            (self.lake, "there is a data lake"),
            (self.core.is_some(), "somebody never heals"),
        ];
        let asked = asked.into_iter().filter(|_| self.protocol == Protocol::TwoPhase);
        { asked }.find(|(asks, _)| *asks).map(|(_, why)| why)
    }

    fn pair(&self, fault: Fault) -> Option<Fault> {
        let misfortune = match fault.misfortune {
            Misfortune::Drop | Misfortune::Delay | Misfortune::Duplicate => return None,
            Misfortune::Crash { role, point } => Misfortune::Crash { role, point: placed(point) },
            Misfortune::CrashLoop { role, point, times } => {
                Misfortune::CrashLoop { role, point: placed(point), times }
            }
            other => other,
        };
        let trigger = Trigger::At(self.moment_of(&fault));
        Some(Fault { trigger, misfortune, ..fault })
    }

    /// When a fault strikes: at its time, or a moment after the operation has begun
    /// that it waits for, which grows with its number so that all stages are met.
    fn moment_of(&self, fault: &Fault) -> VirtualTime {
        let Some((cue, after)) = fault.trigger.cue() else {
            let Trigger::At(at) = fault.trigger else { return VirtualTime::ZERO };
            return at;
        };
        let Subject(token) = match cue {
            Cue::Send(occasion) | Cue::Delivery(occasion) => occasion.subject,
            Cue::Fact(sight) => sight.subject,
        };
        let begun = self.operation(model::Token(token)).map_or(VirtualTime::ZERO, |o| o.at);
        begun.after(STAGE * (fault.id % STAGES) + after)
    }
}

/// The same, of the adapter's links to a provider too where it is of the
/// orchestrator's.
fn by_way_of_adapter(misfortune: Misfortune) -> Misfortune {
    match misfortune {
        Misfortune::Partition { from, to, both_ways } => {
            let Stretch { from, to, both_ways } = with_adapter(Stretch { from, to, both_ways });
            Misfortune::Partition { from, to, both_ways }
        }
        Misfortune::Flap { links, period } => {
            Misfortune::Flap { links: with_adapter(links), period }
        }
        Misfortune::Brownout { links, load_percent, loss, good, bad } => {
            let links = with_adapter(links);
            Misfortune::Brownout { links, load_percent, loss, good, bad }
        }
        Misfortune::Clog { links } => Misfortune::Clog { links: with_adapter(links) },
        other => other,
    }
}

/// A point that both have: after some effect of whatever handler comes next.
fn placed(point: CrashPoint) -> CrashPoint {
    match point {
        CrashPoint::BeforeSend { nth, .. } | CrashPoint::AfterSend { nth, .. } => {
            CrashPoint::After(nth)
        }
        CrashPoint::Instead => CrashPoint::AtOnce,
        other => other,
    }
}

/// The same links, and those of the adapter where the orchestrator's to a provider
/// are among them.
fn with_adapter(links: Stretch) -> Stretch {
    let works = |roles: Roles| roles.iter().any(|role| party::worker_of(role).is_some());
    let provides = |roles: Roles| roles.iter().any(|role| party::provider_of(role).is_some());
    let add = |roles: Roles| roles.iter().chain([ADAPTER]).collect();
    let Stretch { from, to, both_ways } = links;
    match (works(from) && provides(to), provides(from) && works(to)) {
        (true, _) => Stretch { from: add(from), to, both_ways },
        (_, true) => Stretch { from, to: add(to), both_ways },
        _ => links,
    }
}

fn with_adapter_links(links: &Links) -> Links {
    let house = [party::EDGE, party::STORE, party::ORCHESTRATOR, party::LEDGER];
    let house: Roles = house.into_iter().collect();
    match links.stretches().is_empty() {
        true => links.clone(),
        false => links.clone().between(Roles::from(ADAPTER), house),
    }
}

/// How far apart faults strike that wait for one operation.
const STAGE: Duration = Duration::from_millis(100);
const STAGES: u32 = 20;
