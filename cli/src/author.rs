//! How a finding becomes a repro: shrunk, and with its story at the beginning.

use model::Defects;
use rayon::ThreadPool;
use reports::{Repeat, story as telling};
use scenarios::repro::Repro;
use scenarios::shrink::{self, Budget, Shrunk, Slipped};
use scenarios::{Fingerprint, Plan, story};

/// A repro, and what else was met while it was shrunk.
pub(crate) struct Written {
    pub(crate) repro: Repro,
    pub(crate) slipped: Vec<Slipped>,
    /// Candidates that were run.
    pub(crate) tried: u64,
    /// Whether it was stopped before nothing smaller was left.
    pub(crate) stopped: bool,
}

/// The smallest repro of a violation of this kind that comes of `plan`, as far as
/// `go_on` lets it search; `None` if the plan does not show it.
pub(crate) fn write(
    plan: &Plan,
    planted: Defects,
    kind: Fingerprint,
    pool: &ThreadPool,
    mut go_on: impl FnMut(u64) -> bool,
) -> Option<Written> {
    let budget = Budget { candidates: CANDIDATES_MAX, go_on: &mut go_on };
    let shrunk = shrink::shrink(plan, planted, &kind, budget, pool)?;
    let mut repro = Repro::of_shrunk(&shrunk, env!("CARGO_PKG_VERSION"))?;
    repro.story = story_of(&repro, &shrunk);
    let Shrunk { slipped, tried, stopped, .. } = shrunk;
    Some(Written { repro, slipped, tried, stopped })
}

/// What stands at the beginning of the file.
fn story_of(repro: &Repro, shrunk: &Shrunk) -> String {
    let told =
        story::tell(&repro.plan, repro.planted, |seen| seen.fingerprint() == repro.violation);
    let mut lines = told.as_ref().map(telling::comment::lines).unwrap_or_default();
    let proof = match shrunk.stopped {
        true => "Shrinking was stopped before it was proven that each line is needed.",
        false => "Every line is needed: without any one of them it fails in this way no more.",
    };
    lines.extend(["".to_owned(), proof.to_owned(), Repeat::replay(&repro.file_name())]);
    lines.join("\n")
}

/// The most candidates for one finding.
const CANDIDATES_MAX: u64 = 20_000;
