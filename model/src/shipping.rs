//! When what is shipped later may be charged.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::captures::Captures;

/// When each capture after the first is due, in whole seconds since the beginning
/// of time: that is when its parcel leaves. Those of zero follow at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shipping([u32; Captures::MAX - 1]);

impl Shipping {
    /// Parcels that leave then, the first of them right after the order; `None` if
    /// there are too many, or one leaves before another that comes first.
    pub fn at(moments: &[Duration]) -> Option<Self> {
        let mut shipping = Self::default();
        if moments.len() > shipping.0.len() || !moments.is_sorted() {
            return None;
        }
        for (slot, moment) in shipping.0.iter_mut().zip(moments) {
            *slot = u32::try_from(moment.as_secs()).ok()?;
        }
        Some(shipping)
    }

    /// Whether nothing is waited for.
    pub fn is_at_once(&self) -> bool {
        *self == Self::default()
    }

    /// When capture number `nth`, from 0 on, is due.
    pub fn of(&self, nth: u8) -> Duration {
        let later = usize::from(nth).checked_sub(1).and_then(|at| self.0.get(at));
        Duration::from_secs(later.copied().unwrap_or_default().into())
    }

    /// When the last one is.
    pub fn last(&self) -> Duration {
        Duration::from_secs(self.0.iter().max().copied().unwrap_or_default().into())
    }

    /// When each later one is, up to the last that is waited for.
    pub fn moments(&self) -> impl Iterator<Item = Duration> + use<> {
        let count = self.0.iter().rposition(|at| *at != 0).map_or(0, |last| last + 1);
        let moments = self.0;
        (0..count).map(move |at| Duration::from_secs(moments[at].into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_is_due_when_it_leaves_and_the_first_at_once() {
        let days = |days: u64| Duration::from_secs(days * 86_400);
        let shipping = Shipping::at(&[days(1), days(3)]).expect("in order");
        assert_eq!([0, 1, 2, 3].map(|nth| shipping.of(nth)), [0, 1, 3, 0].map(days));
        assert_eq!((shipping.last(), shipping.is_at_once()), (days(3), false));
        assert_eq!(shipping.moments().collect::<Vec<_>>(), [days(1), days(3)]);
        assert!(Shipping::at(&[]).is_some_and(|none| none.is_at_once()));
        assert_eq!(Shipping::at(&[days(3), days(1)]), None);
        assert_eq!(Shipping::at(&[days(1); 3]), None);
    }
}
