//! Named points: forced only where the plan arms them, and each for itself.

use sim::{Forcing, Happening, Point, Rate, Role, Strike, Subject};

use crate::plan::{Plan, at};
use crate::script::{Act, Cue, Script};

#[test]
fn a_point_is_forced_only_where_the_plan_arms_it_and_until_the_world_heals() {
    for (armed, noted) in [
        (vec![], vec![]),
        (vec![(Point(1), Rate::NEVER)], vec![]),
        (vec![(Point(1), Rate::ALWAYS)], vec![1, 1]),
        (vec![(Point(2), Rate::ALWAYS)], vec![2, 2]),
        (vec![(Point(2), Rate::ALWAYS), (Point(1), Rate::ALWAYS)], vec![1, 2, 1, 2]),
    ] {
        let mut plan = asks(3, 400);
        plan.settings.points = armed.clone();
        let outcome = plan.run();
        assert_eq!(outcome.noted(0), noted, "{armed:?}");
        assert_eq!(outcome.strikes.of(Strike::Point), noted.len() as u64);
        let forced = outcome.trace.iter().filter(|e| matches!(e.what, Happening::Forced(..)));
        assert_eq!(forced.count(), noted.len());
    }
}

#[test]
fn a_point_is_forced_as_often_as_its_rate_says_whatever_else_is_armed() {
    let armed = |points: &[(Point, Rate)]| {
        let mut plan = asks(900, 1);
        plan.settings.points = points.to_vec();
        plan.run().noted_at(0, 1)
    };
    let half = (Point(1), Rate::per_million(500_000));
    let alone = armed(&[half]);
    assert!(alone.len().abs_diff(450) < 60, "{}", alone.len());
    assert_eq!(armed(&[(Point(2), Rate::ALWAYS), half]), alone);
    let more = armed(&[(Point(1), Rate::per_million(700_000))]);
    assert!(alone.iter().all(|at| more.contains(at)) && more.len() > alone.len());
}

#[test]
fn what_was_forced_is_in_the_trace_with_its_name_and_in_the_digest() {
    let mut plan = asks(1, 100);
    let calm = plan.run().digest;
    plan.settings.points = vec![(Point(1), Rate::ALWAYS)];
    let outcome = plan.run();
    let forced = outcome.trace.iter().find_map(|event| match event.what {
        Happening::Forced(forcing) => Some((event.at, forcing)),
        _ => None,
    });
    assert_eq!(forced, Some((at(100), first(1))));
    assert_ne!(outcome.digest, calm);
}

#[test]
fn a_point_can_be_forced_one_time_and_it_is_told_what_never_came_to_that() {
    let second = Forcing { ordinal: 2, ..first(1) };
    let (fourth, late) = (Forcing { ordinal: 4, ..first(1) }, Forcing { ordinal: 3, ..first(1) });
    let elsewhere = Forcing { role: Role(1), ..first(1) };
    let mut plan = asks(3, 400);
    plan.settings.forced = vec![fourth, second, late, elsewhere];
    let outcome = plan.run();
    assert_eq!(outcome.noted_at(0, 1), [800], "the third time is after the healing");
    assert_eq!(outcome.never_forced, [late, fourth, elsewhere]);
}

#[test]
fn a_rate_made_explicit_forces_a_point_at_the_same_times() {
    let mut drawn = asks(200, 4);
    drawn.settings.points = vec![(Point(1), Rate::per_million(300_000))];
    let drawn = drawn.run();
    let forced = drawn.trace.iter().filter_map(|event| match event.what {
        Happening::Forced(forcing) => Some(forcing),
        _ => None,
    });
    let mut explicit = asks(200, 4);
    explicit.settings.forced = forced.collect();
    assert_eq!(explicit.run().digest, drawn.digest);
}

fn first(point: u16) -> Forcing {
    Forcing { point: Point(point), role: Role(0), subject: Subject(0), ordinal: 1 }
}

/// Role 0 comes to points 1 and 2 so many times, each so many ms after the
/// last; it heals after 1,000.
fn asks(times: u64, every: u64) -> Plan<Script> {
    let script = Script::default()
        .on(0, Cue::Boot, (1..=times).map(|n| Act::Work(n * every, 9)))
        .on(0, Cue::Ring(9), [Act::Maybe(1), Act::Maybe(2)]);
    Plan::calm(script, 0..1)
}
