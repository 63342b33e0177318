//! What links do to messages: loss, copies, lateness, reordering, age.

use std::collections::BTreeMap;
use std::time::Duration;

use sim::{
    COPIES_MAX, CrashPoint, Domain, Draws, Fate, Happening, Kind, Misfortune, Network, Order,
    Quantiles, Rate, Role, Seed, SendIdentity, Strike, Subject, Trigger, Weather,
};

use crate::plan::{Outcome, Plan, at, ms, nth};
use crate::script::{Act, Cue, Line, Said, Script};

const SENDINGS: u64 = 20_000;
const NANOS_PER_MS: u64 = 1_000_000;

/// Parts per million; 20,000 sendings at 10 % vary by about 42, a fifth of 200.
#[test]
fn each_kind_of_weather_strikes_as_often_as_its_rate_says() {
    let rate = Rate::per_million(100_000);
    let expected = SENDINGS / 10;
    for (weather, is_struck) in [
        (Weather { loss: rate, ..weather() }, (|fate| fate.lost) as fn(&Fate) -> bool),
        (Weather { duplication: rate, ..weather() }, |fate| fate.delays().len() > 1),
        (Weather { lateness: rate, ..weather() }, |fate| fate.late > 0),
    ] {
        let struck = fates(weather).filter(is_struck).count() as u64;
        assert!(struck.abs_diff(expected) < 200, "{struck} of {SENDINGS} under {weather:?}");
    }
    assert!(fates(weather()).all(|fate| !fate.lost && fate.late == 0 && fate.delays().len() == 1));
    assert!(fates(Weather { loss: Rate::ALWAYS, ..weather() }).all(|fate| fate == Fate::LOST));
}

/// `copies_max: 1` used to mean two.
#[test]
fn a_duplicated_sending_arrives_as_two_to_the_most_copies_each_with_its_own_delay() {
    for (copies_max, most) in [(0, 1), (1, 1), (2, 2), (3, 3), (4, 4), (9, COPIES_MAX)] {
        let weather = Weather { duplication: Rate::ALWAYS, copies_max, ..weather() };
        let mut seen = BTreeMap::<usize, u64>::new();
        for fate in fates(weather) {
            let mut delays = fate.delays().to_vec();
            *seen.entry(delays.len()).or_default() += 1;
            delays.sort_unstable();
            delays.dedup();
            assert_eq!(delays.len(), fate.delays().len(), "copies that arrive as one");
        }
        let expected = (most.min(2)..=most).collect::<Vec<_>>();
        assert_eq!(seen.keys().copied().collect::<Vec<_>>(), expected, "{copies_max}");
        let share = SENDINGS / expected.len() as u64;
        assert!(seen.values().all(|times| times.abs_diff(share) < 500), "{seen:?}");
    }
}

#[test]
fn one_kind_of_weather_leaves_what_the_others_decide_alone() {
    let half = Rate::per_million(500_000);
    let calm = fates(weather()).collect::<Vec<_>>();
    let lossy = fates(Weather { loss: half, ..weather() });
    for (lossy, calm) in lossy.zip(&calm).filter(|(lossy, _)| !lossy.lost) {
        assert_eq!(lossy, *calm);
    }
    let doubled = fates(Weather { duplication: half, ..weather() });
    for (doubled, calm) in doubled.zip(&calm) {
        assert_eq!(doubled.delays()[0], calm.delays()[0]);
    }
    let doubled = Weather { duplication: Rate::ALWAYS, ..weather() };
    let late = fates(Weather { lateness: half, ..doubled });
    for (late, timely) in late.zip(fates(doubled)) {
        let pairs = late.delays().iter().zip(timely.delays());
        let by = pairs.map(|(late, timely)| late - timely).filter(|by| *by > 0);
        let by = by.collect::<Vec<_>>();
        assert!(by.iter().all(|by| *by < 500 * NANOS_PER_MS), "{by:?}");
        assert_eq!(by.len(), usize::from(late.late));
    }
}

/// Two of 49 million nanoseconds that come out equal are no accident.
#[test]
fn every_word_of_an_identity_has_a_say_in_its_fate() {
    let one =
        SendIdentity { from: Role(1), to: Role(2), kind: Kind(3), subject: Subject(4), ordinal: 5 };
    let fate = |identity| network().fate(&draws(), &identity, &Weather::CALM);
    for other in [
        SendIdentity { from: Role(2), ..one },
        SendIdentity { to: Role(1), ..one },
        SendIdentity { from: Role(2), to: Role(1), ..one },
        SendIdentity { kind: Kind(4), ..one },
        SendIdentity { subject: Subject(5), ..one },
        SendIdentity { ordinal: 6, ..one },
    ] {
        assert_eq!(fate(other), fate(other));
        assert_ne!(fate(other), fate(one), "{other:?}");
    }
}

