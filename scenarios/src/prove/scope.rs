//! The workload of a proof: the first operations of a scenario, in a world in which
//! nothing goes wrong.

use model::Token;
use sim::{Seed, VirtualTime};

use super::Dwells;
use crate::plan::Plan;
use crate::settings::Scenario;
use crate::shrink::Line;

/// What is proven of which worlds.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    /// Whose parties, dialects and operations they have.
    pub scenario: &'s Scenario,
    /// How many operations.
    pub operations: u8,
    /// How many faults at most.
    pub faults: u8,
    /// How long faults last.
    pub dwells: Dwells,
}

/// A scope without an operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{scenario}` has no operation that a proof could be about")]
pub struct EmptyScope {
    /// The scenario.
    pub scenario: String,
}

impl Scope<'_> {
    /// The world without a fault: the usual latencies, everybody's plain answer, and the
    /// operations at the beginning of time, one refund among them where the scenario has
    /// any and there is room.
    ///
    /// # Errors
    /// If there is no operation.
    pub(super) fn plan(&self) -> Result<Plan, EmptyScope> {
        let mut scenario = self.scenario.clone();
        scenario.workload.operations = OPERATIONS.max(u32::from(self.operations));
        let drawn = Plan::draw(&scenario, Seed(1));
        let mut extras = Line::all(&drawn);
        extras.retain(goes_wrong);
        let mut plan = drawn.without(&extras);
        for operation in &mut plan.operations {
            let refunds = operation.purpose.refunds().is_some();
            operation.at = if refunds { REFUNDS_AT } else { VirtualTime::ZERO };
        }
        let kept = self.kept(&plan);
        let gone = plan.operations.iter().map(|operation| operation.token);
        let gone = gone.filter(|token| !kept.contains(token)).map(Line::Operation);
        let plan = plan.without(&gone.collect::<Vec<_>>());
        match plan.operations.is_empty() {
            true => Err(EmptyScope { scenario: self.scenario.name.clone() }),
            false => Ok(plan),
        }
    }

    /// The instruments of the operations that stay: a payment that is given back, with the
    /// refund of it, before others.
    fn kept(&self, plan: &Plan) -> Vec<Token> {
        let refunded = plan.refunds().map(|(of, refund)| [of, refund.token]).next();
        let rest = plan.operations.iter().filter(|operation| operation.purpose.refunds().is_none());
        let room = usize::from(self.operations);
        let mut kept: Vec<_> = refunded.filter(|_| room > 1).into_iter().flatten().collect();
        for operation in rest {
            if kept.len() < room && !kept.contains(&operation.token) {
                kept.push(operation.token);
            }
        }
        kept
    }
}

/// Whether it is a trouble of the drawn world, or makes it harder to follow.
fn goes_wrong(line: &Line) -> bool {
    let besides = matches!(
        line,
        Line::SecondClick(_)
            | Line::Cancellation(_)
            | Line::Insistence(_)
            | Line::DrawnLatencies
            | Line::Permanence
    );
    besides || line.is_fault()
}

/// Of so many, some are given back in any scenario that has refunds.
const OPERATIONS: u32 = 12;
/// When shops give back: their payments have succeeded by then, unless something strikes.
const REFUNDS_AT: VirtualTime = VirtualTime::from_nanos(60_000_000_000);
