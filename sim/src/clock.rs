//! The clocks of one actor: a monotonic one that may run at a wrong rate, and
//! a wall clock that may be wrong and may jump besides.
//!
//! Both hang on one oscillator, as in a real machine: its drift shows on both.
//! The wall clock is set right when a drift ends (as NTP would); the monotonic
//! clock is never set, and starts anew at each boot.

use std::time::Duration;

use crate::time::{VirtualTime, nanos};

/// The most that an oscillator may be wrong, in parts per million.
pub(crate) const PPM_MAX: i32 = 500_000;

/// What one actor's oscillator and wall clock have been through. Moments and
/// errors are in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    /// Whether it was ever wrong: a clock that never was is read for nothing.
    touched: bool,
    ppm: i32,
    /// When the rate last changed, and how wrong the oscillator was then.
    changed_at: u64,
    error: i64,
    /// The error of the oscillator that the wall clock was corrected for.
    corrected: i64,
    shift: i64,
    booted_at: u64,
}

impl Clock {
    /// The actor boots: its monotonic clock starts.
    pub(crate) fn boot(&mut self, now: VirtualTime) {
        self.booted_at = self.reading(now);
    }

    /// What the oscillator has counted; at the right rate, virtual time.
    #[inline]
    pub(crate) fn reading(&self, now: VirtualTime) -> u64 {
        if !self.touched {
            return now.as_nanos();
        }
        now.as_nanos().saturating_add_signed(self.error_at(now))
    }

    /// The time since the boot.
    #[inline]
    pub(crate) fn monotonic(&self, now: VirtualTime) -> u64 {
        self.reading(now).saturating_sub(self.booted_at)
    }

    /// The date.
    #[inline]
    pub(crate) fn wall(&self, now: VirtualTime) -> VirtualTime {
        if !self.touched {
            return now;
        }
        let wrong = self.error_at(now) - self.corrected;
        let nanos = now.as_nanos().saturating_add_signed(wrong.saturating_add(self.shift));
        VirtualTime::from_nanos(nanos)
    }

    /// How long it takes until the oscillator has counted `span` more, if its
    /// rate stays as it is: rounded up, so that no timer fires early.
    #[inline]
    pub(crate) fn until(&self, span: u64) -> u64 {
        if self.ppm == 0 {
            return span;
        }
        let rate = u128::from(MILLION.saturating_add_signed(i64::from(self.ppm)));
        let true_nanos = (u128::from(span) * u128::from(MILLION)).div_ceil(rate);
        u64::try_from(true_nanos).unwrap_or(u64::MAX)
    }

    /// Runs faster by `ppm` from now on; slower if that is negative. At the
    /// right rate again, the wall clock is set right.
    pub(crate) fn drift(&mut self, now: VirtualTime, ppm: i32) {
        self.error = self.error_at(now);
        self.changed_at = now.as_nanos();
        self.ppm = self.ppm.saturating_add(ppm).clamp(-PPM_MAX, PPM_MAX);
        self.touched = true;
        if self.ppm == 0 {
            self.corrected = self.error;
        }
    }

    /// The wall clock jumps.
    pub(crate) fn jump(&mut self, ahead: bool, by: Duration) {
        let by = i64::try_from(nanos(by)).unwrap_or(i64::MAX);
        let by = if ahead { by } else { -by };
        self.shift = self.shift.saturating_add(by);
        self.touched = true;
    }

    fn error_at(&self, now: VirtualTime) -> i64 {
        let since = i128::from(now.as_nanos().saturating_sub(self.changed_at));
        let more = since * i128::from(self.ppm) / i128::from(MILLION);
        self.error.saturating_add(i64::try_from(more).unwrap_or(0))
    }
}

const MILLION: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> VirtualTime {
        VirtualTime::ZERO.after(Duration::from_secs(seconds))
    }

    #[test]
    fn a_clock_that_was_never_touched_is_right() {
        let mut clock = Clock::default();
        clock.boot(at(5));
        assert_eq!((clock.monotonic(at(9)), clock.wall(at(9))), (4_000_000_000, at(9)));
        assert_eq!(clock.until(3_000), 3_000);
    }

    #[test]
    fn a_drift_shows_on_both_clocks_and_only_the_wall_clock_is_set_right_after_it() {
        for (ppm, wrong_ms) in [(100_000, 1_000_i64), (-100_000, -1_000)] {
            let mut clock = Clock::default();
            clock.drift(at(10), ppm);
            let shown = |wrong: i64| 20_000_000_000_u64.saturating_add_signed(wrong * 1_000_000);
            assert_eq!(clock.reading(at(20)), shown(wrong_ms));
            assert_eq!(clock.wall(at(20)), VirtualTime::from_nanos(shown(wrong_ms)));
            clock.drift(at(20), -ppm);
            assert_eq!(clock.wall(at(30)), at(30));
            assert_eq!(clock.reading(at(30)), shown(wrong_ms) + 10_000_000_000);
        }
    }

    #[test]
    fn a_timer_takes_its_span_on_the_actors_own_clock_and_never_less() {
        for ppm in [200, -200, 333_333, -PPM_MAX] {
            let mut clock = Clock::default();
            clock.drift(at(0), ppm);
            for nanos in [1, 7, 999_999_999, 86_400_000_000_000] {
                let due = VirtualTime::from_nanos(clock.until(nanos));
                let shown = clock.monotonic(due);
                let late = shown.checked_sub(nanos);
                assert!(late.is_some_and(|late| late < 3), "{ppm} {nanos} {shown}");
            }
        }
    }

    #[test]
    fn a_jump_moves_the_wall_clock_alone_and_not_before_the_beginning() {
        let mut clock = Clock::default();
        clock.jump(false, Duration::from_secs(4));
        assert_eq!((clock.wall(at(10)), clock.wall(at(1))), (at(6), at(0)));
        assert_eq!(clock.monotonic(at(10)), 10_000_000_000);
        clock.jump(true, Duration::from_secs(4));
        assert_eq!(clock.wall(at(10)), at(10));
    }
}
