//! What the kernel may know of a message, and who sends it.

use std::fmt::Debug;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

/// What actors say to each other. The kernel sees its kind, its subject and
/// its digest, and nothing else.
pub trait Message: Clone + Debug + Hash {
    /// Which message of the protocol this is. Replies have kinds of their own.
    fn kind(&self) -> Kind;

    /// The stable id, out of the plan, of the operation that this is about.
    fn subject(&self) -> Subject;
}

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(pub u16);

/// The operation that a message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(pub u64);

/// The part an actor plays; the same in every plan of a scenario, whoever else
/// takes part. At most [`Role::MAX`] of them, so that a set fits a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Role(pub u8);

impl Role {
    /// The number of roles that a world can tell apart.
    pub const MAX: usize = 128;
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Role>", into = "Vec<Role>")]
pub struct Roles(u128);

impl Roles {
    /// Every role that there can be.
    pub const EVERYONE: Self = Self(u128::MAX);

    /// Everybody else.
    pub const fn others(self) -> Self {
        Self(!self.0)
    }

    /// Everybody who is in either set.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether everybody in the set is in `other` as well.
    pub const fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether nobody is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `role` is in the set. A role past [`Role::MAX`] is in none.
    #[inline]
    pub fn contains(self, role: Role) -> bool {
        usize::from(role.0) < Role::MAX && self.0 >> role.0 & 1 == 1
    }

    /// The roles in the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        (0..Role::MAX as u8).map(Role).filter(move |role| self.contains(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        let known = roles.into_iter().filter(|role| usize::from(role.0) < Role::MAX);
        Self(known.fold(0, |set, role| set | 1 << role.0))
    }
}

impl From<Role> for Roles {
    fn from(role: Role) -> Self {
        [role].into_iter().collect()
    }
}

impl From<Vec<Role>> for Roles {
    fn from(roles: Vec<Role>) -> Self {
        roles.into_iter().collect()
    }
}

impl From<Roles> for Vec<Role> {
    fn from(roles: Roles) -> Self {
        roles.iter().collect()
    }
}

/// The identity of one sending: equal in every world in which the same thing
/// is sent, whatever else happens there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SendIdentity {
    /// Who sends.
    pub from: Role,
    /// To whom.
    pub to: Role,
    /// Which kind of message.
    pub kind: Kind,
    /// About which operation.
    pub subject: Subject,
    /// The how-manieth of this kind, for this subject, on this pair of roles,
    /// counted from 1 and across crashes.
    pub ordinal: u32,
}

impl SendIdentity {
    /// The words that name the pair, kind and subject; the ordinal apart.
    #[inline]
    pub(crate) fn words(&self) -> [u64; 2] {
        let pair = u64::from(self.from.0) << 8 | u64::from(self.to.0);
        [u64::from(self.kind.0) << 16 | pair, self.subject.0]
    }
}

/// One arrival of a message.
#[derive(Clone, Debug)]
pub struct Delivery<M> {
    /// Who sent it.
    pub from: Role,
    /// The ordinal of its sending; copies that the network made share it.
    pub ordinal: u32,
    /// Which copy of the sending this is, from 0.
    pub copy: u8,
    /// What was sent.
    pub message: M,
}

/// A message that could not be delivered, back at its sender: a connection to
/// its receiver was refused.
#[derive(Clone, Debug)]
pub struct Bounce<M> {
    /// To whom it was sent.
    pub to: Role,
    /// The ordinal of its sending.
    pub ordinal: u32,
    /// What was sent: no copy of it was handled, and none will be.
    pub message: M,
}
