//! One planned fault, in a sentence.

use scenarios::Plan;
use scenarios::fact::sights;
use scenarios::message::kinds;
use scenarios::party;
use sim::{
    CrashPoint, Cue, Fault, Kind, Misfortune, Occasion, Role, Roles, Sight, Stretch, Trigger,
};

use crate::brief::Brief;
use crate::number::{Count, Ordinal};

/// What the fault does, to whom, when, and for how long.
pub(crate) fn sentence(fault: &Fault, plan: &Plan) -> String {
    let (what, lasts) = (what(&fault.misfortune, plan), Brief::from(fault.dwell));
    let when = when(&fault.trigger);
    match fault.misfortune {
        Misfortune::Crash { .. } | Misfortune::Deploy { .. } => {
            format!("{what}, {when}, and is down for {lasts}")
        }
        Misfortune::CrashLoop { .. } => {
            format!("{what}, from then on: {when}, and is down for {lasts} each time")
        }
        Misfortune::CrashAll { .. } => format!("{what}, {when}, and are down for {lasts}"),
        Misfortune::Drop
        | Misfortune::TornTail { .. }
        | Misfortune::Corruption { .. }
        | Misfortune::OldGeneration { .. } => format!("{what}, {when}"),
        Misfortune::Delay => format!("{what} {lasts} late, {when}"),
        Misfortune::Duplicate => format!("{what}, {lasts} later, {when}"),
        _ => format!("{what}, {when}, for {lasts}"),
    }
}

/// What the fault does and to whom.
pub(crate) fn what(misfortune: &Misfortune, plan: &Plan) -> String {
    let name = |role: &Role| party::name(*role);
    match misfortune {
        Misfortune::Crash { role, point } => format!("{} crashes {}", name(role), spot(point)),
        Misfortune::Deploy { role, release: 0 } => {
            format!("{} is given its first release back", name(role))
        }
        Misfortune::Deploy { role, release } => {
            format!("{} is restarted with release {release}", name(role))
        }
        Misfortune::CrashAll { roles } => format!("{} crash at once", group(*roles, plan)),
        Misfortune::CrashLoop { role, point, times } => {
            format!("{} crashes {}, {times} times", name(role), spot(point))
        }
        Misfortune::Pause { roles } => format!("{} pauses", group(*roles, plan)),
        Misfortune::Partition { from, to, both_ways } => {
            let ways = if *both_ways { ", nor the other way" } else { "" };
            format!("nothing gets from {} to {}{ways}", group(*from, plan), group(*to, plan))
        }
        Misfortune::Flap { links, .. } => format!("{} comes and goes", stretch(links, plan)),
        Misfortune::Brownout { links, .. } => {
            format!("{} is slow and lossy now and then", stretch(links, plan))
        }
        Misfortune::Clog { links } => format!("{} is clogged", stretch(links, plan)),
        Misfortune::Drop => "the sending is lost".to_owned(),
        Misfortune::Delay => "the sending arrives".to_owned(),
        Misfortune::Duplicate => "the sending arrives once more".to_owned(),
        Misfortune::WallShift { role, ahead, by } => {
            let way = if *ahead { "ahead" } else { "back" };
            format!("the wall clock of {} jumps {way} by {}", name(role), Brief::from(*by))
        }
        Misfortune::Drift { role, ppm } => {
            let way = if *ppm < 0 { "slow" } else { "fast" };
            let size = Count(u64::from(ppm.unsigned_abs()));
            format!("the clocks of {} run {way} by {size} parts per million", name(role))
        }
        Misfortune::SlowSync { role, takes } => {
            format!("each sync of {} takes {}", name(role), Brief::from(*takes))
        }
        Misfortune::LyingSync { role } => format!("the syncs of {} do nothing", disk(*role)),
        Misfortune::FullDisk { role, .. } => format!("the disk of {} is full", name(role)),
        Misfortune::TornTail { role, .. } => {
            format!("the next crash of {} tears its journal", name(role))
        }
        Misfortune::Corruption { role, .. } => {
            format!("{} finds a corrupt record after its next crash", disk(*role))
        }
        Misfortune::OldGeneration { role, records } => {
            format!("{} loses the last {records} records with the next crash", disk(*role))
        }
    }
}

/// The one disk, or the one of two, that a fault strikes.
fn disk(role: Role) -> String {
    let name = party::name(role);
    if party::MIRRORED.contains(&role) { format!("one copy of {name}") } else { name }
}

/// Where a crash falls.
fn spot(point: &CrashPoint) -> String {
    match point {
        CrashPoint::Unsynced => "before what it appended is synced".to_owned(),
        CrashPoint::After(n) => format!("between two effects (cut {n})"),
        CrashPoint::AfterAppend(n) => format!("after append {n} of a handler"),
        CrashPoint::BeforeSync(n) => format!("before sync {n} of a handler"),
        CrashPoint::AfterSync(n) => format!("after sync {n} of a handler"),
        CrashPoint::BeforeSend { kind, nth } => {
            format!("before the {} `{}`", Ordinal(u64::from(*nth)), kind_name(*kind))
        }
        CrashPoint::AfterSend { kind, nth } => {
            format!("after the {} `{}`", Ordinal(u64::from(*nth)), kind_name(*kind))
        }
        CrashPoint::AtOnce => "right after it".to_owned(),
        CrashPoint::Instead => "right before it".to_owned(),
    }
}

/// A set of links.
fn stretch(links: &Stretch, plan: &Plan) -> String {
    format!("what {} sends to {}", group(links.from, plan), group(links.to, plan))
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
        Trigger::OnFact(sight) => format!("when {}", seen(sight)),
        Trigger::Later(cue, wait) => {
            let cue = match cue {
                Cue::Send(occasion) => format!("{} is sent", named(occasion)),
                Cue::Delivery(occasion) => format!("{} arrives", named(occasion)),
                Cue::Fact(sight) => seen(sight),
            };
            format!("{} after {cue}", Brief::from(*wait))
        }
    }
}

/// What somebody sees.
fn seen(sight: &Sight) -> String {
    let (who, payment) = (party::name(sight.role), sight.subject.0);
    match sight.kind {
        sights::SHOWN => format!("{who} sees a reply about payment {payment}"),
        sights::TOLD => format!("{who} is told how payment {payment} ended"),
        sights::AUTHORIZED => format!("{who} has authorized payment {payment}"),
        sights::DECLINED => format!("{who} has declined payment {payment}"),
        sights::CAPTURED => format!("{who} has captured payment {payment}"),
        sights::SENT => format!("{who} has decided on payment {payment}"),
        sights::CAME_BACK => format!("{who} has payment {payment} back"),
        _ => format!("{who} has undone payment {payment}"),
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
    let parties: Vec<_> = party::all(plan).collect();
    let members: Vec<_> = parties.iter().filter(|role| roles.contains(**role)).collect();
    if members.len() + 1 >= parties.len() {
        return "anybody else".to_owned();
    }
    members.into_iter().map(|role| party::name(*role)).collect::<Vec<_>>().join(", ")
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
            to: party::provider_role(model::ProviderId(0)),
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
