//! Sets of links: who sends to whom.

use serde::{Deserialize, Serialize};

use crate::message::{Role, Roles};

/// A stretch of one-way links: from each of some roles to each of others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stretch {
    /// The senders.
    pub from: Roles,
    /// The receivers.
    pub to: Roles,
    /// Whether the links back belong to it too.
    pub both_ways: bool,
}

impl Stretch {
    /// Whether the link from `from` to `to` belongs to it.
    #[inline]
    pub fn contains(&self, from: Role, to: Role) -> bool {
        let there = self.from.contains(from) && self.to.contains(to);
        there || self.both_ways && self.to.contains(from) && self.from.contains(to)
    }
}

/// A set of links.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Links(Vec<Stretch>);

impl Links {
    /// No link.
    pub const NONE: Self = Self(Vec::new());

    /// The same set, with every link from `from` to `to` and back.
    pub fn between(mut self, from: Roles, to: Roles) -> Self {
        self.0.push(Stretch { from, to, both_ways: true });
        self
    }

    /// The same set, with every link from `from` to `to`.
    pub fn one_way(mut self, from: Roles, to: Roles) -> Self {
        self.0.push(Stretch { from, to, both_ways: false });
        self
    }

    /// Whether the link from `from` to `to` is in the set.
    #[inline]
    pub fn contains(&self, from: Role, to: Role) -> bool {
        self.0.iter().any(|stretch| stretch.contains(from, to))
    }

    /// Whether nothing was put in.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_links_holds_what_was_put_in_each_way_for_itself() {
        let (a, b, c) = (Role(1), Role(2), Role(3));
        let links = Links::NONE.between(a.into(), b.into()).one_way(b.into(), c.into());
        let held = |from, to| links.contains(from, to);
        assert_eq!((held(a, b), held(b, a), held(b, c), held(c, b)), (true, true, true, false));
        assert!(!held(a, c) && !held(a, a));
        assert!(Links::NONE.is_empty() && !Links::NONE.contains(a, b));
    }
}
