//! Rates said one by one: every fate that a rate decided in a recorded replay
//! becomes a fault, a stroke or a forced branch of its own. A fate is a pure
//! function of plan and identity, so the plan that says them all runs as the
//! one that drew them. Two things can't be said quite so: a crash after so many
//! effects may fall elsewhere, because what is said is noted where it strikes, and no
//! fault makes a copy that overtakes what it was made of. Whoever looks for a smaller
//! plan runs it before it is believed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::Defects;
use sim::{Draws, Fate, Fault, Happening, Misfortune, SendIdentity, Trace, Trigger, Weather};

use super::line::Line;
use crate::latency;
use crate::message::kinds;
use crate::party::DECIDER;
use crate::party::bank::{drawn_for_handling, drawn_for_sending};
use crate::party::decider::drawn_lapses;
use crate::party::provider::{Door, Post, drawn_for_execution, is_told, parcel_of};
use crate::party::risk::{assessment, drawn_verdict};
use crate::party::{bank_of, provider_of};
use crate::plan::{Encounter, Forced, Plan, Stroke};
use crate::points::PointName;
use crate::system::{Entry, PaymentSystem};
use crate::trial;

/// The plan without a rate, and with everything instead that its rates decided
/// in its world.
pub(super) fn explicit(plan: &Plan, defects: Defects) -> Plan {
    let (_, trace) = trial::replay_plan(plan.clone(), defects);
    let mut ids = ids_from(plan);
    let fates: Vec<_> = fates(plan, &trace, plan.plain, &mut ids).collect();
    let strokes: Vec<_> = strokes(plan, &trace, &mut ids).collect();
    let forced: Vec<_> = forced(&trace, &mut ids).collect();
    let mut said = plan.without(&Line::rates(plan));
    said.faults.extend(fates);
    said.strokes.extend(strokes);
    said.forced.extend(forced);
    without_idle(said, defects)
}

/// The plan with the usual latencies, and every message that took longer
/// delayed by a fault.
pub(super) fn plain(plan: &Plan, defects: Defects) -> Plan {
    let (_, trace) = trial::replay_plan(plan.clone(), defects);
    let mut ids = ids_from(plan);
    let fates: Vec<_> = fates(plan, &trace, true, &mut ids).collect();
    let mut said = plan.without(&[Line::DrawnLatencies]);
    said.faults.extend(fates);
    said
}

/// The plan without what never strikes in its world.
pub(super) fn without_idle(plan: Plan, defects: Defects) -> Plan {
    let idle: BTreeSet<_> =
        trial::run_plan(plan.clone(), defects).never_struck.into_iter().collect();
    let lines: Vec<_> = Line::misfortunes(&plan)
        .into_iter()
        .filter(|line| match line {
            Line::Fault(id) | Line::Stroke(id) | Line::Forced(id) | Line::File(id) => {
                idle.contains(id)
            }
            _ => false,
        })
        .collect();
    plan.without(&lines)
}

/// Ids that nothing in `plan` has.
pub(super) fn ids_from(plan: &Plan) -> impl Iterator<Item = u32> + use<> {
    let faults = plan.faults.iter().map(|fault| fault.id);
    let troubles = plan.troubles.iter().map(|trouble| trouble.id);
    let strokes = plan.strokes.iter().map(|stroke| stroke.id);
    let forced = plan.forced.iter().map(|forced| forced.id);
    let files = plan.settlement.as_ref().into_iter().flat_map(|plan| &plan.mishaps);
    let files = files.map(|mishap| mishap.id);
    let last = faults.chain(troubles).chain(strokes).chain(forced).chain(files).max();
    last.unwrap_or(0) + 1..
}

/// What became of each sending by the weather, as faults, in a world that has
/// none of it and, where it is to be `plain`, the usual latencies.
fn fates(
    plan: &Plan,
    trace: &Trace<PaymentSystem>,
    plain: bool,
    ids: &mut impl Iterator<Item = u32>,
) -> impl Iterator<Item = Fault> {
    let draws = Draws::new(plan.key);
    let (drawn, usual) = (latency::network(plan.plain), latency::network(plain));
    let single = Weather { copies_max: 1, ..plan.weather };
    sendings(trace).flat_map(move |identity| {
        let keeps_order = plan.ordered.contains(identity.from, identity.to);
        let weather = if keeps_order { &single } else { &plan.weather };
        let fate = drawn.fate(&draws, identity, weather);
        let calm = usual.fate(&draws, identity, &Weather::CALM);
        let trigger = Trigger::OnSend(identity.occasion());
        differences(&fate, &calm)
            .into_iter()
            .map(|(misfortune, dwell)| Fault {
                id: ids.next().expect("there are more ids than fates"),
                trigger,
                misfortune,
                dwell,
            })
            .collect::<Vec<_>>()
    })
}

