//! The campaign alone, as people run it, in a slice: the reference holds and is judged. It
//! knows nothing of how the model is built, only what comes of it; so it is what has to
//! notice when a line that moves money is wrong (`.cargo/mutants.toml`).

use model::Defects;
use rayon::ThreadPoolBuilder;
use scenarios::campaign::Campaign;
use scenarios::{campaign, catalog, sometimes};
use sim::Seed;

const TRIALS: u64 = 120;

/// No violation, nothing inconclusive, every promised invariant exercised; and not because
/// most trials fail early, or are never disturbed.
#[test]
fn the_reference_holds_in_every_scenario_and_exercises_what_it_promises() {
    let pool = ThreadPoolBuilder::new().build().unwrap();
    let run = |scenario| campaign::run(scenario, Seed(2), TRIALS, Defects::NONE, &pool, |_| true);
    let campaigns: Vec<Campaign> = catalog::all().iter().map(run).collect();
    for campaign in &campaigns {
        let name = &campaign.scenario;
        assert_eq!(campaign.findings, [], "{name}");
        assert_eq!(campaign.undecided, [], "{name}");
        assert_eq!(campaign.missed, [], "{name}");
        assert!(campaign.event_limit_used < 25, "{name}: runs are far from limits");
    }
    let missing = sometimes::seen(&campaigns).missing();
    assert_eq!(missing.touched, None, "so few trials are disturbed in what they are at");
    assert!(missing.marks.len() <= MARKS_MISSING_MAX, "never seen: {:?}", missing.marks);
    let succeeded = sometimes::succeeded(campaigns.iter());
    assert!(succeeded >= 50, "only {succeeded} % of the payments succeed");
}

/// How much of what a large campaign has to see may be missing in one as small as this.
const MARKS_MISSING_MAX: usize = 3;
