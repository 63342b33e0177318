//! A map by identities is the standard library's map in all but speed.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use model::{IdMap, PaymentId};
use proptest::prelude::*;
use proptest::sample::select;
use xxhash_rust::xxh3::Xxh3;

/// What can be done to a map.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Insert(PaymentId, u8),
    Remove(PaymentId),
    Add(PaymentId, u8),
    Keep(u8),
}

/// Keys that are spread evenly, and the worst: all at one end or the other, so that each is
/// in the way of all others.
fn key() -> impl Strategy<Value = PaymentId> {
    let spread = (0_u64..48).prop_map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let ends = (0_u64..24).prop_flat_map(|n| select(vec![n, u64::MAX - n]));
    prop_oneof![3 => spread, 1 => ends].prop_map(PaymentId)
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (key(), any::<u8>()).prop_map(|(key, value)| Deed::Insert(key, value)),
        4 => key().prop_map(Deed::Remove),
        4 => (key(), any::<u8>()).prop_map(|(key, value)| Deed::Add(key, value)),
        1 => any::<u8>().prop_map(Deed::Keep),
    ]
}

proptest! {
    #[test]
    fn whatever_is_done_to_it_it_has_what_an_ordered_map_has(
        deeds in prop::collection::vec(deed(), 1..160),
    ) {
        let (mut map, mut model) = (IdMap::new(), BTreeMap::new());
        for deed in deeds {
            match deed {
                Deed::Insert(key, value) => {
                    prop_assert_eq!(map.insert(key, value), model.insert(key, value));
                }
                Deed::Remove(key) => prop_assert_eq!(map.remove(&key), model.remove(&key)),
                Deed::Add(key, value) => {
                    let sums = [map.entry(key).or_default(), model.entry(key).or_default()];
                    sums.into_iter().for_each(|sum: &mut u8| *sum = sum.wrapping_add(value));
                }
                Deed::Keep(least) => {
                    map.retain(|_, value| *value >= least);
                    model.retain(|_, value| *value >= least);
                }
            }
            prop_assert!(map.iter().eq(model.iter()), "{:?} is not {:?}", map, model);
            prop_assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
            prop_assert_eq!(digest(&map), digest(&model));
            for key in model.keys() {
                prop_assert_eq!(map.get(key), model.get(key));
            }
        }
        for key in model.keys() {
            prop_assert!(map.remove(key).is_some() && !map.contains_key(key));
        }
        prop_assert!(map.is_empty() && map.iter().next().is_none());
    }
}

#[test]
fn maps_are_equal_by_what_they_have_and_not_by_how_it_came_there() {
    let keys = (0..40_u64).map(|n| PaymentId(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    let (mut one, mut other) = (IdMap::new(), IdMap::new());
    for (key, back) in keys.clone().zip(keys.rev()) {
        assert_eq!((one.insert(key, key.0), other.insert(back, back.0)), (None, None));
    }
    assert_eq!(one, other);
    other.insert(PaymentId(1), 1);
    assert_ne!(one, other);
    other.remove(&PaymentId(1));
    assert_eq!(one, other);
    *other.get_mut(&PaymentId(0)).expect("the first key") = 7;
    assert_ne!(one, other);
}

fn digest(value: &impl Hash) -> u64 {
    let mut hasher = Xxh3::new();
    value.hash(&mut hasher);
    hasher.finish()
}
