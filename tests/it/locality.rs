//! A removal from a plan is local: with nothing that couples payments, each
//! other payment's whole history is equal, whatever was removed.

use model::{Defects, Token};
use proptest::prelude::*;
use scenarios::message::Message;
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

/// Everything that was sent and received about `token`, without event numbers.
fn history(plan: Plan, token: Token) -> Vec<(VirtualTime, Role, &'static str, String)> {
    let (_, trace) = trial::replay_plan(plan, Defects::NONE);
    let about = |message: &Message| message.token() == token;
    let events = trace.events.iter().filter_map(|event| {
        let (what, message) = match &event.what {
            Happening::Sent(identity, message, fate) if about(message) => {
                ("sends", format!("{identity:?} {message:?} {fate:?}"))
            }
            Happening::Delivered(identity, copy, message) if about(message) => {
                ("receives", format!("{identity:?} {copy} {message:?}"))
            }
            _ => return None,
        };
        Some((event.at, event.role, what, message))
    });
    // The probe looks when the whole world is at rest: caused by everything.
    let probe = scenarios::party::PROBE;
    let own = events
        .filter(|(_, role, _, message)| *role != probe && !message.contains(&format!("{probe:?}")));
    own.filter(|(at, ..)| at.as_nanos() < u64::MAX).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn removing_an_operation_leaves_the_history_of_every_other_equal(
        seed in any::<u64>(),
        removed in 0_usize..8,
        watched in 0_usize..7,
    ) {
        let whole = Plan::draw(&uncoupled(), Seed(seed));
        let mut less = whole.clone();
        less.operations.remove(removed);
        let token = less.operations[watched].token;
        let (before, after) = (history(whole, token), history(less, token));
        prop_assert!(before.len() > 20, "the watched payment does something");
        prop_assert_eq!(before, after);
    }
}
