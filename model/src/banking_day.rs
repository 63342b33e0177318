//! Banking days: a rail goes by the calendar and the clock of its own place,
//! and not by blocks of 24 hours.

mod date;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use date::{Date, Day, Minute, NotADay, NotAMinute, Weekday};

/// On which days a rail works, and until when on each of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Calendar {
    /// How far its clocks are ahead of UTC, in minutes.
    pub zone_minutes: i16,
    /// What comes later in the day, in minutes from midnight, belongs to the
    /// next banking day.
    pub cut_off_minutes: u16,
    /// When its files are out for the others, in minutes from midnight.
    pub opening_minutes: u16,
    /// The days of the week on which it rests.
    pub rests_on: Vec<Weekday>,
    /// Its holidays, in order.
    pub holidays: Vec<Day>,
}

impl Calendar {
    /// Whether it works on `day`.
    pub fn is_banking_day(&self, day: Day) -> bool {
        !self.rests_on.contains(&day.weekday()) && self.holidays.binary_search(&day).is_err()
    }

    /// The banking day to which something belongs that comes at `now`, a time
    /// since 1 January 1970 in UTC.
    pub fn banking_day(&self, now: Duration) -> Day {
        let (day, minutes) = self.local(now);
        let in_time = minutes < u64::from(self.cut_off_minutes);
        if in_time && self.is_banking_day(day) { day } else { self.after(day, 1) }
    }

    /// The `days`-th banking day after `day`, which need not be one itself.
    pub fn after(&self, day: Day, days: u32) -> Day {
        (0..days).fold(day, |day, _| self.next(day))
    }

    /// The last banking day that is at most `days` calendar days after `day`;
    /// `day` itself if there is none between.
    pub fn latest(&self, day: Day, days: u32) -> Day {
        let mut back = (0..days).map(|n| day.plus(days - n));
        back.find(|day| self.is_banking_day(*day)).unwrap_or(day)
    }

    /// When what belongs to `day` leaves, since 1 January 1970 in UTC.
    pub fn cut_off(&self, day: Day) -> Duration {
        self.moment(day, self.cut_off_minutes)
    }

    /// When its files are out on `day`, since 1 January 1970 in UTC.
    pub fn opening(&self, day: Day) -> Duration {
        self.moment(day, self.opening_minutes)
    }

    fn next(&self, day: Day) -> Day {
        let mut coming = (1..REST_DAYS_MAX).map(|n| day.plus(n));
        coming.find(|day| self.is_banking_day(*day)).unwrap_or(day.plus(REST_DAYS_MAX))
    }

    fn moment(&self, day: Day, minutes: u16) -> Duration {
        let local = i64::from(day.0) * DAY_MINUTES + i64::from(minutes);
        let utc = local - i64::from(self.zone_minutes);
        Duration::from_secs(utc.max(0).unsigned_abs() * 60)
    }

    /// The day there, and how many minutes of it are over.
    fn local(&self, now: Duration) -> (Day, u64) {
        let minutes = (now.as_secs() / 60).saturating_add_signed(i64::from(self.zone_minutes));
        let day = DAY_MINUTES.unsigned_abs();
        (Day((minutes / day) as u32), minutes % day)
    }
}

const DAY_MINUTES: i64 = 24 * 60;
/// No rail rests for longer in one piece: what has no banking day at all, has
/// one a month.
const REST_DAYS_MAX: u32 = 31;
