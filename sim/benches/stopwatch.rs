//! Real time, for benchmarks only.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a benchmark measures the machine; nothing here decides what a world does"
)]

use std::time::Instant;

/// What `work` took, in picoseconds for each of its `count` parts.
pub(crate) fn picos_each(count: u64, work: impl FnOnce()) -> u64 {
    let start = Instant::now();
    work();
    (start.elapsed().as_nanos() * 1_000 / u128::from(count.max(1))) as u64
}

/// The middle one of `measured`; of an even number, the greater of the two.
pub(crate) fn median(mut measured: Vec<u64>) -> u64 {
    measured.sort_unstable();
    measured[measured.len() / 2]
}

/// `parts` of `whole` with two decimals.
pub(crate) fn hundredths(parts: u64, whole: u64) -> String {
    let share = u128::from(parts) * 100 / u128::from(whole.max(1));
    format!("{}.{:02}", share / 100, share % 100)
}
