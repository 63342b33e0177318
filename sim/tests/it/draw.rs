//! Keyed chance. The numbers were computed apart from this code, with
//! unbounded integers, and stand for good: every saved seed relies on them.

use proptest::prelude::*;
use sim::{Domain, Draw, Draws, Rate};

use crate::strategy::cases;

const MAX: u64 = u64::MAX;
const THIRD_PARTY: u64 = 0x0123_4567_89AB_CDEF;
const COFFEE: u64 = 0xC0FF_EE00_0000_0000;

proptest! {
    #![proptest_config(cases(2_000))]

    /// Different means different in 64 bits: an accident in 2^64.
    #[test]
    fn a_draw_is_a_function_of_key_domain_and_identity_and_of_each_of_their_words(
        key in any::<[u64; 2]>(),
        domain in any::<u64>(),
        identity in prop::collection::vec(prop_oneof![0..4_u64, any::<u64>()], 0..6),
        at in any::<prop::sample::Index>(),
        flip in 0..64_u32,
    ) {
        let draw = |key, domain, identity: &[u64]| Draws::new(key).draw(Domain(domain), identity);
        let drawn = draw(key, domain, &identity);
        prop_assert_eq!(drawn, draw(key, domain, &identity.clone()));

        let bit = 1 << flip;
        prop_assert_ne!(drawn, draw([key[0] ^ bit, key[1]], domain, &identity));
        prop_assert_ne!(drawn, draw([key[0], key[1] ^ bit], domain, &identity));
        prop_assert_ne!(drawn, draw(key, domain ^ bit, &identity));
        let mut longer = identity.clone();
        longer.push(0);
        prop_assert_ne!(drawn, draw(key, domain, &longer));
        if !identity.is_empty() {
            let mut other = identity.clone();
            *at.get_mut(&mut other) ^= bit;
            prop_assert_ne!(drawn, draw(key, domain, &other));
        }
        let mut swapped = identity.clone();
        swapped.reverse();
        if swapped != identity {
            prop_assert_ne!(drawn, draw(key, domain, &swapped));
        }
    }

    #[test]
    fn samplers_stay_within_their_bounds(bits in any::<u64>(), a in any::<u64>(), b in any::<u64>()) {
        let draw = Draw(bits);
        prop_assert!(draw.below(a) < a.max(1));
        let (low, high) = (a.min(b), a.max(b));
        prop_assert!((low..=high).contains(&draw.between(low, high)));
        prop_assert_eq!(draw.between(high, low), if low == high { low } else { high });
        let index = draw.weighted(&[0, a, 0, b, 0]);
        prop_assert!(index == Some(1) && a > 0 || index == Some(3) && b > 0 || a == 0 && b == 0);
    }
}

#[test]
fn draws_are_what_they_always_were() {
    for (key, domain, identity, bits) in [
        ([0, 0], 0, &[][..], 0),
        ([0, 0], 0, &[0], 0x5692_161D_100B_05E5),
        ([0, 0], 0, &[0, 0], 0xDBD2_3897_3A2B_148A),
        ([1, 2], 3, &[4, 5, 6], 0x4F0B_AC1C_757B_A97A),
        ([1, 2], 3, &[4, 5, 7], 0x65B4_F511_E091_97FA),
        ([1, 2], 4, &[4, 5, 6], 0xD6B6_92FC_4108_ACE0),
        ([2, 1], 3, &[4, 5, 6], 0xB488_E434_886A_F6A4),
        ([MAX, MAX], MAX, &[MAX], 0xDA26_E52F_A373_0902),
    ] {
        let draw = Draws::new(key).draw(Domain(domain), identity);
        assert_eq!(draw.bits(), bits, "{key:?} {domain} {identity:?}");
    }
}

#[test]
fn splits_are_what_they_always_were() {
    let draw = 0x4F0B_AC1C_757B_A97A;
    for (bits, purpose, split) in [
        (draw, 0, 0x63A7_4A89_6522_2F1D),
        (draw, 1, 0x538A_62F2_0555_0223),
        (draw, 2, 0xE6A2_8859_4AD6_F622),
        (draw, MAX, 0xA4BD_30B1_2597_7C41),
        (0, 0, 0x9B0F_B65E_18B7_926D),
    ] {
        assert_eq!(Draw(bits).split(purpose).bits(), split, "{bits:#x} {purpose}");
    }
}

