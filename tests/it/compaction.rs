//! Parties that compact their journals at every occasion behave like others.

use std::time::Duration;

use model::Defects;
use scenarios::judge::Judge;
use scenarios::party::Compaction;
use scenarios::trial::{self, Verdict};
use scenarios::{PaymentSystem, Plan, catalog};
use sim::Seed;

/// Every snapshot is taken as early as it may be, parties crash and boot from
/// it, and the judge finds nothing.
#[test]
fn every_scenario_holds_when_journals_are_compacted_at_every_occasion() {
    let mut snapshots = 0;
    for scenario in catalog::all() {
        for seed in 1..=20 {
            let mut scenario = scenario.clone();
            // Long enough for what is finished early to be put away before heal.
            scenario.workload.spread.0 += Duration::from_secs(3_600);
            scenario.chaos.0 += Duration::from_secs(3_600);
            let mut system = PaymentSystem::new(Plan::draw(&scenario, Seed(seed)), Defects::NONE);
            system.compaction = Compaction { batch: 1, ..system.compaction };
            let mut judge = Judge::new(&system.plan);
            let mut world = trial::world(&system);
            let ending = trial::settle(&mut world, &mut judge);
            let verdict = trial::conclude(&world, &mut judge, ending);
            assert_eq!(verdict, Verdict::Held, "{}, seed {seed}", scenario.name);
            let store = world.actor(scenarios::party::STORE).expect("at rest nobody is down");
            snapshots += usize::from(store.footprint().1 > 0);
        }
    }
    assert!(snapshots > 100, "the store put payments away in {snapshots} worlds only");
}
