//! What is excluded would break any system: each exclusion, planted against
//! its role, makes some world lose or double money.

use std::time::Duration;

use model::{Defects, ProviderId};
use scenarios::exclusion::{self, Extent};
use scenarios::party::{STORE, provider_role};
use scenarios::trial::Verdict;
use scenarios::{Plan, catalog, trial};
use sim::{CrashPoint, Fault, Misfortune, Rate, Role, Roles, Seed, Strike, Trigger, VirtualTime};

/// The plan of this seed, with every late effect that there can be.
fn late_world(seed: u64) -> Plan {
    let mut plan = Plan::draw(catalog::named("silent-after-capture").unwrap(), Seed(seed));
    for provider in &mut plan.providers {
        provider.faults.late_effect = Rate::per_million(300_000);
        provider.faults.late_effect_max = Duration::from_secs(600);
        provider.faults.reply_dropped = Rate::per_million(300_000);
        provider.faults.index_lag_max = Duration::from_secs(60);
    }
    plan.weather.lateness = Rate::per_million(300_000);
    plan.weather.late_max = Duration::from_secs(300);
    plan.heal_at = at(3_600);
    plan
}

/// `plan` with these faults besides, from the first second on.
fn plant(mut plan: Plan, misfortunes: &[Misfortune]) -> Plan {
    for misfortune in misfortunes {
        let id = plan.faults.iter().map(|fault| fault.id).max().unwrap_or(0) + 1;
        let (trigger, dwell) = (Trigger::At(at(1)), Duration::from_secs(3_000));
        plan.faults.push(Fault { id, trigger, misfortune: *misfortune, dwell });
    }
    plan
}

/// `role` crashes ten times, at any moment of the first minutes.
fn crashes(mut plan: Plan, role: Role) -> Plan {
    for n in 0..10 {
        let misfortune = Misfortune::Crash { role, point: CrashPoint::After(3) };
        let (trigger, dwell) = (Trigger::At(at(5 + 20 * n)), Duration::from_millis(200));
        plan.faults.push(Fault { id: 2_000 + n as u32, trigger, misfortune, dwell });
    }
    plan
}

fn at(seconds: u64) -> VirtualTime {
    VirtualTime::ZERO.after(Duration::from_secs(seconds))
}

/// Whether one of 60 worlds breaks an invariant, or never ends.
fn breaks(world: impl Fn(u64) -> Plan) -> bool {
    (0..60).any(|seed| trial::run_plan(world(seed), Defects::NONE).verdict != Verdict::Held)
}

fn providers() -> [Role; 2] {
    [0, 1].map(|n| provider_role(ProviderId(n)))
}

/// What an exclusion keeps from happening, planted.
fn planted(strike: Strike, extent: Extent) -> Box<dyn Fn(u64) -> Plan> {
    let at_providers = |misfortune: fn(Role) -> Misfortune| {
        let all = providers().map(misfortune);
        Box::new(move |seed| {
            let plan = plant(late_world(seed), &all);
            providers().into_iter().fold(plan, crashes)
        })
    };
    match (strike, extent) {
        (Strike::ClockDrift, Extent::Wholly) => {
            Box::new(|seed| plant(late_world(seed), &providers().map(half_speed)))
        }
        (Strike::LyingSync, Extent::Wholly) => at_providers(|role| Misfortune::LyingSync { role }),
        (Strike::Corruption, Extent::Wholly) => {
            at_providers(|role| Misfortune::Corruption { role, record: 0 })
        }
        (_, Extent::Wholly) => at_providers(|role| Misfortune::OldGeneration { role, records: 9 }),
        (_, Extent::OneCopy) => Box::new(move |seed| {
            let misfortune = match strike {
                Strike::LyingSync => Misfortune::LyingSync { role: STORE },
                Strike::Corruption => Misfortune::Corruption { role: STORE, record: 3 },
                _ => Misfortune::OldGeneration { role: STORE, records: 9 },
            };
            let mut plan = crashes(plant(late_world(seed), &[misfortune]), STORE);
            plan.mirrored = Roles::default();
            plan
        }),
    }
}

fn half_speed(role: Role) -> Misfortune {
    Misfortune::Drift { role, ppm: -500_000 }
}

const DAY: Duration = Duration::from_secs(86_400);

#[test]
fn whatever_is_excluded_breaks_some_world_when_it_is_planted() {
    assert!(!breaks(late_world), "the worlds hold as they are");
    for exclusion in exclusion::ALL {
        for strike in exclusion.strikes.iter().filter(|strike| **strike != Strike::ClockJump) {
            let harms = breaks(planted(*strike, exclusion.extent));
            assert!(harms, "{} harms nobody of {:?}", strike.name(), exclusion.spared);
        }
    }
}

/// The one exclusion that spares the plan, and not the money.
#[test]
fn a_provider_whose_date_is_wrong_would_not_suffer_what_the_plan_says() {
    let ahead = |role| Misfortune::WallShift { role, ahead: true, by: DAY };
    let strikes = |plan| {
        let trial = trial::run_plan(plan, Defects::NONE);
        trial
            .strikes
            .iter()
            .filter(|(name, _)| *name == "late-effect")
            .map(|(_, n)| *n)
            .sum::<u64>()
    };
    let (right, wrong): (u64, u64) = (0..10)
        .map(|seed| {
            let wrong = plant(late_world(seed), &providers().map(ahead));
            (strikes(late_world(seed)), strikes(wrong))
        })
        .fold((0, 0), |sums, (right, wrong)| (sums.0 + right, sums.1 + wrong));
    assert!(right > 10 && wrong == 0, "{right} late effects, and {wrong}");
}
