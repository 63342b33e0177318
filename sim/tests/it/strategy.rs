//! What properties are tried on: any plan of the tally, within reason.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sim::{
    CrashPoint, Cue, Fault, Kind, Misfortune, Occasion, Order, Rate, Role, Roles, Sight, Stretch,
    Subject, Trigger, Weather,
};

use crate::plan::{Plan, at, ms};
use crate::tally::{
    self, ADD, ADDED, ANSWERED, COUNTED, COUNTERS, FIRST_COUNTER, Operation, TILLS, Tally,
};

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
    let operations = prop::collection::vec(operation(), 1..16).prop_map(numbered);
    let faults = operations.prop_flat_map(|operations| {
        let some = prop_oneof![
            4 => fault(operations.clone()).prop_map(|fault| vec![fault]),
            1 => battered(operations.clone()),
        ];
        let faults = prop::collection::vec(some, 0..6);
        (Just(operations), faults.prop_map(|faults| named(faults.concat())))
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
            order: Order::Usual,
        },
    )
}

fn fault(operations: Vec<Operation>) -> impl Strategy<Value = Fault> {
    (trigger(operations), misfortune(), 0..1_500_u64).prop_map(|(trigger, misfortune, dwell)| {
        // A crash that hangs on a sending is mostly meant for its sender.
        let misfortune = match (trigger, misfortune) {
            (Trigger::OnSend(sent), Misfortune::Crash { point, .. }) => {
                let point = if dwell % 2 == 0 { CrashPoint::Instead } else { point };
                Misfortune::Crash { role: sent.from, point }
            }
            _ => misfortune,
        };
        Fault { id: 0, trigger, misfortune, dwell: ms(dwell) }
    })
}

/// A disk that is struck, and a crash that shows it.
fn battered(operations: Vec<Operation>) -> impl Strategy<Value = Vec<Fault>> {
    let role = prop::sample::select(operations).prop_flat_map(|operation| {
        prop_oneof![Just(Role(operation.till)), Just(Role(operation.counter))]
    });
    let pair = role.prop_flat_map(|role| (at_disk(role), crash_at(role)));
    (pair, 0..2_000_u64, 0..1_500_u64).prop_map(|((disk, crash), moment, dwell)| {
        let fault = |misfortune, moment| {
            let (trigger, dwell) = (Trigger::At(at(moment)), ms(dwell));
            Fault { id: 0, trigger, misfortune, dwell }
        };
        vec![fault(disk, moment), fault(crash, moment + dwell / 2)]
    })
}

fn crash_at(role: Role) -> impl Strategy<Value = Misfortune> {
    point().prop_map(move |point| Misfortune::Crash { role, point })
}

fn named(mut faults: Vec<Fault>) -> Vec<Fault> {
    for (fault, id) in faults.iter_mut().zip(1..) {
        fault.id = id;
    }
    faults
}

fn trigger(operations: Vec<Operation>) -> impl Strategy<Value = Trigger> {
    let fact = (prop::sample::select(operations.clone()), any::<bool>(), 1..3_u32);
    let fact = fact.prop_map(|(operation, answered, ordinal)| {
        let (till, counter) = (Role(operation.till), Role(operation.counter));
        let (role, kind) = if answered { (till, ANSWERED) } else { (counter, COUNTED) };
        Sight { role, kind, subject: Subject(operation.id), ordinal }
    });
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
        occasion.clone().prop_map(Trigger::OnDelivery),
        fact.clone().prop_map(Trigger::OnFact),
        (occasion.clone(), 0..900_u64)
            .prop_map(|(occasion, after)| Trigger::Later(Cue::Delivery(occasion), ms(after))),
        (occasion, 0..900_u64)
            .prop_map(|(occasion, after)| Trigger::Later(Cue::Send(occasion), ms(after))),
        (fact, 0..900_u64).prop_map(|(fact, after)| Trigger::Later(Cue::Fact(fact), ms(after))),
    ]
}

