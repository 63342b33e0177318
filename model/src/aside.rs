//! What not every world has.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// Something that only some worlds have. Where it is absent it has the digest of
/// nothing, so that worlds without it are as they were before anybody had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Aside<T>(pub Option<T>);

impl<T> Aside<T> {
    /// Without it.
    pub const NONE: Self = Self(None);

    /// It, if it is there.
    pub const fn as_ref(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// The same, to change it.
    pub const fn as_mut(&mut self) -> Option<&mut T> {
        self.0.as_mut()
    }

    /// Whether it is not there.
    pub const fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Whether it is there.
    pub const fn is_some(&self) -> bool {
        self.0.is_some()
    }
}

impl<T> Default for Aside<T> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<T: Hash> Hash for Aside<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(it) = &self.0 {
            it.hash(state);
        }
    }
}
