//! The campaign alone, as people run it, in a slice: the reference holds and is judged. It
//! knows nothing of how the model is built, only what comes of it; so it is what has to
//! notice when a line that moves money is wrong (`.cargo/mutants.toml`).

mod figures;
mod strangers;

use model::Defects;
use rayon::{ThreadPool, ThreadPoolBuilder};
use scenarios::campaign::Campaign;
use scenarios::{Scenario, campaign, catalog, sometimes};
use sim::Seed;

use figures::Figures;

/// Trials of each scenario. Most of what is wrong shows in a few trials of some scenario,
/// so that few of all come first.
const FEW: u64 = 8;
const TRIALS: u64 = 120;

/// No violation, nothing inconclusive, every promised invariant exercised; and not because
/// most trials fail early, or are never disturbed.
#[test]
fn the_reference_holds_in_every_scenario_and_exercises_what_it_promises() {
    let pool = ThreadPoolBuilder::new().build().unwrap();
    for scenario in catalog::all() {
        hold(scenario, Seed(1), FEW, &pool);
    }
    let run = |scenario| hold(scenario, Seed(2), TRIALS, &pool);
    let campaigns: Vec<Campaign> = catalog::all().iter().map(run).collect();
    for campaign in &campaigns {
        let name = &campaign.scenario;
        assert_eq!(campaign.missed, [], "{name}");
        assert!(campaign.event_limit_used < 25, "{name}: runs are far from limits");
    }
    let missing = sometimes::seen(&campaigns).missing();
    assert_eq!(missing.touched, None, "so few trials are disturbed in what they are at");
    assert_eq!(missing.marks, [], "never seen");
    let cells: usize = missing.cells.iter().map(|(_, steps)| steps.len()).sum();
    assert!(cells <= CELLS_MISSING_MAX, "{cells} never seen: {:?}", missing.cells);
    let succeeded = sometimes::succeeded(campaigns.iter());
    assert!(succeeded >= 50, "only {succeeded} % of the payments succeed");
    let figures = Figures::of(&campaigns);
    let departures = figures.departures_from(&Figures::on_record());
    if !departures.is_empty() {
        figures.propose();
        panic!("{HINT}{}", departures.join("\n"));
    }
}

/// Runs a campaign, up to the first trial that does not hold.
fn hold(scenario: &Scenario, master: Seed, trials: u64, pool: &ThreadPool) -> Campaign {
    let campaign = campaign::run(scenario, master, trials, Defects::NONE, pool, |progress| {
        progress.violated == 0
    });
    assert_eq!(campaign.findings, [], "{}", scenario.name);
    assert_eq!(campaign.undecided, [], "{}", scenario.name);
    campaign
}

/// How many of the faults in flight that a large campaign has to see may be missing in one as
/// small as this.
const CELLS_MISSING_MAX: usize = 20;

const HINT: &str = "the campaign comes to something else; if that was meant, \
    `tests/campaign/figures.toml.new` is to be the record\n";
