//! Days, dates and banking days: a rail goes by its own calendar and clock.

use std::time::Duration;

use model::{Calendar, Date, Day, Minute, Rail, Weekday};

#[test]
fn a_date_is_the_day_that_others_say_it_is() {
    for (text, number, weekday) in [
        ("1970-01-01", 0, Weekday::Thursday),
        ("1970-12-31", 364, Weekday::Thursday),
        ("1972-02-29", 789, Weekday::Tuesday),
        ("1972-03-01", 790, Weekday::Wednesday),
        ("1999-12-31", 10_956, Weekday::Friday),
        ("2000-02-29", 11_016, Weekday::Tuesday),
        ("2023-02-28", 19_416, Weekday::Tuesday),
        ("2024-02-29", 19_782, Weekday::Thursday),
        ("2024-12-31", 20_088, Weekday::Tuesday),
        ("2100-02-28", 47_540, Weekday::Sunday),
        ("2100-03-01", 47_541, Weekday::Monday),
    ] {
        let day: Day = text.parse().expect("a day");
        assert_eq!((day, day.weekday()), (Day(number), weekday), "{text}");
        assert_eq!(day.to_string(), text);
    }
}

#[test]
fn every_day_of_four_centuries_has_a_date_that_names_it_and_comes_after_the_one_before() {
    let mut before = Date { year: 1969, month: 12, day: 31 };
    for day in (0..146_097).map(Day) {
        let date = day.date();
        assert_eq!(Day::of(date), Some(day), "{date:?}");
        assert!(before < date, "{before:?} before {date:?}");
        before = date;
    }
    assert_eq!(before, Date { year: 2369, month: 12, day: 31 });
}

#[test]
fn what_is_no_day_is_refused_with_an_example() {
    for text in [
        "",
        "2023-02-29",
        "2100-02-29",
        "2024-04-31",
        "2024-13-01",
        "2024-00-10",
        "2024-01-00",
        "1969-12-31",
        "2400-01-01",
        "24-01-01",
        "2024/01/01",
        "2024-1-1",
        "2024-01-0x",
        "2024é01-1",
    ] {
        let error = text.parse::<Day>().unwrap_err().to_string();
        assert!(error.contains("such as `2024-02-29`"), "{text}: {error}");
    }
}

#[test]
fn a_minute_reads_as_it_prints_and_what_is_none_is_refused_with_an_example() {
    for text in ["1970-01-01 00:00", "2024-02-29 16:44", "2399-12-31 23:59"] {
        let minute: Minute = text.parse().expect("a minute");
        assert_eq!((minute.to_string().as_str(), minute.since_1970()), (text, at(text)));
    }
    for text in ["", "2024-02-29", "2024-02-29 24:00", "2024-02-29 1:60", "2024-02-29 +1:00"] {
        let error = text.parse::<Minute>().unwrap_err().to_string();
        assert!(error.contains("such as `2024-02-29 16:44`"), "{text}: {error}");
    }
}

/// Weekends, holidays, the cut-off, and a place behind UTC: what comes at which
/// time belongs to which banking day.
#[test]
fn what_comes_after_the_cut_off_or_on_no_banking_day_belongs_to_the_next_one() {
    let rail = new_york(&["2024-07-04"]);
    for (utc, belongs_to, why) in [
        ("2024-02-28 15:00", "2024-02-28", "a Wednesday morning there"),
        ("2024-02-28 21:44", "2024-02-28", "a minute before the cut-off"),
        ("2024-02-28 21:45", "2024-02-29", "the cut-off itself, and a leap day follows"),
        ("2024-02-29 22:00", "2024-03-01", "after the cut-off of the leap day"),
        ("2024-02-28 04:59", "2024-02-28", "still the 27th there, but past its cut-off"),
        ("2024-03-01 23:00", "2024-03-04", "Friday evening: Monday"),
        ("2024-03-02 12:00", "2024-03-04", "Saturday: Monday"),
        ("2024-03-04 02:00", "2024-03-04", "Sunday evening there: Monday"),
        ("2024-07-03 22:00", "2024-07-05", "before the holiday, too late for the day itself"),
        ("2024-07-04 15:00", "2024-07-05", "on the holiday"),
        ("2024-12-31 23:30", "2025-01-01", "over the end of the year"),
    ] {
        assert_eq!(rail.banking_day(at(utc)).to_string(), belongs_to, "{utc}: {why}");
    }
}

