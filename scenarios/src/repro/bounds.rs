//! How large the numbers of a repro may be: beyond that a damaged digit, not a
//! person, has written them, and a run would take for ever.

use std::time::Duration;

/// The longest span of time of any fault, and the latest moment of one.
pub(super) const SPAN_MAX: Duration = crate::span::Span::MAX.0;
/// The latest end of chaos.
pub(super) const CHAOS_MAX: Duration = crate::load::CHAOS_MAX;
/// The most payments.
pub(super) const OPERATIONS_MAX: usize = crate::load::OPERATIONS_MAX as usize;
/// The most faults, strokes and the like.
pub(super) const FAULTS_MAX: usize = 1_000_000;
/// The largest amount of one payment, in minor units.
pub(super) const AMOUNT_MAX: i128 = u32::MAX as i128;
/// The largest limit of a merchant, in minor units.
pub(super) const LIMIT_MAX: i128 = u64::MAX as i128;
/// The slowest that a link gets, in percent.
pub(super) const LOAD_PERCENT_MAX: u32 = 1_000_000;
/// The most that a clock may be wrong, in parts per million.
pub(super) const PPM_MAX: u32 = 500_000;
/// The most that a minor unit is worth, in millionths of one.
pub(super) const MILLIONTHS_MAX: u64 = crate::plan::MILLIONTHS_MAX;
/// The most changes of one rate.
pub(super) const RATE_MOVES_MAX: usize = crate::load::RATE_MOVES_MAX as usize;
/// The most digests of a recorded run.
pub(super) const DIGESTS_MAX: usize = 64;
