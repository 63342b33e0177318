//! What no payment asks: requests that are drawn from seeds, whatever comes to mind. What they
//! are answered is held against a table that knows nothing of how the model is built.

mod gatekeeper;
mod ledger;
mod reconciler;

use sim::{Domain, Seed, Stream};

/// What comes to a stranger's mind, in the order in which it does.
struct Whim(Stream);

impl Whim {
    fn new(seed: u64, domain: [u8; 8]) -> Self {
        Self(Seed(seed).stream(Domain(u64::from_le_bytes(domain))))
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0.draw().below(bound)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// Once in so many times.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}
