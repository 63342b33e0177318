//! When what is taken in several captures is shipped.

use std::time::Duration;

use model::{PayIn, Shipping};
use sim::{Stream, VirtualTime};

use crate::plan::{Operation, Purpose};
use crate::settings::Scenario;

/// Every parcel after the first leaves some time after its order, one after the
/// other.
pub(super) fn ship(scenario: &Scenario, operations: &mut [Operation], stream: &mut Stream) {
    let latest = scenario.workload.ship_after_max.0;
    if latest.is_zero() {
        return;
    }
    for operation in operations {
        let pay_in = operation.purpose.pay_in();
        let later = usize::from(pay_in.captures.count()) - 1;
        let mut leave: Vec<_> =
            (0..later).map(|_| stream.span(Duration::from_secs(1), latest)).collect();
        leave.sort_unstable();
        let ordered_at = operation.at.since(VirtualTime::ZERO);
        let moments: Vec<_> = leave.into_iter().map(|after| ordered_at + after).collect();
        let shipping = Shipping::at(&moments).unwrap_or_default();
        if !shipping.is_at_once() {
            operation.purpose = Purpose::PayIn(PayIn { shipping, ..pay_in });
        }
    }
}
