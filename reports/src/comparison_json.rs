//! What two protocols made of the same plans, as data.

use scenarios::compare::Comparison;
use serde::Serialize;
use sim::Seed;

use crate::json;

/// Everything that it takes to repeat a comparison, and what it came to.
#[derive(Clone, Debug, Serialize)]
struct Document<'c> {
    master_seed: Seed,
    version: &'c str,
    comparisons: &'c [Comparison],
}

/// `comparisons` under `master_seed` as JSON. Spans are nanoseconds, amounts of
/// money over time minor units times seconds.
///
/// # Errors
/// Never of what a comparison is made of.
pub fn render(
    master_seed: Seed,
    version: &str,
    comparisons: &[Comparison],
) -> Result<String, serde_json::Error> {
    json::pretty(&Document { master_seed, version, comparisons })
}
