//! The canonical report of every built-in scenario for two fixed seeds, as
//! blessed under `reports/snapshots/`. `cargo insta review` accepts a change.

use model::Defects;
use scenarios::{catalog, trial};
use sim::Seed;

#[test]
fn every_scenario_behaves_as_blessed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../reports/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for scenario in catalog::all() {
            for seed in [1, 2] {
                let trial = trial::run(scenario, Seed(seed), Defects::NONE);
                let report = reports::snapshot::render(&trial);
                insta::assert_snapshot!(format!("{}-{seed}", scenario.name), report);
            }
        }
    });
}
