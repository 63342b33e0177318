//! A rare branch that a plan forces a party into once.

use model::Token;
use serde::{Deserialize, Serialize};
use sim::{Forcing, Role, Subject};

use crate::points::PointName;

/// One time at which a party takes a rare branch: the `ordinal`-th time that it
/// comes by for `token`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Forced {
    /// Its name in the plan; stable under the removal of others.
    pub id: u32,
    /// Which branch.
    pub point: PointName,
    /// Whose.
    pub party: Role,
    /// About which instrument.
    pub token: Token,
    /// The how-manieth time, from 1 and across crashes.
    pub ordinal: u32,
}

impl Forced {
    /// The same, as the kernel says it.
    pub fn forcing(&self) -> Forcing {
        let (role, subject) = (self.party, Subject(self.token.0));
        Forcing { point: self.point.point(), role, subject, ordinal: self.ordinal }
    }
}
