//! The checker of determinism, and actors that leak on purpose: each kind of
//! leak is caught, and the first event that it changed is named.

use std::sync::atomic::{AtomicU64, Ordering};

use sim::determinism::{Divergence, check, footprints};
use sim::{Delivery, Ending, Kind, Message, Out, Role, Subject, System};

use crate::plan::{Plan, at, ms};
use crate::script::Script;
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

#[test]
fn every_kind_of_leak_is_caught_and_the_first_event_that_differs_named() {
    for leak in [Leak::WallClock, Leak::HashOrder, Leak::Static, Leak::Address] {
        for (into, word) in [
            (Into::Message, "sends"),
            (Into::Delay, "is reminded"),
            (Into::Fact, "notes"),
            (Into::Record, "appends"),
        ] {
            let divergence = caught(leak, into);
            assert_eq!(divergence.role, Role(1), "{leak:?} into {into:?}: {divergence}");
            let first = divergence.first.clone().unwrap_or_default();
            assert!(first.starts_with(word), "{leak:?} into {into:?}: {divergence}");
            // The leak is in the handler of the first message, at 110 ms.
            let handler = divergence.handler.clone().unwrap_or_default();
            assert!(handler.starts_with("role 1 receives Number(0)"), "{leak:?}: {divergence}");
            if into != Into::Delay {
                assert_eq!(divergence.at, at(110));
            }
            let told = divergence.to_string();
            assert!(told.starts_with("two runs of one plan differ first in event #"), "{told}");
        }
    }
}

#[test]
fn an_actor_without_a_leak_passes() {
    for into in [Into::Message, Into::Delay, Into::Fact, Into::Record] {
        for leak in [Leak::None, Leak::Environment] {
            let plan = plan(leak, into);
            let agreement = check(|| plan.world()).unwrap();
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
        let agreement = check(|| plan.world()).unwrap();
        assert_eq!(agreement.digest, plan.run().digest);
    }
}

#[test]
fn footprints_of_two_runs_are_equal_up_to_where_something_leaked_in() {
    let (sound, leaky) = (plan(Leak::None, Into::Fact), plan(Leak::Static, Into::Fact));
    assert_eq!(footprints(sound.world()), footprints(sound.world()));
    let (one, other) = (footprints(leaky.world()), footprints(leaky.world()));
    let differ = one.iter().zip(&other).find(|(one, other)| one != other).unwrap().0;
    assert_eq!((differ.at, differ.what[0].as_str()), (at(110), "role 1 receives Number(0)"));
    assert_eq!(footprints(sound.world()).last().unwrap().digest, sound.run().digest);
}

#[test]
fn worlds_of_different_plans_differ_in_their_first_event() {
    let (short, long) = (Plan::calm(Script::default(), 0..1), Plan::calm(Script::default(), 0..2));
    let mut plans = [&short, &long].into_iter();
    let divergence = check(|| plans.next().unwrap().world()).unwrap_err();
    assert_eq!((divergence.event, divergence.first.is_some()), (2, true));
}

fn caught(leak: Leak, into: Into) -> Box<Divergence> {
    let plan = plan(leak, into);
    // Time may be too coarse for two neighbours, and an order may agree by
    // accident; not many times in a row.
    let caught = (0..1_000).find_map(|_| check(|| plan.world()).err());
    caught.unwrap_or_else(|| panic!("{leak:?} into {into:?} was not caught"))
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
