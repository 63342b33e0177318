//! Misfortunes, each the plainest with which it still fails: one crash in place
//! of a loop of them, one message lost in place of a link that was cut.

use std::time::Duration;

use model::Dialect;
use sim::{CrashPoint, Fault, Happening, Misfortune, Roles, Stretch, Trigger};

use super::aim::with;
use super::explicit::ids_from;
use super::search::Search;
use crate::load::dialects::admit;
use crate::party;
use crate::plan::{Blow, Encounter, Plan, Stroke, Trouble};
use crate::trial;

/// Makes every misfortune of the plan as plain as can be.
pub(super) fn misfortunes(search: &mut Search<'_>) {
    let ids: Vec<_> = search.plan.faults.iter().map(|fault| fault.id).collect();
    for id in ids {
        // What is plainer may be made plainer again.
        while !search.stopped && plainer(search, id) {}
    }
    let troubles: Vec<_> = search.plan.troubles.iter().map(|trouble| trouble.id).collect();
    for id in troubles {
        of_one_request(search, id);
    }
}

fn plainer(search: &mut Search<'_>, id: u32) -> bool {
    let plan = search.plan.clone();
    let Some(fault) = plan.faults.iter().find(|fault| fault.id == id) else { return false };
    let fates = single_fates(search, fault).into_iter();
    let same_time = simpler(&plan, fault).into_iter();
    let same_time = same_time.map(|misfortune| Fault { misfortune, ..fault.clone() });
    search.take_first(fates.chain(same_time).map(|fault| with(&plan, &fault))).is_some()
}

/// Plainer misfortunes that could strike in the place of that of `fault`, the
/// plainest first.
fn simpler(plan: &Plan, fault: &Fault) -> Vec<Misfortune> {
    let at_once = |role| Misfortune::Crash { role, point: CrashPoint::AtOnce };
    match fault.misfortune {
        Misfortune::Crash { role, point } => match point {
            CrashPoint::AtOnce | CrashPoint::Instead => Vec::new(),
            CrashPoint::After(effects) => {
                let few = (0..4).filter(|few| *few < effects).map(CrashPoint::After);
                let few = few.map(|point| Misfortune::Crash { role, point });
                [at_once(role)].into_iter().chain(few).collect()
            }
            _ => vec![at_once(role)],
        },
        Misfortune::CrashLoop { role, point, times } => {
            let once = [at_once(role), Misfortune::Crash { role, point }];
            let fewer = (2..times).map(|times| Misfortune::CrashLoop { role, point, times });
            once.into_iter().chain(fewer).collect()
        }
        Misfortune::CrashAll { roles } => {
            let one = roles.iter().map(at_once);
            one.chain(fewer(roles).map(|roles| Misfortune::CrashAll { roles })).collect()
        }
        Misfortune::Deploy { role, .. } => vec![at_once(role)],
        Misfortune::Pause { roles } => {
            fewer(roles).map(|roles| Misfortune::Pause { roles }).collect()
        }
        Misfortune::Flap { links, .. } => {
            let Stretch { from, to, both_ways } = links;
            vec![Misfortune::Partition { from, to, both_ways }]
        }
        Misfortune::Partition { from, to, both_ways } => {
            let cut = |links: Stretch| Misfortune::Partition {
                from: links.from,
                to: links.to,
                both_ways: links.both_ways,
            };
            narrower(plan, Stretch { from, to, both_ways }).map(cut).collect()
        }
        Misfortune::Clog { links } => {
            narrower(plan, links).map(|links| Misfortune::Clog { links }).collect()
        }
        Misfortune::Delay => vec![Misfortune::Drop],
        _ => Vec::new(),
    }
}

/// The same roles without one of them; none if there is only one.
fn fewer(roles: Roles) -> impl Iterator<Item = Roles> {
    let several = roles.iter().nth(1).is_some();
    let without = move |gone| roles.iter().filter(|role| *role != gone).collect();
    roles.iter().map(without).filter(move |_| several)
}

/// Single links in the place of many, and one way in the place of both.
fn narrower(plan: &Plan, links: Stretch) -> impl Iterator<Item = Stretch> {
    let parties: Vec<_> = party::all(plan).collect();
    let single = |roles: Roles| roles.iter().nth(1).is_none();
    let ends = move |roles: Roles| {
        parties.clone().into_iter().filter(move |role| roles.contains(*role)).map(Roles::from)
    };
    let is_one = single(links.from) && single(links.to) && !links.both_ways;
    let pairs = ends(links.from).flat_map({
        let ends = ends.clone();
        move |from| ends(links.to).map(move |to| (from, to))
    });
    let ways = pairs.filter(|(from, to)| from != to).flat_map(move |(from, to)| {
        let there = Stretch { from, to, both_ways: false };
        let back = Stretch { from: to, to: from, both_ways: false };
        let both = Stretch { both_ways: true, ..there };
        [Some(there), links.both_ways.then_some(back), links.both_ways.then_some(both)]
    });
    ways.flatten().filter(move |one| !is_one && *one != links).take(WAYS)
}

