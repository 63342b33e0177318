//! One planned fault, in a sentence.

use scenarios::Plan;
use scenarios::message::kinds;
use scenarios::party::{self, client_role, provider_role};
use sim::{CrashPoint, Fault, Kind, Misfortune, Occasion, Role, Roles, Trigger};

use crate::brief::Brief;
use crate::number::Ordinal;

/// What the fault does, to whom, when, and for how long.
pub(crate) fn sentence(fault: &Fault, plan: &Plan) -> String {
    let (what, lasts) = (what(&fault.misfortune, plan), Brief::from(fault.dwell));
    let when = when(&fault.trigger);
    match fault.misfortune {
        Misfortune::Crash { .. } => format!("{what}, {when}, and is down for {lasts}"),
        Misfortune::Partition { .. } => format!("{what}, {when}, for {lasts}"),
        Misfortune::Drop => format!("{what}, {when}"),
        Misfortune::Delay => format!("{what} {lasts} late, {when}"),
        Misfortune::Duplicate => format!("{what}, {lasts} later, {when}"),
    }
}

/// What the fault does and to whom.
pub(crate) fn what(misfortune: &Misfortune, plan: &Plan) -> String {
    match misfortune {
        Misfortune::Crash { role, point } => {
            let point = match point {
                CrashPoint::Unsynced => "before what it appended is synced".to_owned(),
                CrashPoint::After(n) => format!("between two effects (cut {n})"),
            };
            format!("{} crashes {point}", party::name(*role))
        }
        Misfortune::Partition { from, to, both_ways } => {
            let (from, to) = (group(*from, plan), group(*to, plan));
            let ways = if *both_ways { ", nor the other way" } else { "" };
            format!("nothing gets from {from} to {to}{ways}")
        }
        Misfortune::Drop => "the sending is lost".to_owned(),
        Misfortune::Delay => "the sending arrives".to_owned(),
        Misfortune::Duplicate => "the sending arrives once more".to_owned(),
    }
}

/// What people call a kind of message.
pub(crate) fn kind_name(kind: Kind) -> &'static str {
    kinds::ALL.iter().find(|(known, _)| *known == kind).map_or("message", |(_, name)| *name)
}

fn when(trigger: &Trigger) -> String {
    match trigger {
        Trigger::At(at) => format!("at {at}"),
        Trigger::OnSend(occasion) => format!("when {} is sent", named(occasion)),
        Trigger::OnDelivery(occasion) => format!("when {} arrives", named(occasion)),
    }
}

fn named(occasion: &Occasion) -> String {
    format!(
        "the {} `{}` for payment {} from {} to {}",
        Ordinal(u64::from(occasion.ordinal)),
        kind_name(occasion.kind),
        occasion.subject.0,
        party::name(occasion.from),
        party::name(occasion.to)
    )
}

/// The parties of `roles` that take part; `anybody else` for all but one.
fn group(roles: Roles, plan: &Plan) -> String {
    let parties = parties(plan);
    let members: Vec<_> = parties.iter().filter(|role| roles.contains(**role)).collect();
    if members.len() + 1 >= parties.len() {
        return "anybody else".to_owned();
    }
    members.into_iter().map(|role| party::name(*role)).collect::<Vec<_>>().join(", ")
}

fn parties(plan: &Plan) -> Vec<Role> {
    use party::{EDGE, LEDGER, ORCHESTRATOR, PROBE, RISK, STORE};
    let house = [EDGE, STORE, ORCHESTRATOR, LEDGER, RISK, PROBE];
    let providers = (0..plan.providers.len() as u8).map(|n| provider_role(model::ProviderId(n)));
    let clients = (0..plan.clients).map(client_role);
    house.into_iter().chain(providers).chain(clients).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use scenarios::catalog;
    use sim::{Seed, Subject, VirtualTime};

    use super::*;

    fn told(trigger: Trigger, misfortune: Misfortune) -> String {
        let plan = Plan::draw(catalog::named("calm-day").unwrap(), Seed(1));
        let dwell = Duration::from_millis(1_500);
        sentence(&Fault { id: 1, trigger, misfortune, dwell }, &plan)
    }

    fn at_one() -> Trigger {
        Trigger::At(VirtualTime::from_nanos(1_000_000_000))
    }

    #[test]
    fn a_crash_tells_who_where_and_for_how_long() {
        let role = party::ORCHESTRATOR;
        assert_eq!(
            told(at_one(), Misfortune::Crash { role, point: CrashPoint::Unsynced }),
            "orchestrator crashes before what it appended is synced, at 00:00:01.000000, and is down for 1.500s"
        );
    }

    #[test]
    fn a_partition_from_everybody_does_not_list_them() {
        let from = [party::LEDGER].into_iter().collect();
        let to = (0..128).map(Role).filter(|role| *role != party::LEDGER).collect();
        assert_eq!(
            told(at_one(), Misfortune::Partition { from, to, both_ways: true }),
            "nothing gets from ledger to anybody else, nor the other way, at 00:00:01.000000, for 1.500s"
        );
    }

    #[test]
    fn a_trigger_on_a_sending_names_it() {
        let occasion = Occasion {
            from: party::ORCHESTRATOR,
            to: provider_role(model::ProviderId(0)),
            kind: kinds::CAPTURE,
            subject: Subject(7),
            ordinal: 2,
        };
        assert_eq!(
            told(Trigger::OnSend(occasion), Misfortune::Drop),
            "the sending is lost, when the 2nd `capture` for payment 7 from orchestrator to provider a is sent"
        );
    }
}
