//! Sets of roles, and who may take part in a world.

use sim::{Role, Roles};

use crate::plan::Plan;
use crate::script::Script;

#[test]
fn a_set_of_roles_holds_what_was_put_in_up_to_the_last_role_there_can_be() {
    let last = Role::MAX as u8 - 1;
    let roles = [3, 0, last, 3, last + 1, u8::MAX].map(Role);
    let set = Roles::from_iter(roles);
    assert_eq!(Vec::from(set), [0, 3, last].map(Role));
    for role in (0..=u8::MAX).map(Role) {
        assert_eq!(set.contains(role), [0, 3, last].contains(&role.0), "{role:?}");
    }
    assert_eq!(Roles::from(vec![Role(7)]), Roles::from_iter([Role(7), Role(7)]));
    assert_eq!(Roles::default().iter().count(), 0);
}

#[test]
fn a_union_holds_whoever_is_in_either_and_a_subset_nobody_else() {
    let set = |roles: &[u8]| Roles::from_iter(roles.iter().map(|role| Role(*role)));
    assert_eq!(set(&[0, 3]).union(set(&[3, 127])), set(&[0, 3, 127]));
    for (one, other, is_within) in [
        (&[][..], &[][..], true),
        (&[3], &[0, 3], true),
        (&[0, 3], &[0, 3], true),
        (&[0, 3], &[3], false),
        (&[127], &[0], false),
    ] {
        assert_eq!(set(one).is_subset(set(other)), is_within, "{one:?} {other:?}");
    }
    assert!(set(&[0, 127]).is_subset(Roles::EVERYONE));
}

#[test]
fn a_world_has_room_for_every_role_there_can_be() {
    let plan = Plan::calm(Script::default(), 0..Role::MAX as u8);
    let outcome = plan.run();
    assert!((0..Role::MAX as u8).all(|role| outcome.booted(role) == [0]));
}

#[test]
#[should_panic(expected = "Role(3) takes part twice")]
fn nobody_takes_part_twice() {
    Plan::calm(Script::default(), [3, 4, 3]).world();
}
