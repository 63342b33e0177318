//! The checker of determinism, and actors that leak on purpose: each kind of
//! leak is caught, and the first event that it changed is named.

use std::sync::atomic::{AtomicU64, Ordering};

use sim::determinism::{Divergence, check, compare, footprints};
use sim::{Delivery, Ending, Kind, Message, Out, Role, Subject, System};

use crate::plan::{Plan, at, ms};
use crate::script::{Act, Cue, Script};
use crate::strategy::any_plan;

/// What the actor asks where it must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leak {
    None,
    WallClock,
    HashOrder,
    Static,
    Address,
    Environment,
}

#[derive(Clone, Debug)]
struct Leaky {
    leak: Leak,
    into: Into,
}

/// What the leak decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Into {
    Message,
    Delay,
    Fact,
    Record,
}

#[derive(Clone, Debug, Hash)]
struct Number(u64);

static COUNTER: AtomicU64 = AtomicU64::new(0);

const LEAKS: [Leak; 4] = [Leak::WallClock, Leak::HashOrder, Leak::Static, Leak::Address];

const WORDS: [(Into, &str); 4] = [
    (Into::Message, "sends"),
    (Into::Delay, "is reminded"),
    (Into::Fact, "notes"),
    (Into::Record, "appends"),
];

#[test]
fn every_kind_of_leak_is_caught_and_the_first_event_that_differs_named() {
    for leak in LEAKS {
        for (into, word) in WORDS {
            let plan = plan(leak, into);
            names_the_leak(&caught(|| check(|| plan.world(), &[]).err().map(|d| *d)), into, word);
        }
    }
}

/// As where each run was in a process of its own.
#[test]
fn the_footprints_of_two_runs_tell_the_same_first_event() {
    for leak in LEAKS {
        for (into, word) in WORDS {
            let plan = plan(leak, into);
            let run = || footprints(plan.world(), &[]);
            names_the_leak(&caught(|| compare(&run(), &run())), into, word);
        }
    }
}

/// The leak is in the handler of the first message, at 110 ms.
fn names_the_leak(divergence: &Divergence, into: Into, word: &str) {
    assert_eq!(divergence.role, Role(1), "{into:?}: {divergence}");
    let first = divergence.first.clone().unwrap_or_default();
    assert!(first.starts_with(word), "{into:?}: {divergence}");
    let handler = divergence.handler.clone().unwrap_or_default();
    assert!(handler.starts_with("role 1 receives Number(0)"), "{into:?}: {divergence}");
    if into != Into::Delay {
        assert_eq!(divergence.at, at(110));
    }
    let sending = "sending 1 of kind 1 about 0 from role 1 to role 0".to_owned();
    assert_eq!(divergence.drawn_for, (into == Into::Message).then_some(sending));
    let told = divergence.to_string();
    assert!(told.starts_with("two runs of one plan differ first in event #"), "{told}");
}

#[test]
fn an_actor_without_a_leak_passes() {
    for into in [Into::Message, Into::Delay, Into::Fact, Into::Record] {
        for leak in [Leak::None, Leak::Environment] {
            let plan = plan(leak, into);
            let agreement = check(|| plan.world(), &[]).unwrap();
            assert_eq!(agreement.ending, Ending::Rest);
            assert_eq!(
                (agreement.digest, agreement.events),
                (plan.run().digest, plan.run().events)
            );
        }
    }
}

#[test]
fn any_plan_of_the_tally_passes() {
    use proptest::strategy::{Strategy, ValueTree};
    let mut runner = proptest::test_runner::TestRunner::new(crate::strategy::cases(1));
    for _ in 0..50 {
        let plan = any_plan().new_tree(&mut runner).unwrap().current();
        let agreement = check(|| plan.world(), &[]).unwrap();
        assert_eq!(agreement.digest, plan.run().digest);
    }
}

#[test]
fn footprints_end_with_the_digest_of_the_run_and_agree_with_themselves() {
    let sound = plan(Leak::None, Into::Message);
    let footprints = footprints(sound.world(), &[]);
    assert_eq!(compare(&footprints, &footprints), None);
    assert_eq!(footprints.last().unwrap().digest, sound.run().digest);
}

/// What differs in no word, such as a latency or the content of a message that
/// prints the same, is found all the same: by the digest.
#[test]
fn a_difference_that_words_do_not_tell_is_named_as_one() {
    let one = footprints(plan(Leak::None, Into::Message).world(), &[]);
    let mut other = one.clone();
    let at = other.iter().position(|footprint| footprint.what.starts_with("sends")).unwrap();
    other[at..].iter_mut().for_each(|footprint| footprint.digest.0[0] ^= 1);
    let divergence = compare(&one, &other).unwrap();
    assert_eq!((divergence.event, &divergence.first), (one[at].event, &divergence.second));
    assert!(divergence.to_string().contains("both times, but not to the same effect"));
}

