//! The reference holds, and is judged: no violation, nothing inconclusive,
//! every promised invariant exercised. A slice of the campaign that people run.

use model::Defects;
use rayon::ThreadPoolBuilder;
use scenarios::{campaign, catalog};
use sim::Seed;

#[test]
fn the_reference_holds_in_every_scenario_and_exercises_what_it_promises() {
    let pool = ThreadPoolBuilder::new().build().unwrap();
    for scenario in catalog::all() {
        let campaign = campaign::run(scenario, Seed(2), 120, Defects::NONE, &pool, |_| true);
        assert_eq!(campaign.findings, [], "{}", scenario.name);
        assert_eq!(campaign.undecided, [], "{}", scenario.name);
        assert_eq!(campaign.missed, [], "{}", scenario.name);
        assert!(campaign.event_limit_used < 25, "{}: runs are far from limits", scenario.name);
    }
}

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
