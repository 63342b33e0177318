//! Healing a core: what plagues anybody else stays for good.

use sim::{Ending, Happening, Misfortune, Role, Roles, Stretch, Trigger};

use crate::plan::{Plan, at, ms};
use crate::script::{Act, Cue, Script};

#[test]
fn links_within_the_core_heal_and_the_others_stay_cut() {
    let all = Roles::EVERYONE;
    for cut in [
        Misfortune::Partition { from: all, to: all, both_ways: false },
        Misfortune::Clog { links: Stretch { from: all, to: all, both_ways: false } },
    ] {
        let plan = talk().with(Trigger::At(at(50)), cut, 5_000);
        let outcome = plan.run();
        assert_eq!(late(outcome.heard(1, 5)), [1_210]);
        assert!(late(outcome.heard(2, 5)).is_empty());
        assert_eq!((outcome.permanent, outcome.ending), (vec![1], Ending::Rest));
        let mut heals = plan.clone();
        heals.settings.core = None;
        let outcome = heals.run();
        assert_eq!((late(outcome.heard(2, 5)), outcome.permanent), (vec![1_210], vec![]));
    }
}

#[test]
fn who_is_down_or_pauses_outside_the_core_never_comes_back() {
    for misfortune in [
        Misfortune::CrashAll { roles: Roles::EVERYONE },
        Misfortune::Pause { roles: Roles::EVERYONE },
    ] {
        let outcome = talk().with(Trigger::At(at(950)), misfortune, 100).run();
        let back = |role| !outcome.booted(role).is_empty() || !outcome.resumed(role).is_empty();
        assert!(back(0) && back(1));
        assert_eq!((outcome.booted(2), outcome.resumed(2)), (vec![0], vec![]));
        assert_eq!((outcome.heard(2, 5).len(), outcome.permanent), (1, vec![1]));
        assert_eq!(outcome.ending, Ending::Rest);
    }
}

#[test]
fn disks_and_clocks_outside_the_core_stay_as_they_are() {
    let slow = |role| Misfortune::SlowSync { role: Role(role), takes: ms(300) };
    let outcome = talk()
        .on(1, Cue::Hear(5), [Act::Sync, Act::Note(1)])
        .on(2, Cue::Hear(5), [Act::Sync, Act::Note(1)])
        .with(Trigger::At(at(950)), slow(1), 5_000)
        .with(Trigger::At(at(950)), slow(2), 5_000)
        .run();
    assert_eq!(
        (outcome.noted_at(1, 1), outcome.noted_at(2, 1)),
        (vec![110, 1_210], vec![110, 1_510])
    );
    assert_eq!(outcome.permanent, [2]);
}

/// A disk that stays slow is no actor that is gone.
#[test]
fn who_waits_for_a_slow_disk_outside_the_core_goes_on_when_it_returns() {
    let slow = Misfortune::SlowSync { role: Role(2), takes: ms(950) };
    let outcome = talk()
        .on(2, Cue::Hear(5), [Act::Sync, Act::Note(1)])
        .with(Trigger::At(at(50)), slow, 5_000)
        .run();
    assert_eq!(outcome.noted_at(2, 1), [1_060, 2_160]);
}

/// What can't be done any more is no lost wake-up where a case was opened.
#[test]
fn an_obligation_is_met_or_handed_to_a_case_or_it_was_forgotten() {
    for (act, ending, handed_over) in [
        (Act::Discharge(7), Ending::Rest, vec![]),
        (Act::HandOver(7), Ending::Rest, vec![7]),
        (Act::Note(1), Ending::LostWakeUp(7), vec![]),
    ] {
        let outcome = talk()
            .on(0, Cue::Boot, [Act::Oblige(7), Act::Work(1_500, 2)])
            .on(0, Cue::Ring(2), [act])
            .with(Trigger::At(at(0)), Misfortune::isolate(Role(2)), 5_000)
            .run();
        assert_eq!((outcome.ending, outcome.handed_over), (ending, handed_over));
        let vows = outcome.trace.iter().filter(|e| {
            use Happening::{Discharged, HandedOver, Obliged};
            matches!(e.what, Obliged(7) | Discharged(7) | HandedOver(7))
        });
        assert_eq!(vows.count(), 1 + usize::from(act != Act::Note(1)));
    }
}

/// Role 0 sends roles 1 and 2 a line at 100 and 1,200 ms, for which it is up
/// whatever happened; roles 0 and 1 are the core, which heals at 1,000.
fn talk() -> Plan<Script> {
    let script = Script::default()
        .on(0, Cue::Boot, [Act::Work(100, 1), Act::Work(1_200, 1), Act::Work(200, 3)])
        .on(0, Cue::Ring(1), [Act::Send(1, 5), Act::Send(2, 5)]);
    let mut plan = Plan::calm(script, 0..3);
    plan.settings.core = Some(Roles::from_iter([Role(0), Role(1)]));
    plan
}

fn late(heard: Vec<u64>) -> Vec<u64> {
    heard.into_iter().filter(|at| *at > 1_100 && *at != 5_050).collect()
}
