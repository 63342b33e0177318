//! Repros as files: nothing is lost on the way, and mistakes are told with
//! their place.

use model::Defects;
use proptest::prelude::*;
use scenarios::repro::{Answer, Notes, Repro};
use scenarios::{Plan, catalog};
use sim::Seed;

/// A repro of `plan` that nobody ran.
pub(crate) fn unproven(plan: Plan) -> Repro {
    Repro {
        tool: "0.1.0".to_owned(),
        planted: Defects::NONE,
        expect: Answer::SameViolation,
        expect_without: None,
        violation: "I05 payin_card capture same-operation-twice".parse().unwrap(),
        evidence: "payment 7 is charged 2 times, says \"provider a\"".to_owned(),
        plan,
        recording: None,
        notes: Notes::default(),
        story: String::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_that_nobody_shrank_is_the_same_after_a_file(seed: u64) {
        for scenario in catalog::all() {
            let repro = unproven(Plan::draw(scenario, Seed(seed)));
            let text = repro.text();
            match Repro::parse("it.toml", &text) {
                Ok(read) => prop_assert_eq!(read, repro),
                Err(error) => prop_assert!(false, "{:?}\n{}", error, text),
            }
        }
    }
}
