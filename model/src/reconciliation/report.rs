//! What is unreconciled, by count, value and age.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Difference, ItemState};
use crate::currency::Currency;
use crate::money::Amount;

/// What books and files don't agree about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// By currency: how many items, and what they come to.
    pub open: BTreeMap<Currency, (u32, Amount)>,
    /// How old the oldest of them is.
    pub oldest: Duration,
    /// The same as `open`, for each [`Age`] by itself.
    pub ages: BTreeMap<Currency, [(u32, Amount); Age::ALL.len()]>,
    /// Why they are open: how many of them for each [`Cause`].
    pub causes: BTreeMap<Currency, BTreeMap<Cause, u32>>,
}

/// Why something is unreconciled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It is booked, and no line told of it in time.
    Missing,
    /// A line told of another amount, fee or currency, or told of it once more.
    Differs(Difference),
    /// A line told of what nobody had booked.
    Unforeseen,
    /// Lines told of a refund that nobody had booked, and something is left of them.
    Unclaimed,
}

/// How old an item is, as whoever closes books asks for it (payments.md 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Age {
    /// Up to a day: T+1.
    Day,
    /// Up to three days: T+3.
    ThreeDays,
    /// Up to thirty: T+30.
    Month,
    /// Older: somebody has forgotten it.
    Older,
}

impl Age {
    /// Every one, the youngest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::ThreeDays, Self::Month, Self::Older];

    /// That of an item which is so old.
    pub fn of(age: Duration) -> Self {
        let young = |limit: &Self| limit.most().is_some_and(|most| age <= most);
        Self::ALL.into_iter().find(young).unwrap_or(Self::Older)
    }

    /// The oldest that has it, if there is a limit.
    const fn most(self) -> Option<Duration> {
        let days = match self {
            Self::Day => 1,
            Self::ThreeDays => 3,
            Self::Month => 30,
            Self::Older => return None,
        };
        Some(Duration::from_secs(days * 86_400))
    }
}

impl Report {
    /// Takes in an item.
    pub(super) fn count(
        &mut self,
        (currency, cause): (Currency, Cause),
        value: Amount,
        age: Duration,
    ) {
        *self.causes.entry(currency).or_default().entry(cause).or_default() += 1;
        let open = self.open.entry(currency).or_default();
        let of_age = &mut self.ages.entry(currency).or_default()[Age::of(age) as usize];
        for (count, sum) in [open, of_age] {
            *count += 1;
            *sum += value;
        }
        self.oldest = self.oldest.max(age);
    }

    /// Takes in what `other` tells of other books.
    pub fn add(&mut self, other: &Self) {
        for (currency, (count, value)) in &other.open {
            let open = self.open.entry(*currency).or_default();
            open.0 += count;
            open.1 += *value;
        }
        for (currency, ages) in &other.ages {
            let known = self.ages.entry(*currency).or_default();
            for (known, (count, value)) in known.iter_mut().zip(ages) {
                known.0 += count;
                known.1 += *value;
            }
        }
        for (currency, causes) in &other.causes {
            let known = self.causes.entry(*currency).or_default();
            for (cause, count) in causes {
                *known.entry(*cause).or_default() += count;
            }
        }
        self.oldest = self.oldest.max(other.oldest);
    }

    /// Whether books and files agree.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

/// Ages and causes are told of the items that are counted, and tell them once more.
impl Hash for Report {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.open, self.oldest).hash(state);
    }
}

impl Cause {
    /// That of a case which stands so; `None` if it is none.
    pub(super) const fn of(state: ItemState) -> Option<Self> {
        match state {
            ItemState::Overdue => Some(Self::Missing),
            ItemState::Mismatched(difference) => Some(Self::Differs(difference)),
            ItemState::Unexpected => Some(Self::Unforeseen),
            ItemState::Absent | ItemState::Expected | ItemState::Matched | ItemState::Resolved => {
                None
            }
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "missing",
            Self::Differs(Difference::Amount) => "of another amount",
            Self::Differs(Difference::Fee) => "for another fee",
            Self::Differs(Difference::Currency) => "in another currency",
            Self::Differs(Difference::Duplicate) => "told twice",
            Self::Unforeseen => "unforeseen",
            Self::Unclaimed => "unclaimed",
        })
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day => "a day",
            Self::ThreeDays => "three days",
            Self::Month => "thirty days",
            Self::Older => "longer",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_counted_once_by_currency_and_once_by_its_age() {
        let mut report = Report::default();
        for (hours, amount) in [(0, 1), (24, 2), (25, 4), (72, 8), (73, 16), (720, 32), (721, 64)] {
            let age = Duration::from_secs(hours * 3_600);
            let cause = if hours < 48 { Cause::Missing } else { Cause::Unforeseen };
            report.count((Currency::Eur, cause), Amount(amount), age);
        }
        let ages = [(2, Amount(3)), (2, Amount(12)), (2, Amount(48)), (1, Amount(64))];
        assert_eq!(report.ages[&Currency::Eur], ages);
        assert_eq!(report.open[&Currency::Eur], (7, Amount(127)));
        assert_eq!(report.oldest, Duration::from_secs(721 * 3_600));
        let mut both = report.clone();
        both.add(&report);
        assert_eq!(both.ages[&Currency::Eur], ages.map(|(count, sum)| (2 * count, sum + sum)));
        assert_eq!(both.open[&Currency::Eur], (14, Amount(254)));
        let causes = [(Cause::Missing, 6), (Cause::Unforeseen, 8)];
        assert_eq!(both.causes[&Currency::Eur], BTreeMap::from(causes));
    }
}