/// Makes every habit of a provider plain that need not be otherwise.
pub(super) fn habits(search: &mut Search<'_>) {
    for provider in 0..search.plan.providers.len() {
        for make_plain in HABITS {
            let mut plan = search.plan.clone();
            let dialect = &mut plan.providers[provider].dialect;
            make_plain(dialect, Dialect::plain());
            // A file says no dialect that nobody can work with.
            let admissible = admit(&plan.providers[provider].dialect).is_ok();
            if admissible && plan != search.plan {
                search.take(plan);
            }
        }
    }
}

/// One habit after the other, made that of the second dialect.
const HABITS: [fn(&mut Dialect, Dialect); 8] = [
    |dialect, plain| dialect.keys = plain.keys,
    |dialect, plain| dialect.queries = plain.queries,
    |dialect, plain| dialect.undo = plain.undo,
    |dialect, plain| dialect.residual = plain.residual,
    |dialect, plain| dialect.authorization_lifetime = plain.authorization_lifetime,
    |dialect, plain| dialect.auto_reverse_after = plain.auto_reverse_after,
    |dialect, plain| {
        (dialect.settlement, dialect.refunds) = (plain.settlement, plain.refunds);
    },
    |dialect, plain| dialect.webhooks = plain.webhooks,
];

/// What `fault` did to single sendings in a recorded replay, each in its place:
/// the sending lost, or late.
fn single_fates(search: &Search<'_>, fault: &Fault) -> Vec<Fault> {
    let plagues_links = matches!(
        fault.misfortune,
        Misfortune::Partition { .. }
            | Misfortune::Flap { .. }
            | Misfortune::Brownout { .. }
            | Misfortune::Clog { .. }
            | Misfortune::Crash { .. }
            | Misfortune::CrashAll { .. }
            | Misfortune::CrashLoop { .. }
            | Misfortune::Deploy { .. }
            | Misfortune::Pause { .. }
    );
    if !plagues_links || search.stopped {
        return Vec::new();
    }
    let (_, trace) = trial::replay_plan(search.plan.clone(), search.quarry.defects);
    let mut fates = Vec::new();
    for event in trace.events.iter().filter(|event| event.fault == Some(fault.id)) {
        let (Happening::Sent(identity, ..) | Happening::Undeliverable(identity, _)) = &event.what
        else {
            continue;
        };
        let trigger = Trigger::OnSend(identity.occasion());
        let lost = Fault { trigger, misfortune: Misfortune::Drop, dwell: Duration::ZERO, ..*fault };
        if !fates.contains(&lost) {
            fates.push(lost);
        }
    }
    fates.truncate(FATES);
    let late = fates.iter().map(|lost| Fault {
        misfortune: Misfortune::Delay,
        dwell: LATE,
        ..lost.clone()
    });
    let late: Vec<_> = late.collect();
    fates.into_iter().chain(late).collect()
}

/// The trouble of a provider, as what befalls one request.
fn of_one_request(search: &mut Search<'_>, id: u32) {
    let plan = search.plan.clone();
    let Some(trouble) = plan.troubles.iter().find(|trouble| trouble.id == id) else { return };
    if search.stopped {
        return;
    }
    if matches!(trouble.trouble, Trouble::Replay { .. }) {
        return;
    }
    let (_, trace) = trial::replay_plan(plan.clone(), search.quarry.defects);
    let provider = party::provider_role(trouble.provider);
    let mut met: Vec<Encounter> = Vec::new();
    for event in trace.events.iter().filter(|event| event.role == provider) {
        let Happening::Delivered(identity, ..) = &event.what else { continue };
        let on = Encounter {
            party: provider,
            request: identity.kind,
            token: model::Token(identity.subject.0),
            ordinal: identity.ordinal,
        };
        let at_work = trouble.from <= event.at && event.at < trouble.until;
        if at_work && !met.contains(&on) && met.len() < FATES {
            met.push(on);
        }
    }
    let Some(stroke) = ids_from(&plan).next() else { return };
    let blows = [Blow::RequestDropped, Blow::ErrorBefore, Blow::LateEffect(LATE)];
    let strokes = met.into_iter().flat_map(|on| blows.map(|blow| Stroke { id: stroke, on, blow }));
    search.take_first(strokes.map(|stroke| {
        let mut plan = plan.without(&[super::Line::Trouble(id)]);
        plan.strokes.extend([stroke]);
        plan
    }));
}

/// Longer than any party waits for an answer.
const LATE: Duration = Duration::from_secs(10);
/// The most single fates that are tried in the place of one fault.
const FATES: usize = 24;
/// The most links that are tried in the place of many.
const WAYS: usize = 32;
