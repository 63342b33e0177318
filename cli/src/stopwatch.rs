//! The only reader of the machine's clock: it decides how many seeds run and
//! what the progress says, never what happens in a world.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "`--for` and the progress are about real time"
)]

use std::time::{Duration, Instant};

/// Measures real time from its making on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// How long ago it was made.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
