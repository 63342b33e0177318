//! What a worker knows that is in no journal: which release of the code it runs, where
//! people deploy another one while payments are under way, and the rates of the moment.

use model::{Conductor, Version};

use super::Orchestrator;
use crate::system::{Effects, PaymentSystem};

impl Orchestrator {
    /// A worker that has just booted, of this release. It reads what any other has
    /// written, and works out by its own calculators what nobody has.
    pub(crate) fn of_release(release: u8) -> Self {
        Self { calculators: Version::of_release(release), ..Self::default() }
    }
}

/// Reads the rate that a payment is exchanged at, if it is, or that one was whose
/// money goes back.
pub(super) fn offer(system: &PaymentSystem, conductor: &mut Conductor, out: &Effects) {
    let intent = conductor.payment().intent();
    let borne = intent.order.borne().map(|borne| borne.money().currency);
    if let Some(target) = intent.order.settlement_currency().or(borne) {
        let source = intent.money.currency;
        conductor.offer(system.plan.offered(source, target, out.wall()));
    }
}
