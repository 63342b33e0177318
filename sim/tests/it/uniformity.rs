//! Whether draws look like chance where they are most likely not to: for
//! identities that differ by one. Everything is fixed, so nothing can flake;
//! the bounds are five standard deviations, in integers.

use sim::{Domain, Draw, Draws, Seed};

const SAMPLES: u64 = 1 << 16;
const BUCKETS: usize = 256;

/// Mean 255, variance 510: five deviations reach to 368.
const CHI_SQUARE_MAX: u64 = 368;

type Identity = fn(u64) -> [u64; 3];
type Pair = fn(u64) -> [Draw; 2];

/// How the words of an identity run in practice: the kind and the pair of
/// roles in one, the subject, the ordinal.
const IDENTITIES: [(&str, Identity); 6] = [
    ("subjects", |n| [3 << 16 | 0x0102, n, 1]),
    ("ordinals", |n| [3 << 16 | 0x0102, 7, n]),
    ("pairs of roles", |n| [3 << 16 | n, 7, 1]),
    ("kinds", |n| [n << 16 | 0x0102, 7, 1]),
    ("subjects by ordinals", |n| [3 << 16 | 0x0102, n >> 8, n & 0xFF]),
    ("high bits of subjects", |n| [3 << 16 | 0x0102, n << 48, 1]),
];

#[test]
fn draws_of_adjacent_identities_are_uniform_in_every_byte() {
    for (name, identity) in IDENTITIES {
        for shift in (0..64).step_by(8) {
            let byte = |n| draw(&identity(n)).bits() >> shift;
            assert_uniform(name, shift, byte);
        }
    }
}

#[test]
fn the_splits_of_adjacent_draws_are_uniform_in_every_byte() {
    for purpose in [0, 1, 2, 3, 16, 17, 32] {
        for shift in (0..64).step_by(8) {
            let byte = |n| draw(&[1, n]).split(purpose).bits() >> shift;
            assert_uniform("splits", shift, byte);
        }
    }
    for shift in (0..64).step_by(8) {
        assert_uniform("purposes", shift, |n| draw(&[1]).split(n).bits() >> shift);
    }
}

/// Pairs in one byte, half of it from each: adjacent identities, two domains,
/// two keys, a draw and its split, and two splits must not know of each other.
#[test]
fn draws_that_have_something_in_common_are_independent() {
    let pairs: [(&str, Pair); 6] = [
        ("adjacent identities", |n| [draw(&[1, n]), draw(&[1, n + 1])]),
        ("domains", |n| [draw(&[1, n]), draws().draw(Domain(10), &[1, n])]),
        ("keys", |n| [draw(&[1, n]), Seed(43).draws(Domain(1)).draw(Domain(9), &[1, n])]),
        ("draw and split", |n| [draw(&[1, n]), draw(&[1, n]).split(1)]),
        ("two splits", |n| [draw(&[1, n]).split(1), draw(&[1, n]).split(2)]),
        ("words swapped", |n| [draw(&[n, n + 1]), draw(&[n + 1, n])]),
    ];
    for (name, pair) in pairs {
        for shift in [0, 28, 60] {
            assert_uniform(name, shift, |n| {
                let [one, other] = pair(n).map(|draw| draw.bits() >> shift & 0xF);
                one << 4 | other
            });
        }
    }
}

/// 4,096 flips of each bit: half of the outcomes change, 2,048 give or take
/// 160, five deviations of 32.
#[test]
fn every_bit_of_an_identity_reaches_every_bit_of_its_draw() {
    for flip in 0..64 {
        let mut changed = [0_u64; 64];
        for n in 0..4_096 {
            let difference = draw(&[1, n]).bits() ^ draw(&[1, n ^ (1 << flip)]).bits();
            for (bit, times) in changed.iter_mut().enumerate() {
                *times += difference >> bit & 1;
            }
        }
        for (bit, times) in changed.into_iter().enumerate() {
            assert!(times.abs_diff(2_048) < 160, "bit {flip} moves bit {bit} {times} times");
        }
    }
}

fn assert_uniform(name: &str, shift: u32, byte: impl Fn(u64) -> u64) {
    let mut counts = [0_u64; BUCKETS];
    for n in 0..SAMPLES {
        counts[(byte(n) & 0xFF) as usize] += 1;
    }
    let expected = SAMPLES / BUCKETS as u64;
    let squares = counts.iter().map(|count| count.abs_diff(expected).pow(2)).sum::<u64>();
    let chi_square = squares / expected;
    assert!(chi_square < CHI_SQUARE_MAX, "{name}, bits from {shift}: {chi_square}");
}

fn draw(identity: &[u64]) -> Draw {
    draws().draw(Domain(9), identity)
}

fn draws() -> Draws {
    Seed(42).draws(Domain(1))
}
