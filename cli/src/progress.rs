//! How far a campaign has come: a bar where it would be seen moving, otherwise
//! a line now and then.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reports::{Brief, Count};

use crate::screen::Screen;
use crate::stopwatch::Stopwatch;

/// How much there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// So many seeds over all scenarios.
    Seeds(u64),
    /// So long.
    Time(Duration),
    /// Nobody knows beforehand.
    Open,
}

/// Tells of a campaign over several scenarios while it runs.
pub(crate) struct Teller {
    goal: Goal,
    clock: Stopwatch,
    bar: Option<ProgressBar>,
    /// When a line was last said.
    said_at: Duration,
    before: Done,
    now: Done,
}

/// What is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Done {
    seeds: u64,
    virtual_nanos: u128,
}

impl Teller {
    pub(crate) fn new(goal: Goal, clock: Stopwatch, screen: &Screen<'_>) -> Self {
        let bar = screen.shows_bar().then(bar);
        let (before, now) = (Done::default(), Done::default());
        Self { goal, clock, bar, said_at: Duration::ZERO, before, now }
    }

    /// Another scenario begins: its trials are counted from zero.
    pub(crate) fn begin(&mut self) {
        self.before = self.now;
    }

    /// The scenario has come so far: in so many trials, and through so much virtual time.
    pub(crate) fn tell(
        &mut self,
        scenario: &str,
        trials: u64,
        virtual_nanos: u128,
        screen: &mut Screen<'_>,
    ) {
        self.now = Done {
            seeds: self.before.seeds + trials,
            virtual_nanos: self.before.virtual_nanos + virtual_nanos,
        };
        let elapsed = self.clock.elapsed();
        let sentence = sentence(self.goal, self.now, elapsed);
        if let Some(bar) = &self.bar {
            bar.set_position(self.goal.percent(self.now, elapsed));
            bar.set_message(format!("{sentence} ({scenario})"));
        } else if elapsed >= self.said_at + PAUSE {
            self.said_at = elapsed;
            screen.remark(&format!("{scenario}: {sentence}\n"));
        }
    }

    /// Says something else meanwhile, past the bar.
    pub(crate) fn aside(&self, sentence: &str, screen: &mut Screen<'_>) {
        match &self.bar {
            Some(bar) => bar.suspend(|| screen.remark(sentence)),
            None => screen.remark(sentence),
        }
    }

    /// Leaves nothing of a bar behind.
    pub(crate) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Goal {
    fn percent(self, done: Done, elapsed: Duration) -> u64 {
        let share = match self {
            Self::Seeds(seeds) => u128::from(done.seeds) * 100 / u128::from(seeds.max(1)),
            Self::Time(time) => elapsed.as_millis() * 100 / time.as_millis().max(1),
            Self::Open => 0,
        };
        u64::try_from(share).unwrap_or(100).min(100)
    }

    /// How long it will take, if it goes on as it went, and anybody knows.
    fn left(self, done: Done, elapsed: Duration) -> Option<Duration> {
        Some(match self {
            Self::Seeds(seeds) => {
                let left = u128::from(seeds.saturating_sub(done.seeds));
                let millis = elapsed.as_millis() * left / u128::from(done.seeds.max(1));
                Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
            }
            Self::Time(time) => time.saturating_sub(elapsed),
            Self::Open => return None,
        })
    }
}

fn sentence(goal: Goal, done: Done, elapsed: Duration) -> String {
    let seeds = match goal {
        Goal::Seeds(seeds) => format!("{} of {}", Count(done.seeds), Count(seeds)),
        Goal::Time(_) | Goal::Open => Count(done.seeds).to_string(),
    };
    let rate = u128::from(done.seeds) * 1_000 / elapsed.as_millis().max(1);
    let rate = Count(u64::try_from(rate).unwrap_or(u64::MAX));
    let simulated = Brief::nanos(done.virtual_nanos);
    let left = goal.left(done, elapsed).map(|left| Duration::from_secs(left.as_secs()));
    let left = left.map(|left| format!("{} left, ", Brief::from(left))).unwrap_or_default();
    format!("{seeds} seeds, {rate} seeds/s, {left}{simulated} of virtual time")
}

/// A bar of a hundred steps and a message.
pub(crate) fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:12} {percent:>3} % {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(100), ProgressDrawTarget::stderr()).with_style(style)
}

/// How long there is silence between two lines.
pub(crate) const PAUSE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u128 = 86_400_000_000_000;

    #[test]
    fn the_rate_and_the_time_left_follow_from_what_is_done() {
        let done = Done { seeds: 1_500, virtual_nanos: 3 * DAY };
        assert_eq!(
            sentence(Goal::Seeds(6_000), done, Duration::from_secs(2)),
            "1,500 of 6,000 seeds, 750 seeds/s, 6s left, 3d of virtual time"
        );
        assert_eq!(
            sentence(Goal::Time(Duration::from_secs(60)), done, Duration::from_secs(2)),
            "1,500 seeds, 750 seeds/s, 58s left, 3d of virtual time"
        );
        assert_eq!(
            sentence(Goal::Open, done, Duration::from_secs(2)),
            "1,500 seeds, 750 seeds/s, 3d of virtual time"
        );
    }

    #[test]
    fn nothing_done_yet_divides_by_no_zero() {
        let shown = sentence(Goal::Seeds(10), Done::default(), Duration::ZERO);
        assert!(shown.starts_with("0 of 10 seeds, 0 seeds/s"), "{shown}");
        assert_eq!(Goal::Time(Duration::ZERO).percent(Done::default(), Duration::ZERO), 0);
    }

    #[test]
    fn time_that_is_over_is_all_of_it() {
        let time = Duration::from_secs(1);
        assert_eq!(Goal::Time(time).percent(Done::default(), Duration::from_secs(9)), 100);
    }
}