#[test]
fn a_further_copy_follows_within_its_delay() {
    let network = Network::new(vec![Quantiles::constant(ms(20))], Vec::new(), ms(5_000));
    let weather = Weather { duplication: Rate::ALWAYS, ..weather() };
    let (mut soon, mut late) = (u64::MAX, 0);
    for identity in identities() {
        let fate = network.fate(&draws(), &identity, &weather);
        assert_eq!(fate.delays()[0], 20 * NANOS_PER_MS);
        for gap in fate.delays()[1..].iter().map(|delay| delay - 20 * NANOS_PER_MS) {
            (soon, late) = (soon.min(gap), late.max(gap));
        }
    }
    assert!(soon < NANOS_PER_MS && late > 299 * NANOS_PER_MS && late < 300 * NANOS_PER_MS);
}

#[test]
fn no_copy_is_older_than_the_network_lets_it_get() {
    let weather = Weather {
        duplication: Rate::per_million(500_000),
        lateness: Rate::per_million(500_000),
        ..weather()
    };
    let mut network = network();
    network.copy_age_max = ms(200);
    let (mut aged, mut lost) = (0, 0);
    for identity in identities() {
        let young = network.fate(&draws(), &identity, &weather);
        let all = self::network().fate(&draws(), &identity, &weather);
        let limit = 200 * NANOS_PER_MS;
        let kept = all.delays().iter().filter(|delay| **delay <= limit).count();
        assert!(young.delays().iter().all(|delay| *delay <= limit));
        assert_eq!(young.lost, young.delays().is_empty());
        assert!(young.delays().len() >= kept);
        aged += usize::from(young.delays().len() < all.delays().len());
        lost += usize::from(young.lost);
    }
    assert!(aged > 1_000 && lost > 1_000, "{aged} lost a copy, {lost} all of them");
}

#[test]
fn a_load_stretches_every_latency_and_no_load_can_overflow() {
    let plain = fates(weather());
    let loaded = fates(Weather { load_percent: 250, ..weather() });
    for (plain, loaded) in plain.zip(loaded) {
        assert_eq!(loaded.delays()[0], plain.delays()[0] * 5 / 2);
    }
    let endless = Network::new(vec![Quantiles::constant(Duration::MAX)], vec![], Duration::MAX);
    let crushing = Weather { load_percent: u32::MAX, ..weather() };
    let identity = identities().next().unwrap();
    assert_eq!(endless.fate(&draws(), &identity, &crushing).delays(), [u64::MAX]);
}

#[test]
fn each_kind_of_message_has_the_latencies_of_its_table() {
    let tables = [1, 2, 3].map(|n| Quantiles::constant(ms(n)));
    let network = Network::new(tables.to_vec(), vec![2, 0, 1, 77], Duration::MAX);
    // A kind without a table, or with one that is not there, takes the first.
    for (kind, expected) in [(0, 3), (1, 1), (2, 2), (3, 1), (4, 1), (u16::MAX, 1)] {
        let identity = SendIdentity { kind: Kind(kind), ..identities().next().unwrap() };
        let fate = network.fate(&draws(), &identity, &Weather::CALM);
        assert_eq!(fate.delays(), [expected * NANOS_PER_MS], "kind {kind}");
    }
}

#[test]
fn a_fate_that_is_changed_stays_within_its_bounds() {
    let network = network();
    let fate = network.fate(&draws(), &identities().next().unwrap(), &Weather::CALM);
    let first = fate.delays()[0];
    let doubled = fate.duplicated(ms(7));
    assert_eq!(doubled.delays(), [first, first + 7 * NANOS_PER_MS]);
    let full = (0..9).fold(fate, |fate, _| fate.duplicated(ms(7)));
    assert_eq!(full.delays().len(), COPIES_MAX);
    assert_eq!(doubled.delayed(ms(1)), fate.delayed(ms(1)).duplicated(ms(7)));
    assert_eq!(fate.delayed(Duration::MAX).delays(), [u64::MAX]);
    assert_eq!(Fate::LOST.duplicated(ms(1)).delayed(ms(1)), Fate::LOST);
}

