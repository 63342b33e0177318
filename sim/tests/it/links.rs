//! Links that flap, slow down, clog, or keep order.

use sim::{Links, Misfortune, Quantiles, Rate, Role, Roles, Stretch, Strike, Trigger, swizzle};

use crate::plan::{Outcome, Plan, at, ms, nth};
use crate::script::{Act, Cue, Script};

const LINES: u64 = 90;

#[test]
fn a_flapping_link_is_cut_every_other_half_period_while_it_dwells() {
    let flap = Misfortune::Flap { links: one_way(), period: ms(100) };
    let outcome = talk().with(Trigger::At(at(205)), flap, 300).run();
    let is_cut = |at: u64| (205..505).contains(&at) && ((at - 205) / 50).is_multiple_of(2);
    let expected = sent().filter(|at| !is_cut(*at) && !is_cut(*at + 10)).map(|at| at + 10);
    assert_eq!(outcome.heard(1, 5), expected.collect::<Vec<_>>());
    assert_eq!(outcome.heard(0, 6), talk().run().heard(0, 6));
    let lost = LINES - outcome.heard(1, 5).len() as u64;
    assert_eq!(outcome.strikes.of(Strike::Partition), lost);
}

#[test]
fn a_slow_link_is_slow_while_it_dwells_and_only_there() {
    let slow = Misfortune::slow_links(one_way(), 350);
    let outcome = talk().with(Trigger::At(at(205)), slow, 300).run();
    let mut expected =
        sent().map(|at| at + if (205..505).contains(&at) { 35 } else { 10 }).collect::<Vec<_>>();
    expected.sort_unstable();
    assert_eq!(outcome.heard(1, 5), expected);
    assert_eq!(outcome.heard(0, 6), talk().run().heard(0, 6));
    assert_eq!(outcome.strikes.of(Strike::SlowLink), 30);
}

#[test]
fn a_brown_out_is_bad_once_in_each_round_for_as_long_as_it_says() {
    let brownout = Misfortune::Brownout {
        links: one_way(),
        load_percent: 100,
        loss: Rate::ALWAYS,
        good: ms(150),
        bad: ms(50),
    };
    let mut moments = Vec::new();
    for seed in 0..20 {
        let mut plan = talk().with(Trigger::At(at(5)), brownout, 800);
        plan.seed = seed;
        let outcome = plan.run();
        let heard = outcome.heard(1, 5);
        let lost = sent().filter(|at| !heard.contains(&(at + 10))).collect::<Vec<_>>();
        for round in 0..4_u64 {
            let begins = 5 + round * 200;
            let of_round = lost.iter().filter(|at| (begins..begins + 200).contains(*at));
            let of_round = of_round.copied().collect::<Vec<_>>();
            assert_eq!(of_round.len(), 5, "{of_round:?}");
            assert_eq!(of_round[4] - of_round[0], 40);
            moments.push(of_round[0] - begins);
        }
        assert_eq!(lost.len(), 20);
        assert_eq!(outcome.strikes.of(Strike::Brownout), 20);
    }
    moments.sort_unstable();
    assert!(moments[0] < 15 && moments[moments.len() - 1] > 135, "{moments:?}");
}

#[test]
fn what_is_sent_over_a_clogged_link_arrives_when_the_clog_ends() {
    let clog = Misfortune::Clog { links: one_way() };
    let outcome = talk().with(Trigger::At(at(205)), clog, 300).run();
    let mut expected =
        sent().map(|at| if (205..495).contains(&at) { 505 } else { at + 10 }).collect::<Vec<_>>();
    expected.sort_unstable();
    assert_eq!(outcome.heard(1, 5), expected);
    assert_eq!(outcome.heard(0, 6), talk().run().heard(0, 6));
    assert_eq!(outcome.strikes.of(Strike::Clog), 30);
}

#[test]
fn a_clog_makes_no_copy_older_than_the_network_allows() {
    let mut plan = talk().with(Trigger::At(at(205)), Misfortune::Clog { links: one_way() }, 300);
    plan.network.copy_age_max = ms(100);
    let heard = plan.run().heard(1, 5);
    assert_eq!(heard.iter().filter(|at| **at == 505).count(), 9);
}

