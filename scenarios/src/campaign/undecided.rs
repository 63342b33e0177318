//! A trial that came to nothing.

use serde::Serialize;
use sim::Seed;

/// A trial of which nothing can be concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Undecided {
    /// The trial's place in the campaign, from 0.
    pub index: u64,
    /// Its seed.
    pub seed: Seed,
    /// Why.
    pub why: &'static str,
}
