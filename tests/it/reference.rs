//! What disturbs the reference: nothing where nothing should, and something elsewhere. That
//! it holds, `tests/campaign` shows.

use model::Defects;
use rayon::ThreadPoolBuilder;
use scenarios::{campaign, catalog};
use sim::Seed;

#[test]
fn nothing_disturbs_a_calm_day_and_every_other_scenario_is_struck() {
    let pool = ThreadPoolBuilder::new().build().unwrap();
    for scenario in catalog::all() {
        let campaign = campaign::run(scenario, Seed(3), 60, Defects::NONE, &pool, |_| true);
        let business = ["declined", "partial-approval", "pending-then-result", "capture-declined"];
        let disturbances = campaign.strikes.keys().filter(|name| !business.contains(name));
        let calm = disturbances.count() == 0;
        assert_eq!(calm, scenario.name == "calm-day", "{}: {:?}", scenario.name, campaign.strikes);
    }
}
