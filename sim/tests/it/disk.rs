//! What disks do: slow, lying, full, torn, corrupt, old; and two copies.

use proptest::prelude::*;
use sim::{CrashPoint, Flaw, Gap, Happening, Misfortune, Role, Strike, Trigger};

use crate::plan::{Outcome, Plan, at};
use crate::script::{Act, Cue, FULL, Script};
use crate::strategy::cases;

const WRITER: Role = Role(0);

#[test]
fn a_slow_sync_is_a_barrier_and_a_pause() {
    let slow = Misfortune::SlowSync { role: WRITER, takes: std::time::Duration::from_millis(70) };
    let outcome = writes().with(Trigger::At(at(150)), slow, 100).run();
    // The second of three writes, at 200 ms: its reply leaves after the sync.
    assert_eq!(outcome.heard(1, 9), [110, 280, 310]);
    assert_eq!(outcome.noted_at(0, 1), [100, 270, 300]);
    assert_eq!(outcome.heard(0, 4), [270]);
    assert_eq!(outcome.strikes.of(Strike::SlowSync), 1);
    assert_eq!(outcome.journals[&WRITER], [1, 2, 3]);
}

#[test]
fn a_crash_during_a_slow_sync_loses_what_was_to_be_synced_and_the_rest_of_the_handler() {
    let slow = Misfortune::SlowSync { role: WRITER, takes: std::time::Duration::from_millis(70) };
    let outcome = writes()
        .with(Trigger::At(at(150)), slow, 100)
        .with(Trigger::At(at(250)), Misfortune::CrashAll { roles: WRITER.into() }, 10)
        .run();
    assert_eq!(outcome.journals[&WRITER], [1, 3]);
    assert_eq!(outcome.heard(1, 9), [110, 310]);
    assert_eq!(outcome.recalled(0), [vec![], vec![1]]);
}

#[test]
fn a_crash_planned_behind_a_slow_sync_falls_where_it_was_planned() {
    let slow = Misfortune::SlowSync { role: WRITER, takes: std::time::Duration::from_millis(70) };
    let crash = Misfortune::Crash { role: WRITER, point: CrashPoint::AfterSync(1) };
    let outcome =
        writes().with(Trigger::At(at(150)), slow, 100).with(Trigger::At(at(150)), crash, 10).run();
    assert_eq!((outcome.crashed(0), outcome.heard(1, 9)), (vec![270], vec![110, 310]));
    assert_eq!(outcome.journals[&WRITER], [1, 2, 3]);
}

