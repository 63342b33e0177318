//! The digests of every built-in scenario for five fixed seeds, as blessed in
//! `golden/digests.snap`: what no change may alter that only meant to tidy up
//! or to speed up. The release build has to come to the same: `.ci/run`.

use scenarios::catalog;
use scenarios::determinism::mark;
use sim::Seed;

const HOW_TO_BLESS: &str = "scenario, seed, digest, events; after a change that was meant: \
                            INSTA_UPDATE=always cargo test -p pennywise-tests golden";

#[test]
fn the_digests_of_the_catalog_are_those_that_were_blessed() {
    let marks = catalog::all().iter().flat_map(|scenario| (1..=5).map(|n| mark(scenario, Seed(n))));
    let lines: String = marks.map(|mark| format!("{mark}\n")).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(HOW_TO_BLESS);
    settings.bind(|| insta::assert_snapshot!("digests", lines));
}
