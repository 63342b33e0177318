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

/// The points that a plan arms, and what was asked of them.
#[derive(Clone, Debug)]
pub(crate) struct Points {
    armed: Vec<(Point, Rate)>,
    draws: Draws,
    asked: Ordinals,
    /// Who is being asked for.
    pub(crate) role: Role,
    /// Those that were hit in the handler under way.
    pub(crate) hits: Vec<(Point, Subject)>,
}

impl Points {
    /// The points that are `armed` at a rate each; `None` if there are none.
    pub(crate) fn armed(armed: &[(Point, Rate)], draws: Draws) -> Option<Box<Self>> {
        let mut armed = armed.to_vec();
        armed.retain(|(_, rate)| *rate > Rate::NEVER);
        let (asked, role, hits) = (Ordinals::default(), Role(u8::MAX), Vec::new());
        (!armed.is_empty()).then(|| Box::new(Self { armed, draws, asked, role, hits }))
    }

    /// Whether `point` is forced this time, by a draw for (role, point,
    /// subject, how often it was asked).
    pub(crate) fn ask(&mut self, point: Point, subject: Subject) -> bool {
        let Some((_, rate)) = self.armed.iter().find(|(armed, _)| *armed == point) else {
            return false;
        };
        let name = u32::from(point.0) << 8 | u32::from(self.role.0);
        let ordinal = self.asked.next_of(name, subject.0);
        let identity = [u64::from(name), subject.0, u64::from(ordinal)];
        let hit = rate.hits(self.draws.draw(POINT, &identity));
        if hit {
            self.hits.push((point, subject));
        }
        hit
    }
}

const POINT: Domain = Domain(u64::from_le_bytes(*b"point-on"));