#[test]
fn a_lying_sync_reports_done_and_a_crash_shows_that_it_was_not() {
    let lying = Misfortune::LyingSync { role: WRITER };
    let plan = writes().with(Trigger::At(at(150)), lying, 100);
    // Honest again at 300 ms: that sync writes everything.
    let outcome = plan.run();
    assert_eq!(outcome.heard(1, 9), [110, 210, 310]);
    assert_eq!(outcome.taps.durable.iter().map(|(_, r)| *r).collect::<Vec<_>>(), [1, 2, 3]);
    let crashed = plan.with(Trigger::At(at(250)), crash_now(), 10).run();
    assert_eq!(crashed.heard(1, 9), [110, 210, 310]);
    assert_eq!(crashed.journals[&WRITER], [1, 3]);
    assert_eq!(crashed.recalled(0), [vec![], vec![1]]);
    assert_eq!(crashed.taps.durable.iter().map(|(_, r)| *r).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(crashed.taps.lost, []);
    assert_eq!(crashed.strikes.of(Strike::LyingSync), 1);
    assert_eq!(crashed.gaps(0), [vec![], vec![]]);
}

#[test]
fn a_full_disk_crashes_whoever_appends_and_lets_whoever_reads_be() {
    let restart = std::time::Duration::from_millis(20);
    let full = Misfortune::FullDisk { role: WRITER, restart };
    let outcome = writes()
        .on(0, Cue::Boot, [Act::TellDisk, Act::Recall, Act::Work(30, 7)])
        .on(0, Cue::Ring(7), [Act::Send(1, 8)])
        .with(Trigger::At(at(50)), full, 100)
        .run();
    // The append at 100 ms fails, and what stood behind it does not happen.
    assert_eq!((outcome.crashed(0), outcome.booted(0)), (vec![100], vec![0, 120]));
    assert_eq!(outcome.noted(0).iter().filter(|n| **n == FULL).count(), 1);
    assert_eq!(outcome.heard(1, 8), [40, 160]);
    assert_eq!(
        (outcome.heard(1, 9), outcome.journals[&WRITER].clone()),
        (vec![210, 310], vec![2, 3])
    );
    assert_eq!(outcome.strikes.of(Strike::FullDisk), 1);
    let failed = outcome.trace.iter().find(|e| matches!(e.what, Happening::AppendFailed)).unwrap();
    assert_eq!(failed.fault, Some(1));
}

#[test]
fn damage_waits_for_a_crash_that_it_can_strike_and_is_named_if_there_is_none() {
    let torn = Misfortune::TornTail { role: WRITER, keep: 0 };
    let corrupt = Misfortune::Corruption { role: WRITER, record: 0 };
    let old = Misfortune::OldGeneration { role: WRITER, records: 1 };
    for misfortune in [torn, corrupt, old] {
        let outcome = writes().with(Trigger::At(at(50)), misfortune, 0).run();
        assert_eq!((outcome.never_fired, outcome.journals[&WRITER].len()), (vec![1], 3));
        // Nothing was written yet at the first crash.
        let early = writes()
            .with(Trigger::At(at(50)), misfortune, 0)
            .with(Trigger::At(at(60)), crash_now(), 10)
            .run();
        assert_eq!(early.never_fired, [1]);
    }
}

#[test]
fn a_boot_sees_the_evidence_of_what_struck_its_disk() {
    let torn = |keep| Misfortune::TornTail { role: WRITER, keep };
    let corrupt = |record| Misfortune::Corruption { role: WRITER, record };
    let old = |records| Misfortune::OldGeneration { role: WRITER, records };
    let gap = |before, flaw| vec![Gap { before, flaw }];
    for (misfortune, recalled, gaps, strike) in [
        (torn(0), vec![1, 2], gap(2, Flaw::Torn), Strike::TornTail),
        (corrupt(0), vec![2], gap(0, Flaw::Corrupt), Strike::Corruption),
        (corrupt(1), vec![1], gap(1, Flaw::Corrupt), Strike::Corruption),
        (old(1), vec![1], vec![], Strike::OldGeneration),
    ] {
        let outcome = damaged(misfortune, false);
        assert_eq!(outcome.recalled(0).last(), Some(&recalled), "{misfortune:?}");
        assert_eq!(outcome.gaps(0).last(), Some(&gaps), "{misfortune:?}");
        assert_eq!(outcome.strikes.of(strike), 1);
        let lost = 2 - recalled.len();
        assert_eq!(outcome.taps.lost.len(), lost, "{misfortune:?}");
    }
}

#[test]
fn two_copies_survive_all_of_it_but_a_lost_tail() {
    for misfortune in [
        Misfortune::TornTail { role: WRITER, keep: 0 },
        Misfortune::Corruption { role: WRITER, record: 1 },
        Misfortune::OldGeneration { role: WRITER, records: 2 },
        Misfortune::LyingSync { role: WRITER },
    ] {
        let outcome = damaged(misfortune, true);
        assert_eq!(outcome.recalled(0).last(), Some(&vec![1, 2]), "{misfortune:?}");
        assert!(outcome.never_fired.is_empty() && outcome.taps.lost.is_empty());
    }
}

#[test]
fn a_tail_that_got_as_far_as_the_disk_is_durable_though_no_sync_returned() {
    let crash = Misfortune::Crash { role: WRITER, point: CrashPoint::BeforeSync(1) };
    let outcome = writes()
        .on(0, Cue::Hear(1), [Act::Append(1), Act::Append(2), Act::Append(3), Act::Sync])
        .with(Trigger::At(at(50)), Misfortune::TornTail { role: WRITER, keep: 2 }, 0)
        .with(Trigger::At(at(50)), crash, 500)
        .run();
    assert_eq!(outcome.recalled(0), [vec![], vec![1, 2]]);
    assert_eq!(outcome.gaps(0)[1], [Gap { before: 2, flaw: Flaw::Torn }]);
    assert_eq!(outcome.taps.durable[..2], [(WRITER, 1), (WRITER, 2)]);
}

proptest! {
    #![proptest_config(cases(500))]

    /// The fault atlas: whatever strikes the disks of a mirrored role, a record
    /// whose sync returned is there at every boot, and is told durable once.
    #[test]
    fn no_record_that_was_synced_on_two_copies_is_ever_lost(
        seed in any::<u64>(),
        faults in prop::collection::vec((0..400_u64, disk_fault(), 0..200_u64), 0..8),
        crashes in prop::collection::vec((0..400_u64, 1..3_u16), 1..4),
    ) {
        let mut plan = writes();
        plan.seed = seed;
        plan.settings.mirrored = WRITER.into();
        for (moment, misfortune, dwell) in faults {
            plan = plan.with(Trigger::At(at(moment)), misfortune, dwell);
        }
        for (moment, nth) in crashes {
            let point = CrashPoint::AfterSync(nth);
            let misfortune = Misfortune::Crash { role: WRITER, point };
            plan = plan.with(Trigger::At(at(moment)), misfortune, 10);
        }
        let outcome = plan.run();
        prop_assert!(outcome.taps.lost.is_empty());
        let durable = outcome.taps.durable.iter().map(|(_, record)| *record).collect::<Vec<_>>();
        prop_assert_eq!(&durable, &outcome.journals[&WRITER]);
        // An answer was only sent behind a sync.
        let answers = outcome.heard(1, 9).len();
        prop_assert!(durable.len() >= answers, "{durable:?} {answers}");
        prop_assert!(outcome.gaps(0).iter().flatten().all(|gap| gap.flaw == Flaw::Torn));
    }
}

fn disk_fault() -> impl Strategy<Value = Misfortune> {
    prop_oneof![
        Just(Misfortune::LyingSync { role: WRITER }),
        (0..5_u16).prop_map(|keep| Misfortune::TornTail { role: WRITER, keep }),
        (0..5_u32).prop_map(|record| Misfortune::Corruption { role: WRITER, record }),
        (0..5_u16).prop_map(|records| Misfortune::OldGeneration { role: WRITER, records }),
    ]
}

/// Two writes that were synced (or said to be), and a third that was not, when
/// the crash comes.
fn damaged(misfortune: Misfortune, mirrored: bool) -> Outcome<Script> {
    let crash = Misfortune::Crash { role: WRITER, point: CrashPoint::AfterAppend(1) };
    let mut plan =
        writes().with(Trigger::At(at(50)), misfortune, 300).with(Trigger::At(at(250)), crash, 10);
    if mirrored {
        plan.settings.mirrored = WRITER.into();
    }
    plan.run()
}

fn crash_now() -> Misfortune {
    Misfortune::CrashAll { roles: WRITER.into() }
}

/// Role 1 tells role 0 to write a record, which reaches it at 100, 200 and 300
/// ms; it syncs it, answers and notes 1. Another word comes at 220. It recalls
/// its journal when it boots.
fn writes() -> Plan<Script> {
    let words = [(90, 1), (190, 2), (290, 3), (210, 4)];
    let words = words.map(|(after, number)| Act::Work(after, number));
    let script =
        Script::default().on(0, Cue::Boot, [Act::Recall, Act::RecallGaps]).on(1, Cue::Boot, words);
    let script = (1..=4).fold(script, |script, n| script.on(1, Cue::Ring(n), [Act::Send(0, n)]));
    let script = (1..=3).fold(script, |script, n| {
        script.on(0, Cue::Hear(n), [Act::Append(n), Act::Sync, Act::Send(1, 9), Act::Note(1)])
    });
    let mut plan = Plan::calm(script, 0..2);
    plan.heal_at = at(390);
    plan
}