/// What was sent while the weather was bad.
fn sendings(trace: &Trace<PaymentSystem>) -> impl Iterator<Item = &SendIdentity> {
    let chaos = trace.events.iter().take_while(|event| !matches!(event.what, Happening::Healed));
    chaos.filter_map(|event| match &event.what {
        Happening::Sent(identity, ..) => Some(identity),
        _ => None,
    })
}

/// The faults that make `fate` of `calm`.
fn differences(fate: &Fate, calm: &Fate) -> Vec<(Misfortune, Duration)> {
    let span = Duration::from_nanos;
    let mut delays = fate.delays().to_vec();
    // A late copy may arrive behind one that was made of it.
    delays.sort_unstable();
    let ([first, copies @ ..], [usual, ..]) = (delays.as_slice(), calm.delays()) else {
        let lost = fate.lost && !calm.lost;
        return lost.then_some((Misfortune::Drop, Duration::ZERO)).into_iter().collect();
    };
    let late = (first > usual).then(|| (Misfortune::Delay, span(first - usual)));
    let copies = copies.iter().map(|copy| (Misfortune::Duplicate, span(copy - first)));
    late.into_iter().chain(copies).collect()
}

/// What befell each request at the rates of a provider or a bank, and at those
/// of the risk service.
fn strokes(
    plan: &Plan,
    trace: &Trace<PaymentSystem>,
    ids: &mut impl Iterator<Item = u32>,
) -> impl Iterator<Item = Stroke> {
    let draws = Draws::new(plan.key);
    let mut met: BTreeMap<Encounter, Vec<_>> = BTreeMap::new();
    let mut sendings = BTreeSet::new();
    // There are at most as many executions as arrivals.
    let mut arrivals: BTreeMap<Encounter, u32> = BTreeMap::new();
    for event in &trace.events {
        let Happening::Delivered(identity, _, message) = &event.what else { continue };
        if event.role == DECIDER {
            let (party, request, token) = (event.role, identity.kind, message.token());
            let on = Encounter { party, request, token, ordinal: identity.ordinal };
            met.insert(on, drawn_lapses(plan, &draws, &on).collect());
            continue;
        }
        if provider_of(event.role).is_none() && bank_of(event.role).is_none() {
            continue;
        }
        let (party, request, token) = (event.role, identity.kind, message.token());
        sendings.insert(Encounter { party, request, token, ordinal: identity.ordinal });
        *arrivals.entry(Encounter { party, request, token, ordinal: 0 }).or_default() += 1;
    }
    for on in &sendings {
        let met = met.entry(*on).or_default();
        match bank_of(on.party) {
            Some(_) => met.extend(drawn_for_sending(plan, &draws, on)),
            None => met.extend(Door::of(plan, &draws, on).drawn()),
        }
    }
    for (on, count) in arrivals.iter().filter(|(on, _)| on.request != kinds::QUERY) {
        for on in (1..=*count).map(|ordinal| Encounter { ordinal, ..*on }) {
            let met = met.entry(on).or_default();
            match bank_of(on.party) {
                Some(_) => met.extend(drawn_for_handling(plan, &draws, &on)),
                None => met.extend(drawn_for_execution(plan, &draws, &on)),
            }
        }
    }
    for on in events(trace).filter(|_| plan.webhooks) {
        met.entry(on).or_default().extend(Post::of(plan, &draws, &on).drawn());
    }
    for operation in &plan.operations {
        let verdict = drawn_verdict(plan, &draws, operation.token);
        met.entry(assessment(operation.token)).or_default().extend(verdict);
    }
    let said =
        met.into_iter().flat_map(|(on, blows)| blows.into_iter().map(move |blow| (on, blow)));
    said.map(|(on, blow)| {
        let id = ids.next().expect("there are more ids than strokes");
        Stroke { id, on, blow }
    })
}

