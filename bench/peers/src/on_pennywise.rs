//! Ping-saga on pennywise's kernel, with the digest on.

use sim::{Ending, World};

use crate::ping_saga::PingSaga;

/// The messages sent in one run of `saga`.
pub(crate) fn run(saga: PingSaga, seed: u64) -> u64 {
    let mut world = World::new(&saga, saga.run(seed));
    assert_eq!(world.run(&mut ()), Ending::Rest);
    world.sent_by_kind().iter().sum()
}
