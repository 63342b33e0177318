//! Rule 2 of the world: taking an operation or a fault out of a plan leaves
//! every event outside its causal future as it was. Shrinking stands on this.
//!
//! Coming to rest is caused by everything: where one run is over, the other
//! may go on.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sim::{Ending, Happening, Role, Strike, VirtualTime};

use crate::future::{Future, Removal};
use crate::plan::{Outcome, Plan};
use crate::strategy::{any_plan, cases};
use crate::tally::{Entry, Tally};

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn removing_an_operation_leaves_what_it_did_not_cause_as_it_was(
        plan in any_plan(),
        which in any::<prop::sample::Index>(),
    ) {
        let operation = which.get(&plan.system.operations);
        compare(&plan, Removal::Operation(operation.id)).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn removing_a_fault_leaves_what_it_did_not_cause_as_it_was(
        plan in any_plan().prop_filter("nothing to remove", |plan| !plan.faults.is_empty()),
        which in any::<prop::sample::Index>(),
    ) {
        let fault = which.get(&plan.faults);
        compare(&plan, Removal::Fault(fault.id)).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn every_operation_is_counted_once_and_answered_whatever_strikes(plan in any_plan()) {
        let outcome = plan.run();
        prop_assert_eq!(outcome.ending, Ending::Rest);
        for operation in &plan.system.operations {
            let counted = Entry::Counted(operation.id, operation.amount);
            let times = |role: u8, entry| {
                outcome.journals[&Role(role)].iter().filter(|e| **e == entry).count()
            };
            prop_assert_eq!(times(operation.counter, counted), 1);
            prop_assert_eq!(times(operation.till, Entry::Answered(operation.id)), 1);
        }
    }
}

/// A closure that swallows everything would let the properties pass whatever
/// the kernel did; one that swallows nothing would mean that nothing was removed.
#[test]
fn a_good_share_of_the_events_lies_outside_the_future_and_some_inside() {
    let mut runner = TestRunner::new(cases(1));
    let (mut operations, mut faults) = (Share::default(), Share::default());
    for _ in 0..100 {
        let plan = any_plan().new_tree(&mut runner).unwrap().current();
        for operation in &plan.system.operations {
            operations.add(compare(&plan, Removal::Operation(operation.id)).unwrap());
        }
        for fault in &plan.faults {
            faults.add(compare(&plan, Removal::Fault(fault.id)).unwrap());
        }
    }
    for share in [operations, faults] {
        assert!(share.outside * 2 > share.events, "too little lies outside: {share:?}");
        assert!(share.outside * 50 < share.events * 49, "too little lies inside: {share:?}");
    }
}

/// A property that holds for faults that never strike says nothing.
#[test]
fn the_plans_that_are_tried_meet_every_kind_of_strike_and_of_misfortune() {
    let mut runner = TestRunner::new(cases(1));
    let mut met = BTreeMap::<&str, u64>::new();
    let mut fired = BTreeMap::<String, u64>::new();
    for _ in 0..2_000 {
        let plan = any_plan().new_tree(&mut runner).unwrap().current();
        let outcome = plan.run();
        for strike in Strike::ALL {
            *met.entry(strike.name()).or_default() += outcome.strikes.of(strike).min(1);
        }
        let names = |of: &dyn std::fmt::Debug| {
            format!("{of:?}").split([' ', '(']).next().unwrap_or_default().to_owned()
        };
        for fault in plan.faults.iter().filter(|f| !outcome.never_fired.contains(&f.id)) {
            *fired.entry(names(&fault.misfortune)).or_default() += 1;
            *fired.entry(names(&fault.trigger)).or_default() += 1;
            let point = fault.misfortune.point();
            point.into_iter().for_each(|point| *fired.entry(names(&point)).or_default() += 1);
        }
    }
    assert!(met.values().all(|times| *times >= 9), "{met:?} {fired:?}");
    // 20 misfortunes, 5 kinds of trigger, 9 kinds of point.
    assert_eq!(fired.len(), 20 + 5 + 9, "{fired:?}");
    assert!(fired.values().all(|times| *times >= 9), "{fired:?}");
}

#[derive(Clone, Copy, Debug, Default)]
struct Share {
    outside: usize,
    events: usize,
}

impl Share {
    fn add(&mut self, other: Self) {
        self.outside += other.outside;
        self.events += other.events;
    }
}

fn compare(plan: &Plan<Tally>, removal: Removal) -> Result<Share, String> {
    let (with, without) = (plan.run(), plan_without(plan, removal).run());
    let future = Future::of(removal, plan, [&with, &without]);
    let mut share = Share::default();
    let (ours, theirs) = (histories(&with, &future), histories(&without, &future));
    for (name, limit) in names(plan, &future) {
        let empty = Vec::new();
        let ours = ours.get(&name).unwrap_or(&empty);
        let theirs = theirs.get(&name).unwrap_or(&empty);
        let both = limit.min(ours.len()).min(theirs.len());
        if let Some(at) = (0..both).find(|at| ours[*at] != theirs[*at]) {
            return Err(format!(
                "{name:?} differs at {at}: {:?} became {:?}",
                ours[at], theirs[at]
            ));
        }
        let over = [(ours, without.ended_at), (theirs, with.ended_at)];
        for (longer, ended_at) in over {
            if both < limit && longer.get(both).is_some_and(|(at, _)| *at < ended_at) {
                return Err(format!("{name:?} has one more: {:?}", longer[both]));
            }
        }
        share.add(Share { outside: both, events: ours.len() });
    }
    Ok(share)
}

fn plan_without(plan: &Plan<Tally>, removal: Removal) -> Plan<Tally> {
    let mut plan = plan.clone();
    match removal {
        Removal::Operation(id) => plan.system.operations.retain(|operation| operation.id != id),
        Removal::Fault(id) => plan.faults.retain(|fault| fault.id != id),
    }
    plan
}

/// Whose history it is: an actor's, or that of the strikes.
type Name = Option<Role>;

/// Each history, and how much of it lies outside the future.
fn names(plan: &Plan<Tally>, future: &Future) -> Vec<(Name, usize)> {
    let limit = |role: &Role| future.from.get(role).copied().unwrap_or(usize::MAX);
    let actors = plan.roles.iter().map(|role| (Some(*role), limit(role)));
    actors.chain([(None, usize::MAX)]).collect()
}

/// What happened to each, without event numbers: a cause is told by whose it
/// is and its place in that history.
fn histories(
    outcome: &Outcome<Tally>,
    future: &Future,
) -> BTreeMap<Name, Vec<(VirtualTime, String)>> {
    let mut histories = BTreeMap::<Name, Vec<(VirtualTime, String)>>::new();
    let mut places = BTreeMap::from([(0, "the plan".to_owned())]);
    for event in &outcome.trace {
        let (name, what) = match &event.what {
            Happening::Struck(id) | Happening::Lifted(id) if future.strikes.contains(id) => {
                places.entry(event.event).or_insert(format!("fault {id}"));
                continue;
            }
            Happening::Struck(_) | Happening::Lifted(_) | Happening::Healed => {
                (None, format!("{:?}", event.what))
            }
            Happening::Sent(sent, message, _) if future.sends.contains(sent) => {
                (Some(event.role), format!("Sent({sent:?}, {message:?})"))
            }
            what => (Some(event.role), format!("{what:?}")),
        };
        let history = histories.entry(name).or_default();
        let place = format!("{} of {name:?}", history.len());
        places.entry(event.event).or_insert(place);
        // What became of a sending in the future is not compared, nor by whom.
        let fated = matches!(&event.what, Happening::Sent(s, ..) if future.sends.contains(s));
        let blame = event.fault.filter(|_| !fated);
        let blame = blame.map_or(String::new(), |id| format!(" by fault {id}"));
        history.push((event.at, format!("{what} because of {}{blame}", places[&event.cause])));
    }
    histories
}
