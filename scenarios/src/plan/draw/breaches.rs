//! Which providers break their word about a try at a payment, and when.

use std::time::Duration;

use sim::{Rate, Stream};

use crate::plan::{BreachPlan, Operation, Purpose};
use crate::settings::Scenario;

/// What some payments' providers refuse or void, they will take.
pub(super) fn add(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    let providers = &scenario.providers;
    if providers.breached == Rate::NEVER {
        return;
    }
    for operation in operations {
        let breached = stream.chance(providers.breached);
        // Half of them before anybody can be sure of what was said.
        let soon = if stream.chance(HALF) { SOON_MAX } else { Duration::MAX };
        let longest = providers.breached_after_max.0.min(soon);
        let after = stream.span(Duration::ZERO, longest);
        let pays = matches!(operation.purpose, Purpose::PayIn(_));
        operation.breach = (breached && pays).then_some(BreachPlan { after });
    }
}

const HALF: Rate = Rate::per_million(500_000);
/// What is soon: within the time of a late effect.
const SOON_MAX: Duration = crate::bounds::LATE_EFFECT_MAX;
