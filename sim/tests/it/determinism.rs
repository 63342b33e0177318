//! Same plan, same bytes; and what a digest tells apart.

use proptest::prelude::*;
use sim::{
    CrashPoint, Ending, Fault, Misfortune, Order, Rate, Role, Roles, Trigger, Weather, World,
};

use crate::plan::{Plan, Taps, at, ms, nth};
use crate::script::{Act, Cue, Script};
use crate::strategy::{any_plan, cases};
use crate::tally::{self, Operation, Tally};

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn the_same_plan_gives_the_same_digest_recorded_or_not(plan in any_plan()) {
        let (first, second) = (plan.run(), plan.run());
        prop_assert_eq!(first.digest, second.digest);
        prop_assert_eq!(format!("{:?}", first.trace), format!("{:?}", second.trace));
        let mut unwatched = plan.world();
        let ending = unwatched.run(&mut ());
        prop_assert_eq!(
            (ending, unwatched.digest(), unwatched.events(), unwatched.now()),
            (first.ending, first.digest, first.events, first.ended_at)
        );
        prop_assert!(unwatched.trace().is_none());
    }

    #[test]
    fn a_world_copied_in_the_middle_of_its_run_goes_on_like_the_original(
        plan in any_plan(),
        steps in 0..400_u32,
    ) {
        let mut world = plan.world();
        let stepped = (0..steps).find_map(|_| world.step(&mut ()));
        let mut copies = [world.clone(), world.clone()];
        let ending = stepped.unwrap_or_else(|| world.run(&mut ()));
        for copy in &mut copies {
            prop_assert_eq!(stepped.unwrap_or_else(|| copy.run(&mut ())), ending);
            prop_assert_eq!(seen(&plan, copy), seen(&plan, &world));
        }
        prop_assert_eq!(world.digest(), plan.run().digest);
    }

    #[test]
    fn a_copy_that_goes_another_way_leaves_the_original_alone(plan in any_plan()) {
        let mut world = plan.world();
        let rested = world.run(&mut ());
        let mut copy = world.clone();
        copy.wake(Role(0), tally::Reminder::Ask(101));
        copy.run(&mut ());
        prop_assert!(copy.events() > world.events());
        prop_assert_eq!((rested, world.digest()), (Ending::Rest, plan.run().digest));
    }
}

#[test]
fn a_copy_keeps_the_obligations_of_the_original() {
    let plan = Plan::calm(Script::default(), 0..1).on(0, Cue::Boot, [Act::Oblige(7)]);
    let mut world = plan.world();
    assert_eq!(world.step(&mut ()), None);
    assert_eq!(world.clone().run(&mut ()), Ending::LostWakeUp(7));
}

/// Everything that changes what happens has to change the digest, or else the
/// comparison of two runs proves less than it claims. Recipients of lost
/// sendings and what was journaled did not.
#[test]
fn runs_that_differ_in_one_effect_have_different_digests() {
    use Act::{Append, Note, Send, SendAbout, Sync, Work};
    let variants: Vec<Vec<Act>> = vec![
        vec![],
        vec![Send(1, 5)],
        vec![Send(2, 5)],
        vec![Send(1, 6)],
        vec![SendAbout(1, 5, 1)],
        vec![Send(1, 5), Send(1, 5)],
        vec![Append(1)],
        vec![Append(2)],
        vec![Append(1), Sync],
        vec![Sync, Append(1)],
        vec![Sync],
        vec![Note(1)],
        vec![Note(2)],
        vec![Note(1), Append(1)],
        vec![Append(1), Note(1)],
        vec![Work(10, 1)],
        vec![Work(11, 1)],
        vec![Work(10, 2)],
    ];
    for lost in [Rate::NEVER, Rate::ALWAYS] {
        let digests = variants.iter().map(|acts| {
            let mut plan = Plan::calm(Script::default().on(0, Cue::Boot, acts.clone()), 0..3);
            plan.network.weather.loss = lost;
            plan.run().digest
        });
        let digests = digests.collect::<Vec<_>>();
        for (one, a) in variants.iter().zip(&digests) {
            let equal = variants.iter().zip(&digests).filter(|(_, b)| a == *b);
            let equal = equal.map(|(other, _)| other).collect::<Vec<_>>();
            assert_eq!(equal, [one]);
        }
    }
}

#[test]
fn the_seed_and_the_plan_decide_the_digest() {
    let plan = stormy(7);
    let mut digests = vec![plan.run().digest, stormy(8).run().digest];
    let mut fewer = plan.clone();
    fewer.system.operations.pop();
    digests.push(fewer.run().digest);
    let mut calmer = plan.clone();
    calmer.faults.pop();
    digests.push(calmer.run().digest);
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), 4);
}

/// Pinned, for debug and release, for every platform and for good: a change
/// here is a change of what every saved seed means.
#[test]
fn the_digests_of_a_stormy_world_are_what_they_always_were() {
    for (seed, digest) in
        [(7, "efac3ecbb52233d6e74ca891cbcef0ed"), (8, "ae0392b2a7841eb5e4a2cb08e0e781c4")]
    {
        assert_eq!(stormy(seed).run().digest.to_string(), digest, "seed {seed}");
    }
}

fn seen(plan: &Plan<Tally>, world: &World<'_, Tally>) -> String {
    let outcome = plan.outcome(world, Ending::Rest, Taps::default());
    format!("{outcome:?} {:?} {:?}", world.sent_by_kind(), world.phase())
}

/// Every kind of weather and of misfortune at once.
fn stormy(seed: u64) -> Plan<Tally> {
    let operations = (0..20_u64).map(|n| Operation {
        id: 101 + n,
        till: (n % 5) as u8,
        counter: tally::FIRST_COUNTER + (n % 3) as u8,
        due_ms: n * 130,
        amount: n + 1,
    });
    let weather = Weather {
        loss: Rate::per_million(100_000),
        duplication: Rate::per_million(100_000),
        copies_max: 3,
        copy_delay_max: ms(300),
        lateness: Rate::per_million(50_000),
        late_max: ms(900),
        load_percent: 150,
        order: Order::Usual,
    };
    let fault = |id, trigger, misfortune| Fault { id, trigger, misfortune, dwell: ms(400) };
    let about = |mut occasion: sim::Occasion| {
        occasion.subject = sim::Subject(105);
        occasion
    };
    let (from, to) = (Roles::from_iter([Role(0), Role(1)]), Roles::from_iter([Role(20)]));
    let faults = vec![
        fault(1, Trigger::At(at(600)), Misfortune::Partition { from, to, both_ways: true }),
        fault(
            2,
            Trigger::At(at(900)),
            Misfortune::Crash { role: Role(21), point: CrashPoint::Unsynced },
        ),
        fault(3, Trigger::OnSend(about(nth(4, 21, tally::ADD, 1))), Misfortune::Duplicate),
        fault(4, Trigger::OnSend(about(nth(21, 4, tally::ADDED, 1))), Misfortune::Delay),
        fault(
            5,
            Trigger::OnDelivery(about(nth(4, 21, tally::ADD, 1))),
            Misfortune::Crash { role: Role(4), point: CrashPoint::After(1) },
        ),
    ];
    tally::plan(seed, operations.collect(), weather, faults)
}
