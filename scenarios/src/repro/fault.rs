//! A fault as a line: what goes wrong with a link, a party or a provider, and
//! when.

use sim::{Fault, Misfortune, Role, Stretch, Trigger, VirtualTime};

use super::group::Group;
use super::line::Line;
use super::moment::Moment;
use super::route::Route;
use super::spot::Spot;
use crate::party;
use crate::plan::{ProviderTrouble, Trouble};
use crate::span::Span;

/// The line of `fault`.
pub(super) fn line(fault: &Fault) -> String {
    let line = Line::default().bare("id", fault.id).words("what", name(&fault.misfortune));
    let line = details(line, &fault.misfortune);
    let line = match (&fault.trigger, Moment::of(&fault.trigger)) {
        (Trigger::At(at), _) => line.words("at", since_beginning(*at)),
        (_, Some(moment)) => line.words("when", moment),
        _ => line,
    };
    line.span(dwell_name(&fault.misfortune), fault.dwell).end()
}

/// The line of `trouble`.
pub(super) fn trouble_line(trouble: &ProviderTrouble) -> String {
    let who = party::name(party::provider_role(trouble.provider));
    let line = Line::default().bare("id", trouble.id);
    let line = match trouble.trouble {
        Trouble::Outage => line.words("what", OUTAGE).words("who", who),
        Trouble::BrownOut { errors, slow_max } => {
            let line = line.words("what", BROWN_OUT).words("who", who);
            line.words("errors", errors).span("slow_max", slow_max)
        }
        Trouble::Replay { newest_first } => {
            let line = line.words("what", REPLAY).words("who", who);
            if newest_first { line.bare("newest_first", true) } else { line }
        }
    };
    let lasts = trouble.until.since(trouble.from);
    line.words("at", since_beginning(trouble.from)).span("lasts", lasts).end()
}

/// What files call a misfortune: as reports count it, where they do.
pub(super) fn name(misfortune: &Misfortune) -> &'static str {
    match misfortune {
        Misfortune::Crash { .. } => "crash",
        Misfortune::CrashAll { .. } => "crash-all",
        Misfortune::CrashLoop { .. } => "crash-loop",
        Misfortune::Pause { .. } => "pause",
        Misfortune::Partition { .. } => "partition",
        Misfortune::Flap { .. } => "flapping-link",
        Misfortune::Brownout { .. } => "link-brown-out",
        Misfortune::Clog { .. } => "clogged-link",
        Misfortune::Drop => "drop",
        Misfortune::Delay => "delay",
        Misfortune::Duplicate => "duplicate",
        Misfortune::WallShift { .. } => "clock-jump",
        Misfortune::Drift { .. } => "clock-drift",
        Misfortune::SlowSync { .. } => "slow-sync",
        Misfortune::LyingSync { .. } => "lying-sync",
        Misfortune::FullDisk { .. } => "full-disk",
        Misfortune::TornTail { .. } => "torn-tail",
        Misfortune::Corruption { .. } => "corrupt-record",
        Misfortune::OldGeneration { .. } => "old-generation",
        Misfortune::Deploy { .. } => "deploy",
    }
}

/// What files call the faults of the kernel and of whole providers.
pub(super) const KINDS: [&str; 23] = [
    "crash",
    "crash-all",
    "crash-loop",
    "pause",
    "partition",
    "flapping-link",
    "link-brown-out",
    "clogged-link",
    "drop",
    "delay",
    "duplicate",
    "clock-jump",
    "clock-drift",
    "slow-sync",
    "lying-sync",
    "full-disk",
    "torn-tail",
    "corrupt-record",
    "old-generation",
    "deploy",
    OUTAGE,
    BROWN_OUT,
    REPLAY,
];
/// A provider swallows every request.
pub(super) const OUTAGE: &str = "hard-outage";
/// A provider is slow and makes errors.
pub(super) const BROWN_OUT: &str = "brown-out";
/// A provider tells once more of all that happened meanwhile.
pub(super) const REPLAY: &str = "webhook-replay";

/// What files call the dwell of a misfortune.
pub(super) fn dwell_name(misfortune: &Misfortune) -> &'static str {
    match misfortune {
        Misfortune::Delay | Misfortune::Duplicate => "by",
        _ => "lasts",
    }
}

fn details(line: Line, misfortune: &Misfortune) -> Line {
    let who = |line: Line, role: Role| line.words("who", Group(role.into()));
    match *misfortune {
        Misfortune::Crash { role, point } => who(line, role).words("where", Spot(point)),
        Misfortune::CrashLoop { role, point, times } => {
            who(line, role).words("where", Spot(point)).bare("times", times)
        }
        Misfortune::CrashAll { roles } | Misfortune::Pause { roles } => {
            line.words("who", Group(roles))
        }
        Misfortune::Partition { from, to, both_ways } => {
            line.words("links", Route(Stretch { from, to, both_ways }))
        }
        Misfortune::Flap { links, period } => {
            line.words("links", Route(links)).span("period", period)
        }
        Misfortune::Brownout { links, load_percent, loss, good, bad } => {
            let line = line.words("links", Route(links)).bare("load_percent", load_percent);
            line.words("loss", loss).span("good", good).span("bad", bad)
        }
        Misfortune::Clog { links } => line.words("links", Route(links)),
        Misfortune::Drop | Misfortune::Delay | Misfortune::Duplicate => line,
        Misfortune::WallShift { role, ahead, by } => {
            who(line, role).words(if ahead { "ahead" } else { "back" }, Span(by))
        }
        Misfortune::Drift { role, ppm } => who(line, role).bare("ppm", ppm),
        Misfortune::SlowSync { role, takes } => who(line, role).words("takes", Span(takes)),
        Misfortune::LyingSync { role } => who(line, role),
        Misfortune::FullDisk { role, restart } => who(line, role).span("restart", restart),
        Misfortune::Deploy { role, release } => who(line, role).bare("release", release),
        Misfortune::TornTail { role, keep } => who(line, role).bare("keep", keep),
        Misfortune::Corruption { role, record } => who(line, role).bare("record", record),
        Misfortune::OldGeneration { role, records } => who(line, role).bare("records", records),
    }
}

/// How long after the beginning.
pub(super) fn since_beginning(at: VirtualTime) -> Span {
    Span(at.since(VirtualTime::ZERO))
}
