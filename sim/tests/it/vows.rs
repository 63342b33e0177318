//! Obligations: how long they may stay open, and whose are excused.

use sim::{CrashPoint, Ending, Limit, Misfortune, Role, Roles, Trigger};

use crate::plan::{Plan, at, ms};
use crate::script::Act::{Discharge, HandOver, Housekeeping, Oblige, ObligeWithin, Work};
use crate::script::{Act, Cue, Script};

/// The world heals at 1,000 ms.
#[test]
fn an_obligation_that_is_open_past_its_bound_ends_the_run_by_name() {
    use Ending::{LostWakeUp, Overdue, Rest};
    for (boot, ring, ending, ended) in [
        // Closed in time, or exactly then.
        (vec![ObligeWithin(7, 500), Work(1_400, 1)], vec![Discharge(7)], Rest, 1_400),
        (vec![ObligeWithin(7, 500), Work(1_500, 1)], vec![Discharge(7)], Rest, 1_500),
        (vec![ObligeWithin(7, 500), Work(1_501, 1)], vec![Discharge(7)], Overdue(7), 1_000),
        (vec![ObligeWithin(7, 500), Work(1_500, 1)], vec![HandOver(7)], Rest, 1_500),
        // Nothing is left that would close it: nobody waits for the bound.
        (vec![ObligeWithin(7, 500), Work(1_200, 1)], vec![], LostWakeUp(7), 1_200),
        (vec![ObligeWithin(7, 500)], vec![], LostWakeUp(7), 1_000),
        // Without a bound it may take as long as it takes.
        (vec![Oblige(7), Work(90_000, 1)], vec![Discharge(7)], Rest, 90_000),
        // Taken on after the healing, the bound runs from there.
        (vec![Work(1_400, 1)], vec![ObligeWithin(7, 500), Work(500, 2)], Rest, 1_900),
        (vec![Work(1_400, 1)], vec![ObligeWithin(7, 500), Work(501, 2)], Overdue(7), 1_400),
        // The one that is due first, whichever has the smaller number.
        (
            vec![ObligeWithin(3, 900), ObligeWithin(7, 500), Work(5_000, 1)],
            vec![],
            Overdue(7),
            1_000,
        ),
        // To take it on again wins no time, and gives none up.
        (
            vec![ObligeWithin(7, 500), ObligeWithin(7, 9_000), Oblige(7), Work(5_000, 1)],
            vec![],
            Overdue(7),
            1_000,
        ),
        (vec![Oblige(7), ObligeWithin(7, 500), Work(5_000, 1)], vec![], Overdue(7), 1_000),
        // Closed and opened again, it is another one.
        (
            vec![ObligeWithin(7, 500), Discharge(7), Oblige(7), Work(5_000, 1)],
            vec![Discharge(7)],
            Rest,
            5_000,
        ),
    ] {
        let plan = Plan::calm(Script::default(), 0..1)
            .on(0, Cue::Boot, boot.clone())
            .on(0, Cue::Ring(1), ring.clone())
            .on(0, Cue::Ring(2), [Discharge(7)]);
        let outcome = plan.run();
        assert_eq!((outcome.ending, outcome.ended_at), (ending, at(ended)), "{boot:?} {ring:?}");
    }
}

/// An orderly end of chaos is not the obligation's problem: before it, a bound
/// says nothing.
#[test]
fn a_bound_counts_from_the_healing_on() {
    let plan = Plan::calm(Script::default(), 0..1)
        .on(0, Cue::Boot, [ObligeWithin(7, 500), Work(900, 1)])
        .on(0, Cue::Ring(1), [Work(500, 2)])
        .on(0, Cue::Ring(2), [Discharge(7)]);
    assert_eq!(plan.run().ending, Ending::Rest);
}

#[test]
fn an_overdue_world_stays_so_and_the_horizon_comes_first_where_it_does() {
    let mut plan = Plan::calm(Script::default(), 0..1).on(
        0,
        Cue::Boot,
        [ObligeWithin(7, 500), Work(5_000, 1)],
    );
    for (horizon_ms, ending) in [
        (2_000, Ending::Overdue(7)),
        (1_500, Ending::Overdue(7)),
        (1_499, Ending::Limit(Limit::Horizon)),
    ] {
        plan.limits.horizon = at(horizon_ms);
        let mut world = plan.world();
        for again in 0..3 {
            assert_eq!(world.run(&mut ()), ending, "horizon {horizon_ms}, run number {again}");
            assert_eq!(world.clone().run(&mut ()), ending);
        }
    }
}