/// Everything that a provider had to tell by itself.
fn events(trace: &Trace<PaymentSystem>) -> impl Iterator<Item = Encounter> {
    let mut counts: BTreeMap<(sim::Role, model::Token), u32> = BTreeMap::new();
    trace.events.iter().filter_map(move |event| {
        let Happening::Appended(Entry::Provider(entry)) = &event.what else { return None };
        let movement = entry.movement().filter(|movement| is_told(movement))?;
        let (token, provider) = (movement.token, provider_of(event.role)?);
        let count = counts.entry((event.role, token)).or_default();
        *count += 1;
        Some(parcel_of(provider, token, *count))
    })
}

/// The times at which a branch was forced.
fn forced(
    trace: &Trace<PaymentSystem>,
    ids: &mut impl Iterator<Item = u32>,
) -> impl Iterator<Item = Forced> {
    let forcings = trace.events.iter().filter_map(|event| match event.what {
        Happening::Forced(forcing) => Some(forcing),
        _ => None,
    });
    forcings.filter_map(|forcing| {
        let point = PointName::ALL.into_iter().find(|name| name.point() == forcing.point)?;
        let id = ids.next()?;
        let (party, token) = (forcing.role, model::Token(forcing.subject.0));
        Some(Forced { id, point, party, token, ordinal: forcing.ordinal })
    })
}

#[cfg(test)]
mod tests {
    use sim::{CrashPoint, Rate, Seed};

    use super::*;
    use crate::catalog;
    use crate::fact::Fact;
    use crate::settings::Scenario;

    /// What happens in the world of `plan`, without how it came about.
    fn history(plan: &Plan) -> Vec<String> {
        let (_, trace) = trial::replay_plan(plan.clone(), Defects::NONE);
        let told = trace.events.iter().filter_map(|event| match &event.what {
            Happening::Sent(identity, message, fate) => {
                let mut delays = fate.delays().to_vec();
                delays.sort_unstable();
                Some(format!("{} {identity:?} {message:?} {delays:?}", event.at))
            }
            Happening::Delivered(identity, ..) => Some(format!("{} {identity:?}", event.at)),
            Happening::Noted(Fact::Befell(_)) => None,
            Happening::Noted(fact) => Some(format!("{} {fact:?}", event.at)),
            _ => None,
        });
        told.collect()
    }

    /// A scenario without links whose trouble goes by the load of the weather.
    fn without_brown_outs(scenario: &Scenario) -> Scenario {
        let mut scenario = scenario.clone();
        (scenario.links.slow, scenario.links.brown_outs) = (0, 0);
        scenario.swarm.off = Rate::NEVER;
        scenario
    }

    /// The plan, with every crash where what is noted makes no difference to it.
    fn without_counted_crashes(mut plan: Plan) -> Plan {
        for fault in &mut plan.faults {
            if let Misfortune::Crash { point: point @ CrashPoint::After(_), .. } =
                &mut fault.misfortune
            {
                *point = CrashPoint::AtOnce;
            }
        }
        plan
    }

    /// Whether a copy of some sending overtakes what it was made of.
    fn is_overtaken(plan: &Plan) -> bool {
        let (_, trace) = trial::replay_plan(plan.clone(), Defects::NONE);
        let (draws, usual) = (Draws::new(plan.key), latency::network(plan.plain));
        trace.events.iter().any(|event| {
            let Happening::Sent(identity, _, fate) = &event.what else { return false };
            let calm = usual.fate(&draws, identity, &Weather::CALM);
            fate.delays().iter().any(|delay| calm.delays().iter().any(|usual| delay < usual))
        })
    }

    #[test]
    fn a_plan_that_says_every_fate_runs_as_the_one_that_drew_them() {
        let (scenarios, mut runs) = (catalog::all(), 0);
        for scenario in scenarios.iter().map(without_brown_outs) {
            for seed in 1..4 {
                let drawn = without_counted_crashes(Plan::draw(&scenario, Seed(seed)));
                if is_overtaken(&drawn) {
                    continue;
                }
                runs += 1;
                let said = explicit(&drawn, Defects::NONE);
                assert!(Line::rates(&said).is_empty());
                let (before, after) = (history(&drawn), history(&said));
                let differs = before.iter().zip(&after).find(|(one, other)| one != other);
                assert_eq!(differs, None, "{} {seed}", scenario.name);
                assert_eq!(before.len(), after.len(), "{} {seed}", scenario.name);
            }
        }
        assert!(runs > scenarios.len() * 2, "{runs} of {} scenarios", scenarios.len());
    }
}
