//! A set of defects, and the switch that each of them is.

use super::{Defect, DefectStory};

/// The defects that are planted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Defects(u128);

impl Defects {
    /// None: the reference as it should be.
    pub const NONE: Self = Self(0);

    /// These too.
    pub fn with(self, defect: Defect) -> Self {
        Self(self.0 | 1 << defect as u32)
    }

    /// All but this.
    pub fn without(self, defect: Defect) -> Self {
        Self(self.0 & !(1 << defect as u32))
    }

    /// Those of these that are not `others`.
    pub fn except(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether none is planted.
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// Every one that is planted, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = Defect> {
        Defect::ALL.iter().map(|story| story.defect).filter(move |defect| self.has(*defect))
    }

    /// Whether `defect` is planted.
    #[inline]
    pub fn has(self, defect: Defect) -> bool {
        self.0 >> defect as u32 & 1 == 1
    }

    /// The story of each that is planted, in the order of the list.
    pub fn stories(self) -> impl Iterator<Item = &'static DefectStory> {
        Defect::ALL.iter().filter(move |story| self.has(story.defect))
    }

    /// What is `right`, unless `defect` is planted: then what is `wrong`.
    #[inline]
    pub fn pick<T>(
        self,
        defect: Defect,
        right: impl FnOnce() -> T,
        wrong: impl FnOnce() -> T,
    ) -> T {
        if self.has(defect) { wrong() } else { right() }
    }
}

impl FromIterator<Defect> for Defects {
    fn from_iter<I: IntoIterator<Item = Defect>>(defects: I) -> Self {
        defects.into_iter().fold(Self::NONE, Self::with)
    }
}
