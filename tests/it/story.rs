//! Stories of planted defects: what had a hand in a violation is enough for it,
//! and far less than everything.

use model::{Defect, Defects};
use scenarios::judge::Violation;
use scenarios::story::{self, Story};
use scenarios::trial::{self, Trial};
use scenarios::{Plan, Scenario, catalog};
use sim::Seed;

fn findings(defect: Defect, scenario: &Scenario, seeds: u64) -> Vec<(Trial, Violation)> {
    let planted = Defects::NONE.with(defect);
    let trials = (0..seeds).map(|seed| trial::run(scenario, Seed(seed), planted));
    trials
        .filter_map(|trial| {
            let first = trial.violations().first().cloned()?;
            Some((trial, first))
        })
        .collect()
}

#[test]
fn survey() {
    for story in Defect::ALL {
        let planted = Defects::NONE.with(story.defect);
        for scenario in catalog::all() {
            let mut n = 0;
            for (trial, violation) in findings(story.defect, scenario, 40).into_iter().take(3) {
                n += 1;
                let same = |v: &Violation| {
                    (v.invariant, v.token, v.relation)
                        == (violation.invariant, violation.token, violation.relation)
                };
                let told = story::tell(&trial.plan, planted, same).unwrap();
                let outside: Vec<_> = trial
                    .plan
                    .faults
                    .iter()
                    .map(|f| f.id)
                    .filter(|id| !told.faults.contains(id))
                    .collect();
                let mut broken = Vec::new();
                for id in &outside {
                    let mut plan = Plan::clone(&trial.plan);
                    plan.faults.retain(|fault| fault.id != *id);
                    let again = trial::run_plan(plan, planted);
                    if !again.violations().iter().any(same) {
                        broken.push(*id);
                    }
                }
                println!(
                    "{:28} {:24} {} {:?} past {}/{} ({}), beats {}, faults {}/{}, broken {:?} turn {}",
                    story.name,
                    scenario.name,
                    trial.seed,
                    violation.invariant,
                    told.past,
                    told.events,
                    trial.events,
                    told.beats.len(),
                    told.faults.len(),
                    trial.plan.faults.len(),
                    broken,
                    told.wrong_turn.is_some()
                );
            }
            let _ = n;
        }
    }
}
