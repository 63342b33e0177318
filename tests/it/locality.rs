//! A removal from a plan is local: with nothing that couples payments, each
//! other payment's whole history is equal, whatever was removed.

use model::{Defects, Token};
use proptest::prelude::*;
use scenarios::message::Message;
use scenarios::party::PROBE;
use scenarios::{Plan, Scenario, catalog, trial};
use sim::{Happening, Rate, Role, Seed, VirtualTime};

/// A stormy network without what couples payments: no party is cut off or
/// crashes, and no limit is ever reached.
fn uncoupled() -> Scenario {
    let mut scenario = catalog::named("stormy-network").unwrap().clone();
    scenario.partitions.times = 0;
    scenario.crashes.clear();
    scenario.workload.operations = 8;
    scenario.workload.limit = 1_000_000_000;
    scenario.swarm.off = Rate::NEVER;
    scenario.providers.faults.reply_dropped = Rate::per_million(100_000);
    scenario.providers.faults.late_effect = Rate::per_million(50_000);
    scenario.providers.faults.late_effect_max = "10m".parse().unwrap();
    scenario
}

/// Everything that was sent and received about `token`, without event numbers,
/// until the probe looks: coming to rest is caused by everything before it.
fn history(plan: Plan, token: Token) -> Vec<(VirtualTime, Role, String)> {
    let (_, trace) = trial::replay_plan(plan, Defects::NONE);
    let about = |message: &Message| message.token() == token;
    let before_rest = trace
        .events
        .iter()
        .take_while(|event| event.role != PROBE || !matches!(event.what, Happening::TimerFired(_)));
    let history = before_rest.filter_map(|event| {
        let what = match &event.what {
            Happening::Sent(identity, message, fate) if about(message) => {
                format!("sends {identity:?} {message:?} {fate:?}")
            }
            Happening::Delivered(identity, copy, message) if about(message) => {
                format!("receives {identity:?} {copy} {message:?}")
            }
            _ => return None,
        };
        Some((event.at, event.role, what))
    });
    history.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn removing_an_operation_leaves_the_history_of_every_other_equal(
        seed in any::<u64>(),
        removed in 0_usize..8,
        watched in 0_usize..7,
        workers in 1_u8..4,
    ) {
        let scenario = Scenario { workers, ..uncoupled() };
        let whole = Plan::draw(&scenario, Seed(seed));
        let mut less = whole.clone();
        less.operations.remove(removed);
        let token = less.operations[watched].token;
        let (before, after) = (history(whole, token), history(less, token));
        prop_assert!(before.len() > 20, "the watched payment does something");
        prop_assert_eq!(before, after);
    }
}
