//! Connections: what finds its receiver down comes back to its sender.

use sim::{Ending, Happening, Links, Misfortune, Role, Roles, Strike, Trigger};

use crate::plan::{Plan, at, ms, nth};
use crate::script::{Act, Cue, Script};

const LINE: u16 = 5;

#[test]
fn a_message_to_who_is_down_bounces_where_the_link_is_a_connection() {
    let outcome = one_line().run();
    assert_eq!((outcome.heard(1, LINE), outcome.bounced(0, LINE)), (vec![], vec![120]));
    assert_eq!(outcome.noted(0), [1]);
    assert_eq!((outcome.strikes.of(Strike::Bounce), outcome.ending), (1, Ending::Rest));
    let undelivered = outcome.trace.iter().find(|e| matches!(e.what, Happening::Undeliverable(..)));
    assert_eq!(undelivered.map(|event| event.fault), Some(Some(1)));
    let mut datagrams = one_line();
    datagrams.network.connections = Links::NONE;
    assert!(datagrams.run().bounced(0, LINE).is_empty());
}

#[test]
fn a_send_bounces_only_if_none_of_its_copies_was_handled_and_then_the_others_are_gone() {
    let copy = Trigger::OnSend(nth(0, 1, LINE, 1));
    // The second copy comes while role 1 is up again: it is gone.
    let later = one_line().with(copy, Misfortune::Duplicate, 300).run();
    assert_eq!((later.bounced(0, LINE), later.heard(1, LINE)), (vec![120], vec![]));
    // Both come while it is down: one bounce.
    let both = one_line().with(copy, Misfortune::Duplicate, 20).run();
    assert_eq!(both.bounced(0, LINE), [120]);
    // The first was handled before the crash: no bounce.
    let mut plan = one_line().with(copy, Misfortune::Duplicate, 60);
    plan.faults[0].trigger = Trigger::At(at(130));
    let first = plan.run();
    assert_eq!((first.heard(1, LINE), first.bounced(0, LINE)), (vec![110], vec![]));
}

#[test]
fn a_bounce_needs_a_link_back_and_the_actor_that_it_is_for() {
    let cut = Misfortune::one_way_partition(Role(1).into(), Role(0).into());
    assert!(one_line().with(Trigger::At(at(115)), cut, 50).run().bounced(0, LINE).is_empty());
    // Nothing arrived, so nobody was there to refuse it.
    let cut = Misfortune::one_way_partition(Role(0).into(), Role(1).into());
    assert!(one_line().with(Trigger::At(at(105)), cut, 50).run().bounced(0, LINE).is_empty());
    // It was for the one that crashed; the next one sends for itself.
    let crash = Misfortune::CrashAll { roles: Role(0).into() };
    assert_eq!(one_line().with(Trigger::At(at(112)), crash, 2).run().bounced(0, LINE), [234]);
    let pause = Misfortune::Pause { roles: Role(0).into() };
    assert_eq!(one_line().with(Trigger::At(at(112)), pause, 30).run().bounced(0, LINE), [142]);
}

/// Role 0 sends role 1 a line at 100 ms over a connection; role 1 is down then.
fn one_line() -> Plan<Script> {
    let script = Script::default()
        .on(0, Cue::Boot, [Act::Work(100, 1)])
        .on(0, Cue::Ring(1), [Act::Send(1, LINE)])
        .on(0, Cue::Bounced(LINE), [Act::Note(1)]);
    let crash = Misfortune::CrashAll { roles: Role(1).into() };
    let mut plan = Plan::calm(script, 0..2).with(Trigger::At(at(50)), crash, 200);
    plan.network.connections = Links::NONE.between(Roles::EVERYONE, Roles::EVERYONE);
    plan.network.copy_age_max = ms(1_000);
    plan
}