#[test]
fn a_bound_is_a_part_of_what_happens_and_changes_the_digest() {
    let digest = |act: Act| {
        Plan::calm(Script::default(), 0..1).on(0, Cue::Boot, [act, Discharge(7)]).run().digest
    };
    let digests = [Oblige(7), ObligeWithin(7, 500), ObligeWithin(7, 501)].map(digest);
    assert!(digests[0] != digests[1] && digests[1] != digests[2], "{digests:?}");
}

/// Who stands outside the core and is down when the world heals never comes
/// back: what it alone had promised was reported as a lost wake-up, though
/// nobody had forgotten anything.
#[test]
fn what_somebody_promised_who_is_gone_for_good_is_excused() {
    for (when, misfortune) in [
        (950, Misfortune::CrashAll { roles: Role(2).into() }),
        (950, Misfortune::Pause { roles: Role(2).into() }),
        (850, Misfortune::Crash { role: Role(2), point: CrashPoint::After(1) }),
    ] {
        for promise in [Oblige(7), ObligeWithin(7, 300)] {
            let gone = promised_by(2, promise).with(Trigger::At(at(when)), misfortune, 5_000);
            let outcome = gone.run();
            assert_eq!((outcome.ending, outcome.excused), (Ending::Rest, vec![7]), "{promise:?}");
            assert_eq!(outcome.ended_at, at(3_000));
            let mut healed = gone.clone();
            healed.settings.core = None;
            let outcome = healed.run();
            let lost = matches!(outcome.ending, Ending::LostWakeUp(7) | Ending::Overdue(7));
            assert!(lost && outcome.excused.is_empty(), "{:?}", outcome.ending);
        }
    }
}

#[test]
fn nobody_else_is_excused() {
    let crash = |role| Misfortune::CrashAll { roles: Role(role).into() };
    let sliced = Misfortune::isolate(Role(2));
    for (who, misfortune) in [(2, crash(1)), (1, crash(1)), (1, crash(2)), (2, sliced)] {
        let plan = promised_by(who, Oblige(7)).with(Trigger::At(at(950)), misfortune, 5_000);
        let outcome = plan.run();
        assert_eq!((outcome.ending, outcome.excused), (Ending::LostWakeUp(7), vec![]));
    }
}

/// A promise of two is kept by the one who is left.
#[test]
fn an_obligation_that_somebody_else_has_taken_on_as_well_is_not_excused() {
    let gone = Misfortune::CrashAll { roles: Role(2).into() };
    for (late, ending, excused) in [
        (Act::Note(1), Ending::Rest, vec![7]),
        (Oblige(7), Ending::LostWakeUp(7), vec![]),
        (ObligeWithin(7, 100), Ending::Overdue(7), vec![]),
        (Discharge(7), Ending::Rest, vec![]),
        (HandOver(7), Ending::Rest, vec![]),
    ] {
        let plan = promised_by(2, ObligeWithin(7, 100)).on(0, Cue::Ring(4), [late]).with(
            Trigger::At(at(950)),
            gone,
            5_000,
        );
        let outcome = plan.run();
        assert_eq!((outcome.ending, outcome.excused), (ending, excused), "{late:?}");
    }
}

/// Roles 0 and 1 are the core; `who` makes the promise at 900 ms, and role 0
/// has work until 3,000.
fn promised_by(who: u8, promise: Act) -> Plan<Script> {
    let script = Script::default()
        .on(0, Cue::Boot, [Work(1_050, 4), Work(3_000, 5), Housekeeping(100, 6), Work(900, 3)])
        .on(0, Cue::Ring(3), [Act::Send(who, 5)])
        .on(who, Cue::Hear(5), [promise]);
    let mut plan = Plan::calm(script, 0..3);
    plan.network =
        sim::Network::new(vec![sim::Quantiles::constant(ms(1))], Vec::new(), ms(300_000));
    plan.settings.core = Some(Roles::from_iter([Role(0), Role(1)]));
    plan
}