#[test]
fn banking_days_are_counted_over_weekends_and_holidays() {
    let calendar = new_york(&["2024-05-27", "2024-05-28"]);
    for (from, days, to) in [
        ("2024-05-23", 0, "2024-05-23"),
        ("2024-05-23", 1, "2024-05-24"),
        ("2024-05-24", 1, "2024-05-29"),
        ("2024-05-24", 2, "2024-05-30"),
        ("2024-05-25", 1, "2024-05-29"),
        ("2024-02-28", 2, "2024-03-01"),
        ("2023-02-28", 2, "2023-03-02"),
    ] {
        assert_eq!(calendar.after(day(from), days), day(to), "{days} after {from}");
    }
    for (from, days, to) in [
        ("2024-05-24", 0, "2024-05-24"),
        ("2024-05-24", 4, "2024-05-24"),
        ("2024-05-24", 5, "2024-05-29"),
        ("2024-01-02", 60, "2024-03-01"),
        ("2023-01-02", 60, "2023-03-03"),
        ("2024-01-03", 60, "2024-03-01"),
    ] {
        assert_eq!(calendar.latest(day(from), days), day(to), "at most {days} after {from}");
    }
}

#[test]
fn a_calendar_without_a_banking_day_does_not_count_for_ever() {
    use Weekday::*;
    let every_day = vec![Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday];
    let calendar = Calendar { rests_on: every_day, ..new_york(&[]) };
    assert_eq!(calendar.after(day("2024-01-01"), 2), day("2024-03-03"));
    assert_eq!(calendar.latest(day("2024-01-01"), 60), day("2024-01-01"));
}

#[test]
fn cut_off_and_opening_are_moments_of_the_place() {
    let calendar = new_york(&[]);
    assert_eq!(calendar.cut_off(day("2024-02-29")), at("2024-02-29 21:45"));
    assert_eq!(calendar.opening(day("2024-03-01")), at("2024-03-01 13:30"));
    let ahead = Calendar { zone_minutes: 9 * 60, ..calendar };
    assert_eq!(ahead.opening(day("2024-03-01")), at("2024-02-29 23:30"));
    assert_eq!(ahead.banking_day(at("2024-02-29 07:44")), day("2024-02-29"));
    assert_eq!(ahead.banking_day(at("2024-02-29 07:45")), day("2024-03-01"));
}

#[test]
fn an_instant_rail_has_no_day_off() {
    let [instant, _] = Rail::cast();
    for (utc, belongs_to) in [
        ("2024-03-02 22:59", "2024-03-02"),
        ("2024-03-02 23:00", "2024-03-03"),
        ("2024-12-24 23:30", "2024-12-25"),
    ] {
        assert_eq!(instant.calendar.banking_day(at(utc)), day(belongs_to), "{utc}");
    }
}

/// The calendar of the batch rail, with these holidays.
fn new_york(holidays: &[&str]) -> Calendar {
    let [_, batch] = Rail::cast();
    Calendar { holidays: holidays.iter().map(|text| day(text)).collect(), ..batch.calendar }
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// A moment in UTC, such as `2024-02-29 21:45`.
pub(crate) fn at(text: &str) -> Duration {
    let (date, time) = text.split_once(' ').expect("a date and a time");
    let (hours, minutes) = time.split_once(':').expect("hours and minutes");
    let number = |text: &str| text.parse::<u64>().expect("a number");
    let minutes = number(hours) * 60 + number(minutes);
    Duration::from_secs(u64::from(day(date).0) * 86_400 + minutes * 60)
}
