//! What a partition cuts, and for how long.

use sim::{Misfortune, Role, Roles, Strike, Trigger};

use crate::plan::{Outcome, Plan, at, nth};
use crate::script::{Act, Cue, Script};

/// Lines go out every 20 ms and take 10, so each moment has one in the air.
const EVERY_MS: u64 = 20;
const LINES: u16 = 30;
const STRIKES_MS: u64 = 205;
const DWELL_MS: u64 = 110;

#[test]
fn a_partition_drops_what_it_names_while_it_dwells_and_nothing_else() {
    for (from, to, both_ways) in [
        (vec![0], vec![1], false),
        (vec![0], vec![1], true),
        (vec![1], vec![0], false),
        (vec![0, 1], vec![2], false),
        (vec![0, 1], vec![2], true),
        (vec![0, 1, 2], vec![0, 1, 2], false),
        (vec![0], vec![], true),
        (vec![7], vec![0, 1, 2], true),
    ] {
        let cuts = |a: u8, b: u8| from.contains(&a) && to.contains(&b);
        let outcome = everybody_talks()
            .with(Trigger::At(at(STRIKES_MS)), partition(&from, &to, both_ways), DWELL_MS)
            .run();
        let mut lost = 0;
        for (a, b) in pairs() {
            let is_cut = cuts(a, b) || both_ways && cuts(b, a);
            let arrives = |sent: u64| {
                let cut = STRIKES_MS..STRIKES_MS + DWELL_MS;
                !is_cut || !cut.contains(&sent) && !cut.contains(&(sent + 10))
            };
            let all = (1..=u64::from(LINES)).map(|line| line * EVERY_MS);
            let heard = heard(&outcome, a, b);
            let expected = all.filter(|sent| arrives(*sent)).map(|sent| sent + 10);
            assert_eq!(heard, expected.collect::<Vec<_>>(), "{a} to {b} under {from:?} {to:?}");
            lost += u64::from(LINES) - heard.len() as u64;
        }
        assert_eq!(outcome.strikes.of(Strike::Partition), lost);
        assert_eq!(outcome.strikes.of(Strike::Loss), 0);
    }
}

#[test]
fn partitions_that_overlap_end_each_for_itself() {
    let outcome = everybody_talks()
        .with(Trigger::At(at(100)), partition(&[0], &[1], false), 200)
        .with(Trigger::At(at(205)), partition(&[0], &[1], false), 200)
        .run();
    let heard = heard(&outcome, 0, 1);
    assert!(heard.iter().all(|at| *at < 100 || *at > 405), "{heard:?}");
    assert_eq!(heard.iter().filter(|at| **at < 100).count(), 4);
    assert_eq!(heard.iter().filter(|at| **at > 405).count(), 10);
}

#[test]
fn a_message_that_outlives_a_partition_in_the_air_arrives() {
    let outcome =
        everybody_talks().with(Trigger::At(at(201)), partition(&[0], &[1], true), 8).run();
    assert_eq!(heard(&outcome, 0, 1).len(), usize::from(LINES));
}

#[test]
fn a_partition_that_a_sending_triggers_takes_that_sending_along() {
    let trigger = Trigger::OnSend(nth(0, 1, kind(0), 5));
    let outcome = everybody_talks().with(trigger, partition(&[0], &[1], false), 15).run();
    let heard = heard(&outcome, 0, 1);
    assert!(!heard.contains(&110), "{heard:?}");
    assert_eq!(heard.len(), usize::from(LINES) - 1);
}

/// A sending that bad weather and a partition both claimed was counted twice.
#[test]
fn a_sending_lost_to_a_partition_is_not_lost_to_the_weather_as_well() {
    let mut plan =
        everybody_talks().with(Trigger::At(at(0)), partition(&[0, 1, 2], &[0, 1, 2], false), 5_000);
    plan.network.weather.loss = sim::Rate::per_million(500_000);
    plan.network.weather.duplication = sim::Rate::ALWAYS;
    plan.network.weather.copies_max = 2;
    let strikes = plan.run().strikes;
    assert_eq!(strikes.of(Strike::Partition), u64::from(LINES) * pairs().count() as u64);
    assert_eq!((strikes.of(Strike::Loss), strikes.of(Strike::Duplication)), (0, 0));
}

/// Three actors; each tells both others something every 20 ms, until 600 ms.
fn everybody_talks() -> Plan<Script> {
    let talk = |from: u8| {
        let others = pairs().filter(move |(a, _)| *a == from);
        others.map(|(a, b)| Act::Send(b, kind(a)))
    };
    let script = (0..3).fold(Script::default(), |script, role| {
        let lines = (1..=LINES).map(|line| Act::Work(u64::from(line) * EVERY_MS, line));
        let script = script.on(role, Cue::Boot, lines);
        (1..=LINES).fold(script, |script, line| script.on(role, Cue::Ring(line), talk(role)))
    });
    Plan::calm(script, 0..3)
}

fn pairs() -> impl Iterator<Item = (u8, u8)> {
    (0..3).flat_map(|a| (0..3).map(move |b| (a, b))).filter(|(a, b)| a != b)
}

/// A kind for each sender, so that a receiver's history tells them apart.
fn kind(from: u8) -> u16 {
    u16::from(from) + 10
}

fn heard(outcome: &Outcome<Script>, from: u8, to: u8) -> Vec<u64> {
    outcome.heard(to, kind(from))
}

fn partition(from: &[u8], to: &[u8], both_ways: bool) -> Misfortune {
    let roles = |roles: &[u8]| roles.iter().copied().map(Role).collect::<Roles>();
    Misfortune::Partition { from: roles(from), to: roles(to), both_ways }
}