#[test]
fn a_run_that_ends_early_differs_where_it_is_over() {
    let whole = footprints(plan(Leak::None, Into::Message).world(), &[]);
    let early = &whole[..whole.len() - 1];
    for (one, other) in [(&whole[..], early), (early, &whole[..])] {
        let divergence = compare(one, other).unwrap();
        assert_eq!(divergence.event, whole[whole.len() - 1].event);
        assert!(divergence.first.is_none() != divergence.second.is_none());
        assert!(divergence.to_string().contains("is over"));
    }
}

/// A harness goes on with a world that has come to rest; so does the check.
#[test]
fn what_happens_after_a_wake_up_is_compared_as_well() {
    let leaky = Plan::calm(Script::default(), 0..1).on(0, Cue::Ring(9), [Act::Note(1)]);
    let wakes = [(Role(0), 9), (Role(0), 9)];
    let woken = footprints(leaky.world(), &wakes);
    assert_eq!(woken.iter().filter(|footprint| footprint.what.starts_with("notes")).count(), 2);
    let agreement = check(|| leaky.world(), &wakes).unwrap();
    assert_eq!(agreement.digest, woken.last().unwrap().digest);
    assert_ne!(agreement.digest, leaky.run().digest);
}

#[test]
fn worlds_of_different_plans_differ_in_their_first_event() {
    let (short, long) = (Plan::calm(Script::default(), 0..1), Plan::calm(Script::default(), 0..2));
    let mut plans = [&short, &long].into_iter();
    let divergence = check(|| plans.next().unwrap().world(), &[]).unwrap_err();
    assert_eq!((divergence.event, divergence.first.is_some()), (2, true));
}

/// Time may be too coarse for two neighbours, and an order may agree by
/// accident; not many times in a row.
fn caught(check: impl Fn() -> Option<Divergence>) -> Divergence {
    (0..1_000).find_map(|_| check()).expect("the leak was not caught")
}

/// Role 0 sends role 1 a number at 100 ms, and role 1 leaks.
fn plan(leak: Leak, into: Into) -> Plan<Leaky> {
    Plan::calm(Leaky { leak, into }, 0..2)
}

impl Leaky {
    fn leak(&self) -> u64 {
        match self.leak {
            Leak::None => 7,
            Leak::WallClock => wall_clock(),
            Leak::HashOrder => hash_order(),
            Leak::Static => COUNTER.fetch_add(1, Ordering::Relaxed),
            Leak::Address => address(),
            // The same in both runs of one process: only a fresh one can tell.
            Leak::Environment => u64::from(option_env!("PATH").is_some()),
        }
    }
}

#[expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the leak to be caught")]
fn wall_clock() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| u64::from(since.subsec_nanos()))
}

#[expect(clippy::disallowed_types, reason = "the leak to be caught")]
fn hash_order() -> u64 {
    let map = (0..64).map(|n| (n, n)).collect::<std::collections::HashMap<u64, u64>>();
    map.keys().next().copied().unwrap_or(0)
}

fn address() -> u64 {
    // Kept for good, so that the next one can't have its address.
    std::ptr::from_ref(Box::leak(Box::new([0_u8; 64]))).addr() as u64
}

impl System for Leaky {
    type Actor = Role;
    type Message = Number;
    type Timer = u64;
    type Record = u64;
    type Fact = u64;

    fn boot(&self, role: Role, _: &[u64], out: &mut Out<Self>) -> Role {
        if role == Role(0) {
            out.set_timer(ms(100), 0);
        }
        role
    }

    fn on_message(&self, _: &mut Role, delivery: Delivery<Number>, out: &mut Out<Self>) {
        if delivery.message.0 > 0 || delivery.from != Role(0) {
            return;
        }
        // A delay within the run, and no number that stands for none.
        let leaked = self.leak() % 900_000_000 + 1;
        match self.into {
            Into::Message => out.send(Role(0), Number(leaked)),
            Into::Delay => out.set_timer(std::time::Duration::from_nanos(leaked), 1),
            Into::Fact => out.note(leaked),
            Into::Record => out.append(leaked),
        }
    }

    fn on_timer(&self, role: &mut Role, _: u64, out: &mut Out<Self>) {
        if *role == Role(0) {
            out.send(Role(1), Number(0));
        }
    }
}

impl Message for Number {
    fn kind(&self) -> Kind {
        Kind(1)
    }

    fn subject(&self) -> Subject {
        Subject(0)
    }
}
