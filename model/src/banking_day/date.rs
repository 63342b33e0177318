//! Days and dates, in integers: the proleptic Gregorian calendar from 1970 on.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A day, counted from 1 January 1970.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub u32);

/// A day as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year, 1970 at least.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "their names are all that there is to say of them")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A minute of a day in UTC, counted from the beginning of 1970.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Minute(pub u32);

/// What can't be read as a [`Minute`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no minute: expected one from 1970 to 2399, such as `2024-02-29 16:44`")]
pub struct NotAMinute(String);

/// What can't be read as a [`Day`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no day: expected one from 1970 to 2399, such as `2024-02-29`")]
pub struct NotADay(String);

impl Day {
    /// The day that `date` names; `None` if there is no such day.
    pub fn of(date: Date) -> Option<Self> {
        let Date { year, month, day } = date;
        let is_there = (FIRST_YEAR..=LAST_YEAR).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_of(year, month)).contains(&day);
        is_there.then(|| {
            let months = (1..month).map(|month| u32::from(days_of(year, month))).sum::<u32>();
            Self(days_before(year) + months + u32::from(day) - 1)
        })
    }

    /// How people write it.
    pub fn date(self) -> Date {
        // No year is longer than 366 days, so that this is at most a year or so early.
        let mut year = FIRST_YEAR + (self.0 / 366) as u16;
        while days_before(year + 1) <= self.0 {
            year += 1;
        }
        let mut left = self.0 - days_before(year);
        let mut month = 1;
        while left >= u32::from(days_of(year, month)) {
            left -= u32::from(days_of(year, month));
            month += 1;
        }
        Date { year, month, day: left as u8 + 1 }
    }

    /// Which day of the week it is.
    pub const fn weekday(self) -> Weekday {
        // 1 January 1970 was a Thursday.
        match (self.0 + 3) % 7 {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// The day that comes `days` after it.
    #[must_use]
    pub const fn plus(self, days: u32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl Minute {
    /// The time since the beginning of 1970.
    pub const fn since_1970(self) -> Duration {
        Duration::from_secs(self.0 as u64 * 60)
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, minute) = (Day(self.0 / DAY_MINUTES), self.0 % DAY_MINUTES);
        write!(f, "{day} {:02}:{:02}", minute / 60, minute % 60)
    }
}

impl FromStr for Minute {
    type Err = NotAMinute;

    fn from_str(text: &str) -> Result<Self, NotAMinute> {
        let two = |digits: &str, most: u32| {
            let is_two = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = is_two.then(|| digits.parse::<u32>().ok()).flatten();
            number.filter(|number| *number < most)
        };
        let read = || {
            let (day, time) = text.split_once(' ')?;
            let (hour, minute) = time.split_once(':')?;
            let day: Day = day.parse().ok()?;
            Some(Self(day.0 * DAY_MINUTES + two(hour, 24)? * 60 + two(minute, 60)?))
        };
        read().ok_or_else(|| NotAMinute(text.to_owned()))
    }
}

impl TryFrom<String> for Minute {
    type Error = NotAMinute;

    fn try_from(text: String) -> Result<Self, NotAMinute> {
        text.parse()
    }
}

impl From<Minute> for String {
    fn from(minute: Minute) -> Self {
        minute.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Date { year, month, day } = self.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let is_digit = |at: usize, byte: u8| matches!(at, 4 | 7) || byte.is_ascii_digit();
        let shaped = text.len() == 10 && text.bytes().enumerate().all(|(at, b)| is_digit(at, b));
        let dashed = shaped && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        let read = || {
            let (year, month) = (text[..4].parse().ok()?, text[5..7].parse().ok()?);
            Self::of(Date { year, month, day: text[8..].parse().ok()? })
        };
        dashed.then(read).flatten().ok_or_else(|| NotADay(text.to_owned()))
    }
}

impl TryFrom<String> for Day {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Self, NotADay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A day from 1970 to 2399, such as `2024-02-29`.",
            "type": "string",
            "pattern": "^(19[7-9][0-9]|2[0-3][0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        })
    }
}

const fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_of(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// How many days there were from 1970 on before `year`.
const fn days_before(year: u16) -> u32 {
    let (year, first) = (year as u32, FIRST_YEAR as u32);
    (year - first) * 365 + leap(year - 1) - leap(first - 1)
}

/// How many leap days there were in the first `years` years.
const fn leap(years: u32) -> u32 {
    years / 4 - years / 100 + years / 400
}

const DAY_MINUTES: u32 = 24 * 60;
const FIRST_YEAR: u16 = 1970;
const LAST_YEAR: u16 = 2399;
