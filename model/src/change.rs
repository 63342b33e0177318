//! Changes that a team makes to its payment system without meaning to change
//! what it does: switches for tests, so that it can be seen whether a repro
//! still tells its story afterwards.

/// A change that leaves every promise of the system as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// A worker draws a jitter for the time after which it asks the store again.
    ExtraDraw,
    /// A worker tells the store that it lives, each time that it goes on with a
    /// payment.
    ExtraSend,
    /// Where a handler does several things in no order that matters, it does
    /// them in another.
    ReorderedSends,
    /// Requests to the store bear other names, so that what is said and written
    /// looks different.
    RenamedFields,
    /// Retries come sooner at first, and later in the end.
    OtherBackoff,
}

impl Change {
    /// Every change.
    pub const ALL: [Self; 5] = [
        Self::ExtraDraw,
        Self::ExtraSend,
        Self::ReorderedSends,
        Self::RenamedFields,
        Self::OtherBackoff,
    ];
}

/// The changes that were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes(u8);

impl Changes {
    /// None: the system as it is.
    pub const NONE: Self = Self(0);

    /// This too.
    #[must_use]
    pub fn with(self, change: Change) -> Self {
        Self(self.0 | 1 << change as u8)
    }

    /// Whether `change` was made.
    #[inline]
    pub fn has(self, change: Change) -> bool {
        self.0 >> change as u8 & 1 == 1
    }
}

impl FromIterator<Change> for Changes {
    fn from_iter<I: IntoIterator<Item = Change>>(changes: I) -> Self {
        changes.into_iter().fold(Self::NONE, Self::with)
    }
}
