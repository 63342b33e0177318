//! Orders of deliveries.

use std::time::Duration;

use sim::{Domain, Order, Rate, Seed};

use crate::plan::Plan;
use crate::settings::Scenario;

/// Deliveries by priorities.
pub(super) fn priorities(scenario: &Scenario, seed: Seed) -> Plan {
    let mut plan = Plan::draw(scenario, seed);
    let mut stream = seed.stream(PRIORITIES);
    let levels = 2 + stream.draw().below(7) as u8;
    let slowest = Duration::from_millis(WITHIN_MIN << stream.draw().below(5));
    let step = slowest / u32::from(levels);
    let demoted = Rate::per_million(1_000 << stream.draw().below(6));
    plan.weather.order = Order::Priorities { levels, step, demoted };
    plan
}

/// Deliveries in any order.
pub(super) fn walk(scenario: &Scenario, seed: Seed) -> Plan {
    let mut plan = Plan::draw(scenario, seed);
    let within = Duration::from_millis(WITHIN_MIN << seed.stream(WALK).draw().below(6));
    plan.weather.order = Order::Walk(within);
    plan
}

/// In milliseconds. What takes much longer than anybody waits for an answer is no other
/// order but an outage.
const WITHIN_MIN: u64 = 16;
const PRIORITIES: Domain = Domain(u64::from_le_bytes(*b"s-priors"));
const WALK: Domain = Domain(u64::from_le_bytes(*b"s-walk  "));
