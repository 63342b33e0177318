//! The processor time of this process, for benchmarks only.

use std::fs;

/// Nanoseconds that all live threads of this process ran on a processor;
/// `None` where the platform does not tell it.
pub(crate) fn nanos() -> Option<u64> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    tasks.map(|task| of_thread(&task.ok()?.path().join("schedstat"))).sum()
}

fn of_thread(schedstat: &std::path::Path) -> Option<u64> {
    fs::read_to_string(schedstat).ok()?.split_whitespace().next()?.parse().ok()
}
