//! The policy that chooses anything: what holds under it holds under any that
//! was trained badly.

use std::time::Duration;

use super::{Action, Snapshot};

/// Any action of the mask, each as likely as any other; a wait is any part of
/// the longest, mostly a short one.
pub(super) fn choose(snapshot: &Snapshot, draw: u64) -> Action {
    match snapshot.mask().pick(draw) {
        Some(Action::Wait(_)) => Action::Wait(part(snapshot.open.wait_max, draw)),
        Some(action) => action,
        None => super::rules::choose(snapshot),
    }
}

/// Some part of the longest wait: all of it, a half, a quarter and so on.
fn part(longest: Duration, draw: u64) -> Duration {
    let halved = longest / (1 << (draw % HALVINGS));
    halved.max(Duration::from_secs(1)).min(longest)
}

const HALVINGS: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_a_second_at_least_and_the_longest_at_most() {
        let longest = Duration::from_secs(4 * 86_400);
        assert_eq!(part(longest, 0), longest);
        assert_eq!(part(longest, 1), longest / 2);
        assert_eq!(part(Duration::from_secs(60), 15), Duration::from_secs(1));
        assert_eq!(part(Duration::from_millis(1), 15), Duration::from_millis(1));
    }
}
