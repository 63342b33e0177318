//! What properties are tried on: any plan of the tally, within reason.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sim::{
    CrashPoint, Fault, Kind, Misfortune, Occasion, Rate, Role, Roles, Subject, Trigger, Weather,
};

use crate::plan::{Plan, at, ms};
use crate::tally::{self, ADD, ADDED, COUNTERS, FIRST_COUNTER, Operation, TILLS, Tally};

/// So many cases, the same in every run of the tests: a property that fails
/// fails for everybody.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x5EED),
        ..ProptestConfig::default()
    }
}

/// Any plan of the tally.
pub(crate) fn any_plan() -> impl Strategy<Value = Plan<Tally>> {
    let operations = prop::collection::vec(operation(), 1..8).prop_map(numbered);
    let faults = operations.prop_flat_map(|operations| {
        let one = fault(operations.clone());
        let faults = prop::collection::vec(one, 0..6).prop_map(named);
        (Just(operations), faults)
    });
    (any::<u64>(), weather(), faults).prop_map(|(seed, weather, (operations, faults))| {
        tally::plan(seed, operations, weather, faults)
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    let counter = FIRST_COUNTER..FIRST_COUNTER + COUNTERS;
    (0..TILLS, counter, 0..3_000_u64, 1..100_u64).prop_map(|(till, counter, due_ms, amount)| {
        Operation { id: 0, till, counter, due_ms, amount }
    })
}

fn numbered(mut operations: Vec<Operation>) -> Vec<Operation> {
    for (operation, id) in operations.iter_mut().zip(101..) {
        operation.id = id;
    }
    operations
}

fn weather() -> impl Strategy<Value = Weather> {
    (0..200_000_u32, 0..200_000_u32, 0..100_000_u32, 2..5_u8).prop_map(
        |(loss, duplication, lateness, copies_max)| Weather {
            loss: Rate::per_million(loss),
            duplication: Rate::per_million(duplication),
            copies_max,
            copy_delay_max: ms(300),
            lateness: Rate::per_million(lateness),
            late_max: ms(1_500),
            load_percent: 100,
        },
    )
}

fn fault(operations: Vec<Operation>) -> impl Strategy<Value = Fault> {
    (trigger(operations), misfortune(), 0..1_500_u64).prop_map(|(trigger, misfortune, dwell)| {
        Fault { id: 0, trigger, misfortune, dwell: ms(dwell) }
    })
}

fn named(mut faults: Vec<Fault>) -> Vec<Fault> {
    for (fault, id) in faults.iter_mut().zip(1..) {
        fault.id = id;
    }
    faults
}

fn trigger(operations: Vec<Operation>) -> impl Strategy<Value = Trigger> {
    let occasion = (prop::sample::select(operations), any::<bool>(), 1..4_u32);
    let occasion = occasion.prop_map(|(operation, answer, ordinal)| {
        let (till, counter) = (Role(operation.till), Role(operation.counter));
        let subject = Subject(operation.id);
        if answer {
            Occasion { from: counter, to: till, kind: Kind(ADDED), subject, ordinal }
        } else {
            Occasion { from: till, to: counter, kind: Kind(ADD), subject, ordinal }
        }
    });
    prop_oneof![
        (0..3_500_u64).prop_map(|moment| Trigger::At(at(moment))),
        occasion.clone().prop_map(Trigger::OnSend),
        occasion.prop_map(Trigger::OnDelivery),
    ]
}

fn misfortune() -> impl Strategy<Value = Misfortune> {
    let role = || prop_oneof![0..TILLS, FIRST_COUNTER..FIRST_COUNTER + COUNTERS].prop_map(Role);
    let roles = || prop::collection::vec(role(), 1..4).prop_map(Roles::from_iter);
    let point = prop_oneof![(0..8_u16).prop_map(CrashPoint::After), Just(CrashPoint::Unsynced)];
    prop_oneof![
        (role(), point).prop_map(|(role, point)| Misfortune::Crash { role, point }),
        (roles(), roles(), any::<bool>()).prop_map(|(from, to, both_ways)| Misfortune::Partition {
            from,
            to,
            both_ways
        }),
        Just(Misfortune::Drop),
        Just(Misfortune::Delay),
        Just(Misfortune::Duplicate),
    ]
}
