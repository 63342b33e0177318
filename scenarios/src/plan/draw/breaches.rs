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
        let after = stream.span(Duration::ZERO, providers.breached_after_max.0);
        let pays = matches!(operation.purpose, Purpose::PayIn(_));
        operation.breach = (breached && pays).then_some(BreachPlan { after });
    }
}
