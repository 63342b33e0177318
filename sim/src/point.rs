//! Named points: rare branches that an actor lets the plan force, such as a
//! cache miss, an early timeout, or a handler run twice to prove idempotence.
//!
//! The idea is FoundationDB's `BUGGIFY`; there each point is armed by a random
//! draw per process, here by the plan, and answered by a keyed draw.

use serde::{Deserialize, Serialize};

use crate::draw::{Domain, Draws};
use crate::message::{Role, Subject};
use crate::ordinals::Ordinals;
use crate::rate::Rate;

/// The name of a point, as a number that the system gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Point(pub u16);

/// One time at which a plan forces a point, whatever chance says: the
/// `ordinal`-th time that `role` asks about `subject`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Forcing {
    /// Which point.
    pub point: Point,
    /// Who asks.
    pub role: Role,
    /// About which operation.
    pub subject: Subject,
    /// The how-manieth time, from 1 and across crashes.
    pub ordinal: u32,
}

/// The points that a plan arms, and what was asked of them.
#[derive(Clone, Debug)]
pub(crate) struct Points {
    armed: Vec<(Point, Rate)>,
    /// In order, and whether it came to that.
    forced: Vec<(Forcing, bool)>,
    draws: Draws,
    asked: Ordinals,
    /// Who is being asked for.
    pub(crate) role: Role,
    /// Those that were hit in the handler under way.
    pub(crate) hits: Vec<Forcing>,
}

impl Points {
    /// The points that are `armed` at a rate each, and those that are `forced`
    /// at certain times; `None` if there are none.
    pub(crate) fn new(
        armed: &[(Point, Rate)],
        forced: &[Forcing],
        draws: Draws,
    ) -> Option<Box<Self>> {
        let mut armed = armed.to_vec();
        armed.retain(|(_, rate)| *rate > Rate::NEVER);
        let mut forced: Vec<_> = forced.iter().map(|forcing| (*forcing, false)).collect();
        forced.sort();
        let is_on = !armed.is_empty() || !forced.is_empty();
        let (asked, role, hits) = (Ordinals::default(), Role(u8::MAX), Vec::new());
        is_on.then(|| Box::new(Self { armed, forced, draws, asked, role, hits }))
    }

    /// Whether `point` is forced this time, by a draw for (role, point,
    /// subject, how often it was asked).
    pub(crate) fn ask(&mut self, point: Point, subject: Subject) -> bool {
        let armed = self.armed.iter().find(|(armed, _)| *armed == point);
        if armed.is_none() && !self.forced.iter().any(|(forced, _)| forced.point == point) {
            return false;
        }
        let name = u32::from(point.0) << 8 | u32::from(self.role.0);
        let ordinal = self.asked.next_of(name, subject.0);
        let identity = [u64::from(name), subject.0, u64::from(ordinal)];
        let drawn = armed.is_some_and(|(_, rate)| rate.hits(self.draws.draw(POINT, &identity)));
        let this = Forcing { point, role: self.role, subject, ordinal };
        let hit = self.force(this) || drawn;
        if hit {
            self.hits.push(this);
        }
        hit
    }

    /// Whether the plan forces `this`, which it has come to.
    fn force(&mut self, this: Forcing) -> bool {
        let place = self.forced.binary_search_by_key(&this, |(forced, _)| *forced);
        place.is_ok_and(|place| {
            self.forced[place].1 = true;
            true
        })
    }

    /// What the plan forces, and it never came to.
    pub(crate) fn never_forced(&self) -> impl Iterator<Item = Forcing> {
        self.forced.iter().filter(|(_, came)| !came).map(|(forced, _)| *forced)
    }
}

const POINT: Domain = Domain(u64::from_le_bytes(*b"point-on"));
