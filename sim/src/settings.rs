//! What a plan may say of the whole world, besides its faults.

use std::time::Duration;

use crate::message::Roles;
use crate::point::{Forcing, Point};
use crate::rate::Rate;

/// Settings that are off by default and cost nothing then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A message that has waited longer than this at an actor that pauses is
    /// lost: its connection gave up.
    pub pause_max: Duration,
    /// Who writes each record to two copies: lying syncs, torn records,
    /// corruption and old generations strike at most one copy of any record
    /// (the fault atlas), and recovery reads each from whichever is intact.
    pub mirrored: Roles,
    /// The points that are armed until the world heals, and how often each is
    /// forced when an actor asks.
    pub points: Vec<(Point, Rate)>,
    /// Single times at which points are forced until the world heals, armed or
    /// not.
    pub forced: Vec<Forcing>,
    /// Whom the healing is for: what still plagues anybody else, or a link to
    /// them, stays for good, and what an actor has promised who is then down is
    /// excused ([`World::excused`](crate::World::excused)). `None`: everything
    /// heals. Idea: TigerBeetle's liveness mode (`src/vopr.zig`).
    pub core: Option<Roles>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pause_max: Duration::MAX,
            mirrored: Roles::default(),
            points: Vec::new(),
            forced: Vec::new(),
            core: None,
        }
    }
}