#[test]
fn a_swizzle_clogs_one_after_another_and_unclogs_in_the_order_that_it_names() {
    let roles = [0, 1, 2].map(Role);
    let faults = swizzle(7, at(100), ms(10), &roles, &[Role(2), Role(0), Role(1), Role(9)]);
    let when = faults.iter().map(|fault| {
        let Trigger::At(begins) = fault.trigger else { panic!("a swizzle goes by time") };
        let ends = begins.after(fault.dwell);
        (fault.id, begins.as_nanos() / 1_000_000, ends.as_nanos() / 1_000_000)
    });
    assert_eq!(when.collect::<Vec<_>>(), [(7, 100, 140), (8, 110, 150), (9, 120, 130)]);
    let mut plan = talk();
    plan.faults = swizzle(1, at(205), ms(100), &roles[..2], &[Role(1), Role(0)]);
    let outcome = plan.run();
    assert_eq!(outcome.heard(1, 5).iter().filter(|at| **at == 505).count(), 29);
    assert!(outcome.never_fired.is_empty());
}

#[test]
fn a_link_that_keeps_order_delivers_in_the_order_of_sending_and_no_copies() {
    let mut jittery = talk();
    jittery.network = sim::Network::new(vec![Quantiles::uniform(ms(1), ms(90))], vec![], ms(900));
    jittery.network.weather.duplication = Rate::ALWAYS;
    jittery.network.weather.copies_max = 3;
    let late = Trigger::OnSend(nth(0, 1, 5, 40));
    let jittery = jittery.with(late, Misfortune::Delay, 200);
    assert!(!ordinals(&jittery.run()).is_sorted());
    let mut orderly = jittery.clone();
    orderly.network.ordered = Links::NONE.one_way(Role(0).into(), Role(1).into());
    let outcome = orderly.run();
    assert_eq!(ordinals(&outcome), (1..=LINES as u32).collect::<Vec<_>>());
    // The answers go another way, and as they please.
    assert_eq!(outcome.heard(0, 6), jittery.run().heard(0, 6));
}

#[test]
fn constructors_say_what_they_mean() {
    let partition =
        |from: Roles, to: Roles, both_ways| Misfortune::Partition { from, to, both_ways };
    let (a, b) = (Roles::from(Role(0)), Roles::from(Role(1)));
    assert_eq!(Misfortune::isolate(Role(0)), partition(a, a.others(), true));
    assert_eq!(Misfortune::partial_partition(a, b), partition(a, b, true));
    assert_eq!(Misfortune::one_way_partition(a, b), partition(a, b, false));
    assert!(a.others().contains(Role(127)) && !a.others().contains(Role(0)));
    assert!(Roles::default().is_empty() && Roles::default().others() == Roles::EVERYONE);
}

/// Role 0 sends role 1 a line every 10 ms, and role 1 one of its own to 0.
fn talk() -> Plan<Script> {
    let alarms = || sent().map(|at| Act::Work(at, 1));
    let script = Script::default()
        .on(0, Cue::Boot, alarms())
        .on(1, Cue::Boot, alarms())
        .on(0, Cue::Ring(1), [Act::Send(1, 5)])
        .on(1, Cue::Ring(1), [Act::Send(0, 6)]);
    Plan::calm(script, 0..2)
}

fn sent() -> impl Iterator<Item = u64> {
    (1..=LINES).map(|line| line * 10)
}

fn one_way() -> Stretch {
    Stretch { from: Role(0).into(), to: Role(1).into(), both_ways: false }
}

fn ordinals(outcome: &Outcome<Script>) -> Vec<u32> {
    let ordinal = |event: &sim::TraceEvent<Script>| match &event.what {
        sim::Happening::Delivered(sent, _, line) if line.kind == 5 => Some(sent.ordinal),
        _ => None,
    };
    outcome.trace.iter().filter_map(ordinal).collect()
}