#[test]
fn numbers_below_a_bound_are_what_they_always_were() {
    let bounds = [0, 1, 2, 6, 1_000_000, MAX];
    for (bits, below) in [
        (0, [0, 0, 0, 0, 0, 0]),
        (1 << 63, [0, 0, 1, 3, 500_000, 9_223_372_036_854_775_807]),
        (MAX, [0, 0, 1, 5, 999_999, 18_446_744_073_709_551_614]),
        (THIRD_PARTY, [0, 0, 0, 0, 4_444, 81_985_529_216_486_894]),
        (COFFEE, [0, 0, 1, 4, 753_905, 13_907_095_858_110_791_679]),
    ] {
        assert_eq!(bounds.map(|bound| Draw(bits).below(bound)), below, "{bits:#018x}");
    }
}

/// The whole range of a `u64` has one number more than a `u64` can count: its
/// last one never came out.
#[test]
fn numbers_between_two_are_what_they_always_were() {
    let ranges = [(5, 5), (1, 6), (10, 3), (0, MAX), (MAX, MAX)];
    for (bits, between) in [
        (0, [5, 1, 10, 0, MAX]),
        (1 << 63, [5, 4, 10, 1 << 63, MAX]),
        (MAX, [5, 6, 10, MAX, MAX]),
        (THIRD_PARTY, [5, 1, 10, THIRD_PARTY, MAX]),
        (COFFEE, [5, 5, 10, COFFEE, MAX]),
    ] {
        assert_eq!(ranges.map(|(low, high)| Draw(bits).between(low, high)), between);
    }
}

#[test]
fn picks_are_what_they_always_were() {
    for (bits, picked) in [(0, 'a'), (1 << 63, 'c'), (MAX, 'e'), (THIRD_PARTY, 'a'), (COFFEE, 'd')]
    {
        assert_eq!(Draw(bits).pick(&['a', 'b', 'c', 'd', 'e']), Some(&picked));
        assert_eq!(Draw(bits).pick::<char>(&[]), None);
    }
}

#[test]
fn weighted_picks_are_what_they_always_were() {
    let weights: [&[u64]; 6] = [&[], &[0, 0], &[1], &[0, 3, 0, 1], &[1, 1, 1, 1, 1], &[7, 2, 1]];
    for (bits, picked) in [
        (0, [None, None, Some(0), Some(1), Some(0), Some(0)]),
        (1 << 63, [None, None, Some(0), Some(1), Some(2), Some(0)]),
        (MAX, [None, None, Some(0), Some(3), Some(4), Some(2)]),
        (THIRD_PARTY, [None, None, Some(0), Some(1), Some(0), Some(0)]),
        (COFFEE, [None, None, Some(0), Some(3), Some(3), Some(1)]),
    ] {
        assert_eq!(weights.map(|weights| Draw(bits).weighted(weights)), picked, "{bits:#018x}");
    }
}

/// The sum panicked where overflow is checked, and wrapped where it is not:
/// a debug and a release build would have gone different ways.
#[test]
fn weights_that_sum_past_the_end_of_a_word_are_weighed_all_the_same() {
    let heavy = [MAX, MAX, MAX, MAX];
    for (bits, picked) in [(0, 0), (MAX / 4 + 2, 1), (1 << 63, 2), (MAX, 3)] {
        assert_eq!(Draw(bits).weighted(&heavy), Some(picked), "{bits:#018x}");
    }
}

#[test]
fn a_rate_hits_on_exactly_its_share_of_the_draws() {
    let share = |ppm: u64| ((u128::from(ppm) << 64).div_ceil(1_000_000)) as u64;
    for (ppm, first_miss) in [(1, share(1)), (50_000, share(50_000)), (999_999, share(999_999))] {
        let rate = Rate::per_million(ppm);
        assert!(rate.hits(Draw(0)) && rate.hits(Draw(first_miss - 1)), "{ppm}");
        assert!(!rate.hits(Draw(first_miss)) && !rate.hits(Draw(MAX)), "{ppm}");
    }
    for draw in [0, 1, MAX].map(Draw) {
        assert!(!Rate::NEVER.hits(draw) && Rate::ALWAYS.hits(draw));
        assert!(Rate::per_million(u32::MAX).hits(draw));
    }
}
