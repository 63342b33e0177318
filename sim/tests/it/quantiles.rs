//! Distributions as integer tables.

use std::time::Duration;

use proptest::prelude::*;
use sim::{BadQuantiles, Draw, Quantiles};

use crate::strategy::cases;

const MILLION: u32 = 1_000_000;

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn samples_stay_between_the_first_point_and_the_last_and_rise_with_the_draw(
        points in points(),
        draws in prop::collection::vec(any::<u64>(), 100),
    ) {
        let table = Quantiles::new(&points).unwrap();
        let (low, high) = (points[0].1, points[points.len() - 1].1);
        let mut draws = draws;
        draws.extend([0, u64::MAX]);
        draws.sort_unstable();
        let samples = draws.iter().map(|draw| span(table.sample(Draw(*draw))));
        let samples = samples.collect::<Vec<_>>();
        prop_assert!(samples.iter().all(|sample| (low..=high).contains(sample)));
        prop_assert!(samples.is_sorted());
        prop_assert_eq!(samples[0], low);
        prop_assert_eq!(span(table.longest()), high);
    }

    /// Evenly spread draws leave nothing to chance: below each point fall as
    /// many of them as its share says, to one.
    #[test]
    fn the_right_share_of_the_samples_falls_below_each_point(points in points()) {
        const SPREAD: u64 = 10_000;
        let table = Quantiles::new(&points).unwrap();
        let draws = (0..SPREAD).map(|n| Draw(n * (u64::MAX / SPREAD)));
        let samples = draws.map(|draw| span(table.sample(draw))).collect::<Vec<_>>();
        for (ppm, limit) in points {
            let share = u64::from(ppm) * SPREAD / u64::from(MILLION);
            let below = samples.iter().filter(|sample| **sample < limit).count() as u64;
            let up_to = samples.iter().filter(|sample| **sample <= limit).count() as u64;
            prop_assert!(below <= share + 1, "{below} of {share} below {limit:?}");
            prop_assert!(up_to >= share, "{up_to} of {share} up to {limit:?}");
        }
    }
}

/// Computed apart from this code, with unbounded integers.
#[test]
fn samples_are_what_they_always_were() {
    let spans = [(0, 1), (500_000, 5), (990_000, 50), (MILLION, 2_000)];
    let points = spans.map(|(ppm, millis)| (ppm, Duration::from_millis(millis)));
    let table = Quantiles::new(&points).unwrap();
    for (draw, sample) in [
        (0, 1_000_000),
        (0x8000_0000_0000_0000, 5_000_000),
        (0xFFFF_FFFF_FFFF_FFFF, 1_999_999_999),
        (0x0123_4567_89AB_CDEF, 1_035_555),
        (0xC0FF_EE00_0000_0000, 28_317_822),
    ] {
        assert_eq!(table.sample(Draw(draw)), sample, "{draw:#018x}");
    }
}

#[test]
fn a_constant_is_constant_and_a_uniform_table_reaches_from_end_to_end() {
    let (low, high) = (Duration::from_millis(10), Duration::from_millis(20));
    for draw in [0, 1, u64::MAX / 2, u64::MAX].map(Draw) {
        assert_eq!(span(Quantiles::constant(low).sample(draw)), low);
        assert_eq!(span(Quantiles::uniform(high, low).sample(draw)), high);
    }
    let uniform = Quantiles::uniform(low, high);
    let middle = Duration::from_millis(15);
    assert_eq!(span(uniform.sample(Draw(1 << 63))), middle);
    assert_eq!(span(uniform.sample(Draw(u64::MAX))), high - Duration::from_nanos(1));
    assert_eq!(Quantiles::constant(Duration::MAX).sample(Draw(7)), u64::MAX);
}

#[test]
fn a_table_that_does_not_run_from_nothing_to_all_or_that_falls_is_refused() {
    use BadQuantiles::{Incomplete, OutOfOrder};
    for (points, error) in [
        (vec![], Incomplete),
        (vec![(0, 5)], Incomplete),
        (vec![(MILLION, 5)], Incomplete),
        (vec![(1, 5), (MILLION, 6)], Incomplete),
        (vec![(0, 5), (999_999, 6)], Incomplete),
        (vec![(0, 5), (MILLION, 4)], OutOfOrder(1)),
        (vec![(0, 5), (500, 9), (400, 10), (MILLION, 11)], OutOfOrder(2)),
        (vec![(0, 5), (500, 9), (500, 9), (MILLION, 11)], OutOfOrder(2)),
        (vec![(0, 5), (2 * MILLION, 6), (MILLION, 7)], OutOfOrder(2)),
    ] {
        let points = points.iter().map(|(ppm, millis)| (*ppm, Duration::from_millis(*millis)));
        let points = points.collect::<Vec<_>>();
        assert_eq!(Quantiles::new(&points), Err(error), "{points:?}");
    }
}

fn points() -> impl Strategy<Value = Vec<(u32, Duration)>> {
    let step = prop_oneof![Just(0), 1..1_000_u64, 1..100_000_000_000_u64];
    let shares = prop::collection::btree_set(1..MILLION, 0..6);
    let steps = prop::collection::vec(step, 8);
    (shares, steps).prop_map(|(shares, steps)| {
        let shares = [0].into_iter().chain(shares).chain([MILLION]);
        let spans = steps.into_iter().scan(0, |sum, step| {
            *sum += step;
            Some(span(*sum))
        });
        shares.zip(spans).collect()
    })
}

fn span(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}