/// The world carries out fates: what it says that it sent is what arrives.
#[test]
fn every_copy_of_every_sending_arrives_when_its_fate_says_so() {
    let stormy = Weather {
        loss: Rate::per_million(200_000),
        duplication: Rate::per_million(300_000),
        lateness: Rate::per_million(100_000),
        ..weather()
    };
    let outcome = burst(&stormy);
    let (mut due, mut arrived) = (Vec::new(), Vec::new());
    for event in &outcome.trace {
        match &event.what {
            Happening::Sent(sent, _, fate) => {
                for (copy, delay) in (0_u8..).zip(fate.delays()) {
                    due.push((event.at.as_nanos() + delay, *sent, copy));
                }
            }
            Happening::Delivered(sent, copy, _) => {
                arrived.push((event.at.as_nanos(), *sent, *copy));
            }
            _ => {}
        }
    }
    let in_order_of_sending = due.iter().map(|(_, sent, _)| sent.subject).collect::<Vec<_>>();
    let in_order_of_arrival = arrived.iter().map(|(_, sent, _)| sent.subject).collect::<Vec<_>>();
    assert_ne!(in_order_of_sending, in_order_of_arrival, "nothing overtook anything");
    due.sort_unstable();
    arrived.sort_unstable();
    assert_eq!(due, arrived);
}

#[test]
fn strikes_of_the_weather_are_counted_as_they_fall() {
    for (weather, strike) in [
        (Weather { loss: Rate::per_million(300_000), ..weather() }, Strike::Loss),
        (Weather { duplication: Rate::per_million(300_000), ..weather() }, Strike::Duplication),
        (Weather { lateness: Rate::per_million(300_000), ..weather() }, Strike::Lateness),
    ] {
        let outcome = burst(&weather);
        let count = |what: &Happening<Script>| match what {
            Happening::Sent(_, _, fate) => match strike {
                Strike::Loss => u64::from(fate.lost),
                Strike::Duplication => u64::from(fate.delays().len() > 1),
                _ => u64::from(fate.late),
            },
            _ => 0,
        };
        let expected = outcome.trace.iter().map(|event| count(&event.what)).sum::<u64>();
        assert!(expected > 20);
        for other in Strike::ALL {
            let times = outcome.strikes.of(other);
            assert_eq!(times, if other == strike { expected } else { 0 }, "{other:?}");
        }
    }
}

/// The ordinal is the only count in an identity: it must not know of anything
/// else that is sent, and outlive whoever sends.
#[test]
fn sendings_are_numbered_within_their_pair_kind_and_subject_and_across_crashes() {
    let talk = [(1, 5, 0), (1, 5, 1), (1, 6, 0), (2, 5, 0), (1, 5, 0)];
    let talk = talk.map(|(to, kind, about)| Act::SendAbout(to, kind, about));
    let crash = Misfortune::Crash { role: Role(0), point: CrashPoint::After(5) };
    let outcome = Plan::calm(Script::default(), 0..3)
        .on(0, Cue::Boot, talk)
        .on(1, Cue::Hear(6), [Act::SendAbout(0, 5, 0), Act::SendAbout(0, 6, 0)])
        .with(Trigger::At(at(0)), crash, 50)
        .run();
    let of_role_0 = outcome.trace.iter().filter(|event| event.role == Role(0));
    let ordinals = of_role_0.filter_map(|event| match &event.what {
        Happening::Sent(sent, ..) => Some(sent.ordinal),
        _ => None,
    });
    // The first life and the second.
    assert_eq!(ordinals.collect::<Vec<_>>(), [1, 1, 1, 1, 2, 3, 2, 2, 2, 4]);
}

#[test]
fn a_receiver_learns_who_sent_the_how_manieth_and_which_copy() {
    let trigger = |ordinal| Trigger::OnSend(nth(0, 1, 5, ordinal));
    let outcome = Plan::calm(Script::default(), 0..2)
        .on(0, Cue::Boot, [Act::Send(1, 5), Act::Send(1, 5)])
        .on(1, Cue::Hear(5), [Act::TellSender])
        .with(trigger(1), Misfortune::Duplicate, 5)
        .with(trigger(2), Misfortune::Delay, 10)
        .run();
    let said = [(1, 0), (1, 1), (2, 0)];
    assert_eq!(
        outcome.said(1),
        said.map(|(ordinal, copy)| Said::Sender { from: 0, ordinal, copy })
    );
}

