//! The threads that trials run on.

use std::num::NonZeroUsize;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::failure::Failure;

/// So many threads as were asked for, or one for each core.
///
/// # Errors
/// If they can't be started.
pub(crate) fn pool(jobs: Option<usize>) -> Result<ThreadPool, Failure> {
    let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let jobs = jobs.unwrap_or_else(cores);
    let pool = ThreadPoolBuilder::new().num_threads(jobs).build();
    pool.map_err(|error| Failure::Harness(format!("{jobs} threads can't be started: {error}")))
}
