//! A bank rail: by which scheme money leaves the house, and what its books say
//! of each sum that was sent over it.
//!
//! Messages are those of ISO 20022: `pacs.008` sends, `pacs.002` answers,
//! `pacs.028` investigates, `camt.056` recalls, `camt.029` refuses the recall,
//! and `pacs.004` brings the money back.

mod books;
mod closed;
mod remittance;
mod request;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::banking_day::{Calendar, Day, Weekday};

pub use books::BankBooks;
pub use remittance::{
    IllegalRemittanceEvent, Remittance, RemittanceEvent, RemittanceState, Timetable,
};
pub use request::{
    BankAnswer, BankMovement, BankReply, BankRequest, Handling, Homecoming, Rejection,
    ReturnNotice, ReturnReason,
};

/// The habits of a rail.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rail {
    /// What it is called.
    pub name: String,
    /// Where the habits were seen.
    pub source: String,
    /// How money goes over it.
    pub scheme: Scheme,
    /// When it works.
    pub calendar: Calendar,
}

/// How money goes over a rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// One by one, at any time: the answer is due at once.
    Instant {
        /// How long at most an answer takes, unless something is wrong.
        answers_within: Duration,
    },
    /// In files that leave at the cut-off.
    Batch {
        /// How many banking days later the money is there.
        settles_after: u8,
    },
}

impl Rail {
    /// The cast of the built-in scenarios.
    pub fn cast() -> [Self; 2] {
        [
            Self {
                name: "instant".to_owned(),
                source: "like SEPA Instant: ten seconds, every day; T+1 for what hangs is UPI's \
                         rule"
                    .to_owned(),
                scheme: Scheme::Instant { answers_within: Duration::from_secs(10) },
                calendar: Calendar {
                    zone_minutes: 60,
                    cut_off_minutes: 24 * 60,
                    opening_minutes: 0,
                    rests_on: Vec::new(),
                    holidays: Vec::new(),
                },
            },
            Self {
                name: "batch".to_owned(),
                source: "like ACH: files at a cut-off, money a banking day later, returns by code"
                    .to_owned(),
                scheme: Scheme::Batch { settles_after: 1 },
                calendar: Calendar {
                    zone_minutes: -5 * 60,
                    cut_off_minutes: 16 * 60 + 45,
                    opening_minutes: 8 * 60 + 30,
                    rests_on: vec![Weekday::Saturday, Weekday::Sunday],
                    holidays: Vec::new(),
                },
            },
        ]
    }

    /// When what happens to something that is sent at `now`.
    pub fn timetable(&self, now: Duration) -> Timetable {
        let day = self.calendar.banking_day(now);
        match self.scheme {
            Scheme::Instant { .. } => {
                Timetable { leaves_at: now, settles_at: None, value_day: day }
            }
            Scheme::Batch { settles_after } => {
                let value_day = self.calendar.after(day, settles_after.into());
                Timetable {
                    leaves_at: self.calendar.cut_off(day),
                    settles_at: Some(self.calendar.opening(value_day)),
                    value_day,
                }
            }
        }
    }

    /// By when what hangs since `now` is credited or reversed: T+1.
    pub fn unhangs_at(&self, now: Duration) -> Duration {
        let day = self.calendar.banking_day(now);
        self.calendar.cut_off(self.calendar.after(day, 1))
    }

    /// When money of this value day is back that comes back so.
    pub fn returns_at(&self, value_day: Day, coming: &Homecoming) -> Duration {
        let days = u32::from(coming.days);
        let day = match coming.reason {
            ReturnReason::Unauthorized => {
                self.calendar.latest(value_day, days.min(UNAUTHORIZED_DAYS_MAX))
            }
            ReturnReason::AccountClosed | ReturnReason::NoAccount => {
                self.calendar.after(value_day, days.clamp(1, RETURN_DAYS_MAX))
            }
            ReturnReason::Recalled => {
                self.calendar.after(value_day, days.clamp(1, RECALL_DAYS_MAX))
            }
        };
        self.calendar.opening(day)
    }

    /// Until when something of this value day may be recalled.
    pub fn recalled_until(&self, value_day: Day) -> Duration {
        self.calendar.cut_off(self.calendar.after(value_day, RECALL_DAYS_MAX))
    }
}

/// R01-class: by the second banking day.
pub const RETURN_DAYS_MAX: u32 = 2;
/// R10-class: by the 60th calendar day.
pub const UNAUTHORIZED_DAYS_MAX: u32 = 60;
/// A recall, and the answer to it: by the tenth banking day.
pub const RECALL_DAYS_MAX: u32 = 10;