#[test]
fn what_was_sent_is_counted_by_kind_and_told_to_the_observer_lost_or_not() {
    let mut plan = Plan::calm(Script::default(), 0..2).on(
        0,
        Cue::Boot,
        [Act::Send(1, 5), Act::Send(1, 2), Act::Send(9, 5)],
    );
    plan.network.weather.loss = Rate::ALWAYS;
    let line = |kind| Line { kind, about: 0 };
    let sent =
        [(Role(0), Role(1), line(5)), (Role(0), Role(1), line(2)), (Role(0), Role(9), line(5))];
    assert_eq!(plan.run().taps.sent, sent);
    let mut world = plan.world();
    world.run(&mut ());
    assert_eq!(world.sent_by_kind(), [0, 0, 1, 0, 0, 2]);
}

#[test]
fn a_message_to_nobody_is_undeliverable() {
    let script = Script::default().on(0, Cue::Boot, [9, 200].map(|to| Act::Send(to, 5)));
    let outcome = Plan::calm(script, 0..1).run();
    assert_eq!((outcome.missed(9, 5), outcome.missed(200, 5)), (vec![10], vec![10]));
    assert_eq!(outcome.ending, sim::Ending::Rest);
}

/// 200 sendings at once.
fn burst(weather: &Weather) -> Outcome<Script> {
    let lines = (0..200).map(|about| Act::SendAbout(1, 5, about));
    let mut plan = Plan::calm(Script::default().on(0, Cue::Boot, lines), 0..2);
    plan.network = network();
    plan.network.weather = *weather;
    plan.run()
}

/// Twenty chains of messages of one receiver, each with its priority, and none in between.
#[test]
fn by_priorities_a_chain_of_messages_has_one_delay_and_what_is_demoted_the_longest() {
    let (levels, step) = (4, ms(100));
    let by = |demoted| Weather { order: Order::Priorities { levels, step, demoted }, ..weather() };
    let level =
        |fate: &Fate, calm: &Fate| (fate.delays()[0] - calm.delays()[0]) / (100 * NANOS_PER_MS);
    let mut levels_of = BTreeMap::<(Role, Subject), u64>::new();
    let all = identities().zip(fates(by(Rate::NEVER))).zip(fates(weather()));
    for ((identity, fate), calm) in all {
        let level = level(&fate, &calm);
        assert!(level < u64::from(levels), "{level}");
        let of_chain = *levels_of.entry((identity.to, identity.subject)).or_insert(level);
        assert_eq!(level, of_chain, "{identity:?}");
    }
    let seen: std::collections::BTreeSet<_> = levels_of.values().collect();
    assert_eq!(seen.len(), usize::from(levels), "{seen:?}");
    let demoted = fates(by(Rate::ALWAYS)).zip(fates(weather()));
    for (fate, calm) in demoted {
        assert_eq!(level(&fate, &calm), u64::from(levels));
    }
}

#[test]
fn a_walk_delivers_at_any_time_within_its_span_whatever_the_kind() {
    let walk = Weather { order: Order::Walk(ms(100)), ..weather() };
    let mut tenths = [0_u64; 10];
    for fate in fates(walk) {
        assert!(fate.delays()[0] <= 100 * NANOS_PER_MS);
        tenths[(fate.delays()[0] / (10 * NANOS_PER_MS)).min(9) as usize] += 1;
    }
    assert!(tenths.iter().all(|count| count.abs_diff(SENDINGS / 10) < 250), "{tenths:?}");
}

/// Calm, with the bounds that bad weather would have.
fn weather() -> Weather {
    Weather { copies_max: 4, copy_delay_max: ms(300), late_max: ms(500), ..Weather::CALM }
}

fn fates(weather: Weather) -> impl Iterator<Item = Fate> {
    identities().map(move |identity| network().fate(&draws(), &identity, &weather))
}

/// Multiples of 100 ns, so that a load in percent has nothing to round.
fn network() -> Network {
    Network::new(vec![Quantiles::uniform(ms(1), ms(50))], Vec::new(), ms(5_000))
}

fn draws() -> Draws {
    Seed(42).draws(Domain(1))
}

fn identities() -> impl Iterator<Item = SendIdentity> {
    (0..SENDINGS).map(|n| SendIdentity {
        from: Role(1),
        to: Role(2),
        kind: Kind(3),
        subject: Subject(n / 4),
        ordinal: (n % 4) as u32 + 1,
    })
}