fn misfortune() -> impl Strategy<Value = Misfortune> {
    prop_oneof![3 => old_misfortune(), 2 => at_actors(), 2 => at_links(), 1 => role().prop_flat_map(at_disk)]
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![0..TILLS, FIRST_COUNTER..FIRST_COUNTER + COUNTERS].prop_map(Role)
}

fn roles() -> impl Strategy<Value = Roles> {
    prop::collection::vec(role(), 1..8).prop_map(Roles::from_iter)
}

fn point() -> impl Strategy<Value = CrashPoint> {
    let kind = || prop_oneof![Just(Kind(ADD)), Just(Kind(ADDED))];
    prop_oneof![
        (0..8_u16).prop_map(CrashPoint::After),
        Just(CrashPoint::Unsynced),
        Just(CrashPoint::AtOnce),
        Just(CrashPoint::Instead),
        (0..3_u16).prop_map(CrashPoint::AfterAppend),
        (0..3_u16).prop_map(CrashPoint::BeforeSync),
        (0..3_u16).prop_map(CrashPoint::AfterSync),
        (kind(), 0..3_u16).prop_map(|(kind, nth)| CrashPoint::BeforeSend { kind, nth }),
        (kind(), 0..3_u16).prop_map(|(kind, nth)| CrashPoint::AfterSend { kind, nth }),
    ]
}

fn old_misfortune() -> impl Strategy<Value = Misfortune> {
    prop_oneof![
        (role(), point()).prop_map(|(role, point)| Misfortune::Crash { role, point }),
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

fn at_actors() -> impl Strategy<Value = Misfortune> {
    prop_oneof![
        (role(), point(), 1..4_u16).prop_map(|(role, point, times)| Misfortune::CrashLoop {
            role,
            point,
            times
        }),
        roles().prop_map(|roles| Misfortune::CrashAll { roles }),
        (role(), 0..3_u8).prop_map(|(role, release)| Misfortune::Deploy { role, release }),
        roles().prop_map(|roles| Misfortune::Pause { roles }),
        (role(), any::<bool>(), 0..900_u64).prop_map(|(role, ahead, by)| Misfortune::WallShift {
            role,
            ahead,
            by: ms(by)
        }),
        (role(), -200_000..200_000_i32).prop_map(|(role, ppm)| Misfortune::Drift { role, ppm }),
    ]
}

fn at_links() -> impl Strategy<Value = Misfortune> {
    let links = || {
        (roles(), roles(), any::<bool>()).prop_map(|(from, to, both_ways)| Stretch {
            from,
            to,
            both_ways,
        })
    };
    let brownout = (links(), 100..900_u32, 0..500_000_u32, 0..300_u64, 0..300_u64);
    prop_oneof![
        (links(), 0..300_u64)
            .prop_map(|(links, period)| Misfortune::Flap { links, period: ms(period) }),
        brownout.prop_map(|(links, load_percent, loss, good, bad)| Misfortune::Brownout {
            links,
            load_percent,
            loss: Rate::per_million(loss),
            good: ms(good),
            bad: ms(bad)
        }),
        links().prop_map(|links| Misfortune::Clog { links }),
    ]
}

fn at_disk(role: Role) -> impl Strategy<Value = Misfortune> {
    prop_oneof![
        (0..300_u64).prop_map(move |takes| Misfortune::SlowSync { role, takes: ms(takes) }),
        Just(Misfortune::LyingSync { role }),
        (20..300_u64).prop_map(move |r| Misfortune::FullDisk { role, restart: ms(r) }),
        (0..4_u16).prop_map(move |keep| Misfortune::TornTail { role, keep }),
        (0..9_u32).prop_map(move |record| Misfortune::Corruption { role, record }),
        (0..4_u16).prop_map(move |records| Misfortune::OldGeneration { role, records }),
    ]
}
